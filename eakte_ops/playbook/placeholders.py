"""`$name` in a playbook: it stands for an argument, wherever it is the whole of a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from eakte_ops.playbook.model import Argument, ArgumentKind
from eakte_ops.yamltext import Path
from eakte_ops.yamltext.document import Data

_PLACEHOLDER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
SAMPLES: Mapping[ArgumentKind, str] = {
    "component": "component",
    "server": "server",
    "name": "name",
    "line": "line",
    "number": "1",
    "time": "2026-11-24T17:00:00Z",
}
"""A value of each kind, to try a step with."""


def named(value: object) -> str:
    """The argument that a value stands for, "" if it is no placeholder."""
    found = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def placeholders(data: Data, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Where in plain data placeholders stand, and for which arguments."""
    if name := named(data):
        yield at, name
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from placeholders(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from placeholders(value, (*at, index))


def put_in(data: Data, given: Mapping[str, str], arguments: Mapping[str, Argument]) -> Data:
    """The same data with what was given in place of placeholders, numbers as numbers; others stay as they are."""
    if (name := named(data)) and name in given:
        number = name in arguments and arguments[name].kind == "number"
        return int(given[name]) if number and given[name] else given[name]
    if isinstance(data, dict):
        return {key: put_in(value, given, arguments) for key, value in data.items()}
    if isinstance(data, list):
        return [put_in(value, given, arguments) for value in data]
    return data
