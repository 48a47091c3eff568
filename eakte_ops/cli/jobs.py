"""`eakte-ops jobs`: what the centre has at work on the servers of a town, and ending one of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show_json
from eakte_ops.errors import EakteError, Status, UsageError, worst

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from eakte_ops.playbook.everywhere import Heard
    from eakte_ops.playbook.parts import Parts
    from eakte_ops.remote.jobs import Listed

app = typer.Typer(help="Jobs on the servers: list them, end one.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(
    town: Annotated[
        str | None, typer.Argument(metavar="[TOWN]", help="Only this town, ended jobs too (else all, at work only).")
    ] = None,
    as_json: Json = False,
) -> int:
    """List the jobs on the servers of a town, or those at work in all towns; status 3 if a server can not be asked."""
    from eakte_ops.cli.times import iso

    inventory = CONTEXT.inventory(*([town] if town else []))
    rows: list[tuple[str, Listed]] = []
    zones: dict[str, tzinfo] = {}
    failed: dict[str, EakteError] = {}
    for name in [town] if town else list(inventory.towns):
        heard = _heard(name)
        zones |= dict.fromkeys(heard.said, CONTEXT.zone_of(name))
        rows += [(server, job) for server, jobs in heard.said.items() for job in jobs if town or not job.state.ended]
        failed |= heard.failed
    if as_json:
        said = [
            {
                "server": server,
                "job": job.job,
                "state": job.state.kind,
                "code": job.state.code,
                "said": job.state.said,
                "account": job.account,
                "since": iso(job.since),
                "limit": job.limit,
                "note": job.note,
            }
            for server, job in rows
        ]
        unreached = [{"server": server, "why": problem.said} for server, problem in failed.items()]
        show_json("jobs", 1, {"town": town, "jobs": said, "not_asked": unreached})
    else:
        _show(rows, zones)
        for problem in failed.values():
            say(str(problem))
    return worst(problem.status for problem in failed.values())


def _heard(town: str) -> Heard[tuple[Listed, ...]]:
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.playbook.everywhere import everywhere
    from eakte_ops.remote import jobs

    with parts_for(town) as parts:

        def asked(server: str) -> tuple[Listed, ...]:
            with parts.lines.to(server) as line:
                return jobs.listed(line, server=server)

        return everywhere(parts.servers, asked)


def _show(rows: list[tuple[str, Listed]], zones: Mapping[str, tzinfo]) -> None:
    """`zones`: server -> the zone of its town's clock."""
    from eakte_ops.cli.access_parts import show_table
    from eakte_ops.cli.times import moment
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.wording import span

    if not rows:
        say("No job is there.")
        return
    now = SYSTEM.now()
    lines = [
        (
            server,
            job.job,
            " ".join(str(part) for part in (job.state.kind, job.state.code, job.state.said) if part not in (None, "")),
            moment(job.since, now, zones[server], "en"),
            span(job.limit, "en"),
            job.account,
        )
        for server, job in sorted(rows, key=lambda row: (row[0], -row[1].since))
    ]
    show_table([("server", "job", "state", "since", "at most", "account"), *lines])


@app.command()
def end(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    job: Annotated[str, typer.Argument(metavar="JOB", help="As `jobs list` names it.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")],
) -> int:
    """End a job that is at work, with all it started. What became of its step is then a question of its run."""
    from eakte_ops.cli.run_parts import parts_for
    from eakte_ops.remote import jobs

    if not why.strip():
        raise UsageError("the reason is missing", way_out='--why "..." (it goes on record)')
    with parts_for(town) as parts:
        server = _where(parts, job)
        parts.trail.record("job.end", town=town, why=why, details={"job": job, "at": server})
        with parts.lines.to(server) as line:
            state = jobs.cancel(line, job, server=server)
    told = " ".join(str(part) for part in (state.kind, state.code, state.said) if part not in (None, ""))
    say(f"{job} on {server}: {told}. Its run goes on from there: eakte-ops runs resume {job.partition('.')[0]}")
    return Status.OK


def _where(parts: Parts, job: str) -> str:
    """The server that has the job and on which it has not ended. Raises UsageError, Unreachable."""
    heard = _heard(parts.town)
    for server, found in heard.said.items():
        for each in found:
            if each.job == job:
                if each.state.ended:
                    raise UsageError(f"{job} has ended ({each.state.kind} {each.state.code or ''})".strip())
                return server
    heard.must(parts.servers)
    raise UsageError(f'no server of {parts.name} has a job "{job}"', way_out=f"eakte-ops jobs list {parts.town}")
