"""Service hours: from when on somebody may be disturbed. The town's own clock decides, also when it is put forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from eakte_ops.inventory.hours import Hours


def next_open(hours: Sequence[Mapping[str, Any]], zone: str, at: float) -> float:
    """`at`, if it lies within `hours` (plain data of the inventory), else when they begin next; `at` if they never do.

    Unix seconds.
    """
    span = Hours.of(zone, hours).now_or_next(datetime.fromtimestamp(at, UTC))
    return at if span is None else max(at, span.begin.timestamp())
