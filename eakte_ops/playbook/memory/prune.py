"""Forgets runs and plans that are older than names of people may be kept: who opened them, who signed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eakte_ops.playbook.memory import entries
from eakte_ops.playbook.standing import is_over

if TYPE_CHECKING:
    from eakte_ops.store import Rows

_DAY_S = 86400.0
_PLANS = "FROM plan WHERE made < ? AND hash NOT IN (SELECT plan FROM run)"


def to_delete(rows: Rows, at: float, days: int) -> Mapping[str, int]:
    """What `prune` would delete at `at` (Unix seconds), by kind; plans that only such runs need are not counted."""
    found = rows.one(f"SELECT count(*) {_PLANS}", (at - days * _DAY_S,))
    return {"runs": len(_old(rows, at - days * _DAY_S)), "plans": int(found[0]) if found else 0}


def prune(rows: Rows, at: float, days: int) -> Mapping[str, int]:
    """Delete runs that were opened more than `days` days before `at`, with journal and outputs, and plans that were
    made before and that no run needs. Runs that are not over stay, and those that left something on a server."""
    before = at - days * _DAY_S
    old = _old(rows, before)
    rows.many("DELETE FROM run WHERE id = ?", [(run,) for run in old])
    return {"runs": len(old), "plans": rows.run(f"DELETE {_PLANS}", (before,))}


def _old(rows: Rows, before: float) -> list[str]:
    found = rows.all(
        "SELECT id FROM run WHERE opened < ? AND id NOT IN (SELECT run FROM leftover WHERE gone IS NULL)", (before,)
    )
    return [row[0] for row in found if is_over([each.entry for each in entries.of(rows, row[0])])]
