"""Begins, goes on with and turns round runs: takes the town, lets the runner work, gives the town back at the end.

A town stays locked by a run that is not over: paused, asking, or stopped by an error. Only an end, `abandon` or a
person's `unlock` frees it (docs/decisions/engine.md).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.errors import Busy, EakteError, Refused, UsageError
from eakte_ops.playbook import copy
from eakte_ops.playbook.carrying import carry_out, recorded
from eakte_ops.playbook.journal import Entry, Phase
from eakte_ops.playbook.memory import entries, locks, plans, runs
from eakte_ops.playbook.memory.runs import Run
from eakte_ops.playbook.owners import busy_with, objection_to_begin, objection_to_go_on
from eakte_ops.playbook.parts import Outcome, Parts
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.progress import last
from eakte_ops.playbook.standing import is_over, lossy
from eakte_ops.playbook.taking import Opened, load, must_be_open, servers_of, take, working

if TYPE_CHECKING:
    from eakte_ops.playbook.permit import Permit
    from eakte_ops.store import Rows


class Overtaken(Refused):
    """Other runs were at work in the town since this one stood still: what it rests on may be no more."""

    message = "since {run} stood still, {others} changed {town}: what it rests on may not hold any more"
    hint = (
        'eakte-ops runs abandon {run} --why "..." gives it up; if you know that it still fits: --why "..." with resume'
    )


class Strange(Refused):
    """A plan that is known here only because a run of another operations host was adopted."""

    message = "the plan {plan} came here with the run {run}, and nobody made it or was shown it on this host"
    hint = "make it anew with the command that makes such plans, and look at it"


Word: TypeAlias = Literal["done", "not-begun"]
"""What a person says of an act whose end nobody could see."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are read as another one over the telephone


def _nobody(_rows: Rows) -> None:
    """Nobody has to hear of it."""


def begin(parts: Parts, plan: Plan, *, why: str, permit: Permit, tell: Callable[[Rows], None] = _nobody) -> Outcome:
    """Carry `plan` out from its beginning. `tell`: what is queued for others as soon as nothing stands against it.

    Raises Busy, Unreachable, AuditRefused ... where nothing was begun.
    """
    _must_be_of_here(parts, plan)
    run = _new_run(parts, plan, why, permit.word)
    with working(parts, run, plan):
        known = parts.keeper.reading(lambda rows: locks.of(rows, parts.town))
        if known is not None and (unfinished := parts.keeper.reading(lambda rows: _unfinished(rows, known.run))):
            raise busy_with(parts, known, unfinished)
        recorded(parts, "run.begin", run, why, purpose=plan.purpose)

        def keep(rows: Rows) -> None:
            plans.keep(rows, plan)
            runs.keep(rows, run)

        parts.keeper.writing(keep)
        opened = Opened(run, plan, ())
        try:
            hold = take(parts, opened, parts.servers, objection_to_begin(parts))
            try:
                hold.copy.put(copy.text(run, plan))
                parts.keeper.writing(tell)
            except BaseException:
                hold.give_back()
                raise
        except EakteError as problem:
            recorded(parts, "run.end", run, why, result=f"not begun: {problem}")
            if isinstance(problem, Busy):  # nothing of it is on any server, so there is nothing to remember
                parts.keeper.writing(lambda rows: runs.forget(rows, run.id))
            raise
        return carry_out(hold)


def resume(
    parts: Parts,
    run: Run,
    *,
    answers: Mapping[str, str] | None = None,
    decisions: Mapping[str, Word] | None = None,
    why: str = "",
) -> Outcome:
    """Go on with a run from where it stands. `answers`: to steps that ask a person; `decisions`: step id -> what became
    of it, for steps of which nobody could see that. Raises as `begin`, Overtaken, UsageError where it is over or where
    nobody asked for that decision."""

    def decide(opened: Opened) -> tuple[Entry, ...]:
        others = parts.keeper.reading(lambda rows: _later(rows, opened))
        if others and not why.strip():
            raise Overtaken(run=run.id, others=", ".join(others), town=parts.name)
        return tuple(_decided(opened, step, word, why) for step, word in (decisions or {}).items())

    said = {**(answers or {}), **(decisions or {})}
    return _again(parts, run, "run.resume", why, decide, answers=answers or {}, said=said)


def rollback(parts: Parts, run: Run, why: str, *, decided: bool = False) -> Outcome:
    """Turn a run round: undo what it did, the last stage first. `decided`: a person has decided that what was stored
    since the point of no return may be lost. Raises as `resume`, UsageError where that decision is missing."""

    def turn(opened: Opened) -> tuple[Entry, ...]:
        turns = {entry.turn for entry in opened.entries}
        lost = lossy(opened.plan, opened.entries)
        if lost and "return-decided" not in turns and not decided:
            raise UsageError(
                f"{lost[0].title} was begun: what clerks stored since is lost when this run goes back",
                way_out="count and export it first; then decide, with the town, and name the town",
            )
        decision = (Entry(turn="return-decided", said=why),) if lost and "return-decided" not in turns else ()
        return (*decision, *(() if "going-back" in turns else (Entry(turn="going-back", said=why),)))

    return _again(parts, run, "run.rollback", why, turn)


def _again(
    parts: Parts,
    run: Run,
    what: str,
    why: str,
    first: Callable[[Opened], tuple[Entry, ...]],
    *,
    answers: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Outcome:
    """Take a run that is known here, write what `first` gives, and go on."""
    opened = parts.keeper.reading(lambda rows: load(rows, run))
    with working(parts, run, opened.plan):
        opened = parts.keeper.reading(lambda rows: load(rows, run))
        must_be_open(opened)
        lead = first(opened)
        recorded(parts, what, run, why, **({"said": dict(said)} if said else {}))
        parts.keeper.writing(lambda rows: runs.go_on(rows, run.id))
        needed = {*opened.plan.servers, run.lock_server}
        objection = objection_to_go_on(parts, run, opened.entries)
        hold = take(parts, opened, servers_of(parts, run), objection, needed=needed)
        return carry_out(hold, lead, answers or {})


def _decided(opened: Opened, name: str, word: Word, why: str) -> Entry:
    """The entry for what a person says of a step. Raises UsageError."""
    try:
        step = opened.plan.step(name)
    except KeyError:
        raise UsageError(
            f'there is no step "{name}" in this run', way_out=f"eakte-ops runs show {opened.run.id} shows its steps"
        ) from None
    if not why.strip():
        raise UsageError("the reason for this decision is missing", way_out='add --why "..." (it is on record)')
    back = any(entry.turn == "going-back" for entry in opened.entries)
    phase: Phase = "undo" if back else "do"
    found = last(opened.entries, step.id, phase)
    if found is None or found.mark not in (("failed", "unclear") if back else ("unclear",)):
        raise UsageError(
            f"the run does not ask what became of {name}",
            way_out=f"eakte-ops runs show {opened.run.id} says what it asks",
        )
    return Entry(
        step.id, phase, found.attempt, "decided-done" if word == "done" else "decided-not-begun", said=f"decided: {why}"
    )


def _later(rows: Rows, opened: Opened) -> list[str]:
    """Runs of the same town that began after the last entry of this one, as far as they are known here."""
    last_at = max((each.at for each in opened.written), default=opened.run.opened)
    found = runs.listed(rows, opened.run.town, last_at)
    return [run.id for run in found if run.id != opened.run.id and entries.lines(rows, run.id)]


def _unfinished(rows: Rows, name: str) -> Run | None:
    """The run of that id, where it is known here and not over."""
    found = [run for run in runs.listed(rows) if run.id == name]
    return next((run for run in found if not is_over([each.entry for each in entries.of(rows, run.id)])), None)


def _must_be_of_here(parts: Parts, plan: Plan) -> None:
    """What came from a lock server is a stranger's word: its run can be gone on with, but never begun once more."""
    runs_of_it = [
        run.id for run in parts.keeper.reading(lambda rows: runs.listed(rows, plan.town)) if run.plan == plan.hash
    ]
    if runs_of_it and not any(
        entry.what == "run.begin" and entry.details.get("plan") == plan.hash for entry in parts.trail.entries(plan.town)
    ):
        raise Strange(plan=plan.hash[:12], run=runs_of_it[0])


def _new_run(parts: Parts, plan: Plan, why: str, permit: str) -> Run:
    now = parts.clock.now()
    ending = "".join(secrets.choice(_LETTERS) for _ in range(4))
    if not parts.servers:
        raise UsageError(f"{parts.name} has no server on which work can be done")
    return Run(
        f"{now:%Y-%m-%d}-{plan.town}-{ending}",
        plan.town,
        plan.hash,
        now.timestamp(),
        now.timestamp() + plan.forth_s + plan.back_s,
        parts.trail.who.login,
        parts.trail.who.host,
        why or plan.why,
        permit,
        parts.servers,
    )
