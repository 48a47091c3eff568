"""Looking into plain data of any shape: what is not as expected is left out here, other code complains about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from eakte_ops.inventory.files import NAME
from eakte_ops.yamltext import Path

Plain: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake that has no file yet: where in the data and the sentence about it.

    `at_key`: the place is that of the key, not of its value. `cause`: path of the town's own word that makes a value
    from the defaults wrong.
    """

    path: Path
    sentence: str
    at_key: bool = False
    cause: Path = ()


def mapping(node: object, *keys: str) -> dict[str, Any]:
    """The mapping at `keys` below `node`, {} if there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def items(node: object, key: str) -> list[Any]:
    """The list at `key` of `node`, [] if there is none."""
    found = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, list) else []


def entries(node: object, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The mappings in the list at `key` of `node`, each with its position."""
    yield from ((at, each) for at, each in enumerate(items(node, key)) if isinstance(each, dict))


def text(node: object, key: str) -> str | None:
    """The text at `key` of `node`."""
    found = node.get(key) if isinstance(node, dict) else None
    return found if isinstance(found, str) else None


def texts(node: object, key: str) -> Iterator[tuple[int, str]]:
    """The texts in the list at `key` of `node`, each with its position."""
    yield from ((at, each) for at, each in enumerate(items(node, key)) if isinstance(each, str))


def called(host: object, otherwise: str = "another host") -> str:
    """The name of a host if it is one, else `otherwise`."""
    name = text(host, "name")
    return name if name is not None and re.fullmatch(NAME, name, re.ASCII) else otherwise


def says(node: Any, path: Path) -> bool:
    """Whether there is a value at `path`."""
    for step in path:
        in_mapping = isinstance(node, dict) and step in node
        in_list = isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node)
        if not in_mapping and not in_list:
            return False
        node = node[step]
    return True
