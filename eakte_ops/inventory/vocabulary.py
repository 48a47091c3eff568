"""Thresholds known by name, as plain values: the room that owns the checks says them, the inventory only compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

Kind: TypeAlias = Literal["number", "whole number", "text", "yes or no"]
KINDS: Mapping[Any, Kind] = {float: "number", int: "whole number", str: "text", bool: "yes or no"}


@dataclass(frozen=True, slots=True)
class Limit:
    """What one field of a check may be set to. `least` and `most` are included; `choices` for texts, () is any."""

    kind: Kind
    default: int | float | str | bool | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""

    def objection(self, value: object) -> str | None:
        """Why `value` is not allowed, as the end of a sentence ("a number expected, ..."); None when it is."""
        if not self._fits(value):
            return f"{self._wanted()} expected, found {value!r}" if self.kind != "text" else "text expected"
        if self.choices and value not in self.choices:
            return f"one of {', '.join(self.choices)} expected"
        if isinstance(value, int | float) and self._outside(value):
            return f"{self._wanted()} expected, found {value!r}"
        return None

    def _fits(self, value: object) -> bool:
        if isinstance(value, bool):
            return self.kind == "yes or no"
        if isinstance(value, int):
            return self.kind in {"number", "whole number"}
        return (isinstance(value, float) and self.kind == "number") or (isinstance(value, str) and self.kind == "text")

    def _outside(self, value: float) -> bool:
        inside = (self.least is None or value >= self.least) and (self.most is None or value <= self.most)
        return not inside  # also true for "not a number", which is neither

    def _wanted(self) -> str:
        named = "yes or no (true, false)" if self.kind == "yes or no" else f"a {self.kind}"
        if self.least is not None and self.most is not None:
            return f"{named} from {self.least:g} to {self.most:g}"
        if self.least is not None:
            return f"{named}, at least {self.least:g},"
        return f"{named}, at most {self.most:g}," if self.most is not None else named


Vocabulary: TypeAlias = Mapping[str, Mapping[str, Limit]]
"""Name of a check -> name of a field -> what it may be."""


def limits_of(model: type[BaseModel]) -> dict[str, Limit]:
    """The limits of a model of thresholds: int, float, str, bool and Literal texts, with ge and le and description.

    Raises TypeError for a field of another type, so that a check whose thresholds can not be checked is noticed.
    """
    return {name: _limit(f"{model.__name__}.{name}", field) for name, field in model.model_fields.items()}


def _limit(where: str, field: Any) -> Limit:
    kind, choices = _kind(field.annotation)
    if kind is None:
        raise TypeError(f"{where}: a threshold is int, float, str, bool or Literal text, not {field.annotation}")
    bounds = {name: getattr(meta, name) for meta in field.metadata for name in ("ge", "le") if hasattr(meta, name)}
    default = None if field.is_required() else field.default
    return Limit(kind, default, bounds.get("ge"), bounds.get("le"), choices, field.description or "")


def _kind(annotation: Any) -> tuple[Kind | None, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "text", tuple(get_args(annotation))
    if get_origin(annotation) in {Union, UnionType}:  # `float | None`: None means not checked and is no setting
        (annotation,) = [each for each in get_args(annotation) if each is not type(None)][:1]
    return KINDS.get(annotation), ()
