"""`--since`: a moment that is over, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from eakte_ops.errors import UsageError

_SPAN = re.compile(r"([0-9]{1,4})\s*(min|h|d)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days"}
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def moment_since(said: str, now: datetime, zone: tzinfo) -> datetime:
    """`1h`, `30min`, `2d` ago, `14:00` (the last one), `2026-11-24T10:00` or `2026-11-24` (its begin) in `zone`; UTC.

    Raises UsageError for what is none of these or is still to come.
    """
    since = _read(said.strip(), now, zone)
    if since > now:
        raise UsageError(f"--since {said} is still to come", way_out=_WAY_OUT)
    return since


_WAY_OUT = "--since 30min, 2h, 3d, 14:00 or 2026-11-24T10:00"


def _read(said: str, now: datetime, zone: tzinfo) -> datetime:
    if span := _SPAN.fullmatch(said):
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    if _CLOCK.fullmatch(said):
        hour, minute = map(int, said.split(":"))
        local = now.astimezone(zone)
        today = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        last = today if today <= local else (today - timedelta(days=1)).replace(fold=0)
        return last.astimezone(UTC)
    try:
        found = datetime.fromisoformat(said)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f'"{said[:40]}" is neither a time nor a span', way_out=_WAY_OUT) from None
