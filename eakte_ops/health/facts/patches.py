"""Which updates wait, by the package lists that the server has."""

from __future__ import annotations

from dataclasses import dataclass

from eakte_ops.health.facts.reading import lines, question, whole
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit


@dataclass(frozen=True, slots=True)
class Patches:
    """`security`: packages for which the distribution's security archive has a newer version; `others`: how many more.

    `lists_s`: age of the package lists by the server's own clock; None: there are none. `manager`: who was asked.
    """

    manager: str
    lists_s: int | None
    security: tuple[str, ...]
    others: int


def _ask(_site: Site) -> Question:
    return question("patches", limit=12, cap=65_536)


def _parse(answer: Answer, _visit: Visit) -> Patches:
    manager, age, ended = "", None, ""
    security: list[str] = []
    others = 0
    for kind, *rest in lines(answer):
        if kind == "manager" and len(rest) == 1:
            manager = rest[0]
        elif kind == "lists" and len(rest) == 1:
            # A clock that was set back makes it negative; then the lists are of now, as far as anybody knows.
            age = None if rest[0] == "unknown" else 0 if rest[0].startswith("-") else whole(rest[0], "lists", 2**40)
        elif kind == "waits" and len(rest) == 2:
            if rest[1] == "yes":
                security.append(rest[0])
            else:
                others += 1
        elif kind == "end" and len(rest) == 1:
            ended = rest[0]
    if not manager or not ended:
        raise NotKnown("unreadable", what="apt-get")
    if ended != "0":
        raise NotKnown("failed", status=ended, err=f"{manager}-get -s upgrade")
    return Patches(manager, age, tuple(security), others)


PATCHES = Fact("patches", _ask, _parse)
