"""What a server reaches by itself: names, its resolver, the town's backup storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eakte_ops.health.facts.reading import lines, question
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

PATIENCE_S = 2
_NAME_STATES = frozenset({"known", "unknown", "hangs"})
_STORAGE_STATES = frozenset({"answers", "refused", "silent", "no-way", "no-name", "other", "no-tool"})


@dataclass(frozen=True, slots=True)
class Reached:
    """`names`: name -> known, unknown or hangs. `resolver`: answers or hangs, whatever it answers.

    `storage`: a word of network.sh with what was said there; None where none was asked for.
    """

    names: Mapping[str, str]
    resolver: str
    storage: tuple[str, str] | None


def _ask(site: Site) -> Question:
    where = ("", "") if site.storage is None else (site.storage.address, str(site.storage.port))
    return question("network", str(PATIENCE_S), *where, *site.names, limit=PATIENCE_S + 3, cap=16_384)


def _parse(answer: Answer, _visit: Visit) -> Reached:
    names: dict[str, str] = {}
    resolver, storage, complete = "", None, False
    for kind, *rest in lines(answer):
        if kind == "name" and len(rest) == 2 and rest[0] in _NAME_STATES:
            names[rest[1]] = rest[0]
        elif kind == "resolver" and len(rest) == 1:
            resolver = rest[0]
        elif kind == "storage" and len(rest) == 2 and rest[0] in _STORAGE_STATES:
            storage = (rest[0], rest[1])
        complete = complete or kind == "end"
    if not complete or resolver not in ("answers", "hangs") or not names:
        raise NotKnown("unreadable", what="getent")
    return Reached(names, resolver, storage)


NETWORK = Fact("network", _ask, _parse)
