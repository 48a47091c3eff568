"""Figures by day as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eakte_ops.health.past import Day


def days_data(days: Sequence[Day]) -> list[dict[str, Any]]:
    """For programs; days are those of the town's time zone, those without a look are left out."""
    return [
        {
            "day": day.day.isoformat(),
            "low": day.low,
            "mean": round(day.mean, 6),
            "high": day.high,
            "last": day.last,
            "looks": day.looks,
        }
        for day in days
    ]
