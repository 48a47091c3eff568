"""Takes a run over from another operations host: what its lock server keeps of it becomes known here, the town ours.

Nothing is carried out by it. Whoever was at work is fenced from that moment on; their jobs that run go on to their end,
and whoever resumes waits for them (docs/decisions/engine.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eakte_ops.errors import CommandFailed, EakteError, Refused, UsageError
from eakte_ops.playbook import copy, lock
from eakte_ops.playbook.carrying import recorded
from eakte_ops.playbook.everywhere import everywhere
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.memory import entries, locks, plans, runs
from eakte_ops.playbook.owners import alive, held
from eakte_ops.playbook.standing import is_over
from eakte_ops.playbook.taking import Opened, is_of_another, load, take
from eakte_ops.remote import mirror, townlock

if TYPE_CHECKING:
    from eakte_ops.playbook.lock import Objection, Seen
    from eakte_ops.playbook.parts import Parts
    from eakte_ops.remote.jobs import Listed
    from eakte_ops.remote.townlock import Holder
    from eakte_ops.store import Rows

_SHOWN = 300
_ALONE = (
    "only {run.lock_server} says what this run does, no other server bears it out: read the plan and its secrets"
    " before you go on"
)


@dataclass(frozen=True, slots=True)
class Adopted:
    """`over`: it had come to its end there, so only that is known now. `running`: server -> jobs that have not ended.

    `set_aside`: lines of the journal here that the lock server did not have, none of which began anything.
    """

    opened: Opened
    over: bool
    running: tuple[tuple[str, Listed], ...] = ()
    set_aside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class NothingThere(UsageError):
    """There is no run in the town that could be taken over."""

    message = "no server of {town} knows of a run that is not over"
    hint = "eakte-ops runs list shows what is known here"


def adopt(parts: Parts, why: str) -> Adopted:
    """Take the town over with the run that has it. Raises Busy where a process of this host is at work, NothingThere,
    Unreachable where a server that is needed can not be reached, NoCopy where what is kept there does not hold."""
    with lock.working(parts.state, parts.town, f"taking over, {parts.who}"):
        seen = lock.look(parts.lines, parts.servers)
        found = _found(parts, seen.said, seen.failed)
        borne_out = _borne_out(found, seen.said)
        if is_over([each.entry for each in found.written]):
            recorded(parts, "run.adopt", found.run, why, result="was over")
            return Adopted(_kept(parts, found), over=True, notes=_freed(parts, found.run, seen.said))
        recorded(parts, "run.adopt", found.run, why)
        adopted = _taken(parts, found, why)
        return adopted if borne_out else replace(adopted, notes=(*adopted.notes, _ALONE.format(run=found.run)))


def _taken(parts: Parts, found: copy.Found, why: str) -> Adopted:
    """The town under a token of ours first: what is read after that is what will be gone on with."""
    strangers = [server for server in (*found.run.servers, *found.plan.servers) if server not in parts.lines.targets]
    if strangers:
        raise UsageError(
            f"{', '.join(dict.fromkeys(strangers))}: this run works on it, and {parts.name} has no such server here",
            way_out="bring the operations folder to the commit the plan was made from, then try again",
        )
    servers = tuple(sorted({*found.run.servers, *parts.servers}))
    asked = Opened(found.run, found.plan, found.written)
    parts.keeper.writing(lambda rows: _keep_facts(rows, found))
    needed = {*found.plan.servers, found.run.lock_server}
    hold = take(parts, asked, servers, _objection(parts, found.run.id), needed=needed)
    again = _read(parts, found.run.lock_server, found.run.id)
    if (again.run, again.plan) != (found.run, found.plan):
        raise copy.NoCopy("it became another one meanwhile", server=found.run.lock_server, run=found.run.id)
    known = parts.keeper.reading(lambda rows: entries.lines(rows, found.run.id))
    aside = tuple(line for line in known if line not in again.lines)
    if aside:
        recorded(parts, "run.set-aside", found.run, why, lines=[line[:_SHOWN] for line in aside])
    opened = _kept(parts, again)
    held_now = replace(hold, opened=opened)
    held_now.journal().write(Entry(turn="taken-over", token=hold.token, said=f"adopted: {why}"))
    running = everywhere(hold.servers, lambda server: alive(parts, server, found.run.id))
    opened = parts.keeper.reading(lambda rows: load(rows, found.run))
    return Adopted(
        opened,
        over=False,
        running=tuple((server, job) for server, jobs in running.said.items() for job in jobs),
        set_aside=aside,
        notes=(
            *(f"{server} could not be reached: {problem.said}" for server, problem in hold.left_out.items()),
            *_later(parts, found.run),
        ),
    )


def _borne_out(found: copy.Found, seen: Seen) -> bool:
    """Whether another server than the one that keeps the copy also says that this run carries out this plan.

    Raises NoCopy where one says that it is another plan: the copy was altered, or the run invented.
    """
    run = found.run
    holders = {server: holder for server, (_, holder) in seen.items() if holder is not None and holder.run == run.id}
    for server, holder in holders.items():
        if is_of_another(found.plan, holder.purpose):
            raise copy.NoCopy(
                f'it has the plan {found.plan.hash[:12]}, and on {server} the lock of the run says "{holder.purpose}"',
                server=run.lock_server,
                run=run.id,
            )
    return bool(holders.keys() - {run.lock_server})


def _freed(parts: Parts, run: runs.Run, seen: Seen) -> tuple[str, ...]:
    """What a run that is over left of its lock is given back."""
    left = {server: holder.token for server, (_, holder) in seen.items() if holder is not None and holder.run == run.id}

    def give(server: str) -> bool:
        with parts.lines.to(server) as line:
            return townlock.release(line, run.id, left[server], server=server)

    failed = everywhere(left, give).failed
    parts.keeper.writing(lambda rows: locks.drop(rows, run.town, run.id))
    return tuple(f"{server} still shows its lock: {problem.said}" for server, problem in failed.items())


def _objection(parts: Parts, run: str) -> Objection:
    """Everything may be taken out of the hands of that run, and nothing out of those of another."""

    def objection(_server: str, _token: int, holder: Holder | None) -> EakteError | None:
        return held(parts, holder) if holder is not None and holder.run != run else None

    return objection


def _found(parts: Parts, seen: Seen, failed: dict[str, EakteError]) -> copy.Found:
    """The run to take over: the one that has the lock, else the newest copy that is not over, else one known here."""
    holders = [holder.run for _token, holder in seen.values() if holder is not None]
    wanted = max(dict.fromkeys(holders), key=holders.count, default="")
    copies = everywhere(seen, lambda server: _copies(parts, server))
    over = parts.keeper.reading(lambda rows: _known(rows, parts.town, over=True))
    for server, names in copies.said.items():
        if wanted in names:
            return _read(parts, server, wanted)
        for name in () if wanted else names:
            found = _readable(parts, server, name) if name not in over else None
            if found is not None and not is_over([each.entry for each in found.written]):
                return found
    ours = parts.keeper.reading(lambda rows: _known(rows, parts.town, over=False))
    for server, names in copies.said.items():
        for name in () if wanted else names:
            if name in ours:
                return _read(parts, server, name)
    for problem in (*failed.values(), *copies.failed.values()):
        raise problem
    if wanted:
        raise CommandFailed(
            f"the run {wanted} has the lock, and no server has a copy of it",
            server=parts.name,
            command="runs adopt",
            code=None,
            way_out=f'eakte-ops unlock {parts.town} --why "..." frees the town',
        )
    raise NothingThere(town=parts.name)


def _copies(parts: Parts, server: str) -> tuple[str, ...]:
    with parts.lines.to(server) as line:
        return mirror.runs(line, server=server)


def _read(parts: Parts, server: str, run: str) -> copy.Found:
    with parts.lines.to(server) as line:
        whole, lines = mirror.read(line, run, server=server)
    found = copy.read(server, run, whole, lines)
    if found.run.town != parts.town:
        raise copy.NoCopy(f"it is of {found.run.town}", server=server, run=run)
    return found


def _readable(parts: Parts, server: str, run: str) -> copy.Found | None:
    """The copy of a run of this town; None for one that can not be used, which nobody asked for."""
    try:
        return _read(parts, server, run)
    except (Refused, CommandFailed):
        return None


def _later(parts: Parts, run: runs.Run) -> list[str]:
    """A sentence where the lock server has copies of other runs that were written after that of `run`."""
    names = _copies(parts, run.lock_server)
    before = names[: names.index(run.id)] if run.id in names else ()
    later = [name for name in before if name != run.id]
    return [f"other runs were at work since: {', '.join(later)}; see whether it still fits"] if later else []


def _known(rows: Rows, town: str, *, over: bool) -> frozenset[str]:
    """The runs of the town that are known here and over, or not over."""
    found = runs.listed(rows, town)
    return frozenset(run.id for run in found if is_over([each.entry for each in entries.of(rows, run.id)]) == over)


def _keep_facts(rows: Rows, found: copy.Found) -> None:
    plans.keep(rows, found.plan)
    runs.keep(rows, found.run)


def _kept(parts: Parts, found: copy.Found) -> Opened:
    """What the lock server has of a run is what is known here from now on."""

    def keep(rows: Rows) -> Opened:
        _keep_facts(rows, found)
        entries.replace(rows, found.run.id, found.lines)
        return load(rows, found.run)

    return parts.keeper.writing(keep)
