"""Looks at servers: ONE exchange each, then every check judges what came back. A server's failure is a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from eakte_ops.access.rules import Access
from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import EakteError
from eakte_ops.events import Sink, silent
from eakte_ops.health import catalogue
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.limits import settled
from eakte_ops.health.muted import Down, Handed, down, muted
from eakte_ops.health.past import NOTHING, Past
from eakte_ops.health.site import site_of
from eakte_ops.health.types import (
    WORST_FIRST,
    AnyCheck,
    Cause,
    Check,
    Judged,
    Look,
    NotKnown,
    Result,
    Site,
    TownCheck,
    TownLook,
    unknown,
)
from eakte_ops.inventory.model import Server, Town
from eakte_ops.remote.fleet import Errand, Outcome, visit_all
from eakte_ops.remote.types import Connect, Reveal, Target, Visit

if TYPE_CHECKING:
    from eakte_ops.config.library import Library

_MOST = 20
"""Results that are not well, per check and server."""
_MOST_IN_ALL = 300
"""Results, per check and server."""

State: TypeAlias = Literal["looked", "unreachable", "unsupported", "interrupted"]
PastOf: TypeAlias = Callable[[str, str], Past]
"""Town and server ("" for the town as a whole) -> what is remembered of it."""


def no_past(_town: str, _server: str) -> Past:
    """For looks that nobody remembers."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Stop:
    """One server to look at. `site` None: its platform is not supported yet, so it is named and not asked.

    `handed`: the centre remembers that it handed the machine over.
    """

    town: Town
    server: Server
    target: Target
    site: Site | None
    handed: Handed | None = None


@dataclass(frozen=True, slots=True)
class ServerLook:
    """What came of one server. `results`: of the checks that judged; `not_looked_at`: names of those that could not.

    `error`: why it was not reached, or the line that was lost after some answers. `seconds`: the whole visit.
    `seen`: what checks over a whole town need of it. `down`: what is down there on purpose.
    """

    stop: Stop
    state: State
    when: datetime
    results: tuple[Judged, ...]
    not_looked_at: tuple[str, ...] = ()
    visit: Visit | None = None
    error: EakteError | None = None
    seconds: float = 0.0
    seen: Look | None = None
    down: Down | None = None


def nothing_known(_town: Town) -> Reveal:
    """For looks that have no secrets: what needs one gets an empty value and says that it can not tell."""
    return lambda _name: ""


def stops_of(
    towns: Iterable[Town],
    target_of: Callable[[Town, Server], Target],
    access: Access | None,
    library: Callable[[], Library],
    handed: Mapping[tuple[str, str], Handed] = {},
) -> tuple[Stop, ...]:
    """Every server of `towns`, in the order of the inventory. `access`: access.yml, None if there is none.

    `library`: the templates of configuration, which are read when somebody needs them. `handed`: town and server
    -> what is remembered of machines that were handed over.
    """
    return tuple(
        Stop(
            town,
            server,
            target_of(town, server),
            site_of(town, server, access, library) if _supported(server) else None,
            handed.get((town.id, server.name)),
        )
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
    until: float = math.inf,
    emit: Sink = silent,
    clock: Clock = SYSTEM,
    past: PastOf = no_past,
    reveals: Callable[[Town], Reveal] = nothing_known,
) -> Generator[ServerLook]:
    """Look at all `stops`, yield each as it is done. `seconds`: for one server, from connecting to the last answer.

    `until`: monotonic seconds at which the whole look ends; servers that are not done by then are not yielded.
    `reveals`: a town's secrets, for the one question that needs one. `past` is asked where the iterator is consumed.
    Closing the iterator ends everything that is under way.
    """
    by_target: Mapping[Target, Stop] = {stop.target: stop for stop in stops if stop.site is not None}
    for stop in stops:
        if stop.site is None:
            yield unsupported(stop, checks, clock.now())
    errands = [
        Errand(target, catalogue.questions(checks, stop.site), seconds, reveals(stop.town))
        for target, stop in by_target.items()
        if stop.site is not None
    ]
    outcomes = visit_all(errands, connect, threads=threads, emit=emit, until=until)
    with closing(outcomes):
        for outcome in outcomes:
            stop = by_target[outcome.target]
            yield judged(stop, checks, outcome, clock.now(), past(stop.town.id, stop.server.name))


def judged(
    stop: Stop, checks: Sequence[AnyCheck], outcome: Outcome, when: datetime, past: Past = NOTHING
) -> ServerLook:
    """The results of one outcome. A server that was not reached gives the one result of `reachable`."""
    assert stop.site is not None
    concerned = _concerned(checks, stop.site)
    if outcome.visit is None:
        problem = outcome.error or EakteError("no visit")
        on_purpose = down(None, stop.handed, when)
        result = _told(stop, REACHABLE, muted(REACHABLE, unreachable(problem), on_purpose))
        left = tuple(check.name for check in concerned if check is not REACHABLE)
        return ServerLook(stop, "unreachable", when, (result,), left, None, problem, outcome.seconds, down=on_purpose)
    answers = {answer.question: answer for answer in outcome.answers}
    look = Look(stop.site, when, outcome.visit, answers, past)
    on_purpose = down(look, stop.handed, when)
    results = tuple(
        _told(stop, check, muted(check, result, on_purpose)) for check in concerned for result in _results(check, look)
    )
    if outcome.error is not None:
        results = _broken_off(stop, results, outcome.error, on_purpose)
    seen = look.only(frozenset(fact.name for check in checks if isinstance(check, TownCheck) for fact in check.facts))
    return ServerLook(
        stop, "looked", when, results, (), outcome.visit, outcome.error, outcome.seconds, seen, on_purpose
    )


def of_town(looks: Sequence[ServerLook], checks: Sequence[AnyCheck], past: Past = NOTHING) -> tuple[Judged, ...]:
    """What the checks over a whole town say, given all looks at the servers of ONE town. They belong to no server."""
    town = looks[0].stop.town
    sites = {look.stop.server.name: look.stop.site for look in looks if look.stop.site is not None}
    seen = {look.stop.server.name: look.seen for look in looks if look.seen is not None}
    together = TownLook(town.id, sites, seen, past)
    on_purpose = next((look.down for look in looks if look.down is not None and not look.down.page), None)
    return tuple(
        Judged(town.id, "", check.name, result.owner or check.owner, muted(check, result, on_purpose))
        for check in checks
        if isinstance(check, TownCheck) and sites and check.concerns(tuple(sites.values()))
        for result in _town_results(check, together, town)
    )


def _town_results(check: TownCheck[Any], together: TownLook, town: Town) -> tuple[Result, ...]:
    limits = settled(check.limits, town.said.thresholds.get(check.name, {}))
    return _guarded(lambda: check.judge(together, limits))


def _concerned(checks: Sequence[AnyCheck], site: Site) -> list[Check[Any]]:
    return [check for check in checks if isinstance(check, Check) and check.concerns(site)]


def unsupported(stop: Stop, checks: Sequence[AnyCheck], when: datetime) -> ServerLook:
    """A server that can not be asked yet: one result says so."""
    result = _told(stop, REACHABLE, unknown(NotKnown("windows"), owner="centre", todo="unsupported"))
    return ServerLook(stop, "unsupported", when, (result,), _of_servers(checks))


def interrupted(stop: Stop, checks: Sequence[AnyCheck], when: datetime) -> ServerLook:
    """A server whose turn did not come, because a person stopped the look."""
    return ServerLook(stop, "interrupted", when, (), _of_servers(checks))


def _of_servers(checks: Sequence[AnyCheck]) -> tuple[str, ...]:
    return tuple(check.name for check in checks if check.scope == "server")


def _broken_off(
    stop: Stop, results: tuple[Judged, ...], error: EakteError, on_purpose: Down | None
) -> tuple[Judged, ...]:
    """Results of an exchange that was lost on the way: what is not known is so because of it."""
    kept = tuple(
        replace(judged, result=replace(judged.result, because=(Cause(REACHABLE.name),)))
        if judged.result.reason == "no-answer"
        else judged
        for judged in results
        if judged.check != REACHABLE.name
    )
    return (_told(stop, REACHABLE, muted(REACHABLE, unreachable(error), on_purpose)), *kept)


def _results(check: Check[Any], look: Look) -> tuple[Result, ...]:
    limits = settled(check.limits, look.site.thresholds.get(check.name, {}))
    return _guarded(lambda: check.judge(look, limits))


def _guarded(judge: Callable[[], Iterable[Result]]) -> tuple[Result, ...]:
    try:
        results = tuple(judge())
    except NotKnown as problem:
        return (unknown(problem),)
    except Exception as stumbled:  # one broken check must not hide what the others found
        return (unknown(NotKnown("check-broken", what=type(stumbled).__name__)),)
    return _bounded(results) or (unknown(NotKnown("nothing-said")),)


def _bounded(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """All results up to `_MOST_IN_ALL`; of those that are not well the worst `_MOST`; and how many are left out.

    A taken-over server may name as many subjects as fit its answer: they must not bury what others have to say.
    """
    bad = sorted((each for each in results if each.bad), key=lambda each: WORST_FIRST.index(each.verdict))
    if len(bad) <= _MOST:
        if len(results) <= _MOST_IN_ALL:
            return results
        kept = (*bad, *[each for each in results if not each.bad][: _MOST_IN_ALL - len(bad)])
        return (*kept, unknown(NotKnown("too-many", count=len(results) - _MOST_IN_ALL)))
    return (*bad[:_MOST], unknown(NotKnown("too-many", count=len(bad) - _MOST)))


def _told(stop: Stop, check: Check[Any], result: Result) -> Judged:
    return Judged(stop.town.id, stop.server.name, check.name, result.owner or check.owner, result)
