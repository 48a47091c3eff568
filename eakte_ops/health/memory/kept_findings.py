"""Writes what a look makes of findings: rows of one town are read once, turned by life.py, written back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.health.memory import findings, texts
from eakte_ops.health.memory.known import Change
from eakte_ops.health.memory.life import After, Kind, Life, Turn, gone, look

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.health.types import AnyCheck, Identity, Judged
    from eakte_ops.store import Rows

Key: TypeAlias = tuple[str, str, str]
"""Server, check and subject: what a finding is about within its town."""

_MOST = 100
"""Current rows per server and check: one that names other subjects at every look does not fill the store."""

_LIFE = tuple(each.name for each in fields(Life))
"""The columns that are the fields of a life, in that order."""
_INSERT = """INSERT INTO finding (town, server, check_, subject, owner, text, figures, verdict, began, seen, opened,
    unsure, ended, how, bad, good, unclear, told, cause, ack_until)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE = """UPDATE finding SET verdict = ?, began = ?, seen = ?, opened = ?, unsure = ?, ended = ?, how = ?, bad = ?,
    good = ?, unclear = ?, told = ?, cause = ?, ack_until = ? WHERE id = ?"""


@dataclass
class Ledger:
    """The current findings of one town and what becomes of them.

    `asked`: servers and checks that this look has results of. `news`: what was told, by finding.
    """

    rows: Rows
    town: str
    at: float
    current: dict[Key, tuple[int, Life]] = field(default_factory=dict)
    asked: Collection[tuple[str, str]] = ()
    news: list[tuple[int, Kind]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Rows, town: str, at: float, asked: Collection[tuple[str, str]] = ()) -> Ledger:
        """The ledger of `town`, for a look at `at`."""
        found = rows.all("SELECT * FROM finding WHERE town = ? AND ended IS NULL", (town,))
        current = {(row["server"], row["check_"], row["subject"]): (int(row["id"]), _life(row)) for row in found}
        return cls(rows, town, at, current, asked)

    def judged(self, judged: Judged, cause: Identity | None, after: After, check: AnyCheck | None) -> None:
        """One result that does not wait. What would be one too many of its check on that server is left out."""
        key = (judged.server, judged.check, judged.result.subject)
        id_, life = self.current.get(key, (0, None))
        if life is None and judged.verdict != "ok" and key[2] and not self._room(key[:2]):
            return
        why = self._still(life) if cause is None else json.dumps(cause)
        turn = look(life, judged.verdict, self.at, after, why)
        self._turned(key, id_, life, turn)
        if turn.began is not None:
            self._begun(key, judged, check, turn)
        elif turn.row is not None and judged.verdict == turn.row.verdict:
            self.rows.run(
                "UPDATE finding SET owner = ?, text = ?, figures = ? WHERE id = ?",
                (judged.owner, texts.wordings(judged, check), texts.values(judged), id_),
            )

    def well(self, key: Key, after: After) -> None:
        """A subject that was not named although all was looked at: as good as a good result."""
        id_, life = self.current[key]
        self._turned(key, id_, life, look(life, "ok", self.at, after))

    def gone(self, key: Key) -> None:
        """What it is about does not exist any more."""
        id_, life = self.current[key]
        self._turned(key, id_, life, gone(life, self.at))

    def changes(self) -> tuple[Change, ...]:
        """What was news in this look; also kept for the digest."""
        self.rows.many(
            "INSERT INTO change (at, kind, finding) VALUES (?, ?, ?)", [(self.at, kind, id_) for id_, kind in self.news]
        )
        return tuple(
            Change(kind, self.at, known)
            for id_, kind in self.news
            if (known := findings.one(self.rows, id_)) is not None
        )

    def _room(self, of: tuple[str, str]) -> bool:
        """Whether one more subject of a server and check is kept; the candidate that was not seen longest gives way."""
        here = {key: found for key, found in self.current.items() if key[:2] == of}
        if len(here) < _MOST:
            return True
        old = [(life.seen, key) for key, (_id, life) in here.items() if life.opened is None and life.seen < self.at]
        if not old:
            return False
        _seen, key = min(old)
        self.gone(key)
        return True

    def _still(self, life: Life | None) -> str | None:
        """The cause that is remembered, as long as nobody has looked whether it is still there (in a lighter look)."""
        if life is None or life.cause is None:
            return None
        _town, server, check, subject = json.loads(life.cause)
        there = (server, check, subject) in self.current and (server, check) not in self.asked
        return life.cause if there else None

    def _turned(self, key: Key, id_: int, before: Life | None, turn: Turn) -> None:
        if before is None:
            return
        if turn.row is None:
            self.rows.run("DELETE FROM finding WHERE id = ?", (id_,))
        elif turn.row != before:
            self.rows.run(_UPDATE, (*_columns(turn.row), id_))
        if turn.row is None or turn.row.ended is not None:
            del self.current[key]
        else:
            self.current[key] = (id_, turn.row)
        if turn.news is not None:
            self.news.append((id_, turn.news))

    def _begun(self, key: Key, judged: Judged, check: AnyCheck | None, turn: Turn) -> None:
        assert turn.began is not None
        about = (self.town, *key, judged.owner, texts.wordings(judged, check), texts.values(judged))
        id_ = self.rows.insert(_INSERT, (*about, *_columns(turn.began)))
        self.current[key] = (id_, turn.began)
        if turn.began_news is not None:
            self.news.append((id_, turn.began_news))


def forget(rows: Rows, at: float, exists: Mapping[str, Iterable[str]], checks: Iterable[str]) -> tuple[Change, ...]:
    """End every current finding of a town, server or check that is not among these; the centre's own ones stay."""
    places = {town: frozenset(servers) | {""} for town, servers in exists.items()}
    known = frozenset(checks)
    changes: list[Change] = []
    for row in rows.all("SELECT DISTINCT town FROM finding WHERE ended IS NULL AND town <> '' ORDER BY town"):
        town = str(row[0])
        ledger = Ledger.of(rows, town, at)
        here = places.get(town, frozenset())
        for key in [key for key in ledger.current if key[0] not in here or key[1] not in known]:
            ledger.gone(key)
        changes += ledger.changes()
    return tuple(changes)


def _life(row: Row) -> Life:
    return Life(*(row[column] for column in _LIFE))


def _columns(life: Life) -> tuple[object, ...]:
    return tuple(getattr(life, column) for column in _LIFE)
