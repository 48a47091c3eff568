"""How the last start of a program ended, by its own words (startup.txt of the application server)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

State: TypeAlias = Literal["ok", "unreadable", "absent"]
_STATES: Mapping[str, State] = {"ok": "ok", "unreadable": "unreadable", "absent": "absent"}


@dataclass(frozen=True, slots=True)
class StartFile:
    """A file with the report of a start. `component` wrote it; a good start ends with `contains`."""

    component: str
    path: str
    contains: str


@dataclass(frozen=True, slots=True)
class LastLine:
    """The last line that says something; only with state ok."""

    state: State
    text: str


def start_files(site: Site) -> tuple[StartFile, ...]:
    """The files that `startup` probes name."""
    return tuple(
        StartFile(part.name, part.places[probe.place], probe.contains)
        for part in site.components
        for probe in part.component.probes
        if probe.kind == "startup"
    )


def _ask(site: Site) -> Question | None:
    files = tuple(file.path for file in start_files(site))
    return question("startup", *files, limit=3, cap=20_000) if files else None


def _parse(answer: Answer, _visit: Visit) -> Mapping[str, LastLine]:
    found, complete = {}, False
    for kind, *rest in lines(answer):
        if kind == "file" and len(rest) == 3 and rest[0] in _STATES:
            found[rest[1]] = LastLine(_STATES[rest[0]], rest[2])
        complete = complete or kind == "end"
    if not complete:
        raise NotKnown("unreadable", what="tail")
    return found


STARTUP = Fact("startup", _ask, _parse)
