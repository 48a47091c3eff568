"""Laying a town's own words over the defaults, and knowing afterwards which of the two files said what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eakte_ops.inventory.files import TownDefaults
from eakte_ops.inventory.plain import says
from eakte_ops.yamltext import Document, Path

_KEYS = TownDefaults.model_fields.keys()
DEPTH = {"contacts": 2, "thresholds": 3, "configuration": 3}
"""How many keys deep the two are merged; every other key is replaced as a whole (depth 1)."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A town with the defaults under it. `data`: plain data of any shape, as it holds for the town."""

    own: Document
    base: Document
    data: Any

    def source(self, path: Path) -> Document:
        """The document that says the value at `path`; the town's own for what nobody says."""
        return self.base if _from_base(path, self.own.data, self.base.data) else self.own

    def is_own(self, path: Path) -> bool:
        """Whether the value at `path` is the town's own word, not one of the defaults."""
        return self.source(path) is self.own

    def raw(self, path: Path) -> str | None:
        """The unquoted word at `path` as it was written."""
        return self.source(path).raw(path)

    def in_doubt(self, path: Path) -> bool:
        """Whether reading already complained about the value at `path`, or about defaults that may have said it."""
        if self.source(path).in_doubt(path):
            return True
        unknown = not isinstance(self.base.data, dict) or self.base.in_doubt(path)
        return unknown and _may_be_default(path, self.own.data)


def lay(own: Document, base: Document) -> Laid:
    """The town `own` with the defaults `base` under it; both may be unreadable or of any shape."""
    if not isinstance(own.data, dict):
        return Laid(own, base, own.data)
    said = base.data if isinstance(base.data, dict) else {}
    taken = {key: value for key, value in said.items() if key in _KEYS}
    laid: dict[str, Any] = {**own.data, **{key: value for key, value in taken.items() if key not in own.data}}
    for key, depth in DEPTH.items():
        if key in own.data and key in taken:
            laid[key] = _merge(own.data[key], taken[key], depth - 1)
    return Laid(own, base, laid)


def _merge(own: Any, base: Any, depth: int) -> Any:
    if depth == 0 or not isinstance(own, dict) or not isinstance(base, dict):
        return own
    return {
        **base,
        **{key: _merge(value, base[key], depth - 1) if key in base else value for key, value in own.items()},
    }


def _merged(path: Path) -> Path:
    """The part of `path` on which the two files are laid over each other."""
    return path[: DEPTH.get(str(path[0]), 1)] if path else ()


def _from_base(path: Path, own: Any, base: Any) -> bool:
    """Whether the defaults say what is laid at `path`, and the town does not."""
    merged = _merged(path)
    return bool(merged) and isinstance(own, dict) and says(base, merged) and not says(own, merged)


def _may_be_default(path: Path, own: Any) -> bool:
    """Whether defaults could have said what is missing at `path`."""
    merged = _merged(path)
    return bool(merged) and merged[0] in _KEYS and isinstance(own, dict) and not says(own, merged)
