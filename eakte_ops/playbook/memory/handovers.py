"""Whether a town may be in the hands of local IT: a quick answer for those who read no plans (handover/opened.py does).

Kept apart because the telephone is answered in half a second, and reading a plan needs most of this program.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Rows

BEGIN, END = "handover-begin", "handover-end"
"""The playbooks of a handover."""


def may_be_open(rows: Rows, town: str) -> bool:
    """False where no handover was begun, or the newest run about one was an end that came to its end."""
    row = rows.one(
        "SELECT json_extract(plan.text, '$.playbook'),"
        " (SELECT line FROM entry WHERE entry.run = run.id ORDER BY number DESC LIMIT 1)"
        " FROM run JOIN plan ON plan.hash = run.plan"
        " WHERE run.town = ? AND json_extract(plan.text, '$.playbook') IN (?, ?)"
        " ORDER BY run.opened DESC, run.id LIMIT 1",
        (town, BEGIN, END),
    )
    if row is None:
        return False
    last = json.loads(row[1]) if row[1] else {}
    return not (row[0] == END and last.get("turn") == "closed" and last.get("said") == "new")
