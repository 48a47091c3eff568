"""An entry of a journal as one line of text: the same line in the store and on the lock server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from eakte_ops.errors import Refused
from eakte_ops.playbook.journal import Entry, Mark, Phase, Turn
from eakte_ops.remote import numbers

LONGEST = 20_000
"""Characters of a line. What a step says in it is bounded where it is heard."""
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would break a line in two, or steer a terminal."""
_FIELDS = frozenset(Entry.__dataclass_fields__)
_BARE = asdict(Entry())


class NoEntry(Refused):
    """A line of a journal that came from a server is none."""

    message = "line {number} of the journal can not be read: {said}"
    hint = "it came from the lock server; look with eakte-ops runs show at what is known here"


@dataclass(frozen=True, slots=True)
class Written:
    """`at`: Unix seconds of the operations host that wrote it; `who`: login and host."""

    at: float
    who: str
    entry: Entry

    def line(self) -> str:
        """One line without its end: JSON, only what is said."""
        said = {name: value for name, value in asdict(self.entry).items() if value != _BARE[name]}
        return json.dumps({"at": round(self.at, 3), "who": self.who, **said}, ensure_ascii=False, sort_keys=True)


def read(line: str, number: int = 0) -> Written:
    """What `line` says. Raises NoEntry for anything that `Written.line` could not have given."""
    try:
        if len(line) > LONGEST:
            raise ValueError("it is far too long")
        said = json.loads(line)
        json.dumps(said, ensure_ascii=False).encode()  # half signs, which can be written nowhere, are a ValueError
        at, who = numbers.time(said.pop("at")), said.pop("who")
        if at is None or not isinstance(who, str) or BREAKS.search(who):
            raise ValueError("it does not say when, or who wrote it")
        return Written(at, who, Entry(**_checked(said)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as wrong:
        raise NoEntry(" ".join(str(wrong).split())[:120], number=number) from None


def read_all(lines: Iterable[str]) -> tuple[Written, ...]:
    """As `read`, for a whole journal; lines are numbered from 0."""
    return tuple(read(line, number) for number, line in enumerate(lines))


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    unknown = said.keys() - _FIELDS
    if unknown:
        raise ValueError(f"unknown words: {', '.join(sorted(unknown))[:60]}")
    words: Mapping[str, Any] = {"phase": get_args(Phase), "mark": get_args(Mark), "turn": get_args(Turn)}
    for name, value in said.items():
        if name in words:
            well = value in words[name]
        elif name in ("attempt", "token"):
            well = type(value) is int and 0 <= value < 2**53
        elif name == "gives":
            well = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
        else:
            well = isinstance(value, str)
        if not well:
            raise ValueError(f"{name} is none")
    return dict(said)
