"""Sweeps: when one began and ended, how many servers it reached, which it missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eakte_ops.health.memory.known import Kind, Missed, Sweep

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.store import Rows


def begin(rows: Rows, kind: Kind, whole: bool, at: float, host: str, commit: str, servers: int) -> int:
    """A sweep over `servers` servers begins; gives its number."""
    return rows.insert(
        "INSERT INTO sweep (kind, whole, began, host, commit_, servers) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, int(whole), at, host, commit, servers),
    )


def counted(rows: Rows, sweep: int, looked: int) -> None:
    """`looked` more servers answered it."""
    rows.run("UPDATE sweep SET looked = looked + ? WHERE id = ?", (looked, sweep))


def end(rows: Rows, sweep: int, at: float, missed: Sequence[Missed]) -> None:
    """It came to its end; `missed`: servers it did not reach before that."""
    rows.run("UPDATE sweep SET ended = ? WHERE id = ?", (at, sweep))
    rows.many(
        "INSERT OR REPLACE INTO missed (sweep, town, server, why) VALUES (?, ?, ?, ?)",
        [(sweep, each.town, each.server, each.why) for each in missed],
    )


def last(
    rows: Rows, kind: Kind | None = None, *, whole: bool | None = None, finished: bool | None = None
) -> Sweep | None:
    """The newest sweep of that kind; `whole`: over all towns or not; `finished`: came to its end or not."""
    row = rows.one(
        """SELECT * FROM sweep WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR whole = ?2)
        AND (?3 IS NULL OR (ended IS NOT NULL) = ?3) ORDER BY began DESC, id DESC LIMIT 1""",
        (kind, whole, finished),
    )
    return None if row is None else _sweep(rows, row)


def first(rows: Rows) -> float | None:
    """When the oldest sweep over all towns that is still remembered began."""
    row = rows.one("SELECT MIN(began) FROM sweep WHERE whole = 1")
    return None if row is None else row[0]


def between(rows: Rows, since: float, until: float) -> tuple[Sweep, ...]:
    """Sweeps that began from `since` until before `until`, the oldest first."""
    found = rows.all("SELECT * FROM sweep WHERE began >= ? AND began < ? ORDER BY began, id", (since, until))
    return tuple(_sweep(rows, row) for row in found)


def _sweep(rows: Rows, row: Row) -> Sweep:
    missed = rows.all("SELECT town, server, why FROM missed WHERE sweep = ? ORDER BY town, server", (row["id"],))
    return Sweep(
        row["id"],
        row["kind"],
        bool(row["whole"]),
        row["began"],
        row["ended"],
        row["host"],
        row["commit_"],
        row["servers"],
        row["looked"],
        tuple(Missed(*each) for each in missed),
    )
