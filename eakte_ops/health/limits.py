"""Thresholds: fields of frozen dataclasses with bounds and a description, and what an inventory lays over them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from eakte_ops.health.types import Check, Site

L = TypeVar("L", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class About:
    """What a threshold is: bounds (included) and a description in both languages, with its unit."""

    least: float | None
    most: float | None
    en: str
    de: str


def limit(default: Any, en: str, de: str, *, least: float | None = None, most: float | None = None) -> Any:
    """A field of a dataclass of thresholds."""
    return field(default=default, metadata={"about": About(least, most, en, de)})


def about(limits: Any) -> dict[str, tuple[Any, About]]:
    """Field -> (default, About) of a dataclass of thresholds."""
    return {each.name: (each.default, each.metadata["about"]) for each in fields(limits)}


def settled(check: Check[L], site: Site) -> L:
    """The thresholds of `check` on a server: defaults with what the inventory says for the town and the server."""
    changed = site.thresholds.get(check.name)
    return replace(check.limits, **changed) if changed else check.limits
