"""Forgets what is older than was agreed, in small pieces, so that a sweep beside it never waits long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.store import Rows, Store

_DAY_S = 86400.0
_YEAR_DAYS = 365.25
_PIECE = 20_000
"""Rows of a kind that are deleted in one transaction."""

Limits: TypeAlias = Mapping[str, float]

_DELETE: Mapping[str, str] = {
    "names": """UPDATE finding SET ack_who = '', ack_why = '' WHERE id IN
        (SELECT id FROM finding WHERE ack_at < :names AND (ack_who <> '' OR ack_why <> '') LIMIT :piece)""",
    "results": """DELETE FROM state WHERE id IN
        (SELECT id FROM state WHERE until < :results LIMIT :piece)""",
    "changes": """DELETE FROM change WHERE id IN
        (SELECT id FROM change WHERE at < :years LIMIT :piece)""",
    "findings": """DELETE FROM finding WHERE id IN
        (SELECT id FROM finding WHERE ended < :years LIMIT :piece)""",
    "candidates": """DELETE FROM finding WHERE id IN
        (SELECT id FROM finding WHERE ended IS NULL AND opened IS NULL AND seen < :results LIMIT :piece)""",
    "sweeps": """DELETE FROM sweep WHERE id IN
        (SELECT id FROM sweep WHERE began < :years LIMIT :piece)""",
}
_COUNT: Mapping[str, str] = {
    "results": "SELECT count(*) FROM state WHERE until < :results",
    "changes": "SELECT count(*) FROM change WHERE at < :years",
    "findings": "SELECT count(*) FROM finding WHERE ended < :years",
    "candidates": "SELECT count(*) FROM finding WHERE ended IS NULL AND opened IS NULL AND seen < :results",
    "sweeps": "SELECT count(*) FROM sweep WHERE began < :years",
    "names": "SELECT count(*) FROM finding WHERE ack_at < :names AND (ack_who <> '' OR ack_why <> '')",
    "figures": "SELECT count(*) FROM figure WHERE at < :results",
    "daily": "SELECT count(*) FROM daily WHERE day < :day",
}
_FIGURES = """DELETE FROM figure WHERE series = :series AND at IN
    (SELECT at FROM figure WHERE series = :series AND at < :results LIMIT :piece)"""
_DAILY = "DELETE FROM daily WHERE series = :series AND day < :day"
_EMPTY = """DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM daily WHERE daily.series = series.id)
    AND NOT EXISTS (SELECT 1 FROM figure WHERE figure.series = series.id)"""


def prune(rows: Rows, at: float, results_days: int, daily_years: int, names_days: int) -> Mapping[str, int]:
    """Delete a piece of each kind that is too old at `at`; gives how many by kind. All is done when nothing was.

    Single results and figures after `results_days`, daily figures, findings, changes and sweeps after `daily_years`,
    and after `names_days` who acknowledged a finding and why, since a reason may name people, too.
    """
    limits = _limits(at, results_days, daily_years, names_days)
    done = {kind: rows.run(sql, limits) for kind, sql in _DELETE.items()} | {"figures": 0, "daily": 0}
    for row in rows.all("SELECT id FROM series"):
        left = _PIECE - done["figures"] - done["daily"]
        if left <= 0:
            break
        one = {**limits, "series": row[0], "piece": left}
        done["figures"] += rows.run(_FIGURES, one)
        done["daily"] += rows.run(_DAILY, one)
    if not any(done.values()):
        rows.run(_EMPTY)
    return done


def to_delete(rows: Rows, at: float, results_days: int, daily_years: int, names_days: int) -> Mapping[str, int]:
    """What `prune_all` would delete, by kind."""
    limits = _limits(at, results_days, daily_years, names_days)
    found = {kind: rows.one(sql, limits) for kind, sql in _COUNT.items()}
    return {kind: int(row[0]) if row else 0 for kind, row in found.items()}


def prune_all(store: Store, at: float, results_days: int, daily_years: int, names_days: int) -> Mapping[str, int]:
    """Delete all that is too old, one transaction after the other; gives how many rows of each kind."""
    total: Counter[str] = Counter()
    while True:
        with store.writing() as rows:
            done = prune(rows, at, results_days, daily_years, names_days)
        total.update(done)
        if not any(done.values()):
            return dict(total)
        store.let_others_write()


def _limits(at: float, results_days: int, daily_years: int, names_days: int) -> Limits:
    years = at - daily_years * _YEAR_DAYS * _DAY_S
    return {
        "results": at - results_days * _DAY_S,
        "years": years,
        "piece": _PIECE,
        "names": at - names_days * _DAY_S,
        "day": datetime.fromtimestamp(years, UTC).date().toordinal(),
    }
