"""Where a run stands, as a pure function of its plan and its entries: in all, and step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.plan import Plan, Step
from eakte_ops.playbook.progress import Decision, last, next_work
from eakte_ops.playbook.written import Written

Standing: TypeAlias = Literal["never-begun", "forth", "back", "decision", "new", "old", "abandoned"]
StepStanding: TypeAlias = Literal[
    "to-do",
    "under-way",
    "done",
    "failed",
    "unclear",
    "not-begun",
    "going-back",
    "undone",
    "undo-failed",
    "undo-unclear",
]

_DO: dict[str | None, StepStanding] = {
    None: "to-do",
    "begun": "under-way",
    "done": "done",
    "decided-done": "done",
    "failed": "failed",
    "unclear": "unclear",
    "decided-not-begun": "not-begun",
}
_UNDO: dict[str | None, StepStanding] = {
    "begun": "going-back",
    "done": "undone",
    "decided-done": "undone",
    "failed": "undo-failed",
    "unclear": "undo-unclear",
}


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step as the journal tells of it. `began`, `ended`: Unix seconds of its latest phase, None where not yet.

    `job`: the id of its latest job, "" where it has none; `said`: what was seen when it ended.
    """

    step: Step
    standing: StepStanding
    job: str = ""
    attempt: int = 0
    began: float | None = None
    ended: float | None = None
    said: str = ""


def standing(plan: Plan, entries: Sequence[Entry]) -> Standing:
    """Where the run stands in all; whether somebody is at work on it can not be seen here."""
    turns = [entry.turn for entry in entries if entry.turn]
    if not turns:
        return "never-begun"
    if "abandoned" in turns:
        return "abandoned"
    if "closed" in turns:
        return "old" if "going-back" in turns else "new"
    if isinstance(next_work(plan, entries), Decision):
        return "decision"
    return "back" if "going-back" in turns else "forth"


def has_failed(entries: Sequence[Entry]) -> bool:
    """Whether a step of it failed on the way forth; a run that went back without that was turned round by a person."""
    return any(entry.mark == "failed" and entry.phase == "do" for entry in entries)


def is_over(entries: Sequence[Entry]) -> bool:
    """Whether it came to an end, or never began: nothing is left of it to go on with."""
    turns = {entry.turn for entry in entries if entry.turn}
    return not turns or bool(turns & {"closed", "abandoned"})


def token(entries: Sequence[Entry]) -> int:
    """The fence token under which the run was at work last; 0 where it never was."""
    return max((entry.token for entry in entries), default=0)


def lossy(plan: Plan, entries: Sequence[Entry]) -> tuple[Step, ...]:
    """Steps beyond the point of no return that may have left something: going back loses what was stored since."""
    found = ((step, last(entries, step.id, "do")) for step in plan.steps if step.no_return)
    return tuple(step for step, entry in found if entry is not None and entry.mark != "decided-not-begun")


def steps(run: str, plan: Plan, written: Sequence[Written]) -> tuple[StepSeen, ...]:
    """Every step of the plan as it stands, in the order of the plan."""
    return tuple(_seen(run, step, written) for step in plan.steps)


def _seen(run: str, step: Step, written: Sequence[Written]) -> StepSeen:
    entries = [each.entry for each in written]
    undo, do = last(entries, step.id, "undo"), last(entries, step.id, "do")
    found = undo if undo is not None and undo.mark in _UNDO else do
    if found is None:
        return StepSeen(step, "to-do")
    began = ended = None
    for each in written:
        if (each.entry.step, each.entry.phase) != (step.id, found.phase) or each.entry.mark is None:
            continue
        if each.entry.mark == "begun":
            began, ended = each.at, None
        else:
            ended = each.at
    words = _UNDO if found is undo else _DO
    job = f"{run}.{step.id}.{found.phase}.{found.attempt}"
    return StepSeen(step, words[found.mark], job, found.attempt, began, ended, found.said)
