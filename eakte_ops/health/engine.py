"""Looks at servers: ONE exchange each, then every check judges what came back. A server's failure is a result."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from eakte_ops.access.rules import Access
from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import EakteError
from eakte_ops.events import Sink, silent
from eakte_ops.health import catalogue
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.limits import settled
from eakte_ops.health.site import site_of
from eakte_ops.health.types import WORST_FIRST, AnyCheck, Cause, Judged, Look, NotKnown, Result, Site, unknown
from eakte_ops.inventory.model import Server, Town
from eakte_ops.remote.fleet import Errand, Outcome, visit_all
from eakte_ops.remote.types import Connect, Target, Visit

_MOST = 20
"""Results that are not well, per check and server."""

State: TypeAlias = Literal["looked", "unreachable", "unsupported", "interrupted"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One server to look at. `site` None: its platform is not supported yet, so it is named and not asked."""

    town: Town
    server: Server
    target: Target
    site: Site | None


@dataclass(frozen=True, slots=True)
class ServerLook:
    """What came of one server. `results`: of the checks that judged; `not_looked_at`: names of those that could not.

    `error`: why it was not reached, or the line that was lost after some answers. `seconds`: the whole visit.
    """

    stop: Stop
    state: State
    when: datetime
    results: tuple[Judged, ...]
    not_looked_at: tuple[str, ...] = ()
    visit: Visit | None = None
    error: EakteError | None = None
    seconds: float = 0.0


def stops_of(
    towns: Iterable[Town], target_of: Callable[[Town, Server], Target], access: Access | None
) -> tuple[Stop, ...]:
    """Every server of `towns`, in the order of the inventory. `access`: access.yml, None if there is none."""
    return tuple(
        Stop(town, server, target_of(town, server), site_of(town, server, access) if _supported(server) else None)
        for town in towns
        for server in town.said.servers
    )


def _supported(server: Server) -> bool:
    return server.platform == "linux"


def look_at(
    stops: Sequence[Stop],
    checks: Sequence[AnyCheck],
    connect: Connect,
    *,
    seconds: float = 30.0,
    threads: int = 64,
    emit: Sink = silent,
    clock: Clock = SYSTEM,
) -> Generator[ServerLook]:
    """Look at all `stops`, yield each as it is done. `seconds`: for one server, from connecting to the last answer.

    Closing the iterator ends everything that is under way.
    """
    by_target: Mapping[Target, Stop] = {stop.target: stop for stop in stops if stop.site is not None}
    for stop in stops:
        if stop.site is None:
            yield unsupported(stop, checks, clock.now())
    errands = [
        Errand(target, catalogue.questions(checks, stop.site), seconds)
        for target, stop in by_target.items()
        if stop.site is not None
    ]
    outcomes = visit_all(errands, connect, threads=threads, emit=emit)
    with closing(outcomes):
        for outcome in outcomes:
            yield judged(by_target[outcome.target], checks, outcome, clock.now())


def judged(stop: Stop, checks: Sequence[AnyCheck], outcome: Outcome, when: datetime) -> ServerLook:
    """The results of one outcome. A server that was not reached gives the one result of `reachable`."""
    assert stop.site is not None
    concerned = [check for check in checks if check.concerns(stop.site)]
    if outcome.visit is None:
        problem = outcome.error or EakteError("no visit")
        result = _told(stop, REACHABLE, unreachable(problem))
        left = tuple(check.name for check in concerned if check is not REACHABLE)
        return ServerLook(stop, "unreachable", when, (result,), left, None, problem, outcome.seconds)
    answers = {answer.question: answer for answer in outcome.answers}
    look = Look(stop.site, when, outcome.visit, answers)
    results = tuple(_told(stop, check, result) for check in concerned for result in _results(check, look))
    if outcome.error is not None:
        results = _broken_off(stop, results, outcome.error)
    return ServerLook(stop, "looked", when, results, (), outcome.visit, outcome.error, outcome.seconds)


def unsupported(stop: Stop, checks: Sequence[AnyCheck], when: datetime) -> ServerLook:
    """A server that can not be asked yet: one result says so."""
    result = _told(stop, REACHABLE, unknown(NotKnown("windows"), owner="centre", todo="unsupported"))
    return ServerLook(stop, "unsupported", when, (result,), tuple(check.name for check in checks))


def interrupted(stop: Stop, checks: Sequence[AnyCheck], when: datetime) -> ServerLook:
    """A server whose turn did not come, because a person stopped the look."""
    return ServerLook(stop, "interrupted", when, (), tuple(check.name for check in checks))


def _broken_off(stop: Stop, results: tuple[Judged, ...], error: EakteError) -> tuple[Judged, ...]:
    """Results of an exchange that was lost on the way: what is not known is so because of it."""
    kept = tuple(
        replace(judged, result=replace(judged.result, because=(Cause(REACHABLE.name),)))
        if judged.result.reason == "no-answer"
        else judged
        for judged in results
        if judged.check != REACHABLE.name
    )
    return (_told(stop, REACHABLE, unreachable(error)), *kept)


def _results(check: AnyCheck, look: Look) -> tuple[Result, ...]:
    try:
        results = tuple(check.judge(look, settled(check, look.site)))
    except NotKnown as problem:
        return (unknown(problem),)
    except Exception as stumbled:  # one broken check must not hide what the others found
        return (unknown(NotKnown("check-broken", what=type(stumbled).__name__)),)
    return _bounded(results) or (unknown(NotKnown("nothing-said")),)


def _bounded(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """All results; of those that are not well the worst `_MOST`, and how many are left out.

    A taken-over server may name as many subjects as fit its answer: they must not bury what others have to say.
    """
    bad = sorted((each for each in results if each.verdict != "ok"), key=lambda each: WORST_FIRST.index(each.verdict))
    if len(bad) <= _MOST:
        return results
    return (*bad[:_MOST], unknown(NotKnown("too-many", count=len(bad) - _MOST)))


def _told(stop: Stop, check: AnyCheck, result: Result) -> Judged:
    return Judged(stop.town.id, stop.server.name, check.name, result.owner or check.owner, result)
