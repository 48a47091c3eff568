"""Whether a plan may be carried out now: a pure judgement that names all reasons at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from eakte_ops.errors import Refused, UsageError
from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.approval import Approved
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.wall import moment, parsed
from eakte_ops.playbook.windows import next_window, why_not_begin

_OUTSIDE = "OUTSIDE THE WINDOW"
AGREED_FOR = timedelta(hours=12)
"""How long after a run was opened the service may still be stopped outside the window, as it was agreed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for against the rules; the town is told of it at once. `agreed_with`: a role of the town."""

    outside_window: bool = False
    agreed_with: str = ""
    without_approval: bool = False
    why: str = ""

    @property
    def anything(self) -> bool:
        """Whether a rule is to be broken."""
        return self.outside_window or self.without_approval


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the judgement stands on. `name`, `roles`: of the town and of its contacts; `hours`: its windows.

    `changed`: inputs that are not what the plan was made from; `broken`: assumptions that do not hold; both as
    sentences. `stop`: reason of the town's stop switch by server; `handover`: what handover is in progress, "" if none.
    `done`: the run that has brought all of the plan already, "" if none has. `closed`: why the town is closed on this
    day, "" if it is not.
    """

    now: datetime
    name: str
    hours: Hours
    roles: Collection[str] = ()
    changed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    stop: tuple[tuple[str, str], ...] = ()
    handover: str = ""
    done: str = ""
    closed: str = ""
    approved: Approved = field(default_factory=Approved)


@dataclass(frozen=True, slots=True)
class Permit:
    """What a run is begun with. `by`: holders who signed; `outside_window`, `without_approval`: rules that are broken.

    `why`: the reason given for that, or for the whole. `plan`: its hash.
    """

    plan: str
    town: str
    why: str = ""
    by: tuple[str, ...] = ()
    outside_window: bool = False
    agreed_with: str = ""
    without_approval: bool = False

    @property
    def town_is_told(self) -> bool:
        """Whether the town has to hear of it at once."""
        return self.outside_window or self.without_approval

    @property
    def word(self) -> str:
        """For audit and the system journals of the servers, one line; "" where there is nothing to say.

        `approved by admin-1 and admin-2`, `OUTSIDE THE WINDOW, agreed with local-it: ...`, `WITHOUT APPROVAL: ...`
        """
        said = [f"approved by {' and '.join(self.by)}"] if self.by else []
        if self.outside_window:
            said.append(f"{_OUTSIDE}, agreed with {self.agreed_with}")
        if self.without_approval:
            said.append("WITHOUT APPROVAL")
        return f"{', '.join(said)}{f': {self.why}' if self.town_is_told else ''}"


def is_outside_window(word: str, opened: datetime, now: datetime) -> bool:
    """Whether a permit whose `word` was kept lets the run, opened then, stop the service outside the window now.

    It was agreed, and the town was told, for that time: a run that is taken up again days later has to fit the window.
    """
    return _OUTSIDE in word.partition(":")[0] and abs(now - opened) < AGREED_FOR


class NotPermitted(Refused):
    """A plan may not be carried out now, for one or more reasons."""

    message = "{said}"

    @classmethod
    def of(cls, reasons: Collection[tuple[str, str]]) -> NotPermitted:
        """All reasons in one error, each with its way out below it."""
        if len(reasons) == 1:
            ((said, way_out),) = reasons
            return cls(f"Refused: {said}", way_out=way_out)
        lines = [f"Refused, for {len(reasons)} reasons:"]
        for said, way_out in reasons:
            lines += [f"  · {said}", *([f"    → {way_out}"] if way_out else [])]
        return cls("\n".join(lines))


def judge(plan: Plan, seen: Seen, asked: Asked = Asked()) -> Permit:
    """The permit to carry out `plan`. Raises NotPermitted with all reasons, UsageError where `asked` does not fit."""
    must_fit(plan, seen, asked)
    reasons = tuple(_reasons(plan, seen, asked))
    if reasons:
        raise NotPermitted.of(reasons)
    return Permit(
        plan.hash,
        plan.town,
        asked.why or plan.why,
        seen.approved.by,
        asked.outside_window,
        asked.agreed_with if asked.outside_window else "",
        asked.without_approval,
    )


def must_fit(plan: Plan, seen: Seen, asked: Asked) -> None:
    """Raises UsageError where words are missing, or ask for what is not needed."""
    if asked.outside_window and not plan.needs.window:
        raise UsageError("this plan needs no window", way_out="leave out --outside-window and --agreed-with")
    if asked.outside_window and asked.agreed_with not in seen.roles:
        raise UsageError(
            f'--agreed-with "{asked.agreed_with}" is no role of {seen.name}'
            if asked.agreed_with
            else "--outside-window needs to know with whom that was agreed",
            way_out=f"--agreed-with {' or '.join(sorted(seen.roles))}",
        )
    if asked.agreed_with and not asked.outside_window:
        raise UsageError("--agreed-with says nothing without --outside-window", way_out="add it, or leave both out")
    if asked.without_approval and not plan.needs.second_person:
        raise UsageError("this plan needs no approval", way_out="leave out --without-approval")
    if asked.anything and not asked.why.strip():
        raise UsageError("the reason is missing; the town is told of it", way_out='add --why "..."')


def _reasons(plan: Plan, seen: Seen, asked: Asked) -> Iterator[tuple[str, str]]:
    zone, short = seen.hours.zone, plan.hash[:6]
    if seen.done:
        yield (
            f"the plan {short} was carried out already: {seen.done}",
            "a plan, and an approval of it, is for once; make it anew",
        )
    until = parsed(plan.valid_until)
    if until <= seen.now:
        yield (
            f"the plan {short} was valid until {moment(until, zone, seen.now)}; now it is"
            f" {moment(seen.now, zone, seen.now)}",
            "make it anew with the command that made it; what was seen may have changed since",
        )
    for said in seen.changed:
        yield f"{said} since the plan was made", "make it anew, look at it, and have it approved again"
    for server, reason in seen.stop:
        yield (
            f"{seen.name} has set the stop switch on {server}: {reason or 'no reason is given'}",
            f"only local IT of {seen.name} can take it back, when it wants to",
        )
    if seen.handover:
        yield (
            f"{seen.handover}",
            f"eakte-ops handover end {plan.town} comes first",
        )
    for said in seen.broken:
        yield f"what the plan stands on does not hold: {said}", "look at it; then make the plan anew"
    if not asked.outside_window and (said := why_not_begin(plan, seen.hours, seen.now, seen.name)):
        today = f"{seen.name} allows no work on this day: {seen.closed}; now it is {moment(seen.now, zone, seen.now)}"
        yield today if seen.closed else said, _next(plan, seen)
    if not asked.without_approval:
        for said in seen.approved.missing(plan):
            yield (
                said,
                f"eakte-ops plans approve {plan.hash[:12]}, by them; in an emergency --without-approval --why"
                ' "..." (the town is told at once)',
            )
        for said in seen.approved.not_counted if plan.needs.second_person and seen.approved.missing(plan) else ():
            yield f"a signature does not count: {said}", "have it signed again with a key that is valid"


def _next(plan: Plan, seen: Seen) -> str:
    found = next_window(plan, seen.hours, seen.now)
    when = (
        f"next window in which it fits: {moment(parsed(found.begin), seen.hours.zone, seen.now)}"
        if found
        else "no window of the next 400 days is long enough for it and its way back"
    )
    return f'{when}; else --outside-window --agreed-with local-it --why "..." (the town is told at once)'
