"""`eakte-ops restart`: a component that hangs is started anew, by a plan, at any time."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte_ops.cli.changing import PlanOnly, WithoutApproval
from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import UsageError

PLAYBOOK = "restart"


def restart(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    component: Annotated[str, typer.Argument(metavar="COMPONENT", help="As the inventory names it: gateway.")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")],
    server: Annotated[
        str | None, typer.Option("--server", metavar="SERVER", help="Only there (else on each that has it).")
    ] = None,
    *,
    plan: PlanOnly = False,
    without_approval: WithoutApproval = False,
) -> int:
    """Restart a component: on several servers one after the other, each when the one before is well again.

    Needs no window. Refused while the software is held. At a terminal it is carried out once the town's name was typed;
    without one the plan is made and `plans run` carries it out.
    """
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.changing import make, propose
    from eakte_ops.playbook.permit import Asked

    if not why.strip():
        raise UsageError("a change needs a reason", place="--why", way_out='say it: --why "..."')
    inventory = CONTEXT.inventory(town)
    banner(inventory.folder, inventory.settings.lab)
    arguments = {"component": component, **({"server": server} if server else {})}
    made = make(town, PLAYBOOK, arguments, why=why)
    return propose(made, Asked(without_approval=without_approval, why=why), plan_only=plan)
