"""A past on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from eakte_ops.health.past import Day, Point
from tests.unit.health.well import NOW

TODAY = NOW.date()


@dataclass(frozen=True)
class Played:
    """`points` and `lines` by (check, subject, figure)."""

    points: dict[tuple[str, str, str], Point] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Sequence[Day]] = field(default_factory=dict)

    def last(self, check: str, subject: str, figure: str) -> Point | None:
        return self.points.get((check, subject, figure))

    def days(self, check: str, subject: str, figure: str, days: int) -> Sequence[Day]:
        return self.lines.get((check, subject, figure), ())[-days:]


def daily(*means: float | None, until: date = TODAY) -> tuple[Day, ...]:
    """One day per mean, the last one is `until`; None: nobody looked on that day."""
    first = until - timedelta(days=len(means) - 1)
    return tuple(
        Day(first + timedelta(days=number), mean, mean, mean, mean, 1)
        for number, mean in enumerate(means)
        if mean is not None
    )
