"""The life of a finding: what one more look makes of it. Pure; keep.py writes what comes out.

A row is a candidate until it was bad often enough, then it is open, then it has ended. *Unknown* neither opens nor
closes what is not unknown itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import How
    from eakte_ops.health.types import Verdict

Kind: TypeAlias = Literal["opened", "worse", "better", "closed"]


@dataclass(frozen=True, slots=True)
class After:
    """How many bad looks in a row open a finding, how many good ones close it."""

    open: int
    close: int


@dataclass(frozen=True, slots=True)
class Life:
    """One row. `opened` None: a candidate. `bad`, `good`, `unclear`: looks in a row.

    `told`: the verdict with which it was last told as news, None if it never was. `cause`: whose mere consequence it
    is. `ack_until`: until when somebody has it in hand.
    """

    verdict: Verdict
    began: float
    seen: float
    opened: float | None = None
    unsure: float | None = None
    ended: float | None = None
    how: How | None = None
    bad: int = 0
    good: int = 0
    unclear: int = 0
    told: Verdict | None = None
    cause: str | None = None
    ack_until: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a look makes of a row: the row as it is now (None: there is none any more) and a row that begins beside it.

    `news`, `began_news`: what is to be told of the one and of the other.
    """

    row: Life | None
    news: Kind | None = None
    began: Life | None = None
    began_news: Kind | None = None


def look(life: Life | None, verdict: Verdict, at: float, after: After, cause: str | None = None) -> Turn:
    """One more look at the subject. `life`: its current row, None where there is none."""
    if verdict == "ok":
        return _good(life, at, after)
    if life is None:
        return _begin(verdict, at, after, cause)
    if verdict == "unknown" != life.verdict:
        return _unclear(life, at, after, cause)
    if verdict != "unknown" and life.verdict == "unknown":
        begins = _begin(verdict, at, after, cause)
        return replace(_over(life, at, "well"), began=begins.began, began_news=begins.began_news)
    return Turn(*_bad(life, verdict, at, after, cause))


def gone(life: Life, at: float) -> Turn:
    """Its town, server or check does not exist any more."""
    return _over(life, at, "gone")


def _begin(verdict: Verdict, at: float, after: After, cause: str | None) -> Turn:
    row, news = _bad(Life(verdict, at, at), verdict, at, after, cause)
    return Turn(None, began=row, began_news=news)


def _bad(life: Life, verdict: Verdict, at: float, after: After, cause: str | None) -> tuple[Life, Kind | None]:
    bad = life.bad + 1
    opened = at if life.opened is None and bad >= after.open else life.opened
    seen = replace(life, verdict=verdict, seen=at, opened=opened, unsure=None, bad=bad, good=0, unclear=0, cause=cause)
    return _told(seen, at)


def _told(life: Life, at: float) -> tuple[Life, Kind | None]:
    """What is new since it was last told. A candidate and a mere consequence are no news."""
    if life.opened is None or life.cause is not None or life.told == life.verdict:
        return life, None
    if life.told is None:
        return replace(life, told=life.verdict, opened=at), "opened"
    if life.verdict != "critical":
        return replace(life, told=life.verdict), "better"
    ends = None if life.ack_until is None else min(life.ack_until, at)
    return replace(life, told=life.verdict, ack_until=ends), "worse"


def _good(life: Life | None, at: float, after: After) -> Turn:
    if life is None or life.opened is None:
        return Turn(None)
    if life.good + 1 >= after.close:
        return _over(replace(life, good=life.good + 1), at, "well")
    return Turn(replace(life, good=life.good + 1, unsure=None))


def _unclear(life: Life, at: float, after: After, cause: str | None) -> Turn:
    unsure = at if life.unsure is None else life.unsure
    if life.opened is not None or life.unclear + 1 < after.open:
        return Turn(replace(life, unsure=unsure, unclear=life.unclear + 1))
    # nobody could tell for as long as it takes to open a finding: that is one of its own
    row, news = _bad(Life("unknown", unsure, at, bad=life.unclear), "unknown", at, after, cause)
    return Turn(None, began=row, began_news=news)


def _over(life: Life, at: float, how: How) -> Turn:
    """A candidate leaves nothing behind."""
    if life.opened is None:
        return Turn(None)
    return Turn(replace(life, ended=at, how=how, unsure=None), "closed" if life.told is not None else None)
