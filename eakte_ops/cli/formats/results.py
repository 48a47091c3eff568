"""All results of a look as one flat list, each identity once, and the figures in them with their units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eakte_ops.cli.units import Unit, unit_of
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.findings import Overview
from eakte_ops.health.limits import settled
from eakte_ops.health.types import WORST_FIRST, Identity, Judged

_FACTORS: Mapping[str, tuple[Unit, float]] = {
    "s": ("s", 1),
    "seconds": ("s", 1),
    "minutes": ("s", 60),
    "hours": ("s", 3600),
    "percent": ("%", 1),
    "days": ("d", 1),
}
"""End of a threshold's name: its unit, and what it is multiplied by."""
_SMALL_IS_BAD = ("left", "free", "available")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a result. `warning`, `critical`: from where on it is bad, None where the check has no such limit.

    `falling`: it is bad below these limits, not above.
    """

    judged: Judged
    name: str
    value: float
    unit: Unit
    warning: float | None = None
    critical: float | None = None
    falling: bool = False


def results(seen: Overview) -> tuple[Judged, ...]:
    """Every result of the look, the worst of each identity, with those about jump hosts; without what waits."""
    found: dict[Identity, Judged] = {}
    for judged in _all(seen):
        before = found.get(judged.identity)
        if not judged.result.waits and (before is None or _rank(judged) < _rank(before)):
            found[judged.identity] = judged
    return tuple(found.values())


def _all(seen: Overview) -> Iterator[Judged]:
    for look in seen.looks:
        yield from look.results
    yield from seen.towns_said
    for finding in seen.found:  # those of jump hosts stand nowhere else
        yield finding.judged


def _rank(judged: Judged) -> int:
    return WORST_FIRST.index(judged.verdict)


def figures(seen: Overview) -> tuple[Figure, ...]:
    """The figures of all results that the checks name in `trends`; only finite numbers."""
    thresholds = {town.id: town for town in seen.towns}
    found: list[Figure] = []
    for judged in results(seen):
        town = thresholds.get(judged.town)
        said = town.said.thresholds.get(judged.check, {}) if town else {}
        own = next((server for server in town.said.servers if server.name == judged.server), None) if town else None
        found += _of(judged, {**said, **(own.thresholds.get(judged.check, {}) if own else {})})
    return tuple(found)


def _of(judged: Judged, thresholds: Mapping[str, Any]) -> Iterator[Figure]:
    check = CHECKS[judged.check]
    for name in check.trends:
        value = judged.result.values.get(name)
        if not isinstance(value, int | float) or not math.isfinite(value):
            continue
        unit = unit_of(name)
        bounds = _bounds(settled(check.limits, thresholds), unit)
        warning, critical = bounds.get("warning"), bounds.get("critical")
        falling = any(word in name for word in _SMALL_IS_BAD)
        yield Figure(judged, name, float(value), unit, warning, critical, falling)


def _bounds(limits: Any, unit: Unit) -> Mapping[str, float]:
    """The thresholds `warning_UNIT` and `critical_UNIT` of a check, in `unit`."""
    found = {}
    for field in limits.__dataclass_fields__:
        kind, _, written = field.partition("_")
        factor = _FACTORS.get(written)
        if unit and factor is not None and factor[0] == unit:
            found[kind] = float(getattr(limits, field)) * factor[1]
    return found
