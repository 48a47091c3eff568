"""Signatures under plans, as people gave them. Whether one counts is judged anew whenever it is used (approval.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Rows


@dataclass(frozen=True, slots=True)
class Signature:
    """`holder`: of access.yml, whose key it was when it was kept; `text`: armoured; `at`: Unix seconds."""

    holder: str
    text: str
    at: float


def keep(rows: Rows, plan: str, holder: str, signature: str, at: float) -> None:
    """Keep the signature of `holder` under the plan of that hash; a newer one of the same holder takes its place."""
    rows.run(
        "INSERT INTO approval (plan, holder, signature, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (plan, holder) DO UPDATE SET signature = excluded.signature, at = excluded.at",
        (plan, holder, signature, at),
    )


def of(rows: Rows, plan: str) -> tuple[Signature, ...]:
    """The signatures under a plan, in the order in which holders first signed."""
    found = rows.all("SELECT holder, signature, at FROM approval WHERE plan = ? ORDER BY id", (plan,))
    return tuple(Signature(*row) for row in found)
