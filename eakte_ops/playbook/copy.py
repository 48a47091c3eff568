"""The copy of a run on the lock server of its town: facts, plan and journal, so that another machine can go on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from eakte_ops.errors import Refused
from eakte_ops.playbook import given
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.memory import runs
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.playbook.written import Written, read_all
from eakte_ops.remote import mirror

if TYPE_CHECKING:
    from eakte_ops.playbook.journal import Entry
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.plan import Plan

_FORMAT = 1
_SHOWN = 60


class NoCopy(Refused):
    """What a lock server gives is no run that could be gone on with."""

    message = "{server}: the copy of the run {run} can not be used: {said}"
    hint = "nothing was taken from it; eakte-ops unlock frees the town, and what the run left is named by abandon"


class Copy(Protocol):
    """Where the journal of one run lies for the second time."""

    def put(self, text: str) -> None:
        """Put facts and plan there, once. Raises as `append`."""

    def append(self, first: int, lines: Sequence[str]) -> int:
        """Append lines, the first of which has the number `first` (from 1); give how many are there afterwards.

        Raises Fenced where somebody else has taken the town, CommandFailed, Unreachable.
        """


@dataclass(frozen=True, slots=True)
class CopyOnServer:
    """See Copy. `token`: under which this process has the town."""

    lines: Lines
    server: str
    run: str
    token: int

    def put(self, text: str) -> None:
        """See Copy."""
        try:
            with self.lines.to(self.server) as line:
                mirror.put_plan(line, self.run, self.token, text, server=self.server)
        except mirror.MirrorFenced as fenced:
            raise Fenced(str(fenced.values["said"]), server=self.server) from fenced

    def append(self, first: int, lines: Sequence[str]) -> int:
        """See Copy."""
        try:
            with self.lines.to(self.server) as line:
                return mirror.append(line, self.run, self.token, first, lines, server=self.server)
        except mirror.MirrorFenced as fenced:
            raise Fenced(str(fenced.values["said"]), server=self.server) from fenced


@dataclass(frozen=True, slots=True)
class Found:
    """A copy that was read back: facts, plan and journal as its lines."""

    run: runs.Run
    plan: Plan
    lines: tuple[str, ...]

    @property
    def written(self) -> tuple[Written, ...]:
        """The journal. Was read before, so it can be read."""
        return read_all(self.lines)


def text(run: runs.Run, plan: Plan) -> str:
    """What is put there: one line of JSON, in which the plan stands in its one form."""
    head = {"format": _FORMAT, "hash": plan.hash, "run": run.facts()}
    return f'{json.dumps(head, ensure_ascii=True, sort_keys=True)[:-1]}, "plan": {plan.text()}}}'


def read(server: str, name: str, whole: str, lines: Sequence[str]) -> Found:
    """What the lock server gave for the run `name`. It is a stranger's word: nothing counts that does not fit together.

    Raises NoCopy, NoEntry, NoPlan, NotSupported.
    """
    try:
        said = json.loads(whole)
        if said["format"] != _FORMAT:
            raise NoCopy("another version of eakte-ops wrote it", server=server, run=name)
        run = runs.read(said["run"])
        plan_hash = str(said["hash"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise NoCopy(f"it is not whole ({type(wrong).__name__})", server=server, run=name) from None
    plan = read_plan(whole, run.plan)
    if run.id != name or plan_hash != run.plan or plan.town != run.town:
        raise NoCopy("its parts belong to different runs", server=server, run=name)
    for each in read_all(lines):
        if said := _stranger(plan, each.entry):
            raise NoCopy(said, server=server, run=name)
    return Found(run, plan, tuple(lines))


def _stranger(plan: Plan, entry: Entry) -> str:
    """Why no run of this plan can have written that entry, "" if it can: what it gives goes into texts that are carried
    out on other servers, so it has to be what a step of the plan may give, and of the kind that the plan says."""
    steps = {step.id: step for step in plan.steps}
    if entry.step and entry.step not in steps:
        return f"its journal tells of the step {entry.step[:_SHOWN]}, which its plan does not have"
    for value, text in entry.gives.items():
        if not entry.step or value not in steps[entry.step].gives or value not in plan.values:
            return f"its journal holds the value {value[:_SHOWN]}, which that step does not give"
        if not given.is_of(text, plan.values[value]):
            return f"the value {value} in its journal is no {plan.values[value]}"
    return ""
