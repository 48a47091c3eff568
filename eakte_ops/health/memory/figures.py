"""Figures over time: each one as it was seen, and one line per day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from eakte_ops.health.memory.known import SeriesName
from eakte_ops.health.past import Day, Point

if TYPE_CHECKING:
    from eakte_ops.store import Rows

_DAYS = 60
"""The most days a check may ask for."""

_Key: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """The past of one server, read from the store at once; usable when the transaction is over."""

    points: Mapping[_Key, Point]
    lines: Mapping[_Key, Sequence[tuple[Any, ...]]]

    def last(self, check: str, subject: str, figure: str) -> Point | None:
        """As past.Past."""
        return self.points.get((check, subject, figure))

    def days(self, check: str, subject: str, figure: str, days: int) -> Sequence[Day]:
        """As past.Past: of the last `days` days before and with the newest one that is known."""
        lines = self.lines.get((check, subject, figure), ())
        first = lines[-1][0] - days if lines else 0
        return tuple(_day(line) for line in lines if line[0] > first)


def past(rows: Rows, town: str, server: str) -> Remembered:
    """What is remembered of a server, or with `server` "" of the town as a whole: at most the last 60 days."""
    points: dict[_Key, Point] = {}
    names: dict[int, _Key] = {}
    for id_, check, subject, name, at, value in rows.all(
        """SELECT series.id, check_, subject, name, figure.at, figure.value FROM series LEFT JOIN figure
        ON figure.series = series.id AND figure.at = (SELECT max(at) FROM figure WHERE series = series.id)
        WHERE town = ? AND server = ?""",
        (town, server),
    ):
        key = (check, subject, name)
        names[id_] = key
        if at is not None:
            points[key] = Point(at, value)
    lines: dict[_Key, list[tuple[Any, ...]]] = {}
    for row in rows.all(
        """SELECT series, day, low, high, total, looks, last FROM series JOIN daily ON daily.series = series.id
        AND daily.day > (SELECT max(day) FROM daily WHERE series = series.id) - ?
        WHERE town = ? AND server = ? ORDER BY series, day""",
        (_DAYS, town, server),
    ):
        lines.setdefault(names[row[0]], []).append(tuple(row)[1:])
    return Remembered(points, lines)


def series(
    rows: Rows, town: str, server: str, check: str, subject: str, figure: str, since: float
) -> tuple[Point, ...]:
    """Each single figure since `since`, the oldest first (as far back as single ones are kept)."""
    found = rows.all(
        """SELECT at, value FROM figure WHERE series =
        (SELECT id FROM series WHERE town = ? AND server = ? AND check_ = ? AND subject = ? AND name = ?)
        AND at >= ? ORDER BY at""",
        (town, server, check, subject, figure, since),
    )
    return tuple(Point(*row) for row in found)


def days(rows: Rows, town: str, server: str, check: str, subject: str, figure: str, days: int) -> tuple[Day, ...]:
    """The last `days` days up to the newest one that is known, the oldest first; days without a look are left out."""
    names = (town, server, check, subject, figure)
    found = rows.one(
        "SELECT id FROM series WHERE town = ? AND server = ? AND check_ = ? AND subject = ? AND name = ?", names
    )
    if found is None:
        return ()
    lines = rows.all(
        """SELECT day, low, high, total, looks, last FROM daily WHERE series = ?1
        AND day > (SELECT max(day) FROM daily WHERE series = ?1) - ?2 ORDER BY day""",
        (found[0], days),
    )
    return tuple(_day(tuple(line)) for line in lines)


def named(rows: Rows, town: str, check: str | None = None) -> tuple[SeriesName, ...]:
    """All figures of the town of which there is a history, or those of one check."""
    found = rows.all(
        """SELECT server, check_, subject, name FROM series WHERE town = ?1 AND (?2 IS NULL OR check_ = ?2)
        ORDER BY server, check_, subject, name""",
        (town, check),
    )
    return tuple(SeriesName(*row) for row in found)


def _day(line: tuple[Any, ...]) -> Day:
    day, low, high, total, looks, last = line
    return Day(date.fromordinal(day), low, high, total / looks, last, looks)
