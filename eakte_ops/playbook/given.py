"""Values that steps give to later ones: lines NAME=VALUE of what a job said, each of a kind that the plan names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from eakte_ops.playbook.acts import NotGiven
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.plan import ValueKind
from eakte_ops.product.places import is_place

LONGEST = 300


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


_IS: Mapping[ValueKind, Callable[[str], object]] = {
    "word": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]*").fullmatch,
    "line": lambda text: text.isprintable() and text == text.strip() and text != "",
    "number": re.compile(r"0|[1-9][0-9]{0,17}").fullmatch,
    "path": lambda text: is_place(text, "linux"),
    "sha256": re.compile(r"[0-9a-f]{64}").fullmatch,
    "time": _is_time,
}


def is_of(value: str, kind: ValueKind) -> bool:
    """Whether a value is one of that kind."""
    return len(value) <= LONGEST and bool(_IS[kind](value))


def read(out: str, wanted: Mapping[str, ValueKind]) -> dict[str, str]:
    """The values of `wanted` in what a job said: of each name the last line counts.

    Raises NotGiven where one is missing or not of its kind: the sentence names it, and shows nothing of it.
    """
    said = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
    found = {}
    for name, kind in wanted.items():
        value = said.get(name)
        if value is None:
            raise NotGiven(f"gave no value {name}")
        if not is_of(value, kind):
            raise NotGiven(f"the value {name} is no {kind}")
        found[name] = value
    return found


def values(entries: Sequence[Entry]) -> dict[str, str]:
    """All values that the steps of a run gave so far, the latest of each name."""
    return {name: value for entry in entries for name, value in entry.gives.items()}
