"""Runs as lines: one per run for the list, one per step for a single one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.plan_rows import numbers
from eakte_ops.cli.run_choices import asks, cut, in_words
from eakte_ops.cli.times import iso, moment
from eakte_ops.health.wording import span
from eakte_ops.playbook.standing import StepSeen, has_failed, standing, steps

if TYPE_CHECKING:
    from eakte_ops.playbook.journal import Entry
    from eakte_ops.playbook.memory.leftovers import Leftover
    from eakte_ops.playbook.memory.outputs import Output
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.standing import Standing
    from eakte_ops.playbook.taking import Opened

AT_WORK = "is at work"
STANDS: Mapping[Standing, str] = {
    "never-begun": "was never begun",
    "forth": "stands still",
    "back": "stands still on its way back",
    "decision": "needs a decision",
    "new": "is done",
    "old": "failed and was undone",
    "abandoned": "was abandoned",
}
OPEN: tuple[Standing, ...] = ("forth", "back", "decision")
"""Not over: somebody has to go on with it, unless a process is at work on it."""
_SAID = 100
_SIGNS = {
    "to-do": "·",
    "under-way": "▸",
    "done": "✓",
    "failed": "✗",
    "unclear": "?",
    "not-begun": "·",
    "going-back": "▸",
    "undone": "↩",
    "undo-failed": "✗",
    "undo-unclear": "?",
}
_WORDS = {
    "to-do": "",
    "under-way": "begun",
    "done": "done",
    "failed": "failed",
    "unclear": "not known",
    "not-begun": "not begun",
    "going-back": "being undone",
    "undone": "undone",
    "undo-failed": "could not be undone",
    "undo-unclear": "not known whether it is undone",
}


def said_of(stands: Standing, entries: Sequence[Entry]) -> str:
    """Where a run stands, for people; of one that went back whether it failed, or a person wanted that."""
    return "was undone" if stands == "old" and not has_failed(entries) else STANDS[stands]


@dataclass(frozen=True, slots=True)
class Shown:
    """A run with all that is known of it. `at_work`: what a process of this host says that works on its town."""

    opened: Opened
    outputs: tuple[Output, ...] = ()
    left: tuple[Leftover, ...] = ()
    at_work: str = ""

    @property
    def run(self) -> Run:
        """Its facts."""
        return self.opened.run

    @property
    def standing(self) -> Standing:
        """Where it stands in all."""
        return standing(self.opened.plan, self.opened.entries)

    @property
    def said(self) -> str:
        """Where it stands, for people."""
        return AT_WORK if self.is_at_work else said_of(self.standing, self.opened.entries)

    @property
    def is_at_work(self) -> bool:
        """Whether a process of this host is at work on it now."""
        return self.run.id in self.at_work and self.standing in (*OPEN, "never-begun")


def lines(shown: Shown, now: datetime, zone: tzinfo) -> Iterator[str]:
    """All of a run, for people."""
    run, plan = shown.run, shown.opened.plan

    def at(when: float) -> str:
        return moment(when, now, zone, "en")

    yield f"{plan.purpose} · run {run.id} · {shown.said}"
    yield f" opened {at(run.opened)} by {run.who} on {run.host} · plan {run.plan[:12]}{_because(run)}"
    for each in shown.opened.written:
        if each.entry.turn in ("taken-over", "going-back", "return-decided", "abandoned"):
            said = f": {each.entry.said}" if each.entry.said else ""
            yield f" {at(each.at)} {_TURNS[each.entry.turn]} by {each.who}{said}"
    yield ""
    number = numbers(plan)
    width = max(3, *map(len, number.values()))
    yield from _table([_row(number[each.step.id], width, each, at) for each in _steps(shown)])
    for kind in shown.left:
        from eakte_ops.playbook.leftovers import KINDS

        yield f" left on {kind.server}: {KINDS.get(kind.kind, kind.kind)}{f' ({kind.said})' if kind.said else ''}"
    if shown.left:
        yield f" To look once more, once it was taken away: eakte-ops runs show {run.id} --look"
    yield from _next(shown)


def data(shown: Shown) -> dict[str, Any]:
    """The same for programs; times in UTC."""
    run = shown.run
    return {
        "id": run.id,
        "town": run.town,
        "purpose": shown.opened.plan.purpose,
        "plan": run.plan,
        "standing": "at-work" if shown.is_at_work else shown.standing,
        "opened": iso(run.opened),
        "until": iso(run.until),
        "who": run.who,
        "host": run.host,
        "why": run.why,
        "permit": run.permit,
        "servers": list(run.servers),
        "steps": [_step_data(each) for each in _steps(shown)],
        "outputs": [{"job": each.job, "at": iso(each.at), "out": each.out, "err": each.err} for each in shown.outputs],
        "asks": [] if shown.is_at_work else list(asks(shown.opened, shown.outputs)),
        "left": [{"server": each.server, "kind": each.kind, "said": each.said} for each in shown.left],
    }


def _steps(shown: Shown) -> tuple[StepSeen, ...]:
    return steps(shown.run.id, shown.opened.plan, shown.opened.written)


def _step_data(seen: StepSeen) -> dict[str, Any]:
    return {
        "id": seen.step.id,
        "server": seen.step.server,
        "title": seen.step.title,
        "standing": seen.standing,
        "job": seen.job,
        "attempt": seen.attempt,
        "began": iso(seen.began),
        "ended": iso(seen.ended),
        "said": seen.said,
    }


def _because(run: Run) -> str:
    said = [run.permit, "" if run.why in run.permit else run.why]
    return "".join(f" · {part}" for part in said if part)


def _row(number: str, width: int, seen: StepSeen, at: Any) -> tuple[str, ...]:
    took = span(max(0.0, seen.ended - seen.began), "en") if seen.began is not None and seen.ended is not None else ""
    began = at(seen.began) if seen.began is not None else ""
    attempt = f"attempt {seen.attempt}" if seen.attempt > 1 else ""
    said = seen.said if seen.standing not in ("done", "undone") or seen.said not in ("exit 0", "") else ""
    words = " · ".join(part for part in (_WORDS[seen.standing], took, attempt, cut(in_words(said), _SAID)) if part)
    return (f" {_SIGNS[seen.standing]} {number:>{width}}", seen.step.title, seen.step.server, began, words)


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[4]]).rstrip()


def _next(shown: Shown) -> Iterator[str]:
    """What can be done."""
    run, stands = shown.run.id, shown.standing
    if shown.is_at_work:
        yield ""
        yield f"A process of this host is at work on it: {shown.at_work}"
        yield f"To have it pause after the step under way: eakte-ops runs pause {run}"
        return
    if stands not in OPEN:
        return
    yield ""
    asked = list(asks(shown.opened, shown.outputs))
    if asked:
        yield from asked
        return
    yield "Nobody is at work on it; the town stays locked by it. Each of these asks the servers first:"
    yield f"  go on              eakte-ops runs resume {run}"
    if stands == "forth":
        yield f'  undo what it did   eakte-ops runs rollback {run} --why "..."'
    yield f'  leave it as it is  eakte-ops runs abandon {run} --why "..."'


_TURNS = {
    "taken-over": "taken up again",
    "going-back": "turned round",
    "return-decided": "going back was decided",
    "abandoned": "given up",
}
