"""A row of small bars, one for each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.health.past import Day

BARS = "▁▂▃▄▅▆▇█"
GAP = "?"
"""A day without a look: how it was is not known."""
_LEAST = 0.2
"""The whole height is at least this share of the lowest value, so that a small change looks small."""


def sparkline(values: Sequence[float | None]) -> str:
    """One bar for each value from the lowest (▁) to the highest, `?` for None. Even values are all ▁."""
    known = [value for value in values if value is not None]
    if not known:
        return GAP * len(values)
    low = min(known)
    height = max(max(known) - low, _LEAST * abs(low))
    return "".join(GAP if value is None else _bar(value - low, height) for value in values)


def _bar(over: float, height: float) -> str:
    return BARS[min(len(BARS) - 1, int(over / height * len(BARS)))] if height else BARS[0]


def by_day(days: Sequence[Day], today: date, most: int) -> list[float | None]:
    """The mean of each day from the first that is known to today, at most the last `most` days; None without a look."""
    if not days:
        return []
    means = {day.day: day.mean for day in days}
    first = max(days[0].day, today - timedelta(days=most - 1))
    return [means.get(first + timedelta(days=number)) for number in range((today - first).days + 1)]
