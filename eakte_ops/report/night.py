"""What the digests of one morning are made from: everything that is remembered of one time, read at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.health.memory import findings, states, sweeps, towns
from eakte_ops.report import alarm, queue

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Change, Known, State, Sweep, TownKnown
    from eakte_ops.report.queue import Message
    from eakte_ops.store import Rows

SETTLED_S = 60.0
"""A digest ends so long before now: whoever remembers a look waits less than that for the store, so that whatever bears
an earlier time is there by then, and nothing falls between two digests."""
_FIRST_S = 86400.0


@dataclass(frozen=True, slots=True)
class Night:
    """The time from `since` until before `until` (Unix seconds).

    `sweep`: the full sweep over all towns of this time, None if there was none; `before`: the last one that came to
    its end. `current`: open findings, mere consequences left out. `waiting`: what can not be judged yet, by town.
    `letters`: messages given up in this time, and older ones that still wait. `dropped`: alarms not told.
    """

    since: float
    until: float
    sweep: Sweep | None = None
    before: Sweep | None = None
    current: tuple[Known, ...] = ()
    changes: tuple[Change, ...] = ()
    waiting: tuple[State, ...] = ()
    towns: tuple[TownKnown, ...] = ()
    letters: tuple[Message, ...] = ()
    dropped: tuple[Known, ...] = ()


def gather(rows: Rows, since: float, until: float) -> Night:
    """Read it all in one transaction."""
    last = sweeps.last(rows, "full", whole=True)
    return Night(
        since,
        until,
        sweep=last if last is not None and _belongs(last, since) else None,
        before=sweeps.last(rows, "full", whole=True, finished=True),
        current=tuple(known for known in findings.current(rows) if known.opened < until),
        changes=findings.changed(rows, since, until),
        waiting=states.waiting(rows),
        towns=towns.known(rows),
        letters=(
            *queue.given_up(rows, since, until),
            *(each for each in queue.waiting(rows) if each.tries and each.made < until),
        ),
        dropped=alarm.dropped(rows, since, until),
    )


def covered(rows: Rows, recipient: str, night: str, now: float, *, settled: float = SETTLED_S) -> tuple[float, float]:
    """From when until when the digest of `night` for `recipient` (a town, "" for the centre) goes, if made now.

    It begins where that of an earlier night ended; the very first one covers a day. `settled`: seconds before now at
    which it ends; what is only shown, and does not count as told, goes to this moment.
    """
    until = now - settled
    row = rows.one("SELECT max(until) FROM digest WHERE recipient = ? AND night < ?", (recipient, night))
    return (until - _FIRST_S if row is None or row[0] is None else float(row[0])), until


def begun(rows: Rows, recipient: str, night: str, since: float, until: float) -> bool:
    """Note that the digest of `night` is made; False where somebody made it already."""
    return bool(rows.run("INSERT OR IGNORE INTO digest VALUES (?, ?, ?, ?)", (recipient, night, since, until)))


def is_made(rows: Rows, recipient: str, night: str) -> bool:
    """Whether that of `night` was made already."""
    return rows.one("SELECT 1 FROM digest WHERE recipient = ? AND night = ?", (recipient, night)) is not None


def _belongs(sweep: Sweep, since: float) -> bool:
    """Whether it ran in the time since then; one that never came to its end counts from its begin."""
    return sweep.began >= since or (sweep.ended is not None and sweep.ended >= since)
