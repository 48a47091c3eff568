"""How a check judged over the last days: by server and subject, with the figures of each, from the store alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import State, TownKnown
    from eakte_ops.health.past import Day
    from eakte_ops.store import Rows

GAP_S = 26 * 3600.0
"""Between two looks of a night; longer is a gap."""
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject on one server. `states`: oldest first. `gaps`: between two of them, or before now, nobody looked."""

    server: str
    subject: str
    states: tuple[State, ...]
    gaps: tuple[tuple[float, float], ...]
    figures: Mapping[str, tuple[Day, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """`since`: Unix seconds from which on it is told."""

    town: TownKnown
    check: str
    since: float
    days: int
    subjects: tuple[Subject, ...]

    def only(self, server: str, subject: str) -> History:
        """That of one server or subject; "" for all."""
        kept = [one for one in self.subjects if server in ("", one.server) and subject in ("", one.subject)]
        return replace(self, subjects=tuple(kept))


def of(rows: Rows, town: TownKnown, check: str, days: int, now: datetime) -> History:
    """What is remembered of `check` in `town` for the last `days` days."""
    from eakte_ops.health.memory import figures, states

    since = now.timestamp() - days * _DAY_S
    found: dict[tuple[str, str], list[State]] = {}
    for state in states.history(rows, town.id, check, since):
        found.setdefault((state.server, state.subject), []).append(state)
    kept: dict[tuple[str, str], dict[str, tuple[Day, ...]]] = {}
    first = datetime.fromtimestamp(since, now.tzinfo).date()
    for name in figures.named(rows, town.id, check):
        line = figures.days(rows, town.id, name.server, check, name.subject, name.figure, days)
        if line := tuple(day for day in line if day.day >= first):
            kept.setdefault((name.server, name.subject), {})[name.figure] = line
    subjects = [
        Subject(*key, tuple(found.get(key, ())), _gaps(found.get(key, ()), now.timestamp()), kept.get(key, {}))
        for key in sorted({*found, *kept})
    ]
    return History(town, check, since, days, tuple(subjects))


def _gaps(states: Sequence[State], now: float) -> tuple[tuple[float, float], ...]:
    between = [(one.until, other.since) for one, other in pairwise(states)]
    if states:
        between.append((states[-1].until, now))
    return tuple((until, since) for until, since in between if since - until > GAP_S)
