"""What lies in our own folders of configuration on a server and no template knows, by its names alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.config.fetch import Name
from eakte_ops.config.rendered import Rendered
from eakte_ops.inventory.model import Server, Town

Kind: TypeAlias = Literal["taken", "unknown"]
TAKEN = ".yml"
"""How the names of files end that a component takes as configuration, wherever they come from (product Merged)."""

_PATH = re.compile(r"/[A-Za-z0-9._@+/-]*[A-Za-z0-9_@+-]")


@dataclass(frozen=True, slots=True, order=True)
class Stray:
    """`taken`: a component takes it as configuration; `unknown`: it only lies there. `path`: safe to be shown."""

    kind: Kind
    server: str
    path: str
    component: str = ""


def folders(town: Town, server: Server) -> tuple[str, ...]:
    """Whose names are to be seen: the folder of our configuration, and those of which a component takes every file."""
    own = town.profile.layout[server.platform].configuration
    merged = [folder for folder, _, _ in _merged(town, server)]
    return (own, *(folder for folder in merged if not folder.startswith(f"{own}/")))


def strays(town: Town, server: Server, files: Iterable[Rendered], names: Iterable[Name]) -> list[Stray]:
    """Those of `names` that no template knows, the worst first. `files`: all that were rendered for the server.

    A template knows the file that it is rendered to, and those that are named in its text.
    """
    known: set[str] = set()
    named: set[str] = set()
    for file in files:
        known.add(file.path)
        named.update(_PATH.findall(file.masked()))
    merged = list(_merged(town, server))
    return sorted(stray for name in names if (stray := _stray(name, server.name, known, named, merged)) is not None)


def _stray(
    name: Name, server: str, known: set[str], named: set[str], merged: list[tuple[str, str, frozenset[str]]]
) -> Stray | None:
    path = name.raw.decode("utf-8", "replace")
    if path in known:
        return None
    for folder, component, belong in merged:
        if path.startswith(f"{folder}/") and path.endswith(TAKEN) and path.removeprefix(f"{folder}/") not in belong:
            return Stray("taken", server, name.path, component)
    return None if path in named else Stray("unknown", server, name.path)


def _merged(town: Town, server: Server) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Folders of which a component takes every file, the component, and what belongs there."""
    for part in town.installed(server):
        merged = part.component.merged
        if merged is not None:
            belong: Mapping[str, tuple[str, ...]] = merged.files
            yield part.places[merged.place].rstrip("/"), part.name, frozenset(belong.get(town.said.release, ()))
