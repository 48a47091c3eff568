"""Where plans stand: carried out, expired, waiting for a signature, or free to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eakte_ops.playbook.memory.plans import Kept
    from eakte_ops.store import Rows

State: TypeAlias = Literal["done", "expired", "waits", "may-run"]
_WORDS: dict[State, str] = {
    "done": "carried out: {said}",
    "expired": "expired",
    "waits": "{said}",
    "may-run": "may run",
}


@dataclass(frozen=True, slots=True)
class PlanState:
    """`said`: of a plan that was carried out the run; of one that waits, or can not be read, why."""

    kept: Kept
    state: State
    said: str = ""

    @property
    def word(self) -> str:
        """For people."""
        return _WORDS[self.state].format(said=self.said)


def states(rows: Rows, town: str, at: float) -> Iterator[PlanState]:
    """The newest plans of a town ("" of all), the newest first. Only those that may still run are read and judged."""
    from eakte_ops.cli.permit_parts import approved_by
    from eakte_ops.playbook.memory import plans
    from eakte_ops.playbook.read_plan import read_plan

    for kept in plans.listed(rows, town):
        if run := carried_out(rows, kept.hash, kept.town):
            yield PlanState(kept, "done", run)
        elif kept.valid_until <= at:
            yield PlanState(kept, "expired")
        else:
            try:
                plan = read_plan(kept.text, kept.hash)
                missing = approved_by(rows, plan).missing(plan)
            except Refused as problem:  # of another version: it is there, and can not be carried out
                missing = (problem.said,)
            yield PlanState(kept, "waits" if missing else "may-run", missing[0] if missing else "")


def carried_out(rows: Rows, plan: str, town: str) -> str:
    """The run that has brought what the plan of that hash says, "" if none has. One that was undone has not."""
    from eakte_ops.playbook.memory import entries, runs

    for run in runs.listed(rows, town):
        if run.plan == plan and any(
            each.entry.turn == "closed" and each.entry.said == "new" for each in entries.of(rows, run.id)
        ):
            return run.id
    return ""
