"""Writes the figures that checks name in `trends`: each as it was seen, and into the line of its day."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eakte_ops.health.types import AnyCheck, Judged
    from eakte_ops.store import Rows

_MOST = 200
"""Series per server and check: a server that names ever new subjects does not fill the store."""
_HUGE = 1e24
"""Beyond it nothing that is counted or measured lies, and means and sums stay numbers."""
_OLD_DAYS = 30
"""A series of which there was nothing for so long gives way to a new one where there are too many."""


def keep(rows: Rows, at: float, town: str, zone: str, said: Iterable[Judged], checks: Mapping[str, AnyCheck]) -> None:
    """Keep the figures of the results `said`, seen at `at` in a town of that time zone."""
    seen = [
        ((judged.server, judged.check, judged.result.subject, name), value)
        for judged in said
        for name, value in _figures(judged, checks.get(judged.check))
    ]
    if not seen:
        return
    day = day_of(at, zone).toordinal()
    ids = _ids(rows, town, [names for names, _value in seen], day - _OLD_DAYS)
    values = [(ids[names], value) for names, value in seen if names in ids]
    rows.many("INSERT OR REPLACE INTO figure (series, at, value) VALUES (?, ?, ?)", [(id_, at, v) for id_, v in values])
    rows.many(
        """INSERT INTO daily (series, day, low, high, total, looks, last) VALUES (?1, ?2, ?3, ?3, ?3, 1, ?3)
        ON CONFLICT (series, day) DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high),
        total = total + excluded.total, looks = looks + 1, last = excluded.last""",
        [(id_, day, value) for id_, value in values],
    )


def day_of(at: float, zone: str) -> date:
    """The day on which `at` lies in that time zone: 23 or 25 hours of it where clocks change."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).date()


def _figures(judged: Judged, check: AnyCheck | None) -> Iterator[tuple[str, float]]:
    if check is None or (judged.result.reason and not judged.result.waits):
        return  # what waits for more looks to be judged may know its figure already
    for name in check.trends:
        value = judged.result.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:  # a server may send any number of digits
                continue
            if math.isfinite(number) and abs(number) <= _HUGE:
                yield name, number


def _ids(
    rows: Rows, town: str, wanted: list[tuple[str, str, str, str]], old: int
) -> Mapping[tuple[str, str, str, str], int]:
    found = {
        (row[1], row[2], row[3], row[4]): int(row[0])
        for row in rows.all("SELECT id, server, check_, subject, name FROM series WHERE town = ?", (town,))
    }
    many = Counter(names[:2] for names in found)
    for names in wanted:
        if names in found:
            continue
        if many[names[:2]] >= _MOST:
            many[names[:2]] -= _given_up(rows, town, names[:2], old)
        if many[names[:2]] < _MOST:
            many[names[:2]] += 1
            found[names] = rows.insert(
                "INSERT INTO series (town, server, check_, subject, name) VALUES (?, ?, ?, ?, ?)", (town, *names)
            )
    return found


def _given_up(rows: Rows, town: str, of: tuple[str, str], old: int) -> int:
    """Forget the series of a server and check that ended longest ago, if that was before the day `old`."""
    return rows.run(
        """DELETE FROM series WHERE id = (SELECT id FROM series JOIN daily ON daily.series = series.id
        WHERE town = ? AND server = ? AND check_ = ? GROUP BY id HAVING max(day) < ? ORDER BY max(day), id LIMIT 1)""",
        (town, *of, old),
    )
