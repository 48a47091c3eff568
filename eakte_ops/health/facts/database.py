"""What the product's database says to the night account: that it answers, how full it is, what waits in it.

Tables and columns: domain.md (oscpmqueue, osdochash, osftslog). The role that reads them may SELECT and nothing
else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eakte_ops.health.facts.reading import question, word
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

DATABASE = "eakte"
ROLE = "eakte_look"


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows of one queue: `oldest` in seconds; `held`: rows that some worker has locked.

    `locked`: age of the oldest of those, and `holder`, the worker that has it.
    """

    rows: int
    oldest: int
    held: int
    locked: int = 0
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Sessions:
    """`open` connections of the `most` that ordinary roles may have together."""

    open: int
    most: int


@dataclass(frozen=True, slots=True)
class Transactions:
    """Of other sessions: how many are open, and since how many seconds the oldest is."""

    open: int
    longest: int


@dataclass(frozen=True, slots=True)
class FullText:
    """What the full text has not taken in: rows, and the age in seconds of the oldest."""

    rows: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Database:
    """`version` "": it did not answer, `error` says how. Every other value is None where it could not be read.

    `hashes`: state -> rows. `size`: bytes. `leftover`: temporary indexes of an update. `newest`: the highest number
    that was ever given to a document.
    """

    version: str = ""
    recovery: bool = False
    queues: Mapping[str, Queue] | None = None
    hashes: Mapping[int, int] | None = None
    error: str = ""
    sessions: Sessions | None = None
    transactions: Transactions | None = None
    size: int | None = None
    fulltext: FullText | None = None
    leftover: tuple[str, ...] | None = None
    newest: int | None = None


def _ask(site: Site) -> Question | None:
    for part in site.components:
        for probe in part.component.probes:
            if probe.kind == "sql":
                place = part.places[probe.place]
                return question("database", place, str(part.ports[probe.port]), DATABASE, ROLE, limit=12)
    return None


def _parse(answer: Answer, _visit: Visit) -> Database:
    said: dict[str, Any] = {}
    ended = False
    for line in answer.out.split(b"\n"):
        if line == b"no-psql":
            raise NotKnown("tool-missing", tool="psql")
        ended = ended or line.startswith(b"psql ")
        if line.startswith(b"{"):
            said.update(_json(line))
    if not ended:
        raise NotKnown("unreadable", what="psql")
    error = _last_error(answer.err)
    if "alive" not in said:
        return Database(error=error or "-")
    return Database(
        word(str(said["alive"]).encode(), 40) or "?",
        said.get("recovery") is True,
        {_text(row, "name"): _queue(row) for row in _rows(said, "queues")} if "queues" in said else None,
        {_whole(row, "state"): _whole(row, "rows") for row in _rows(said, "hashes")} if "hashes" in said else None,
        error,
        Sessions(_whole(said, "sessions"), _whole(said, "most")) if "sessions" in said else None,
        Transactions(_whole(said, "open"), _whole(said, "longest")) if "longest" in said else None,
        _whole(said, "size") if "size" in said else None,
        FullText(_whole(fulltext, "rows"), _whole(fulltext, "oldest"))
        if isinstance(fulltext := said.get("fulltext"), dict)
        else None,
        _names(said, "leftover") if "leftover" in said else None,
        _whole(said, "newest") if "newest" in said else None,
    )


def _queue(row: Mapping[str, Any]) -> Queue:
    rows, oldest, held, locked = (_whole(row, key) for key in ("rows", "oldest", "held", "locked"))
    return Queue(rows, oldest, held, locked, _text(row, "holder"))


def _json(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as wrong:
        raise NotKnown("unreadable", what="psql") from wrong
    return found if isinstance(found, dict) else {}


def _rows(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = said[key]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotKnown("unreadable", what=f"psql: {key}")
    return rows


def _names(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = said[key]
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise NotKnown("unreadable", what=f"psql: {key}")
    return tuple(word(each.encode("utf-8", "replace"), 60) for each in found)


def _text(row: Mapping[str, Any], key: str) -> str:
    return word(str(row.get(key, "")).encode("utf-8", "replace"), 60)


def _whole(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if type(value) is not int or not 0 <= value < 2**63:
        raise NotKnown("unreadable", what=f"psql: {key}")
    return value


def _last_error(err: bytes) -> str:
    said = [line for line in err.split(b"\n") if b"ERROR:" in line or b"error:" in line or b"FATAL:" in line]
    return word(b"; ".join(said) if said else err, 300)


ANSWERS = Fact("database", _ask, _parse)
