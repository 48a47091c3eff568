"""The mark that each look leaves on the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

State: TypeAlias = Literal["written", "absent", "denied", "failed"]


@dataclass(frozen=True, slots=True)
class Mark:
    """`when`: the time by the server's own clock, as it was to be written."""

    state: State
    when: str


def path(site: Site) -> str:
    """Where the mark lies on a server."""
    return f"{site.layout.state}/last-look"


def _ask(site: Site) -> Question:
    return question("last_look", path(site), limit=3, cap=500)


def _parse(answer: Answer, _visit: Visit) -> Mark:
    for kind, *rest in lines(answer):
        state = next((state for state in get_args(State) if rest and state == rest[0]), None)
        if kind == "mark" and len(rest) == 2 and state is not None:
            return Mark(state, rest[1])
    raise NotKnown("unreadable", what="last-look")


LAST_LOOK = Fact("last_look", _ask, _parse)
