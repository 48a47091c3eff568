"""A history for people: a block for each subject, the newest judgement first, then its figures day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from eakte_ops.cli import units
from eakte_ops.cli.finding_lines import MARKS, STYLES, one_line, width
from eakte_ops.cli.history_view import History, Subject
from eakte_ops.cli.sparkline import GAP, by_day, sparkline
from eakte_ops.cli.times import moment, name_of, zone_of_town
from eakte_ops.health import wording

if TYPE_CHECKING:
    from eakte_ops.cli.output import Style
    from eakte_ops.health.memory.known import State
    from eakte_ops.health.past import Day
    from eakte_ops.health.types import Language

_BARS = 60
"""Days that are drawn; figures of more are in --json."""

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "{check} · {town} · last {days} days · times: {zone}",
        "title-1": "{check} · {town} · last 24 hours · times: {zone}",
        "now": "last look",
        "looks": "{count} looks",
        "look": "1 look",
        "gap": "nobody looked",
        "waits": "not judged yet",
        "figure": "low {low}  mean {mean}  high {high}  last {last}",
        "bars": "one bar a day, {gap} = no look",
        "cut": "the last {days} days are drawn; all of them: --json",
    },
    "de": {
        "title": "{check} · {town} · letzte {days} Tage · Zeiten: {zone}",
        "title-1": "{check} · {town} · letzte 24 Stunden · Zeiten: {zone}",
        "now": "letzter Blick",
        "looks": "{count}-mal",
        "look": "1-mal",
        "gap": "niemand sah hin",
        "waits": "noch nicht beurteilt",
        "figure": "Tief {low}  Mittel {mean}  Hoch {high}  zuletzt {last}",
        "bars": "ein Strich je Tag, {gap} = nicht angesehen",
        "cut": "gezeichnet sind die letzten {days} Tage; alle: --json",
    },
}

Lines = Iterator[tuple[str, "Style | None"]]


def lines(seen: History, now: datetime, language: Language) -> Lines:
    """All subjects, one below the other."""
    words, zone = _WORDS[language], zone_of_town(seen.town)
    title = words["title-1" if seen.days == 1 else "title"]
    title = title.format(check=seen.check, town=seen.town.name, days=seen.days, zone=name_of(zone, now))
    yield f" {title}", "bold"
    for one in seen.subjects:
        yield "", None
        yield f" {one_line(f'{one.server or seen.town.name} {one.subject}')}", "bold"
        yield from _states(one, now, zone, language)
        yield from _figures(one, now, zone, language)
    if any(one.figures for one in seen.subjects):
        yield "", None
        cut = f"; {words['cut'].format(days=_BARS)}" if seen.days > _BARS else ""
        yield f" {words['bars'].format(gap=GAP)}{cut}", "dim"


def _states(one: Subject, now: datetime, zone: tzinfo, language: Language) -> Lines:
    """The newest first, with the times in which nobody looked between them."""
    rows: list[tuple[float, str, str, str, Style | None]] = []
    words = _WORDS[language]
    for state in one.states:
        span = f"{moment(state.since, now, zone, language)} – {moment(state.until, now, zone, language)}"
        rows.append((state.since, span, *_state(state, language)))
    for since, until in one.gaps:
        span = f"{moment(since, now, zone, language)} – {moment(until, now, zone, language)}"
        rows.append((since, span, f"{GAP} {words['gap']}", "", "dim"))
    spans = max((len(row[1]) for row in rows), default=0)
    verdicts = max((len(row[2]) for row in rows), default=0)
    room = width() - spans - verdicts - 8
    for _since, span, verdict, said, style in sorted(rows, key=lambda row: -row[0]):
        text = said if len(said) <= room else f"{said[: room - 3]}..."
        yield f"   {span:<{spans}}  {verdict:<{verdicts}}  {text}".rstrip(), style


def _state(state: State, language: Language) -> tuple[str, str, Style | None]:
    words = _WORDS[language]
    said = one_line(state.said.get(language, ""))
    if state.waits:
        return f"{GAP} {words['waits']}", said, "dim"
    looks = words["look"] if state.looks == 1 else words["looks"].format(count=state.looks)
    verdict = f"{MARKS[state.verdict]} {wording.verdict(state.verdict, language)}"
    return verdict, f"{said} ({looks})", STYLES[state.verdict] if state.verdict != "ok" else None


def _figures(one: Subject, now: datetime, zone: tzinfo, language: Language) -> Lines:
    words, today = _WORDS[language], now.astimezone(zone).date()
    names = max((len(name) for name in one.figures), default=0)
    for name, days in one.figures.items():
        bars = sparkline(by_day(days, today, _BARS))
        shown = {key: units.said(name, value, language) for key, value in _summary(days).items()}
        yield f"   {name:<{names}}  {bars}  {words['figure'].format(**shown)}", None


def _summary(days: tuple[Day, ...]) -> Mapping[str, float]:
    looks = sum(day.looks for day in days)
    return {
        "low": min(day.low for day in days),
        "high": max(day.high for day in days),
        "mean": sum(day.mean * day.looks for day in days) / looks,
        "last": days[-1].last,
    }
