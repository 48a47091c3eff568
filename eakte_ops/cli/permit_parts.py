"""Looks at everything that says whether a plan may be carried out now, and has it judged (playbook/permit.py)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from eakte_ops.cli.access_parts import access_rules
from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import Unreachable

if TYPE_CHECKING:
    from eakte_ops.inventory.model import Town
    from eakte_ops.playbook.approval import Approved
    from eakte_ops.playbook.assume import Differs
    from eakte_ops.playbook.permit import Asked, Permit, Seen
    from eakte_ops.playbook.plan import Plan
    from eakte_ops.store import Rows


def approved_by(rows: Rows, plan: Plan) -> Approved:
    """Who has approved `plan`, as far as it counts now; access.yml is read only where an approval is needed."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook import approval
    from eakte_ops.playbook.memory import approvals

    if not plan.needs.second_person:
        return approval.Approved()
    kept = [each.text for each in approvals.of(rows, plan.hash)]
    return approval.approved(plan, kept, access_rules(), SYSTEM.now())


def seen_here(rows: Rows, plan: Plan) -> Seen:
    """All that can be said without asking a server."""
    from eakte_ops.cli.plan_states import carried_out
    from eakte_ops.clock import SYSTEM
    from eakte_ops.inventory.opening import hours_of
    from eakte_ops.playbook.inputs import changed
    from eakte_ops.playbook.permit import Seen

    town = CONTEXT.inventory(plan.town).towns[plan.town]
    now, hours = SYSTEM.now(), hours_of(town.said.windows)
    today = now.astimezone(hours.zone).date()
    return Seen(
        now,
        town.name,
        hours,
        closed=next((each.why for each in town.said.windows.closed if each.covers(today)), ""),
        roles=tuple(role for role in town.said.contacts if role != "centre"),
        changed=changed(CONTEXT.folder, plan.inputs),
        done=carried_out(rows, plan.hash, plan.town),
        approved=approved_by(rows, plan),
    )


def permit_for(plan: Plan, asked: Asked) -> Permit:
    """The permit to carry out `plan` now: files, window, approvals, and what the servers of the town say.

    Raises NotPermitted with all reasons, UsageError where `asked` does not fit, Unreachable where a server could not be
    asked and nothing else speaks against it.
    """
    from eakte_ops.playbook.permit import judge

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        seen = seen_here(rows, plan)
    town = CONTEXT.inventory(plan.town).towns[plan.town]
    try:
        differs = _asked(plan, town)
    except Unreachable:
        judge(plan, seen, asked)  # what is wrong anyway is said first
        raise
    return judge(plan, _with(seen, differs), asked)


def _with(seen: Seen, differs: tuple[Differs, ...]) -> Seen:
    """The same, with what the servers said."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook import town_says

    own = (town_says.SWITCH, town_says.HANDOVER)
    return replace(
        seen,
        now=SYSTEM.now(),
        stop=town_says.switches(differs),
        handover=town_says.handover(differs, seen.name),
        broken=tuple(each.sentence() for each in differs if each.assumption.title not in own),
    )


def _asked(plan: Plan, town: Town) -> tuple[Differs, ...]:
    """What of the plan's assumptions, and of those that every plan makes, does not hold."""
    from eakte_ops.playbook import assume, town_says
    from eakte_ops.playbook.lines import Lines

    limits = CONTEXT.inventory(plan.town).settings.limits
    assumes = (*town_says.questions(town, plan.playbook), *plan.assumes)
    targets = {name: CONTEXT.target(town, town.server(name), "work") for name in {each.server for each in assumes}}
    lines = Lines(targets, CONTEXT.connector(limits, lambda _target, _phase: None), limits.server_seconds)
    try:
        return assume.differing(assumes, lines)
    finally:
        lines.close()
