"""One whole way of a document: stored, found, read, deleted, over the product's own REST interface."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

TITLE = "eakte-ops round trip"
STEPS = ("store", "find", "read", "delete")
_SECONDS = re.compile(r"^\d{1,4}\.\d{1,6}$")


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `http` 0: there was no answer. `fault`: curl's status; 99: the answer did not hold the document."""

    name: str
    http: int
    fault: int
    seconds: float

    @property
    def well(self) -> bool:
        """Whether it was carried out."""
        return self.fault == 0 and 200 <= self.http < 300


@dataclass(frozen=True, slots=True)
class Trip:
    """The steps in order, as far as it came. `found`: the search gave the document that was stored just before."""

    steps: tuple[Step, ...]
    found: bool


def component_of(site: Site) -> str:
    """The component through which the trip goes, "" where the town does not allow it or none is on this server."""
    parts = (part for part in site.components if any(probe.kind == "roundtrip" for probe in part.component.probes))
    return next((part.name for part in parts if site.round_trip), "")


def _ask(site: Site) -> Question | None:
    part = site.component(component_of(site))
    if part is None:
        return None
    probe = next(probe for probe in part.component.probes if probe.kind == "roundtrip")
    base = f"http://127.0.0.1:{part.ports[probe.port]}{probe.path}"
    asked = question("roundtrip", base, probe.user, TITLE, limit=12, cap=4000)
    return replace(asked, script=replace(asked.script, secrets={"PASSWORD": probe.secret}))


def _parse(answer: Answer, _visit: Visit) -> Trip:
    steps: list[Step] = []
    found = complete = False
    for kind, *rest in lines(answer):
        if kind == "no-curl":
            raise NotKnown("tool-missing", tool="curl")
        if kind == "no-secret":
            raise NotKnown("secret-missing", name="osrest-password")
        if kind == "step" and len(rest) == 4 and rest[0] in STEPS and _SECONDS.match(rest[3]):
            steps.append(Step(rest[0], whole(rest[1], "HTTP", 999), whole(rest[2], "curl", 255), float(rest[3])))
        found = found or (kind, *rest) == ("found", "yes")
        complete = complete or kind == "end"
    if not complete or tuple(step.name for step in steps) not in (STEPS, STEPS[:1]):
        raise NotKnown("unreadable", what="curl")
    return Trip(tuple(steps), found)


ROUNDTRIP = Fact("roundtrip", _ask, _parse)
