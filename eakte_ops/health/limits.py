"""Thresholds: fields of frozen dataclasses with bounds and a description, and what an inventory lays over them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

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


def written(value: Any) -> str:
    """A threshold as an inventory file holds it."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


def settled(limits: L, said: Mapping[str, Any]) -> L:
    """The thresholds of a check with what the inventory says (for the town, and over it for the server) laid over."""
    return replace(limits, **said) if said else limits
