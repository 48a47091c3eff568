"""A past made of plain figures, for checks that compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from eakte_ops.health.past import Day, Point
from eakte_ops.health.types import Look
from tests.unit.health import well


@dataclass(frozen=True)
class Remembered:
    """`points`: figure as "check subject figure" -> value, `ago` seconds before the look. `daily`: one value a day."""

    points: Mapping[str, float] = field(default_factory=dict)
    ago: float = 86400.0
    daily: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def last(self, check: str, subject: str, figure: str) -> Point | None:
        value = self.points.get(" ".join((check, subject, figure)))
        return None if value is None else Point(well.NOW.timestamp() - self.ago, value)

    def days(self, check: str, subject: str, figure: str, days: int) -> Sequence[Day]:
        values = self.daily.get(" ".join((check, subject, figure)), ())
        first = well.NOW.date() - timedelta(days=len(values))
        found = [Day(first + timedelta(days=at), value, value, value, value, 1) for at, value in enumerate(values)]
        return found[-days:]


def with_past(look: Look, past: Remembered) -> Look:
    """The same look with a past."""
    return replace(look, past=past)
