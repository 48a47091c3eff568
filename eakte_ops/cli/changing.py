"""What all changing commands share: make a plan, show it, have it said yes to, carry it out.

A changing command calls `make` and then `propose`. At a terminal a person types the name of the town; without one the
plan is only made and kept, and `eakte-ops plans run HASH` carries it out. There is no way to say yes beforehand.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show
from eakte_ops.errors import Status

if TYPE_CHECKING:
    from eakte_ops.cli.output import Style
    from eakte_ops.playbook.approval import Approved
    from eakte_ops.playbook.change import Change
    from eakte_ops.playbook.permit import Asked
    from eakte_ops.playbook.plan import Plan

Why: TypeAlias = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")]
PlanOnly: TypeAlias = Annotated[bool, typer.Option("--plan", help="Make and show the plan, do nothing.")]
OutsideWindow: TypeAlias = Annotated[
    bool, typer.Option("--outside-window", help="Although the town allows no work now; it is told at once.")
]
AgreedWith: TypeAlias = Annotated[
    str, typer.Option("--agreed-with", metavar="ROLE", help="With whom that was agreed: a role of its contacts.")
]
WithoutApproval: TypeAlias = Annotated[
    bool, typer.Option("--without-approval", help="In an emergency: without a second person; the town is told at once.")
]


_TYPE: Mapping[Literal["de", "en"], Mapping[Literal["carry out", "sign first", "sign"], str]] = {
    "en": {
        "carry out": "Type {town} to carry it out: ",
        "sign first": "Type {town} to sign it; a second person has to sign it, too: ",
        "sign": "Type {town} to sign it: ",
    },
    "de": {
        "carry out": "Zum Ausführen {town} eintippen: ",
        "sign first": "Zum Unterschreiben {town} eintippen; eine zweite Person muss auch unterschreiben: ",
        "sign": "Zum Unterschreiben {town} eintippen: ",
    },
}


def make(
    town: str, playbook: str, arguments: Mapping[str, str], *, why: str = "", changes: tuple[Change, ...] = ()
) -> Plan:
    """The plan of `playbook` for `town`, made from the operations folder as it is now; nothing is kept yet.

    Raises InvalidFile, UsageError, NotSupported.
    """
    from eakte_ops import __version__
    from eakte_ops.audit.who import who_is_it
    from eakte_ops.cli.banner import commit_of, is_committed
    from eakte_ops.clock import SYSTEM
    from eakte_ops.inventory.opening import hours_of
    from eakte_ops.playbook.compile import compile_
    from eakte_ops.playbook.draft import Ground
    from eakte_ops.playbook.inputs import files_of, hashed
    from eakte_ops.playbook.load import load_playbooks
    from eakte_ops.playbook.make import Origin, make_plan, strictest

    inventory = CONTEXT.inventory(town)
    its, folder = inventory.towns[town], CONTEXT.folder
    found = load_playbooks(folder).of(playbook)
    now = SYSTEM.now()
    compiled = compile_(found, Ground(its, now, arguments, changes))
    commit = commit_of(folder)
    origin = Origin(
        who=who_is_it().login,
        now=now,
        commit=commit,
        clean=is_committed(commit),
        tool=__version__,
        inputs=hashed(folder, files_of(folder, its, found.file, compiled.steps, changes)),
        author=_author(town),
        why=why,
        playbook=playbook,
        arguments=arguments,
    )
    needed = strictest(inventory.settings.approval.second_person, its.said.approval.second_person)
    return make_plan(compiled, origin, town, hours_of(its.said.windows), needed)


def propose(plan: Plan, asked: Asked | None = None, *, plan_only: bool = False) -> int:
    """Keep `plan`, show it, and carry it out once a person has typed the town's name. Gives the exit status.

    `asked`: rules to be broken. `plan_only`: show it, do no more. Raises NotPermitted where it may not begin now (it is
    kept all the same), UsageError.
    """
    from eakte_ops.cli.interrupts import has_terminal
    from eakte_ops.cli.permit_parts import seen_here
    from eakte_ops.playbook.memory import plans
    from eakte_ops.playbook.permit import Asked, NotPermitted, judge

    asked = asked or Asked()
    with closing(CONTEXT.store()) as store:
        with store.writing() as rows:
            plans.keep(rows, plan)
        with store.reading() as rows:
            seen = seen_here(rows, plan)
    show_plan(plan, seen.approved)
    short = plan.hash[:12]
    if plan_only or not has_terminal():
        say("Nothing was done." if plan_only else "Nothing was done: nobody is here to type the name of the town.")
        say(f"To carry it out: eakte-ops plans run {short}")
        return Status.OK
    if seen.approved.missing(plan) and not asked.without_approval:
        return _sign_as_author(plan)
    try:
        judge(plan, seen, asked)
    except NotPermitted:
        say(f"The plan is kept; when it may begin: eakte-ops plans run {short}")
        raise
    typed_name(plan, "carry out")
    return carry_out(plan, asked)


def _sign_as_author(plan: Plan) -> int:
    """A plan that needs a second person is signed by who made it, and waits."""
    from eakte_ops.cli.approving import keep, signed

    typed_name(plan, "sign first")
    keep(plan, signed(plan, None))
    say(f"Now a second person: eakte-ops plans approve {plan.hash[:12]} (docs/how-to/approvals.md: also by mail)")
    return Status.OK


def carry_out(plan: Plan, asked: Asked) -> int:
    """Carry out a plan that somebody has said yes to. Gives the exit status. Raises NotPermitted, Unreachable, Busy."""
    from eakte_ops.cli import run_parts
    from eakte_ops.cli.permit_parts import permit_for

    permit = permit_for(plan, asked)
    return run_parts.carry_out(plan, permit)


def show_plan(plan: Plan, approved: Approved | None = None, language: Literal["de", "en"] | None = None) -> None:
    """The plan as people read it, on stdout; without `language` as the terminal is set."""
    from eakte_ops.cli.language import spoken
    from eakte_ops.cli.output import width
    from eakte_ops.cli.plan_text import PlanText
    from eakte_ops.clock import SYSTEM

    town = CONTEXT.inventory(plan.town).towns[plan.town]
    text = PlanText(
        plan, town.name, town.said.windows.zone, SYSTEM.now(), language or spoken(None), approved, width(sys.stdout)
    )
    styles: Mapping[str, Style] = {"bold": "bold", "dim": "dim"}
    for line in text.lines():
        show(line.text, style=styles.get(line.weight))


def typed_name(plan: Plan, what: Literal["carry out", "sign first", "sign"]) -> None:
    """Have the name of the town typed. Raises UsageError for another one, KeyboardInterrupt for Ctrl-C."""
    from eakte_ops.cli.language import spoken
    from eakte_ops.errors import UsageError

    town = CONTEXT.inventory(plan.town).towns[plan.town]
    sys.stderr.write(_TYPE[spoken(None)][what].format(town=plan.town))
    sys.stderr.flush()
    try:
        typed = sys.stdin.readline().strip()
    except KeyboardInterrupt:
        say(f"\nNothing was done; the plan is kept: eakte-ops plans run {plan.hash[:12]}")
        raise
    if typed.casefold() not in (plan.town.casefold(), town.name.casefold()):
        raise UsageError(
            f"that is not the name of the town, so nothing was done ({plan.hash[:12]} is kept)",
            way_out=f"eakte-ops plans run {plan.hash[:12]}",
        )


def _author(town: str) -> str:
    """The holder of access.yml who sits here, "" where that is not known."""
    from eakte_ops.cli.access_parts import access_rules
    from eakte_ops.cli.own_key import own_key
    from eakte_ops.errors import UsageError

    try:
        access = access_rules()
    except UsageError:  # no such file, or a mistake in it: whoever needs it says so
        return ""
    key = own_key(access, town, work_identity())
    return key.holder if key is not None else ""


def work_identity() -> Path | None:
    """The private key of people at work by the settings; None: the agent has it."""
    named = CONTEXT.settings().work.identity
    return CONTEXT.folder / Path(named).expanduser() if named else None
