"""Takes a town for a run, and gives it back: lock, token and the journal in both its places."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eakte_ops.errors import Busy, CommandFailed, EakteError, UsageError
from eakte_ops.playbook import copy, lock
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.journalled import Journalled
from eakte_ops.playbook.memory import entries, locks, plans
from eakte_ops.playbook.memory.runs import Run
from eakte_ops.playbook.parts import Parts
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.playbook.standing import is_over
from eakte_ops.playbook.written import Written
from eakte_ops.remote.townlock import Holder

if TYPE_CHECKING:
    from eakte_ops.store import Rows


_DIGITS = 16
_NAMED = re.compile(rf"plan ([0-9a-f]{{{_DIGITS}}}): ")


class GoneOn(Busy):
    """The copy of the run on its lock server tells more, or something else, than what is known here."""

    message = "{server}: the journal of {run} there is not the one that is known here ({said})"
    hint = 'somebody went on with it elsewhere: eakte-ops runs adopt {town} --why "..." takes over what they did'


@dataclass(frozen=True, slots=True)
class Opened:
    """A run as it is known here."""

    run: Run
    plan: Plan
    written: tuple[Written, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its journal, without times."""
        return tuple(each.entry for each in self.written)


def load(rows: Rows, run: Run) -> Opened:
    """Plan and journal of a run. Raises NoPlan, NotSupported where another version made the plan."""
    return Opened(run, read_plan(plans.get(rows, run.plan).text, run.plan), entries.of(rows, run.id))


def must_be_open(opened: Opened) -> None:
    """Raises UsageError for a run with which nobody can go on."""
    run = opened.run.id
    if not opened.written:
        raise UsageError(
            f"the run {run} was never begun: nothing was done, and the next run takes its lock over by itself",
            way_out=f"eakte-ops plans run {opened.run.plan[:12]}",
        )
    if is_over(opened.entries):
        raise UsageError(f"the run {run} is over", way_out=f"eakte-ops runs show {run} says how it ended")


@dataclass(frozen=True, slots=True)
class Hold:
    """A run has its town, under `token`. `servers`: that hold its lock; `left_out`: those that could not be reached.

    `run`: with the time at which it is expected to end now.
    """

    parts: Parts
    opened: Opened
    run: Run
    token: int
    servers: tuple[str, ...]
    left_out: Mapping[str, EakteError]

    @property
    def copy(self) -> copy.CopyOnServer:
        """Where plan and journal also lie."""
        return copy.CopyOnServer(self.parts.lines, self.run.lock_server, self.run.id, self.token)

    def journal(self) -> Journalled:
        """Its journal, the same in both places. Raises GoneOn where the lock server tells something else."""
        opened, there = self.opened, self.copy
        journal = Journalled(
            self.run.id, self.parts.keeper, there, self.parts.who, known=opened.written, clock=self.parts.clock
        )
        if opened.written:
            there.put(copy.text(opened.run, opened.plan))
            try:
                journal.catch_up()
            except CommandFailed as other:
                raise GoneOn(other.said, server=there.server, run=self.run.id, town=self.parts.town) from other
        return journal

    def give_back(self) -> Mapping[str, EakteError]:
        """Give the town back; gives the servers that could not be told: there the next run takes the lock by itself."""
        failed = lock.release(self.parts.lines, self.servers, self.run.id, self.token)
        self.parts.keeper.writing(lambda rows: locks.drop(rows, self.run.town, self.run.id))
        return failed


def named(plan: Plan) -> str:
    """The purpose as the lock on each server says it, with the plan: so that a lock server that gives another plan for
    the run than it was begun with is contradicted by every other server of the town."""
    return f"plan {plan.hash[:_DIGITS]}: {plan.purpose}"


def is_of_another(plan: Plan, purpose: str) -> bool:
    """Whether the lock of a run with that purpose names another plan than this one."""
    found = _NAMED.match(purpose)
    return found is None or found[1] != plan.hash[:_DIGITS]


def working(parts: Parts, run: Run, plan: Plan) -> AbstractContextManager[None]:
    """This process works on the town of `run` for the block. Raises Busy where another one of this host does."""
    return lock.working(parts.state, parts.town, f"{plan.purpose}, run {run.id}, {parts.who}")


def take(
    parts: Parts,
    opened: Opened,
    servers: Sequence[str],
    objection: lock.Objection,
    *,
    needed: Collection[str] | None = None,
) -> Hold:
    """Take the town for a run, and remember that. `needed`: servers without which it is not taken, all if None.

    Raises as lock.take.
    """
    plan, now = opened.plan, parts.now()
    run = replace(opened.run, until=max(opened.run.until, now + plan.forth_s + plan.back_s))
    who = parts.trail.who
    holder = Holder(run.id, who.login, parts.host, named(plan), now, run.until, 0)
    taken = lock.take(parts.lines, servers, holder, needed=servers if needed is None else needed, objection=objection)
    row = locks.Lock(parts.town, run.id, taken.token, who.login, who.host, plan.purpose, now, run.until)
    parts.keeper.writing(lambda rows: locks.keep(rows, row))
    reached = tuple(server for server in servers if server not in taken.left_out)
    return Hold(parts, opened, run, taken.token, reached, taken.left_out)


def servers_of(parts: Parts, run: Run) -> tuple[str, ...]:
    """Where a run has the lock: as it was opened, and servers that the town got since. Raises UsageError."""
    gone = [server for server in run.servers if server not in parts.lines.targets]
    if run.lock_server in gone:
        raise UsageError(
            f"{run.lock_server}, which keeps the journal of {run.id}, is no server of {parts.name} any more",
            way_out="put it back into the inventory until this run is over",
        )
    return tuple(sorted({*run.servers, *parts.servers} - set(gone)))
