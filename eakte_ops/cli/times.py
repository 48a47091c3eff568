"""Times as people read them: in the zone of the town, with the day where it is not today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import TownKnown
    from eakte_ops.health.types import Language

_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEK = timedelta(days=6)
_NOW_S = 10.0


def zone_of_town(town: TownKnown | None) -> tzinfo:
    """The zone in which times about a town are said: its own, for the centre itself that of this machine."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if town is not None:
        try:
            return ZoneInfo(str(town.windows["zone"]))
        except (KeyError, ValueError, ZoneInfoNotFoundError):
            return UTC
    return datetime.now(UTC).astimezone().tzinfo or UTC


def zone_called(name: str) -> tzinfo:
    """The zone of that IANA name; UTC for "" and where this machine does not know it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, ZoneInfoNotFoundError):
        return UTC


def name_of(zone: tzinfo, now: datetime) -> str:
    """How the zone is called: "Europe/Berlin", "UTC", "CET"."""
    return str(getattr(zone, "key", "") or now.astimezone(zone).tzname())


def moment(at: float | datetime, now: datetime, zone: tzinfo, language: Language) -> str:
    """`11:20` today, `Tue 11:20` within a week, else with the date, and with the year where that is another one."""
    local = (at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)).astimezone(zone)
    today = now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return clock
    weekday = _WEEKDAYS[language][local.weekday()]
    if abs(local.date() - today) <= _WEEK:
        return f"{weekday} {clock}"
    return f"{weekday} {_day(local, today.year, language)} {clock}"


def _day(local: datetime, year: int, language: Language) -> str:
    if language == "de":
        return f"{local.day}.{local.month}.{'' if local.year == year else local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{'' if local.year == year else f' {local.year}'}"


def ago(seconds: float, language: Language) -> str:
    """`2 min ago`, `3 h 12 min ago`, `2 d 4 h ago`: not more exact than it matters."""
    from eakte_ops.health.wording import span

    if seconds < _NOW_S:
        return {"en": "just now", "de": "gerade eben"}[language]
    said = span(round(seconds) if seconds < 60 else seconds - seconds % 60, language)
    return f"vor {said.replace('Tage', 'Tagen')}" if language == "de" else f"{said} ago"


def iso(at: float | None) -> str | None:
    """For programs: UTC, to the second."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
