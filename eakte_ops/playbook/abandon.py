"""Gives a run up as it stands: nothing is undone, what it left is named and remembered, the town is free again.

It is the way out where neither forth nor back is left, so it asks for as little as it can: servers that can not be
reached are named, and only a job that may still be at work stands against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.errors import CommandFailed, EakteError, Unreachable
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.carrying import recorded
from eakte_ops.playbook.everywhere import everywhere
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.journalled import Journalled
from eakte_ops.playbook.leftovers import ask
from eakte_ops.playbook.memory import leftovers, locks
from eakte_ops.playbook.memory.leftovers import Leftover
from eakte_ops.playbook.owners import alive, objection_to_abandon, still_there
from eakte_ops.playbook.standing import is_over
from eakte_ops.playbook.taking import Hold, Opened, load, must_be_open, take, working

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.parts import Parts
    from eakte_ops.store import Rows


@dataclass(frozen=True, slots=True)
class Abandoned:
    """`left`: what it left on the servers, also remembered; `notes`: what could not be done or told, as sentences."""

    run: Run
    left: tuple[Leftover, ...]
    notes: tuple[str, ...]


class _Nowhere:
    """See copy.Copy: there is no lock server to write to."""

    def put(self, text: str) -> None:
        """See copy.Copy."""

    def append(self, first: int, lines: Sequence[str]) -> int:
        """See copy.Copy."""
        return first - 1 + len(lines)


def abandon(parts: Parts, run: Run, why: str) -> Abandoned:
    """Give `run` up. Raises UsageError where it is over, Busy where a process, another run or a job is at work."""
    opened = parts.keeper.reading(lambda rows: load(rows, run))
    with working(parts, run, opened.plan):
        opened = parts.keeper.reading(lambda rows: load(rows, run))
        must_be_open(opened)
        servers = tuple(server for server in run.servers if server in parts.lines.targets)
        busy = everywhere(servers, lambda server: alive(parts, server, run.id))
        for server, found in busy.said.items():
            if found:
                raise still_there(parts, server, found[0])
        recorded(parts, "run.abandon", run, why)
        hold, notes = _hold(parts, opened, servers)
        notes += _written(parts, opened, hold, why)
        left = _left(parts, run, servers)
        parts.keeper.writing(lambda rows: leftovers.keep(rows, left))
        notes += [f"{server} still shows the lock: {problem.said}" for server, problem in _freed(parts, run, hold)]
        recorded(parts, "run.end", run, why, result="abandoned", left=[f"{each.server} {each.kind}" for each in left])
        return Abandoned(run, left, tuple(notes))


def look_again(parts: Parts, run: Run) -> tuple[Leftover, ...]:
    """Ask once more what an abandoned run left; what is gone is forgotten. Gives what is there, or can not be asked."""
    known = parts.keeper.reading(lambda rows: leftovers.there(rows, run=run.id))
    servers = tuple(server for server in run.servers if server in parts.lines.targets)
    found = _left(parts, run, servers)
    unknown = {each.server for each in found if each.kind == "not-asked"}
    there = {(each.server, each.kind) for each in found}
    gone = [each for each in known if each.server not in unknown and (each.server, each.kind) not in there]

    def keep(rows: Rows) -> tuple[Leftover, ...]:
        leftovers.keep(rows, found)
        for each in gone:
            leftovers.gone(rows, each, parts.now())
        return leftovers.there(rows, run=run.id)

    return parts.keeper.writing(keep)


def _hold(parts: Parts, opened: Opened, servers: Sequence[str]) -> tuple[Hold | None, list[str]]:
    """The town, where it can still be had; without it the run is given up here alone."""
    try:
        hold = take(parts, opened, servers, objection_to_abandon(parts, opened.run), needed=())
    except (Unreachable, CommandFailed) as problem:
        return None, [f"the town could not be asked, so this is known here alone: {problem.said}"]
    notes = [f"{server} could not be reached: {why.said}" for server, why in hold.left_out.items()]
    if opened.run.lock_server in hold.left_out or opened.run.lock_server not in hold.servers:
        notes.append(f"{opened.run.lock_server} has its journal and does not know yet that the run was abandoned")
    return hold, notes


def _written(parts: Parts, opened: Opened, hold: Hold | None, why: str) -> list[str]:
    """Write it down: here in any case, on the lock server where that can be."""
    entry = Entry(turn="abandoned", said=why)
    if hold is not None and opened.run.lock_server in hold.servers:
        try:
            hold.journal().write(entry)
        except Fenced:
            raise
        except (Unreachable, CommandFailed) as problem:
            known = parts.keeper.reading(lambda rows: load(rows, opened.run))
            if not is_over(known.entries):
                _alone(parts, known).write(entry)
            return [f"{opened.run.lock_server} could not be told that the run was abandoned: {problem.said}"]
        return []
    _alone(parts, opened).write(entry)
    return []


def _alone(parts: Parts, opened: Opened) -> Journalled:
    return Journalled(opened.run.id, parts.keeper, _Nowhere(), parts.who, known=opened.written, clock=parts.clock)


def _left(parts: Parts, run: Run, servers: Sequence[str]) -> tuple[Leftover, ...]:
    """What the run left, by server; of one that can not be asked that nothing is known."""
    now = parts.now()
    heard = everywhere(servers, lambda server: ask(parts.lines, server, parts.layouts[server].state, run.id))
    found = [
        Leftover(run.id, run.town, server, each.kind, each.said, now)
        for server, said in heard.said.items()
        for each in said
    ]
    found += [
        Leftover(run.id, run.town, server, "not-asked", problem.said, now) for server, problem in heard.failed.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.server, each.kind)))


def _freed(parts: Parts, run: Run, hold: Hold | None) -> list[tuple[str, EakteError]]:
    if hold is None:
        parts.keeper.writing(lambda rows: locks.drop(rows, run.town, run.id))
        return []
    return list(hold.give_back().items())
