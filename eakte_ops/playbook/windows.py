"""When a plan fits into the times in which a town allows work: it, and its way back. Pure.

All sums are made in UTC, so that an hour that the clocks repeat or leave out is counted as it passes; which times are
allowed is said by the town's clock on the wall (inventory/hours.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eakte_ops.health.wording import span
from eakte_ops.inventory.hours import Hours, Regular, Span
from eakte_ops.playbook.plan import Plan, Step, Window
from eakte_ops.playbook.wall import clock, moment

FARTHEST = timedelta(days=400)
"""How far ahead a window is looked for."""
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Length:
    """How long a plan usually takes, in seconds. `quiet`: until the service stops (all of it where it never does);
    `down`: from there to the end; `back`: its whole way back."""

    quiet: int
    down: int
    back: int

    @property
    def forth(self) -> int:
        """All of the way forth."""
        return self.quiet + self.down

    @property
    def whole(self) -> timedelta:
        """Forth and, from its farthest point, back again."""
        return timedelta(seconds=self.forth + self.back)

    @property
    def from_the_stop(self) -> timedelta:
        """From the moment at which the service stops, forth and back again."""
        return timedelta(seconds=self.down + self.back)


def first_stop(plan: Plan) -> Step | None:
    """The first step with which the service stops; None where it does not."""
    return next((step for step in plan.steps if step.stops), None)


def length_of(plan: Plan) -> Length:
    """How long the plan usually takes."""
    stop = first_stop(plan)
    if stop is None:
        return Length(plan.forth_s, 0, plan.back_s)
    quiet = sum(
        max(step.expected for step in plan.steps if step.stage == stage)
        for stage in {step.stage for step in plan.steps if step.stage < stop.stage}
    )
    return Length(quiet, plan.forth_s - quiet, plan.back_s)


def next_window(plan: Plan, hours: Hours, now: datetime) -> Window | None:
    """The first window, from `now` on, in which the plan and its way back fit; None if there is none in 400 days.

    One that is open at `now` counts with what is left of it.
    """
    whole = length_of(plan).whole
    for found in _spans(hours, now):
        if found.end is None:
            return Window(_iso(found.begin), "", "")
        latest = found.end.astimezone(UTC) - whole
        if found.begin.astimezone(UTC) <= latest:
            return Window(_iso(found.begin), _iso(found.end), _iso(latest))
    return None


def latest_stop(plan: Plan, end: datetime) -> datetime:
    """The last moment at which the service may stop, so that the rest and the way back end before `end` (UTC)."""
    return end.astimezone(UTC) - length_of(plan).from_the_stop


def why_not_begin(plan: Plan, hours: Hours, now: datetime, town: str) -> str:
    """Why the plan may not begin at `now`, as a sentence; "" if it may. `town`: its name for people."""
    return _why_not(plan, hours, now, town, needed=length_of(plan).whole, what="it has to begin")


def why_not_stop(plan: Plan, hours: Hours, now: datetime, town: str) -> str:
    """Why the service may not be stopped at `now`, as a sentence; "" if it may. For a plan that has begun in time."""
    return _why_not(plan, hours, now, town, needed=length_of(plan).from_the_stop, what="the service has to stop")


def _why_not(plan: Plan, hours: Hours, now: datetime, town: str, *, needed: timedelta, what: str) -> str:
    if not plan.needs.window:
        return ""
    found = hours.now_or_next(now)
    if found is None or not hours.open_at(now):
        return f"{town} allows work on {spoken(hours)}; now it is {moment(now, hours.zone, now)}"
    if found.end is None or now.astimezone(UTC) + needed <= found.end.astimezone(UTC):
        return ""
    latest = found.end.astimezone(UTC) - needed
    back = length_of(plan).back
    forth = round(needed.total_seconds()) - back
    return (
        f"the window of {town} ends at {clock(found.end, hours.zone)}; with about {span(forth, 'en')} forth and"
        f" {span(back, 'en')} back {what} by {clock(latest, hours.zone)}; now it is {clock(now, hours.zone)}"
    )


def spoken(hours: Hours) -> str:
    """The regular times in words: `Tue and Thu 18:00-22:00, Sat 08:00-16:00 (Europe/Berlin)`."""
    return f"{', '.join(map(_regular, hours.regular))} ({hours.zone.key})"


def _regular(regular: Regular) -> str:
    days = [day.capitalize() for day in _WEEK if day in regular.days]
    named = days[0] if len(days) == 1 else f"{', '.join(days[:-1])} and {days[-1]}"
    return f"{'every day' if len(days) == len(_WEEK) else named} {regular.begin}-{regular.until}"


def _spans(hours: Hours, now: datetime) -> Iterator[Span]:
    at = now
    while at <= now + FARTHEST:
        found = hours.now_or_next(at)
        if found is None:
            return
        yield found
        if found.end is None:
            return
        at = found.end.astimezone(UTC)


def _iso(at: datetime) -> str:
    """ISO 8601, UTC, as all times of a plan."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
