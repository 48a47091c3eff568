"""What lies on a server's disks of the product and of our own work: releases, stray files, logs, temporary states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

Readable: TypeAlias = Literal["ok", "denied", "absent"]
_READABLE: Mapping[str, Readable] = {"ok": "ok", "denied": "denied", "absent": "absent"}
_SECONDS = re.compile(r"^(-?\d{1,12})(\.\d{1,20})?$")
_LINE = re.compile(r"^run=(\S{1,80})(?: until=(\S{1,40}))?(?: why=(.*))?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder. `changed`: Unix seconds of the server."""

    name: str
    changed: float


@dataclass(frozen=True, slots=True)
class State:
    """A temporary state that somebody set. `until`: Unix seconds; None: no end, or none that can be read."""

    name: str
    changed: float
    run: str
    until: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Product:
    """`current` "": there is no such link. `now`: the server's own time, for ages. `logs`: component -> bytes.

    `releases`: all that lies beside the releases; `rests`: unfinished files of the configuration. `places`: folder ->
    whether it could be read; `yml`: folder -> every .yml in it, as a path in the folder.
    """

    current: str
    now: float
    places: Mapping[str, Readable]
    releases: tuple[Entry, ...]
    rests: tuple[Entry, ...]
    yml: Mapping[str, tuple[str, ...]]
    logs: Mapping[str, int]
    states: tuple[State, ...]


def merged_folders(site: Site) -> dict[str, str]:
    """Component -> its folder of which every .yml counts."""
    return {
        part.name: part.places[part.component.merged.place]
        for part in site.components
        if part.component.merged is not None
    }


def _ask(site: Site) -> Question | None:
    if not site.components:
        return None
    layout = site.layout
    places = (layout.current, layout.releases, layout.configuration, layout.logs, layout.state)
    return question("product", *places, *merged_folders(site).values(), limit=6)


def _parse(answer: Answer, _visit: Visit) -> Product:
    said = list(lines(answer))
    if not said or said[-1][0] != "end" or len(said[-1]) != 2:
        raise NotKnown("unreadable", what="find")
    by_kind: dict[str, list[list[str]]] = {}
    for kind, *rest in said:
        by_kind.setdefault(kind, []).append(rest)
    current = next((rest[1] for rest in by_kind.get("current", []) if len(rest) == 2), None)
    if current is None:
        raise NotKnown("unreadable", what="readlink")
    yml: dict[str, list[str]] = {}
    for rest in by_kind.get("yml", []):
        if len(rest) == 2:
            yml.setdefault(rest[0], []).append(rest[1])
    return Product(
        current,
        float(whole(said[-1][1], "date", 10**12)),
        {rest[1]: _READABLE[rest[0]] for rest in by_kind.get("place", []) if len(rest) == 2 and rest[0] in _READABLE},
        _entries(by_kind.get("release", [])),
        _entries(by_kind.get("rest", [])),
        {folder: tuple(sorted(paths)) for folder, paths in yml.items()},
        {rest[0]: whole(rest[1], "find") for rest in by_kind.get("log", []) if len(rest) == 2},
        tuple(state_of(rest) for rest in by_kind.get("state", []) if len(rest) == 3),
    )


def _entries(found: list[list[str]]) -> tuple[Entry, ...]:
    return tuple(sorted((Entry(rest[1], _seconds(rest[0])) for rest in found if len(rest) == 2), key=lambda e: e.name))


def state_of(parts: list[str]) -> State:
    """A temporary state from its name, when it was changed, and its line. Raises NotKnown."""
    name, changed, line = parts
    found = _LINE.match(line)
    run, until, why = found.groups(default="") if found else ("", "", "")
    return State(name, _seconds(changed), run, _moment(until), why)


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None


def _seconds(text: str) -> float:
    found = _SECONDS.match(text)
    if not found:
        raise NotKnown("unreadable", what="find")
    return float(found[1])


PRODUCT = Fact("product", _ask, _parse)
