"""Which run has a town, as far as this operations host knows. The servers of the town have the last word (lock.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Rows


@dataclass(frozen=True, slots=True)
class Lock:
    """`run` has `town` with that fence token. `since`, `until` (expected end): Unix seconds."""

    town: str
    run: str
    token: int
    who: str
    host: str
    purpose: str
    since: float
    until: float


def keep(rows: Rows, lock: Lock) -> None:
    """The town is held like this from now on."""
    rows.run("DELETE FROM town_lock WHERE town = ?", (lock.town,))
    rows.run(
        "INSERT INTO town_lock (town, run, token, who, host, purpose, since, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (lock.town, lock.run, lock.token, lock.who, lock.host, lock.purpose, lock.since, lock.until),
    )


def of(rows: Rows, town: str) -> Lock | None:
    """Which run has the town; None where none is known."""
    row = rows.one("SELECT town, run, token, who, host, purpose, since, until FROM town_lock WHERE town = ?", (town,))
    return Lock(*row) if row else None


def drop(rows: Rows, town: str, run: str) -> None:
    """The run has the town no more."""
    rows.run("DELETE FROM town_lock WHERE town = ? AND run = ?", (town, run))


def all_of_them(rows: Rows) -> tuple[Lock, ...]:
    """All towns that are held, in their order."""
    found = rows.all("SELECT town, run, token, who, host, purpose, since, until FROM town_lock ORDER BY town")
    return tuple(Lock(*row) for row in found)
