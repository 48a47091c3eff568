"""What is left to do, as a pure function of plan and journal: the same after every interruption.

Forward stage by stage; what fails turns the run round. Before anything is undone every act that may still be running is
settled (nothing of an earlier process can begin any more: Runner.begin raised the fence); then back, the last stage
first, from whatever state each step is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.playbook.journal import Entry, Phase
from eakte_ops.playbook.plan import Plan, Step

Outcome: TypeAlias = Literal["new", "old", "abandoned"]


@dataclass(frozen=True, slots=True)
class Work:
    """Steps that may be carried out side by side. settle: find out how an act ended that was begun."""

    kind: Literal["do", "undo", "settle"]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TurnRound:
    """Something failed, and its stage mates have come to their ends: from now on it goes back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Only a person can say how it goes on. unclear: what became of an act is not known; no-return: going back loses
    what was stored since; undo-failed: the way back is blocked."""

    why: Literal["unclear", "no-return", "undo-failed"]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing is left to do."""

    outcome: Outcome


Next: TypeAlias = Work | TurnRound | Decision | Ended


def last(entries: Sequence[Entry], step: str, phase: Phase) -> Entry | None:
    """The latest entry about one phase of a step."""
    return next((e for e in reversed(entries) if e.step == step and e.phase == phase and e.mark is not None), None)


def next_work(plan: Plan, entries: Sequence[Entry]) -> Next:
    """What has to be done now."""
    turns = [entry.turn for entry in entries if entry.turn]
    if "abandoned" in turns:
        return Ended("abandoned")
    if "going-back" in turns:
        return _back(plan, entries, decided="return-decided" in turns)
    marks = {step.id: entry.mark for step in plan.steps if (entry := last(entries, step.id, "do"))}
    unclear = tuple(step for step in plan.steps if marks.get(step.id) == "unclear")
    if any(mark == "failed" for mark in marks.values()):
        return TurnRound()
    for stage in sorted({step.stage for step in plan.steps}):
        open_ = tuple(s for s in plan.steps if s.stage == stage and marks.get(s.id) not in ("done", "decided-done"))
        ready = tuple(step for step in open_ if step not in unclear)
        if ready:
            return Work("do", ready)
        if open_:
            return Decision("unclear", open_)
    return Ended("new")


def _begun(plan: Plan, entries: Sequence[Entry]) -> tuple[Step, ...]:
    return tuple(s for s in plan.steps if (e := last(entries, s.id, "do")) and e.mark == "begun")


def _back(plan: Plan, entries: Sequence[Entry], *, decided: bool) -> Next:
    running = _begun(plan, entries)
    if running:
        return Work("settle", running)
    touched = [step for step in plan.steps if _was_begun(last(entries, step.id, "do"))]
    lossy = tuple(step for step in touched if step.no_return)
    if lossy and not decided:
        return Decision("no-return", lossy)
    undone = {step.id: entry.mark for step in touched if (entry := last(entries, step.id, "undo"))}
    left = [step for step in touched if step.undo is not None and undone.get(step.id) not in ("done", "decided-done")]
    if not left:
        return Ended("old")
    stage = max(step.stage for step in left)
    now = tuple(step for step in left if step.stage == stage)
    ready = tuple(step for step in now if undone.get(step.id) not in ("failed", "unclear"))
    return Work("undo", ready) if ready else Decision("undo-failed", now)


def _was_begun(entry: Entry | None) -> bool:
    """Whether a step may have left something: even a failed or unclear one has to be undone."""
    return entry is not None and entry.mark != "decided-not-begun"
