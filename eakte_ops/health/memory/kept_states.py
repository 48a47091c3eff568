"""Writes results as intervals: one that is judged as before makes its row longer, another one begins a new row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.health.memory import texts

if TYPE_CHECKING:
    from eakte_ops.health.memory.kept_findings import Key
    from eakte_ops.health.types import AnyCheck, Judged
    from eakte_ops.store import Rows

_INSERT = """INSERT INTO state
    (town, server, check_, subject, verdict, waits, said, owner, text, since, until, looks, ongoing)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1)"""
_MOST = 100
"""Subjects of a check on a server of which a look that did not see all of it says nothing."""
_GAP_S = 26 * 3600.0
"""Between two looks at most, for what both saw to hold for the time between: a day, and an hour more in autumn."""


@dataclass
class Intervals:
    """The newest row of every subject of one town: its id, how it is judged, and until when."""

    rows: Rows
    town: str
    ongoing: Mapping[Key, tuple[int, tuple[str, int, str], float]]

    @classmethod
    def of(cls, rows: Rows, town: str) -> Intervals:
        """Those of `town`."""
        found = rows.all(
            "SELECT server, check_, subject, id, verdict, waits, said, until FROM state WHERE town = ? AND ongoing",
            (town,),
        )
        return cls(rows, town, {(row[0], row[1], row[2]): (row[3], (row[4], row[5], row[6]), row[7]) for row in found})

    def keep(
        self, at: float, said: Mapping[Key, Judged], over: Collection[Key], checks: Mapping[str, AnyCheck]
    ) -> None:
        """Keep what `said` judges. `over`: subjects that do not exist any more.

        Of those of which nothing is said this time the last `_MOST` of a check on a server stay what is known of them.
        """
        longer, ended, begun = [], [], []
        for key, judged in said.items():
            result = judged.result
            alike = (judged.verdict, int(result.waits), f"{result.said}/{result.reason}")
            text = texts.said(judged, checks.get(judged.check))
            before = self.ongoing.get(key)
            if before is not None and before[1] == alike and at - before[2] <= _GAP_S:
                longer.append((max(at, before[2]), text, judged.owner, before[0]))
                continue
            if before is not None:
                ended.append((before[0],))
            begun.append((self.town, *key, *alike, judged.owner, text, at, at))
        ended += [(self.ongoing[key][0],) for key in {*over, *self._too_many(said)} if key in self.ongoing]
        self.rows.many("UPDATE state SET until = ?, looks = looks + 1, text = ?, owner = ? WHERE id = ?", longer)
        self.rows.many("UPDATE state SET ongoing = 0 WHERE id = ?", ended)
        self.rows.many(_INSERT, begun)

    def _too_many(self, said: Mapping[Key, Judged]) -> list[Key]:
        unsaid: dict[tuple[str, str], list[tuple[float, Key]]] = {}
        for key, (_id, _alike, until) in self.ongoing.items():
            if key not in said:
                unsaid.setdefault(key[:2], []).append((until, key))
        many = [found for found in unsaid.values() if len(found) > _MOST]
        return [key for found in many for _until, key in sorted(found)[:-_MOST]]


def forget(rows: Rows, exists: Mapping[str, Collection[str]], checks: Collection[str]) -> None:
    """Nothing is ongoing of a town, server or check that is not among these; the centre's own stay."""
    for row in rows.all("SELECT DISTINCT town FROM state WHERE ongoing AND town <> ''"):
        known = Intervals.of(rows, str(row[0]))
        here = exists.get(known.town, ())
        over = [key for key in known.ongoing if (key[0] and key[0] not in here) or key[1] not in checks]
        known.keep(0.0, {}, over if known.town in exists else known.ongoing.keys(), {})
