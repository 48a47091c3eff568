"""What a check may know of earlier looks at the same server: plain figures, read from the store before the look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Point:
    """One figure as it was seen. `at`: Unix seconds of this machine."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one day (in the town's time zone) of which there were `looks`."""

    day: date
    low: float
    high: float
    mean: float
    last: float
    looks: int


class Past(Protocol):
    """The remembered figures of one server, or of a town as a whole; only those that checks name in `trends`."""

    def last(self, check: str, subject: str, figure: str) -> Point | None:
        """The figure at the look before this one, None if there was none."""
        ...

    def days(self, check: str, subject: str, figure: str, days: int) -> Sequence[Day]:
        """Up to `days` days, the oldest first; days without a look are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """The past of a server that was never looked at."""

    def last(self, _check: str, _subject: str, _figure: str) -> Point | None:
        """Nothing."""
        return None

    def days(self, _check: str, _subject: str, _figure: str, _days: int) -> Sequence[Day]:
        """Nothing."""
        return ()


NOTHING = Nothing()
