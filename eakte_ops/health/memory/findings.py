"""Findings as they are remembered: the open ones, what changed, who has one in hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import UsageError
from eakte_ops.health.memory.known import Ack, Change, Known, Wording

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.store import Rows

_DAY_S = 86400.0


def current(
    rows: Rows, town: str | None = None, owner: str | None = None, *, consequences: bool = False
) -> tuple[Known, ...]:
    """The open findings, worst first; with `consequences` also what is bad only because of another one."""
    found = rows.all(
        """SELECT * FROM finding WHERE ended IS NULL AND opened IS NOT NULL
        AND (?1 IS NULL OR town = ?1) AND (?2 IS NULL OR owner = ?2) AND (?3 OR cause IS NULL)
        ORDER BY CASE verdict WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, began, id""",
        (town, owner, consequences),
    )
    return tuple(known(row) for row in found)


def one(rows: Rows, number: int) -> Known | None:
    """The finding of that number, open or over; None if there is none."""
    row = rows.one("SELECT * FROM finding WHERE id = ? AND opened IS NOT NULL", (number,))
    return None if row is None else known(row)


def changed(rows: Rows, since: float, until: float) -> tuple[Change, ...]:
    """What happened from `since` until before `until`, in that order; the findings are as they are now."""
    found = rows.all(
        """SELECT finding.*, change.at AS change_at, change.kind AS change_kind
        FROM change JOIN finding ON finding.id = change.finding
        WHERE change.at >= ? AND change.at < ? ORDER BY change.at, change.id""",
        (since, until),
    )
    return tuple(Change(row["change_kind"], row["change_at"], known(row)) for row in found)


def acknowledge(rows: Rows, number: int, ack: Ack) -> Known:
    """Somebody takes an open finding on. Raises UsageError where it does not exist or is over."""
    found = one(rows, number)
    if found is None:
        raise UsageError(f"there is no finding {number}", way_out="eakte-ops findings list shows those that are open")
    if found.ended is not None:
        raise UsageError(f"finding {number} is over already, so nobody has to take it on")
    rows.run(
        "UPDATE finding SET ack_who = ?, ack_why = ?, ack_at = ?, ack_until = ? WHERE id = ?",
        (ack.who, ack.why, ack.at, ack.until, number),
    )
    return replace(found, ack=ack)


def recent(rows: Rows, town: str, days: float, clock: Clock = SYSTEM) -> tuple[Known, ...]:
    """Findings of the town that were open at some time in the last `days` days, the one that began last first."""
    found = rows.all(
        """SELECT * FROM finding WHERE town = ? AND told IS NOT NULL AND (ended IS NULL OR ended >= ?)
        ORDER BY began DESC, id""",
        (town, clock.now().timestamp() - days * _DAY_S),
    )
    return tuple(known(row) for row in found)


def known(row: Row) -> Known:
    """The finding of one row."""
    ack = None if row["ack_at"] is None else Ack(row["ack_who"], row["ack_why"], row["ack_at"], row["ack_until"])
    return Known(
        row["id"],
        row["town"],
        row["server"],
        row["check_"],
        row["subject"],
        row["owner"],
        row["verdict"],
        row["began"],
        row["opened"],
        row["seen"],
        row["unsure"],
        row["ended"],
        row["how"],
        None if row["cause"] is None else _identity(row["cause"]),
        {language: Wording(**said) for language, said in json.loads(row["text"]).items()},
        json.loads(row["figures"]),
        ack,
    )


def _identity(text: str) -> tuple[str, str, str, str]:
    town, server, check, subject = json.loads(text)
    return (town, server, check, subject)
