"""Moments in refusals of this room, as a clock on the wall of the town shows them. English, as all errors are."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock(at: datetime, zone: tzinfo) -> str:
    """`18:00`; in the hour that the clocks repeat also which of the two it is: `02:30 (UTC+0200)`."""
    local = at.astimezone(zone)
    twice = local.replace(fold=0).astimezone(UTC) < local.replace(fold=1).astimezone(UTC)
    return f"{local:%H:%M} (UTC{local:%z})" if twice else f"{local:%H:%M}"


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """`Sun 14:05` on the day of `now`, `Tue 24 Nov 18:00` on another one, with its year where that is another, too."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    day = "" if local.date() == today else f" {local.day} {_MONTHS[local.month - 1]}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{_DAYS[local.weekday()]}{day}{year} {clock(at, zone)}"


def parsed(text: str) -> datetime:
    """A moment of a plan: ISO 8601 with its offset. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} says no time zone")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text} is a time that no clock shows") from None
