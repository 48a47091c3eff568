"""Service hours: from when on somebody may be disturbed. The town's own clock decides, also when it is put forward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eakte_ops.report.moments import zone_of

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HORIZON_DAYS = 15


def next_open(hours: Sequence[Mapping[str, Any]], zone: str, at: float) -> float:
    """`at`, if it lies within `hours`, else when they begin next; `at` where they never do.

    `hours`: plain data of the inventory: days, from, until ("24:00" is an end; an end before its begin lies on the
    next day). The hour that the clocks repeat counts both times; what begins in the one they leave out begins after it.
    """
    where = zone_of(zone)
    today = datetime.fromtimestamp(at, UTC).astimezone(where).date()
    found = []
    for ahead in range(-1, _HORIZON_DAYS):
        for begin, end in _of_day(hours, today + timedelta(days=ahead), where):
            if begin <= at < end:
                return at
            if begin > at and end > begin:
                found.append(begin)
    return min(found, default=at)


def _of_day(hours: Sequence[Mapping[str, Any]], day: date, zone: ZoneInfo) -> Iterator[tuple[float, float]]:
    for opening in hours:
        if _DAYS[day.weekday()] in opening["days"]:
            begin, end = str(opening["from"]), str(opening["until"])
            last = day if end > begin else day + timedelta(days=1)
            yield _instants(day, begin, zone)[0], max(_instants(last, end, zone))


def _instants(day: date, clock: str, zone: ZoneInfo) -> tuple[float, float]:
    """When the wall shows `clock` on `day`: the first and, where the clocks are put back, the second time."""
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    return local.timestamp(), local.replace(fold=1).timestamp()
