"""What runs have not finished: locks past their expected end, and what abandoned ones left, as results. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.health.checks.runs import LEFT, LOCKS
from eakte_ops.health.types import Judged, OwnCheck, Result
from eakte_ops.playbook.memory.leftovers import Leftover
from eakte_ops.playbook.memory.locks import Lock

SLACK_S = 3600.0
"""A lock may be so much older than expected: a run of minutes is estimated in minutes."""


def judged(now: float, locks: Iterable[Lock], left: Iterable[Leftover]) -> tuple[Judged, ...]:
    """What is not finished; of both checks that all is well where nothing is. `now`: Unix seconds."""
    old = [
        Result(
            "warning",
            lock.town,
            "old",
            {"run": lock.run, "since": lock.since, "until": lock.until, "purpose": lock.purpose},
        )
        for lock in locks
        if now >= lock.until + SLACK_S
    ]
    stayed = [
        Result("warning", f"{each.server} {each.kind}", "left", {"run": each.run, "seen": each.seen, "what": each.said})
        for each in left
    ]
    return (*_own(LOCKS, old), *_own(LEFT, stayed))


def _own(check: OwnCheck, bad: list[Result]) -> Iterable[Judged]:
    return (Judged("", "", check.name, check.owner, result) for result in bad or [Result("ok", said="none")])
