"""Makes a plan of what a playbook was compiled to: adds from what, by whom, until when, and in which window it fits.

Pure: what it stands on is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from eakte_ops.errors import UsageError
from eakte_ops.inventory.files import SecondPerson
from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.compile import Compiled
from eakte_ops.playbook.plan import Plan, Window
from eakte_ops.playbook.wall import parsed
from eakte_ops.playbook.windows import first_stop, next_window

VALID = timedelta(hours=12)
"""How long a plan is valid that waits for no window."""
AHEAD = timedelta(days=8)
"""A plan that has to wait for a window is valid until that one ends, if it begins within this time: so it can be made
and approved by day, and be carried out in the evening after next."""

_STRICTNESS: tuple[SecondPerson, ...] = ("playbook", "stops", "always")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plan comes from. `who`: login; `author`: holder of access.yml, "" where not known; `commit`: of the
    operations folder, in words; `clean`: whether all of it is committed; `inputs`: see inputs.py; `tool`: version."""

    who: str
    now: datetime
    commit: str
    clean: bool
    tool: str
    inputs: Mapping[str, str]
    author: str = ""
    why: str = ""
    playbook: str = ""
    arguments: Mapping[str, str] | None = None


def make_plan(compiled: Compiled, origin: Origin, town: str, hours: Hours, second_person: SecondPerson) -> Plan:
    """The plan for `town`. `hours`: when it allows work; `second_person`: when the centre or the town asks for one.

    Raises UsageError where nothing is to be done, or where what it stands on is not committed and no reason is given.
    """
    if not compiled.steps:
        raise UsageError(f"there is nothing to do in {town}")
    if not origin.clean and not origin.why.strip():
        raise UsageError(
            f"the operations folder is {origin.commit}: nobody could say later what this plan was made from",
            way_out='commit it, or say why it has to be now: --why "..."',
        )
    plan = Plan(
        town=town,
        purpose=compiled.purpose,
        purpose_de=compiled.purpose_de,
        made_by=origin.who,
        author=origin.author,
        made_at=_iso(origin.now),
        valid_until="",
        tool=origin.tool,
        steps=compiled.steps,
        playbook=origin.playbook,
        arguments=dict(origin.arguments or {}),
        why=origin.why,
        commit=origin.commit,
        inputs=dict(origin.inputs),
        assumes=compiled.assumes,
        values=dict(compiled.values),
        needs=compiled.needs,
    )
    needs = replace(plan.needs, second_person=needs_second(plan, second_person))
    window = next_window(plan, hours, origin.now) if needs.window else None
    return replace(plan, needs=needs, window=window, valid_until=_iso(_valid_until(origin.now, window)))


def needs_second(plan: Plan, asked: SecondPerson) -> bool:
    """Whether a second person has to approve: the playbook says so, or what centre and town ask for."""
    return plan.needs.second_person or asked == "always" or (asked == "stops" and first_stop(plan) is not None)


def strictest(centre: SecondPerson, town: SecondPerson) -> SecondPerson:
    """What holds in a town: it may ask for more than the centre does, never for less."""
    return max(centre, town, key=_STRICTNESS.index)


def _valid_until(now: datetime, window: Window | None) -> datetime:
    usual = now + VALID
    if window is None or not window.end or parsed(window.begin) > now + AHEAD:
        return usual
    return parsed(window.end)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
