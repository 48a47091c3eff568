"""Gates: health checks that have to be well before a run goes on, asked again until they are or the time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import UsageError
from eakte_ops.health import catalogue, wording
from eakte_ops.health.engine import Stop, look_at, nothing_known, of_town
from eakte_ops.health.types import AnyCheck, Check, Judged, OwnCheck, TownCheck
from eakte_ops.inventory.model import Town
from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.plan import Gate
from eakte_ops.remote import cleaning
from eakte_ops.remote.types import Connect, Reveal
from eakte_ops.yamltext import did_you_mean

WINDOW, ASSUMPTIONS = "plan.window", "plan.assumptions"
OWN = (WINDOW, ASSUMPTIONS)
"""Gates of the plan itself; what answers them is given from outside."""

EVERY_S = 3.0
_LOOK_S = 30.0
_NAMED = 3
_LONGEST = 160

Ask: TypeAlias = Callable[[], Answered]
"""Answers a gate of the plan itself."""
Tell: TypeAlias = Callable[[str], None]
"""Hears, between two looks, what is not well yet."""


def known_gate(name: str) -> bool:
    """Whether a gate may name `name`: a check that looks at servers, or one of the plan itself."""
    return name in OWN or (name in catalogue.CHECKS and not isinstance(catalogue.CHECKS[name], OwnCheck))


def check_gate(name: str) -> None:
    """Raises UsageError with a suggestion where `name` is no gate."""
    if not known_gate(name):
        names = [*OWN, *(each for each in catalogue.CHECKS if known_gate(each))]
        raise UsageError(
            f'there is no check "{name}" to wait for{did_you_mean(name, names)}',
            way_out="eakte-ops checks lists those that look at servers",
        )


def judges(name: str, stops: Sequence[Stop], components: Sequence[str] = ()) -> bool:
    """Whether the check has anything to look at there: a gate that could never hold belongs into no plan."""
    if name in OWN:
        return True
    check = catalogue.CHECKS[name]
    sites = [stop.site for stop in _narrowed(stops, components) if stop.site is not None]
    if isinstance(check, TownCheck):
        return bool(sites) and check.concerns(sites)
    return isinstance(check, Check) and any(check.concerns(site) for site in sites)


def _unheard(_said: str) -> None:
    """Nobody wants to know what is not well yet."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates of one run. `stops`: all servers of the town, to be asked as the account of people at work; `connect`:
    opens the lines (Lines.lend). `own`: what answers the gates of OWN. `every`: seconds between two looks. `reveals`: a
    town's secrets, for the one check that needs one (the round trip of a document).
    """

    stops: Sequence[Stop]
    connect: Connect
    own: Mapping[str, Ask] = field(default_factory=dict)
    clock: Clock = SYSTEM
    every: float = EVERY_S
    reveals: Callable[[Town], Reveal] = nothing_known

    def answer(self, gate: Gate, server: str, limit: float, tell: Tell = _unheard) -> Answered:
        """Well as soon as every check is; not well once `limit` seconds are over, and `said` names what was not.

        What is not known is not well, and neither is a check that finds nothing to look at. `server` "": all of them.
        Gates of the plan itself are asked once: waiting changes nothing about them. Raises UsageError.
        """
        for name in gate.checks:
            check_gate(name)
            if name in OWN:
                answered = self.own[name]()
                if not answered.well:
                    return answered
        checks = [catalogue.CHECKS[name] for name in gate.checks if name not in OWN]
        if not checks:
            return Answered(True)
        stops = _narrowed([stop for stop in self.stops if server in ("", stop.server.name)], gate.components)
        idle = [check.name for check in checks if not judges(check.name, stops)]
        if idle:
            where = ", ".join(gate.components) or server or "the town"
            return Answered(False, f"{where}: there is nothing that {', '.join(idle)} looks at")
        return self._wait(checks, stops, limit, tell)

    def _wait(self, checks: Sequence[AnyCheck], stops: Sequence[Stop], limit: float, tell: Tell) -> Answered:
        end = self.clock.monotonic() + limit
        while True:
            said = self._not_well(checks, stops)
            if not said:
                return Answered(True)
            if self.clock.monotonic() + self.every >= end:
                return Answered(False, said)
            tell(said)
            self.clock.sleep(self.every)

    def _not_well(self, checks: Sequence[AnyCheck], stops: Sequence[Stop]) -> str:
        """What is not well now, in short, "" where all is; a server that can not be reached is not well."""
        asked = [stop for stop in stops if stop.site is None or catalogue.asks(checks, stop.site)]
        looks = list(
            look_at(
                asked,
                checks,
                self.connect,
                seconds=_LOOK_S,
                threads=max(1, len(asked)),
                clock=self.clock,
                reveals=self.reveals,
            )
        )
        said = [judged for look in looks for judged in look.results]
        if looks:
            said += of_town(looks, checks)
        bad = [judged for judged in said if judged.verdict != "ok"]
        quiet = [check.name for check in checks if check.name not in {judged.check for judged in said}]
        return in_short(bad) or (f"nothing was said by {', '.join(quiet)}" if quiet else "")


def _narrowed(stops: Sequence[Stop], components: Sequence[str]) -> list[Stop]:
    """The same servers with these components alone; without `components` as they are."""
    if not components:
        return list(stops)
    return [
        replace(stop, site=replace(stop.site, components=kept))
        for stop in stops
        if stop.site is not None and (kept := tuple(each for each in stop.site.components if each.name in components))
    ]


def in_short(bad: Sequence[Judged]) -> str:
    """The first few of what is not well, each with its place, cleaned; and how many more there are."""
    told = [cleaning.line(f"{each.place} {each.check}: {_sentence(each)}", _LONGEST) for each in bad[:_NAMED]]
    more = f" · and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
    return " · ".join(told) + more


def _sentence(judged: Judged) -> str:
    return wording.said(judged, catalogue.CHECKS[judged.check], "en")
