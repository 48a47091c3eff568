"""`eakte-ops unlock`: free a town whose lock nobody will give back."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte_ops.cli.output import say
from eakte_ops.errors import Status, UsageError, worst


def unlock(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record, there too.")],
) -> int:
    """Break the lock of a town on all its servers: whoever had it is refused there from now on.

    Nothing of a run is undone. Refused while a job is at work there. Status 3: a server could not be reached; 6: a job
    began in the very last moment.
    """
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.playbook.lock import shown_host
    from eakte_ops.playbook.unlock import unlock as break_lock

    if not why.strip():
        raise UsageError("the reason is missing", way_out='--why "..." (it goes on record, and to the town)')
    with parts_for(town) as parts:
        done = break_lock(parts, why)
        runs = {holder.run: holder for holder in done.holders.values() if holder is not None}
        for holder in runs.values():
            since = parts.at(holder.since)
            say(f"Taken from {holder.run} ({holder.purpose}), {holder.who} on {shown_host(holder.host)} since {since}.")
    if not runs:
        say("No server that was reached was locked.")
    for server, problem in done.failed.items():
        say(f"{server} keeps its lock, if it has one: {problem.said}")
    for server, problem in done.unseen.items():
        say(f"{server} is free, and whether a job began there in the very last moment is not known: {problem.said}")
    for server, job in done.running:
        say(f"{server}: {job.job} began in the very last moment and still runs: begin nothing before it has ended.")
        say(f'  → wait for it (eakte-ops jobs list {town}), or end it: eakte-ops jobs end {town} {job.job} --why "..."')
    for run in runs:
        say(f'That run is not over: eakte-ops runs adopt {town} --why "..." takes it up again from here;')
        say(f'eakte-ops runs abandon {run} --why "..." gives it up where it is known, and names what it left.')
    problems = [*done.failed.values(), *done.unseen.values()]
    return worst([*(problem.status for problem in problems), *([Status.BUSY] if done.running else [])])
