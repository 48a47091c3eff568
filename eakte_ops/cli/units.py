"""Units of figures, which follow from the names that checks give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.health import wording

if TYPE_CHECKING:
    from eakte_ops.health.types import Language

Unit: TypeAlias = Literal["s", "%", "B", "d", ""]
"""Seconds, per cent, bytes, days, a plain number."""

_UNITS: Mapping[str, Unit] = {
    "seconds": "s",
    "age": "s",
    "away": "s",
    "percent": "%",
    "bytes": "B",
    "size": "B",
    "free": "B",
    "days": "d",
}


def unit_of(name: str) -> Unit:
    """The unit of a figure, by the last word of its name that is one: `free_percent` is per cent."""
    return next((unit for word in reversed(name.split("_")) if (unit := _UNITS.get(word))), "")


def span(seconds: float, language: Language) -> str:
    """A duration; below a tenth of a second in thousandths."""
    return f"{seconds * 1000:.0f} ms" if 0 < seconds < 0.1 else wording.span(seconds, language)


def said(name: str, value: float, language: Language) -> str:
    """A figure as people read it."""
    unit = unit_of(name)
    if unit == "s":
        return span(value, language)
    if unit == "B":
        return wording.size(value, language)
    if unit == "d":
        return wording.span(value * 86400, language)
    return f"{wording.number(value, language)}{' %' if unit == '%' else ''}"
