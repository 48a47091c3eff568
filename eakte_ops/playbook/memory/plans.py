"""Plans that were made, by their hashes. The text is kept; whoever carries one out reads it back with read_plan.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.errors import UsageError
from eakte_ops.playbook.wall import parsed

if TYPE_CHECKING:
    from eakte_ops.playbook.plan import Plan
    from eakte_ops.store import Rows

SHORTEST = 6
"""Digits of a hash that are enough to name a plan, where no other one begins with them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that was kept. Times are Unix seconds."""

    hash: str
    town: str
    purpose: str
    made: float
    valid_until: float
    text: str


def keep(rows: Rows, plan: Plan) -> None:
    """Keep `plan`; one that is there already stays as it is."""
    rows.run(
        "INSERT INTO plan (hash, town, purpose, made, valid_until, text) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (hash) DO NOTHING",
        (
            plan.hash,
            plan.town,
            plan.purpose,
            parsed(plan.made_at).timestamp(),
            parsed(plan.valid_until).timestamp(),
            plan.text(),
        ),
    )


def get(rows: Rows, prefix: str) -> Kept:
    """The plan whose hash begins with `prefix`. Raises UsageError where there is none, or more than one: which ones."""
    given = prefix.strip().lower()
    if len(given) < SHORTEST or given.strip("0123456789abcdef"):
        raise UsageError(
            f'"{prefix}" can not be the beginning of a plan\'s hash', way_out=f"give {SHORTEST} or more of its digits"
        )
    found = rows.all("SELECT * FROM plan WHERE hash >= ? AND hash < ? LIMIT 9", (given, given + "g"))
    if not found:
        raise UsageError(f"there is no plan {given}", way_out="eakte-ops plans list shows those there are")
    if len(found) > 1:
        choices = ", ".join(f"{row['hash'][:12]} ({row['town']}: {row['purpose']})" for row in found)
        raise UsageError(f"more than one plan begins with {given}: {choices}", way_out="give more of its digits")
    return Kept(*found[0])


def listed(rows: Rows, town: str = "", most: int = 200) -> tuple[Kept, ...]:
    """The newest plans, of one town or of all, the newest first."""
    found = rows.all(
        "SELECT * FROM plan WHERE ? IN ('', town) ORDER BY made DESC, hash LIMIT ?",
        (town, most),
    )
    return tuple(Kept(*row) for row in found)
