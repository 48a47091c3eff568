"""What checks said, as intervals: as long as a subject is judged alike there is one row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eakte_ops.health.memory.known import State

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.store import Rows


def current(rows: Rows, town: str, check: str | None = None) -> tuple[State, ...]:
    """The newest judgement of every subject of the town. `until` says how old it is."""
    found = rows.all(
        """SELECT * FROM state WHERE town = ?1 AND ongoing AND (?2 IS NULL OR check_ = ?2)
        ORDER BY server, check_, subject""",
        (town, check),
    )
    return tuple(_state(row) for row in found)


def waiting(rows: Rows) -> tuple[State, ...]:
    """What can not be judged yet in any town, and nobody has to do anything about."""
    found = rows.all("SELECT * FROM state WHERE ongoing AND waits ORDER BY town, server, check_, subject")
    return tuple(_state(row) for row in found)


def history(rows: Rows, town: str, check: str, since: float) -> tuple[State, ...]:
    """What a check said in a town since `since`: server by server, subject by subject, the oldest first."""
    found = rows.all(
        "SELECT * FROM state WHERE town = ? AND check_ = ? AND until >= ? ORDER BY server, subject, since",
        (town, check, since),
    )
    return tuple(_state(row) for row in found)


def _state(row: Row) -> State:
    return State(
        row["town"],
        row["server"],
        row["check_"],
        row["subject"],
        row["verdict"],
        bool(row["waits"]),
        row["owner"],
        json.loads(row["text"]),
        row["since"],
        row["until"],
        row["looks"],
    )
