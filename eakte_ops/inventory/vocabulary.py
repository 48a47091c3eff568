"""Thresholds and values of templates known by name, as plain values.

The rooms that own the checks and the templates say them; the inventory only compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["number", "whole number", "text", "yes or no"]
KINDS: Mapping[type, Kind] = {float: "number", int: "whole number", str: "text", bool: "yes or no"}
"""The kind of a threshold whose default is of a type."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a field of a check, or a value of a template, may be set to.

    `least` and `most` are included; `choices` for texts, () is any.
    """

    kind: Kind
    default: int | float | str | bool | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""

    def objection(self, value: object) -> str | None:
        """Why `value` is not allowed, as the end of a sentence ("a number expected, ..."); None when it is."""
        if not self._fits(value):
            return f"{self._wanted()} expected, found {value!r:.60}" if self.kind != "text" else "text expected"
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


@dataclass(frozen=True, slots=True)
class Adjustable:
    """A template as the inventory knows it. `values`: name -> what it may be.

    Its file is on servers that have one of `components`, and where `operator` is not "" only if the database is
    operated by that one, where `service` is not "" only if that microservice is switched on there.
    """

    components: tuple[str, ...]
    values: Mapping[str, Limit]
    operator: str = ""
    service: str = ""


Templates: TypeAlias = Callable[[str, str, str], Mapping[str, Adjustable | None]]
"""Product, release and town ("" for none) -> id of a template -> the template; None where its file is wrong itself.

Called only where a file says `configuration`, because all templates have to be read for it.
"""
