"""`eakte-ops play`: a playbook of the centre's own becomes a plan for a town."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from eakte_ops.cli.changing import AgreedWith, OutsideWindow, PlanOnly, WithoutApproval
from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import UsageError

OWN_COMMANDS: Mapping[str, str] = {
    "restart": "restart",
    "config-apply": "config apply",
    "handover-begin": "handover begin",
    "handover-end": "handover end",
}
"""Playbooks with a command of their own, which knows more than their arguments say."""


def play(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    playbook: Annotated[str, typer.Argument(metavar="PLAYBOOK", help="Name of its file below playbooks/.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="What the playbook asks for.")
    ] = None,
    *,
    plan: PlanOnly = False,
    outside_window: OutsideWindow = False,
    agreed_with: AgreedWith = "",
    without_approval: WithoutApproval = False,
) -> int:
    """Make a plan of a playbook of your own, and carry it out once the town's name was typed.

    `eakte-ops playbooks list` shows those there are, `playbooks show NAME` what one asks for.
    """
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.changing import make, propose
    from eakte_ops.playbook.permit import Asked

    if not why.strip():
        raise UsageError("a change needs a reason", place="--why", way_out='say it: --why "..."')
    if playbook in OWN_COMMANDS:
        raise UsageError(
            f'the playbook "{playbook}" has a command of its own',
            way_out=f"eakte-ops {OWN_COMMANDS[playbook]} {town} --help",
        )
    inventory = CONTEXT.inventory(town)
    banner(inventory.folder, inventory.settings.lab)
    made = make(town, playbook, given(arguments or ()), why=why)
    return propose(made, Asked(outside_window, agreed_with, without_approval, why), plan_only=plan)


def given(words: list[str] | tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` words as a mapping. Raises UsageError for another form, and for a name said twice."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"NAME=VALUE expected, found {word!r:.80}")
        if name in found:
            raise UsageError(f"{name} is said twice")
        found[name] = value
    return found
