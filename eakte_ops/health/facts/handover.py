"""In whose hands a machine is: what was set when it was handed over, and whether local IT says that it is done."""

from __future__ import annotations

from dataclasses import dataclass

from eakte_ops.health.facts.product import State, state_of
from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

LONGEST_S = 14 * 86400.0
"""A machine is handed over for so long at most, counted from when it was set: a mark that says more says no end."""


@dataclass(frozen=True, slots=True)
class Done:
    """Local IT has finished. `at`: Unix seconds of the server."""

    at: float
    said: str


@dataclass(frozen=True, slots=True)
class Handover:
    """`mark`: set while the machine is handed over; `hold`: nothing may start; `notice`: clerks see a notice page.

    `done`: what local IT says of this handover; what it said before the machine was handed over is none. `boot`: id of
    this start of the machine. `now`: the server's own time.
    """

    mark: State | None
    hold: State | None
    notice: State | None
    done: Done | None
    boot: str
    now: float


def ends(state: State | None) -> float | None:
    """When a state says that it ends, Unix seconds; None where it says none that can be believed."""
    if state is None or state.until is None or state.until > state.changed + LONGEST_S:
        return None
    return state.until


def _ask(site: Site) -> Question | None:
    if not site.components:
        return None
    return question("handover", site.layout.state, site.layout.granted, limit=3, cap=10_000)


def _parse(answer: Answer, _visit: Visit) -> Handover:
    states: dict[str, State] = {}
    done, boot, now = None, "", None
    for kind, *rest in lines(answer):
        if kind == "state" and len(rest) == 3:
            states[rest[0]] = state_of(rest)
        elif kind == "done" and len(rest) == 2:
            done = Done(float(whole(rest[0], "stat", 10**12)), rest[1])
        elif kind == "boot" and len(rest) == 1:
            boot = rest[0]
        elif kind == "end" and len(rest) == 1:
            now = float(whole(rest[0], "date", 10**12))
    if now is None:
        raise NotKnown("unreadable", what="handover")
    mark = states.get("handover")
    if done is not None and (mark is None or done.at < mark.changed):
        done = None
    return Handover(mark, states.get("hold"), states.get("notice"), done, boot, now)


HANDOVER = Fact("handover", _ask, _parse)
