"""Whose a town is: why a lock may not be taken, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eakte_ops.errors import Busy, EakteError
from eakte_ops.playbook.lock import Locked, Objection, shown_host
from eakte_ops.playbook.memory import entries, runs
from eakte_ops.playbook.standing import is_over, token
from eakte_ops.remote import jobs

if TYPE_CHECKING:
    from eakte_ops.playbook.journal import Entry
    from eakte_ops.playbook.memory.locks import Lock
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.parts import Parts
    from eakte_ops.remote.jobs import Listed
    from eakte_ops.remote.townlock import Holder
    from eakte_ops.store import Rows


class StillThere(Busy):
    """The lock was left by a run that is over, but a job of it has not ended."""

    message = "{server}: {job} is still {state} there, since {since}"
    hint = 'wait for it, or end it: eakte-ops jobs end {town} {job} --why "..."'


class TakenOver(Busy):
    """The fence token on a server is higher than ours: somebody else has taken the town since."""

    message = "{server}: the lock of {run} was taken away since it was at work{who}"
    hint = (
        'eakte-ops runs adopt {town} --why "..." reads what was done since and takes the run back; '
        "eakte-ops runs show {run} says what is known here"
    )


def busy_with(parts: Parts, known: Lock, run: Run) -> Locked:
    """The error where a run of this operations folder has the town and is not over."""
    return Locked(
        town=parts.name,
        run=run.id,
        purpose=known.purpose,
        who=known.who,
        host=known.host,
        since=parts.at(known.since),
        until=parts.at(known.until),
        way_out=_ours(run.id),
    )


def held(parts: Parts, holder: Holder) -> Locked:
    """The error where a server says that another run has the town."""
    # Ours by its name, and unknown where the store was lost: then its lock server knows it, as of any other host.
    here = holder.host == parts.host and parts.keeper.reading(lambda rows: _is_known(rows, holder.run))
    return Locked.of(parts.name, holder, parts.at, _ours(holder.run) if here else _theirs(parts.town))


def objection_to_begin(parts: Parts) -> Objection:
    """For a new run: a lock is taken over by itself only where a run of this very folder left it, that run is over or
    never began, and no job of it is alive."""

    def objection(server: str, _token: int, holder: Holder | None) -> EakteError | None:
        if holder is None:
            return None
        if holder.host != parts.host or not parts.keeper.reading(lambda rows: _is_known_over(rows, holder.run)):
            return held(parts, holder)
        return _alive(parts, server, holder.run)

    return objection


def objection_to_go_on(parts: Parts, run: Run, known: Sequence[Entry]) -> Objection:
    """For a run that is known here: nobody else may have been at the town since."""
    highest = token(known)

    def objection(server: str, theirs: int, holder: Holder | None) -> EakteError | None:
        if holder is not None and holder.run != run.id:
            return held(parts, holder)
        if (holder is not None and holder.host == parts.host) or theirs <= highest:
            return None
        return _taken_over(parts, run, server, holder)

    return objection


def objection_to_abandon(parts: Parts, run: Run) -> Objection:
    """For a run that is given up: nobody else may be at the town."""

    def objection(server: str, _token: int, holder: Holder | None) -> EakteError | None:
        if holder is not None and holder.run != run.id:
            return held(parts, holder)
        return _taken_over(parts, run, server, holder) if holder is not None and holder.host != parts.host else None

    return objection


def _taken_over(parts: Parts, run: Run, server: str, holder: Holder | None) -> TakenOver:
    by = f", by {holder.who} on {shown_host(holder.host)} at {parts.at(holder.since)}" if holder else ""
    return TakenOver(server=server, town=parts.town, run=run.id, who=by)


def alive(parts: Parts, server: str, run: str = "") -> tuple[Listed, ...]:
    """The jobs on a server (of one run) that have not ended. Raises Unreachable, CommandFailed."""
    with parts.lines.to(server) as line:
        found = jobs.listed(line, server=server)
    return tuple(each for each in found if not each.state.ended and (not run or each.job.startswith(f"{run}.")))


def still_there(parts: Parts, server: str, job: Listed) -> StillThere:
    """The error for a job that has not ended."""
    return StillThere(server=server, job=job.job, state=job.state.kind, since=parts.at(job.since), town=parts.town)


def _alive(parts: Parts, server: str, run: str) -> StillThere | None:
    return next((still_there(parts, server, job) for job in alive(parts, server, run)), None)


def _is_known_over(rows: Rows, run: str) -> bool:
    return _is_known(rows, run) and is_over([each.entry for each in entries.of(rows, run)])


def _is_known(rows: Rows, run: str) -> bool:
    return any(each.id == run for each in runs.listed(rows))


def _ours(run: str) -> str:
    return f"eakte-ops runs show {run} says where it stands; then: eakte-ops runs resume | rollback | abandon {run}"


def _theirs(town: str) -> str:
    return (
        f'talk to them. If that machine is gone: eakte-ops runs adopt {town} --why "..." goes on with it from here; '
        f'eakte-ops unlock {town} --why "..." only frees the town'
    )
