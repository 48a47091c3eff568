"""Messages wait here until somebody took them. Written in the transaction that makes them, sent later by deliver.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from sqlite3 import Row

    from eakte_ops.store import Migration, Rows

Kind: TypeAlias = Literal["digest", "alarm", "notice"]
Way: TypeAlias = Literal["mail", "hook"]
State: TypeAlias = Literal["waiting", "sent", "given up", "dropped"]

_FIRST_PAUSE_S = 60.0
_LONGEST_PAUSE_S: Mapping[Kind, float] = {"digest": 3600.0, "alarm": 300.0, "notice": 300.0}
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be queued. `recipient`: a town, "" for the centre; `content`: ready to be sent as it is."""

    kind: Kind
    way: Way
    recipient: str
    address: str
    subject: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the queue, without its content. `next`: when it is tried again; `ended`: since when it is not."""

    id: int
    kind: Kind
    way: Way
    recipient: str
    address: str
    subject: str
    made: float
    next: float
    tries: int
    state: State
    ended: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one sender may work on until its lease ends."""

    message: Message
    content: bytes


def migrations() -> tuple[Migration, ...]:
    """The steps of the tables of this room."""
    from eakte_ops.store import migrations_of

    return migrations_of("report", "eakte_ops.report")


def put(rows: Rows, at: float, draft: Draft) -> int:
    """Queue a message; it may be sent from `at` on. Gives its number."""
    return rows.insert(
        """INSERT INTO message (kind, way, recipient, address, subject, content, made, next)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (draft.kind, draft.way, draft.recipient, draft.address, draft.subject, draft.content, at, at),
    )


def claim(
    rows: Rows, at: float, lease: float, ways: Collection[Way], after: Message | None, *, all_now: bool
) -> Claimed | None:
    """Take the next waiting message behind `after` that nobody works on, for `lease` seconds: digests come last, else
    the oldest.

    `all_now`: also those whose pause is not over. A sender that was killed loses its lease by time, never the message.
    """
    turn = (int(after.kind == "digest"), after.id) if after is not None else (0, 0)
    row = rows.one(
        """SELECT * FROM message WHERE state = 'waiting' AND (kind = 'digest', id) > (?, ?) AND lease <= ?
        AND (? OR next <= ?) AND way IN (SELECT value FROM json_each(?))
        ORDER BY kind = 'digest', id LIMIT 1""",
        (*turn, at, all_now, at, json.dumps(list(ways))),
    )
    if row is None:
        return None
    rows.run("UPDATE message SET lease = ?, tries = tries + 1 WHERE id = ?", (at + lease, row["id"]))
    return Claimed(_message(row, tries=row["tries"] + 1), row["content"])


def sent(rows: Rows, number: int, at: float) -> None:
    """Somebody took it. What it said is not kept: it may name people."""
    _end(rows, number, "sent", at, "")


def drop(rows: Rows, number: int, at: float, why: str) -> None:
    """There is nothing left to tell."""
    _end(rows, number, "dropped", at, why)


def failed(rows: Rows, message: Message, at: float, why: str, give_up_s: float) -> State:
    """It was not taken: it is tried again after a pause that doubles, or given up for its age."""
    if at - message.made >= give_up_s:
        _end(rows, message.id, "given up", at, why)
        return "given up"
    rows.run(
        "UPDATE message SET lease = 0, next = ?, why = ? WHERE id = ? AND state = 'waiting'",
        (at + pause(message.tries, message.kind), why, message.id),
    )
    return "waiting"


def postpone(rows: Rows, way: Way, at: float, tries: int, why: str) -> None:
    """Nothing goes that way at present, as was seen with a message tried `tries` times: nothing else that waits for it,
    and is not being sent, is tried before its pause is over."""
    rows.many(
        """UPDATE message SET next = max(next, ?), why = ?
        WHERE state = 'waiting' AND way = ? AND lease <= ? AND kind = ?""",
        [(at + pause(tries, kind), why, way, at, kind) for kind in _LONGEST_PAUSE_S],
    )


def give_up_old(rows: Rows, at: float, give_up_s: float) -> int:
    """Give up what has waited too long and is not being sent at this moment; gives how many."""
    return rows.run(
        """UPDATE message SET state = 'given up', ended = ?1, content = NULL
        WHERE state = 'waiting' AND tries > 0 AND made <= ?1 - ?2 AND lease <= ?1""",
        (at, give_up_s),
    )


def pause(tries: int, kind: Kind = "digest") -> float:
    """Seconds until the next try: 1 min, 2, 4 ... up to an hour, for what is urgent up to five minutes."""
    return float(min(_FIRST_PAUSE_S * 2.0 ** min(tries - 1, 10), _LONGEST_PAUSE_S[kind]))


def waiting(rows: Rows) -> tuple[Message, ...]:
    """All that wait, the oldest first."""
    return tuple(map(_message, rows.all("SELECT * FROM message WHERE state = 'waiting' ORDER BY id")))


def given_up(rows: Rows, since: float, until: float) -> tuple[Message, ...]:
    """All that were given up from `since` until before `until`, the oldest first."""
    found = rows.all(
        "SELECT * FROM message WHERE state = 'given up' AND ended >= ? AND ended < ? ORDER BY id", (since, until)
    )
    return tuple(map(_message, found))


def recent(rows: Rows, since: float) -> tuple[Message, ...]:
    """All that were made since, or wait; the newest first."""
    found = rows.all("SELECT * FROM message WHERE made >= ? OR state = 'waiting' ORDER BY id DESC", (since,))
    return tuple(map(_message, found))


def prune(rows: Rows, at: float, days: float) -> int:
    """Forget messages that came to their end more than `days` days ago, digests and alarms too; gives how many."""
    before = at - days * _DAY_S
    rows.run("DELETE FROM alarm WHERE at < ? AND (dropped IS NOT NULL OR message IS NOT NULL)", (before,))
    rows.run("DELETE FROM digest WHERE until < ?", (before,))
    return rows.run("DELETE FROM message WHERE state <> 'waiting' AND ended < ?", (before,))


def _end(rows: Rows, number: int, state: State, at: float, why: str) -> None:
    rows.run(
        "UPDATE message SET state = ?, ended = ?, why = ?, lease = 0, content = NULL WHERE id = ?",
        (state, at, why, number),
    )


def _message(row: Row, tries: int | None = None) -> Message:
    return Message(
        row["id"],
        row["kind"],
        row["way"],
        row["recipient"],
        row["address"],
        row["subject"],
        row["made"],
        row["next"],
        row["tries"] if tries is None else tries,
        row["state"],
        row["ended"],
        row["why"],
    )
