"""A file that was read: plain data beside a tree of places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.scalars import Scalar

Path: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = "dict[str, Data] | list[Data] | Scalar"
Place: TypeAlias = tuple[int, int]


class _Absent:
    """Says that a path leads nowhere, where None is a value."""


ABSENT = _Absent()


def step_into(data: Data | _Absent, step: str | int) -> Data | _Absent:
    """The value one step below `data`, or ABSENT."""
    if isinstance(data, dict) and isinstance(step, str):
        return data.get(step, ABSENT)
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        return data[step]
    return ABSENT


class Spot:
    """Where one value stands. `raw`: the word as written, for unquoted scalars only."""

    __slots__ = ("column", "entries", "items", "keys", "line", "raw")

    def __init__(self, line: int, column: int, raw: str | None = None) -> None:
        self.line = line
        self.column = column
        self.raw = raw
        self.keys: dict[str, Place] | None = None
        self.entries: dict[str, Spot] | None = None
        self.items: list[Spot] | None = None

    def below(self, step: str | int) -> Spot | None:
        """The spot one step further down, if there is one."""
        if isinstance(step, str):
            return self.entries.get(step) if self.entries is not None else None
        if self.items is not None and 0 <= step < len(self.items):
            return self.items[step]
        return None


@dataclass(frozen=True, slots=True)
class Document:
    """`data`: dict, list and scalars, None for an empty or unreadable file. `file`: the name shown to people.

    `readable` is False where the text is no YAML at all, so that `data` says nothing. `doubtful` holds the paths at
    which a mistake was found while reading: what stands there is a substitute and must not be complained about again.
    """

    file: str
    data: Data
    mistakes: tuple[Mistake, ...]
    readable: bool = True
    root: Spot = field(default_factory=lambda: Spot(1, 1), repr=False, compare=False)
    doubtful: frozenset[Path] = frozenset()

    def place(self, path: Path, key: bool = False) -> Place:
        """Line and column, both from 1, of the value at `path`, or of its key.

        Where the path leads further than the file, the place of the last value on the way.
        """
        spot = self.root
        for index, step in enumerate(path):
            if key and index == len(path) - 1 and isinstance(step, str) and step in (spot.keys or {}):
                return (spot.keys or {})[step]
            below = spot.below(step)
            if below is None:
                break
            spot = below
        return spot.line, spot.column

    def raw(self, path: Path) -> str | None:
        """The word as it was written, for an unquoted scalar at exactly this path; else None."""
        spot: Spot | None = self.root
        for step in path:
            spot = spot.below(step) if spot is not None else None
        return spot.raw if spot is not None else None

    def mistake(self, path: Path, sentence: str, key: bool = False) -> Mistake:
        """A mistake at the place of `path`."""
        line, column = self.place(path, key)
        return Mistake(self.file, line, column, dotted(path), sentence)

    def in_doubt(self, path: Path) -> bool:
        """True where the value at `path`, or one it lies in, was already complained about."""
        return any(path[:length] in self.doubtful for length in range(1, len(path) + 1))


def dotted(path: Path) -> str:
    """`servers.1.components`, as people are shown it: on one line, without characters that a terminal obeys."""
    return ".".join("".join(char if char.isprintable() else "?" for char in str(step)[:80]) for step in path)
