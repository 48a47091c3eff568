"""`--until` of an acknowledgement or a handover: a moment, or how long from now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from eakte_ops.errors import UsageError

MOST = timedelta(days=90)
_SPAN = re.compile(r"([0-9]{1,4})\s*(min|h|d)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SHORTER = "by then it would be forgotten: take it on for a shorter time, and again if it is still there then"


def moment_of(said: str, now: datetime, zone: tzinfo, *, most: timedelta = MOST, way_out: str = _SHORTER) -> datetime:
    """`4h`, `3d`, `30min` from now, `16:00` (the next one), `2026-11-25 16:00` or `2026-11-25` (its end) in `zone`.

    Raises UsageError for what is none of these, is over already, or is more than `most` away; `way_out` is said then.
    """
    until = _read(said.strip(), now, zone)
    if until <= now:
        raise UsageError(f"--until {said} is over already", way_out=_way_out(now, zone))
    if until - now > most:
        raise UsageError(f"--until {said} is more than {most.days} days away", way_out=way_out)
    return until


def _read(said: str, now: datetime, zone: tzinfo) -> datetime:
    if span := _SPAN.fullmatch(said):
        return now + timedelta(**{_UNITS[span[2]]: int(span[1])})
    local = now.astimezone(zone)
    if _CLOCK.fullmatch(said):
        hour, minute = map(int, said.split(":"))
        today = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        return (today if today > local else _local(today + timedelta(days=1), zone)).astimezone(UTC)
    try:
        found = datetime.fromisoformat(said)
        if re.fullmatch(r"[0-9-]+", said):
            found += timedelta(days=1)  # a day means until its end
        return (found if found.tzinfo else _local(found, zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f'"{said[:40]}" is neither a time nor a span', way_out=_way_out(now, zone)) from None


def _local(naive: datetime, zone: tzinfo) -> datetime:
    return naive.replace(tzinfo=zone, fold=0)


def _way_out(now: datetime, zone: tzinfo) -> str:
    sample = now.astimezone(zone) + timedelta(days=1)
    return f'--until 4h, 3d, 16:00 or "{sample:%Y-%m-%d} 16:00"'
