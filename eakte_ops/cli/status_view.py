"""What is known of a town right now, put together from the store alone: neither a server nor the inventory is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.cli.sparkline import by_day, sparkline
from eakte_ops.cli.times import zone_of_town

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Known, SeriesName, State, TownKnown
    from eakte_ops.health.past import Day
    from eakte_ops.inventory.hours import Span
    from eakte_ops.playbook.handover.opened import Opened
    from eakte_ops.playbook.memory.locks import Lock
    from eakte_ops.store import Rows

Up: TypeAlias = Literal["up", "limited", "down", "unknown", "away"]
"""away: in the hands of local IT, within the agreed time."""

PAGE, REACHABLE, FORECAST, BACKUP = "gateway.answer", "reachable", "disk.forecast", "backup.age"
DAYS = 30
"""Days that are drawn."""
_OLD_S = 26 * 3600.0
"""A night's look may be this old."""
_OLD_LIGHT_S = 30 * 60.0
"""Where light sweeps are made, a look may be this old."""
_LIGHT_USED_S = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure over the last days. `value`: the newest one; `line`: its bars, up to today."""

    name: SeriesName
    days: tuple[Day, ...]
    line: str
    value: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a town is up. `since`: when not so; `at`: when that was seen; `page`, `finding`: what says so."""

    up: Up
    at: float | None
    since: float | None = None
    page: State | None = None
    finding: Known | None = None


@dataclass(frozen=True, slots=True)
class TownView:
    """All that is said of a town on the telephone. `whole`: since when all of it was looked at at least once.

    `found`: its open findings, worst first, without consequences; `noticed`: those of them that clerks may notice.
    `stale`: the newest look is older than it should be. `work`: the run that has the town, `handover`: the
    one that handed it to local IT, as far as is known here.
    """

    town: TownKnown
    answer: Answer
    stale: bool
    found: tuple[Known, ...]
    noticed: tuple[Known, ...]
    whole: float | None = None
    window: Span | None = None
    open_now: bool = False
    backup: State | None = None
    forecast: State | None = None
    response: Trend | None = None
    disk: Trend | None = None
    work: Lock | None = None
    handover: Opened | None = None

    @property
    def bad(self) -> bool:
        """Whether it is not up, or something is critical."""
        return self.answer.up not in ("up", "away") or any(each.verdict == "critical" for each in self.found)


def in_short(rows: Rows, town: TownKnown, now: datetime) -> TownView:
    """What a line about the town needs."""
    from eakte_ops.health.memory import findings, states

    found = findings.current(rows, town.id)
    pages, reached = states.current(rows, town.id, PAGE), states.current(rows, town.id, REACHABLE)
    handover = _handover(rows, town)
    answer = _away(_answer(town, pages, reached, found), handover, now)
    noticed = tuple(each for each in found if any(text.clerks for text in each.text.values()))
    return TownView(town, answer, _stale(rows, answer.at, now), found, noticed, handover=handover)


def _handover(rows: Rows, town: TownKnown) -> Opened | None:
    """The handover of the town that is not over."""
    from eakte_ops.playbook.memory.handovers import may_be_open

    if not may_be_open(rows, town.id):
        return None
    from eakte_ops.playbook.handover.opened import opened

    return opened(rows, town.id)


def _away(answer: Answer, handover: Opened | None, now: datetime) -> Answer:
    """What is down in the hands of local IT is away, until the time that was agreed."""
    from dataclasses import replace

    if handover is None or handover.ending or answer.up == "up" or now.timestamp() >= handover.until_s:
        return answer
    return replace(answer, up="away", since=handover.at)


def in_full(rows: Rows, town: TownKnown, now: datetime) -> TownView:
    """All of it."""
    from dataclasses import replace

    from eakte_ops.health.memory import states
    from eakte_ops.playbook.memory import locks

    every = states.current(rows, town.id)
    disk = _trend(rows, town, "disk.space", "used_percent", now)
    window, open_now = _window(town, now)
    return replace(
        in_short(rows, town, now),
        whole=_whole(every),
        window=window,
        open_now=open_now,
        backup=next((state for state in every if state.check == BACKUP and _known(state)), None),
        forecast=_forecast(every, disk),
        response=_trend(rows, town, PAGE, "seconds", now),
        disk=disk,
        work=locks.of(rows, town.id),
    )


def _known(state: State) -> bool:
    return not state.waits and state.verdict != "unknown"


def _answer(town: TownKnown, pages: Sequence[State], reached: Sequence[State], found: Sequence[Known]) -> Answer:
    """The worst of all gateways; one whose server could not be asked since is not known."""
    lost = {state.server: state for state in reached if state.verdict in ("critical", "unknown")}
    if not pages:
        state = next(iter(lost.values()), None)
        return Answer("unknown", town.looked, state.since if state else None, None, _finding(state, found))
    down = [page for page in pages if page.verdict == "critical" and not _lost(page, lost)]
    unsure = [page for page in pages if page.verdict == "unknown" or _lost(page, lost)]
    if down:
        finding = _finding(down[0], found)
        since = finding.began if finding else down[0].since
        return Answer("down" if len(down) == len(pages) else "limited", down[0].until, since, down[0], finding)
    if unsure:
        page = unsure[0]
        why = lost.get(page.server, page)
        return Answer("unknown", max(page.until, why.until), why.since, page, _finding(why, found))
    critical = next((each for each in found if each.verdict == "critical" and _clerks(each)), None)
    page = min(pages, key=lambda each: each.until)
    return Answer("limited" if critical else "up", page.until, critical.began if critical else None, page, critical)


def _lost(page: State, lost: Mapping[str, State]) -> bool:
    """Whether its server could not be asked at a later look."""
    return page.server in lost and lost[page.server].until >= page.until


def _finding(state: State | None, found: Sequence[Known]) -> Known | None:
    key = (state.server, state.check, state.subject) if state else None
    return next((each for each in found if (each.server, each.check, each.subject) == key), None)


def _clerks(known: Known) -> bool:
    return any(text.clerks for text in known.text.values())


def _stale(rows: Rows, at: float | None, now: datetime) -> bool:
    from eakte_ops.health.memory import sweeps

    if at is None:
        return True
    age, light = now.timestamp() - at, sweeps.last(rows, "light")
    expected = light is not None and now.timestamp() - light.began < _LIGHT_USED_S
    return age > (_OLD_LIGHT_S if expected else _OLD_S)


def _whole(every: Sequence[State]) -> float | None:
    """When every check had judged last: a light look renews only some of them, and one that reached nobody none."""
    newest: dict[str, float] = {}
    for state in every:
        if state.check == REACHABLE:
            continue
        newest[state.check] = max(state.until, newest.get(state.check, 0.0))
    return min(newest.values(), default=None)


def _window(town: TownKnown, now: datetime) -> tuple[Span | None, bool]:
    from eakte_ops.inventory.hours import Hours

    said = town.windows
    try:
        hours = Hours.of(said["zone"], said["open"], said.get("closed", ()))
    except (KeyError, ValueError):
        return None, False
    return hours.now_or_next(now), hours.open_at(now)


def _forecast(every: Sequence[State], disk: Trend | None) -> State | None:
    if disk is None:
        return None
    place = (disk.name.server, disk.name.subject)
    return next(
        (each for each in every if each.check == FORECAST and (each.server, each.subject) == place and _known(each)),
        None,
    )


def _trend(rows: Rows, town: TownKnown, check: str, figure: str, now: datetime) -> Trend | None:
    """That of the subject whose newest figure is the highest."""
    from eakte_ops.health.memory import figures

    newest = [
        (last[-1].last, name)
        for name in figures.named(rows, town.id, check)
        if name.figure == figure and (last := figures.days(rows, town.id, *_names(name), 1))
    ]
    if not newest:
        return None
    value, name = max(newest)
    days = figures.days(rows, town.id, *_names(name), DAYS)
    today = now.astimezone(zone_of_town(town)).date()
    return Trend(name, days, sparkline(by_day(days, today, DAYS)), value)


def _names(name: SeriesName) -> tuple[str, str, str, str]:
    return name.server, name.check, name.subject, name.figure
