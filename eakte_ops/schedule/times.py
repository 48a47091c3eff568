"""When something runs next, as systemd counts it (systemd.time(7)); measured with `systemd-analyze calendar`. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_YEAR = 366
_SUNDAY = 6


def next_daily(now: datetime, zone: str, at: str, *, sundays: bool = False) -> datetime:
    """The next time (UTC, after `now`) at which the clocks of `zone` show `at` ("HH:MM"), every day or on Sundays.

    In the doubled hour that is the first of the two; a day that does not have the time is left out.
    """
    day = now.astimezone(ZoneInfo(zone)).date()
    while True:
        moment = on_day(day, zone, at)
        if moment is not None and moment > now and (not sundays or day.weekday() == _SUNDAY):
            return moment
        day += timedelta(days=1)


def next_minutes(now: datetime, minutes: int) -> datetime:
    """The next time (UTC, after `now`) whose minute can be divided by `minutes`, a divisor of 60."""
    start = now.astimezone(UTC).replace(second=0, microsecond=0)
    return start + timedelta(minutes=minutes - start.minute % minutes)


def on_day(day: date, zone: str, at: str) -> datetime | None:
    """The moment (UTC) at which the clocks of `zone` show `at` on `day`; None where they leave it out that day."""
    local = datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone))
    moment = local.astimezone(UTC)
    there = moment.astimezone(ZoneInfo(zone))
    return moment if there.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def day_without(today: date, zone: str, at: str) -> date | None:
    """The first day of the coming year on which the clocks of `zone` leave `at` out; None where every day has it."""
    days = (today + timedelta(days=ahead) for ahead in range(_YEAR))
    return next((day for day in days if on_day(day, zone, at) is None), None)
