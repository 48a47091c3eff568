"""`eakte-ops handover`: machines are handed to local IT with the software stopped in order, and taken back."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.changing import AgreedWith, OutsideWindow, PlanOnly, WithoutApproval
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.clock import SYSTEM
from eakte_ops.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.inventory.model import Town
    from eakte_ops.playbook.handover.look import CameBack
    from eakte_ops.playbook.handover.opened import Opened
    from eakte_ops.playbook.plan import Plan

app = typer.Typer(
    help="Machines in the hands of local IT: stop all in order, and take it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
TownName = Annotated[str, typer.Argument(metavar="TOWN")]


@app.command()
def begin(
    town: TownName,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help='Agreed end: 2h, 18:00, "2026-11-25 06:00".')],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="What for; local IT and clerks' hotline read it.")],
    servers: Annotated[
        list[str] | None, typer.Option("--server", metavar="SERVER", help="Only this one (may be repeated).")
    ] = None,
    *,
    plan: PlanOnly = False,
    outside_window: OutsideWindow = False,
    agreed_with: AgreedWith = "",
    without_approval: WithoutApproval = False,
) -> int:
    """Stop the software in order, hold it, and say to local IT: the machine is yours.

    Notice page, hold, wait for what is under way, stop; what the machines are like is remembered. Until then nothing
    that is down is a finding, and nothing starts, even if a machine starts anew.
    """
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.changing import make, propose
    from eakte_ops.playbook.memory.handovers import BEGIN
    from eakte_ops.playbook.permit import Asked

    if not why.strip():
        raise UsageError("a handover needs a reason", place="--why", way_out='say what for: --why "kernel patches"')
    inventory = CONTEXT.inventory(town)
    banner(inventory.folder, inventory.settings.lab)
    if (found := _opened(town)) is not None:
        raise found.refusal()
    end = _until(until, inventory.towns[town])
    arguments = {"until": f"{end:%Y-%m-%dT%H:%M:%SZ}", "why": why.strip(), "servers": " ".join(servers or [])}
    made = make(town, BEGIN, arguments, why=why)
    asked = Asked(outside_window, agreed_with, without_approval, why)
    return propose(made, asked, plan_only=plan)


@app.command()
def end(
    town: TownName,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, where one is needed.")] = "",
    *,
    older_is_known: Annotated[
        bool, typer.Option("--older-is-known", help="Data was put back on purpose: ask, and do not compare documents.")
    ] = False,
    plan: PlanOnly = False,
    without_approval: WithoutApproval = False,
) -> int:
    """Look what changed meanwhile, start everything behind the notice page, and open it again.

    If a machine went back to a state of before the handover that is said first, and nothing starts before a person has
    decided. Afterwards the town is looked at, and what is new is told to whose it is.
    """
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.changing import propose
    from eakte_ops.playbook.permit import Asked

    inventory = CONTEXT.inventory(town)
    banner(inventory.folder, inventory.settings.lab)
    found = _opened(town)
    if found is None:
        raise UsageError(
            f"{inventory.towns[town].name} is not handed over, as far as this operations host knows",
            way_out=f'if another one handed it over: eakte-ops runs adopt {town} --why "..."',
        )
    came = look_at_machines(found, inventory.towns[town])
    _say_what_changed(found, came)
    made = _plan_of_end(found, came, inventory.towns[town], why=why, older_is_known=older_is_known)
    return propose(made, Asked(without_approval=without_approval, why=why), plan_only=plan)


def _opened(town: str) -> Opened | None:
    """The handover of that town, as far as it is known here."""
    from eakte_ops.playbook.handover.opened import opened

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        return opened(rows, town)


def _until(said: str, town: Town) -> datetime:
    """The agreed end. Raises UsageError."""
    from datetime import UTC, timedelta
    from zoneinfo import ZoneInfo

    from eakte_ops.cli.until import moment_of
    from eakte_ops.health.facts.handover import LONGEST_S

    zone, most = ZoneInfo(town.said.windows.zone), timedelta(seconds=LONGEST_S)
    return moment_of(said, SYSTEM.now(), zone, most=most, way_out="agree an earlier end").astimezone(UTC)


def look_at_machines(found: Opened, town: Town) -> CameBack:
    """What the machines say of themselves now. Raises Unreachable, CommandFailed."""
    from eakte_ops.playbook.draft import Ground
    from eakte_ops.playbook.handover.look import look
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.memory import runs

    limits = CONTEXT.inventory(town.id).settings.limits
    targets = {name: CONTEXT.target(town, town.server(name), "work") for name in found.stopped}
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        lock_server = runs.get(rows, found.run).lock_server
    lines = Lines(targets, CONTEXT.connector(limits, lambda _target, _phase: None), limits.server_seconds)
    try:
        return look(found, Ground(town, SYSTEM.now()), lines, lock_server)
    finally:
        lines.close()


def _say_what_changed(found: Opened, came: CameBack) -> None:
    from eakte_ops.cli.language import spoken

    tongue = spoken(None)
    words = _WORDS[tongue]
    for server, text in came.done.items():
        say(words["done"].format(server=server, text=text))
    for difference in came.changed:
        say(words["changed"].format(said=difference.sentence(tongue)))
    if not came.changed and not came.back:
        say(words["same"].format(run=found.run))
    for difference in came.back:
        say(words["back"].format(said=difference.sentence(tongue)))


def _plan_of_end(found: Opened, came: CameBack, town: Town, *, why: str, older_is_known: bool) -> Plan:
    """The plan that ends it, standing on what was seen."""
    from dataclasses import replace

    from eakte_ops.cli.changing import make
    from eakte_ops.playbook.draft import Ground
    from eakte_ops.playbook.handover.ending import arguments
    from eakte_ops.playbook.handover.look import as_seen
    from eakte_ops.playbook.memory.handovers import END

    said = arguments(found, came, older_is_known=older_is_known)
    made = make(town.id, END, said, why=why or found.why)
    return replace(made, assumes=(*made.assumes, *as_seen(came, Ground(town, SYSTEM.now()))))


_WORDS = {
    "en": {
        "done": "local IT says on {server}: {text}",
        "changed": "changed meanwhile · {said}",
        "same": "nothing has changed since {run}",
        "back": "CRITICAL · {said}",
    },
    "de": {
        "done": "Die örtliche IT sagt auf {server}: {text}",
        "changed": "inzwischen geändert · {said}",
        "same": "seit {run} hat sich nichts geändert",
        "back": "KRITISCH · {said}",
    },
}
