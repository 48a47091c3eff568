"""Whether the sweeps come when they are due: a missed night becomes a finding by itself. Pure, but for `seen`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eakte_ops.health.checks.nights import LIGHT, NIGHT
from eakte_ops.health.memory import sweeps
from eakte_ops.health.memory.known import WRONG_FILE
from eakte_ops.health.types import Judged, OwnCheck, Result, Values, Verdict

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Sweep
    from eakte_ops.inventory.settings import Settings
    from eakte_ops.store import Rows

_GRACE = timedelta(minutes=30)
"""Besides the time that the sweep itself may take: the timer's random delay, a start that waits for the network."""

_LIGHT_INTERVALS = 6
_NAMED = 20
_CRITICAL_NIGHTS = 2
_MOST_NIGHTS = 3650


@dataclass(frozen=True, slots=True)
class Due:
    """When sweeps are due. `zone`: IANA name; `night`: "HH:MM" there; `full_minutes`: what that sweep may take."""

    zone: str
    night: str
    full_minutes: float
    light_minutes: int

    @property
    def late_after(self) -> timedelta:
        """How long after it was due a night without a sweep is a missed one."""
        return timedelta(minutes=self.full_minutes) + _GRACE


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store knows of sweeps over all towns. `first`: when the oldest began, None if there was none.

    `full`, `light`: the newest that came to their end. `begun`: the newest full one, whether it came to its end or not.
    """

    first: float | None
    full: Sweep | None
    begun: Sweep | None
    light: Sweep | None


def due(settings: Settings) -> Due:
    """When sweeps are due, from eakte-ops.yml."""
    said = settings.schedule
    return Due(settings.centre.zone, said.night, settings.sweep.full_minutes, said.light_minutes)


def seen(rows: Rows) -> Seen:
    """What the store knows."""
    return Seen(
        sweeps.first(rows),
        sweeps.last(rows, "full", whole=True, finished=True),
        sweeps.last(rows, "full", whole=True),
        sweeps.last(rows, "light", whole=True, finished=True),
    )


def nights(now: float, when: Due, known: Seen) -> tuple[Judged, ...]:
    """The results of watch.night and watch.light at `now` (Unix seconds), for memory.keep.raise_own.

    Nothing where no sweep over all towns was ever made, or no light one: then none is waited for.
    """
    return (*_night(now, when, known), *_light(now, when, known))


def missed_nights(since: float, now: float, when: Due) -> int:
    """Nights that were due after `since` and are late by `now`.

    A night is a day of the calendar in the zone: the doubled hour has one and not two. A time that does not exist on a
    day (02:30 in the night the clocks go forward) is taken by the offset before the change.
    """
    zone, at = ZoneInfo(when.zone), time.fromisoformat(when.night)
    start, end = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(now, UTC)
    day = start.astimezone(zone).date()
    count = 0
    while count < _MOST_NIGHTS:
        moment = datetime.combine(day, at, zone).astimezone(UTC)
        if moment + when.late_after > end:
            return count
        count += moment > start
        day += timedelta(days=1)
    return count


def _night(now: float, when: Due, known: Seen) -> tuple[Judged, ...]:
    since = known.full.began if known.full is not None else known.first
    if since is None:
        return ()
    count = missed_nights(since, now, when)
    if count:
        verdict: Verdict = "critical" if count >= _CRITICAL_NIGHTS else "warning"
        killed = _killed(now, when, known)
        key = "killed" if killed is not None else "never" if known.full is None else "late"
        return (_own(NIGHT, verdict, key, {"nights": count, "began": since if killed is None else killed.began}),)
    if known.full is None:
        return ()
    if known.full.missed:
        todo = "file" if any(each.why == WRONG_FILE for each in known.full.missed) else "missed"
        return (_own(NIGHT, "warning", "missed", _missed(known.full), todo),)
    took = (known.full.ended or known.full.began) - known.full.began
    return (_own(NIGHT, "ok", "on-time", {"began": known.full.began, "took": took}),)


def _killed(now: float, when: Due, known: Seen) -> Sweep | None:
    """The newest full sweep, if it never came to its end and can not be at work any more."""
    begun = known.begun
    if begun is None or begun.ended is not None or now - begun.began < when.late_after.total_seconds():
        return None
    return begun


def _missed(sweep: Sweep) -> Values:
    names = [f"{each.town}/{each.server}".rstrip("/") for each in sweep.missed]
    shown = (*names[:_NAMED], *(["..."] if len(names) > _NAMED else []))
    return {"began": sweep.began, "count": len(names), "servers": sweep.servers, "names": shown}


def _light(now: float, when: Due, known: Seen) -> tuple[Judged, ...]:
    if known.light is None or known.light.ended is None:
        return ()
    ended = known.light.ended
    waited = now - ended - _at_work(ended, now, when, known)
    late = waited > _LIGHT_INTERVALS * when.light_minutes * 60
    values: Values = {"ended": ended, "minutes": when.light_minutes}
    return (_own(LIGHT, "warning" if late else "ok", "late" if late else "on-time", values),)


def _at_work(since: float, now: float, when: Due, known: Seen) -> float:
    """Seconds from `since` to `now` in which a full sweep was at work and no light one could be."""
    full = known.full if _killed(now, when, known) is not None else known.begun
    if full is None:
        return 0.0
    return max(0.0, (full.ended or now) - max(full.began, since))


def _own(check: OwnCheck, verdict: Verdict, said: str, values: Values, todo: str = "") -> Judged:
    return Judged("", "", check.name, check.owner, Result(verdict, "", said, values, todo=todo))
