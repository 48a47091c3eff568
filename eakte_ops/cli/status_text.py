"""The status as the hotline reads it out: whether a town is up comes first; where that is old, how old it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from eakte_ops.cli.finding_lines import (
    MARKS,
    STYLES,
    counts,
    in_hand,
    one_line,
    place_of,
    rows,
    text_of,
    when,
    width,
    wrapped,
)
from eakte_ops.cli.sparkline import GAP
from eakte_ops.cli.status_view import DAYS, TownView
from eakte_ops.cli.times import ago, moment, name_of, zone_of_town
from eakte_ops.cli.units import span
from eakte_ops.health import wording

if TYPE_CHECKING:
    from eakte_ops.cli.output import Style
    from eakte_ops.health.memory.known import Known
    from eakte_ops.health.types import Language, Verdict

_MOST = 10
"""Findings that are said in short."""

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "up": "{town} is up (looked {ago}).",
        "limited": "{town} is up, but not all of it works (looked {ago}).",
        "down": "{town} is down since {since} (looked {ago}).",
        "away": "{town} is in the hands of local IT until {until}: {why} (looked {ago}).",
        "unknown": "Whether {town} is up is not known (last look {ago}).",
        "stale": "Out of date: the last look was {ago}.",
        "stale-up": "{town} was up then.",
        "stale-limited": "{town} was up then, but not all of it worked.",
        "stale-down": "{town} was down then, since {since}.",
        "stale-away": "{town} is in the hands of local IT until {until}: {why}.",
        "stale-unknown": "Whether {town} was up was not known then.",
        "never": "never",
        "one": "One finding that clerks may notice:",
        "many": "{count} findings that clerks may notice:",
        "perhaps": "at worst: {clerks}",
        "none": "Clerks should notice nothing.",
        "release": "release {release}",
        "backup": "last backup: {said}",
        "no-backup": "last backup: not known yet",
        "window": "next window {begin}-{end}",
        "window-today": "next window today {begin}-{end}",
        "window-open": "window open until {end}",
        "window-always": "window open at any time",
        "no-window": "no window within a year",
        "whole": "full look {at}",
        "work": "work in progress since {since} by {who}, until about {until}: {purpose}",
        "handed": "handed to local IT since {since}, agreed until {until} ({run})",
        "no-work": "nobody is working on it",
        "zone": "times: {zone}",
        "response": "response time",
        "disk": "disk",
        "days": "last {days} days, {gap} = no look",
        "more": "and {count} more: eakte-ops findings list {town}",
        "short-up": "up",
        "short-limited": "up, not all of it works",
        "short-down": "down since {since}",
        "short-away": "in the hands of local IT until {until}",
        "short-unknown": "not known whether up",
        "looked": "looked {ago}",
        "old": "OUT OF DATE, looked {ago}",
        "centre": "THE CENTRE ITSELF",
        "nothing": "Nothing is known of: {towns}. No sweep has looked at them yet.",
    },
    "de": {
        "up": "{town} läuft ({ago} angesehen).",
        "limited": "{town} läuft, aber nicht alles geht ({ago} angesehen).",
        "down": "{town} läuft nicht, seit {since} ({ago} angesehen).",
        "away": "{town} ist bis {until} in den Händen der örtlichen IT: {why} ({ago} angesehen).",
        "unknown": "Ob {town} läuft, ist nicht bekannt (zuletzt {ago} angesehen).",
        "stale": "Veraltet: zuletzt {ago} angesehen.",
        "stale-up": "{town} lief da.",
        "stale-limited": "{town} lief da, aber nicht alles ging.",
        "stale-down": "{town} lief da nicht, seit {since}.",
        "stale-away": "{town} ist bis {until} in den Händen der örtlichen IT: {why}.",
        "stale-unknown": "Ob {town} lief, war da nicht bekannt.",
        "never": "nie",
        "one": "Ein Befund, den man am Arbeitsplatz merken kann:",
        "many": "{count} Befunde, die man am Arbeitsplatz merken kann:",
        "perhaps": "schlimmstenfalls: {clerks}",
        "none": "Am Arbeitsplatz dürfte nichts zu merken sein.",
        "release": "Release {release}",
        "backup": "letzte Sicherung: {said}",
        "no-backup": "letzte Sicherung: noch nicht bekannt",
        "window": "nächstes Fenster {begin}-{end}",
        "window-today": "nächstes Fenster heute {begin}-{end}",
        "window-open": "Fenster offen bis {end}",
        "window-always": "Fenster jederzeit offen",
        "no-window": "kein Fenster binnen eines Jahres",
        "whole": "ganz angesehen {at}",
        "work": "in Arbeit seit {since} durch {who}, bis etwa {until}: {purpose}",
        "handed": "seit {since} bei der örtlichen IT, vereinbart bis {until} ({run})",
        "no-work": "niemand arbeitet daran",
        "zone": "Zeiten: {zone}",
        "response": "Antwortzeit",
        "disk": "Platte",
        "days": "letzte {days} Tage, {gap} = nicht angesehen",
        "more": "und {count} weitere: eakte-ops findings list {town}",
        "short-up": "läuft",
        "short-limited": "läuft, aber nicht alles geht",
        "short-down": "läuft nicht, seit {since}",
        "short-away": "bis {until} in den Händen der örtlichen IT",
        "short-unknown": "unbekannt, ob es läuft",
        "looked": "{ago} angesehen",
        "old": "VERALTET, {ago} angesehen",
        "centre": "DAS ZENTRUM SELBST",
        "nothing": "Nichts bekannt von: {towns}. Noch kein Durchgang hat sie angesehen.",
    },
}
_SHOWN: Mapping[str, Verdict] = {
    "up": "ok",
    "limited": "critical",
    "down": "critical",
    "unknown": "unknown",
    "away": "ok",
}
Lines = Iterator[tuple[str, "Style | None"]]


def of_town(view: TownView, now: datetime, language: Language) -> Lines:
    """A town, for the telephone."""
    words, zone = _WORDS[language], zone_of_town(view.town)
    style = STYLES[_SHOWN[view.answer.up]]
    yield from ((line, style) for line in wrapped(_headline(view, now, language), " ", "   "))
    yield from ((line, None) for line in _noticed(view, now, language))
    facts = " · ".join(_facts(view, now, language))
    yield from ((line, None) for line in wrapped(f"· {facts}", " ", "   "))
    if trends := _trends(view, language):
        yield from ((line, None) for line in trends)
    yield from rows(view.found[:_MOST], now, zone, language)
    if len(view.found) > _MOST:
        yield f" {words['more'].format(count=len(view.found) - _MOST, town=view.town.id)}", None


def _headline(view: TownView, now: datetime, language: Language) -> str:
    words, answer = _WORDS[language], view.answer
    said = {
        "town": view.town.name,
        "ago": ago(now.timestamp() - answer.at, language) if answer.at is not None else words["never"],
        "since": moment(answer.since, now, zone_of_town(view.town), language) if answer.since else "?",
        **_agreed(view, now, language),
    }
    if view.stale:
        head = f"{words['stale']} {words[f'stale-{answer.up}']}".format(**said)
    else:
        head = words[answer.up].format(**said)
    why = _why(view, now, language)
    return f"{head} {why}" if why else head


def _agreed(view: TownView, now: datetime, language: Language) -> dict[str, str]:
    """Until when local IT has the machines, and what for."""
    found = view.handover
    if found is None:
        return {"until": "?", "why": "?"}
    return {"until": moment(found.until_s, now, zone_of_town(view.town), language), "why": found.why}


def _why(view: TownView, now: datetime, language: Language) -> str:
    """What makes it not up, whose it is and who has it in hand."""
    answer, zone = view.answer, zone_of_town(view.town)
    if answer.up not in ("down", "unknown"):
        return ""
    if answer.finding is not None:
        hand = in_hand(answer.finding, now, zone, language)
        whose = f"{place_of(answer.finding, language)}, {wording.owner(answer.finding.owner, language)}"
        return f"{_sentence(text_of(answer.finding, language).said)} ({whose}{f'; {hand}' if hand else ''})."
    if answer.page is not None and answer.page.verdict != "ok":
        whose = f"{answer.page.server}, {wording.owner(answer.page.owner, language)}"
        return f"{_sentence(answer.page.said.get(language, ''))} ({whose})."
    return ""


def _noticed(view: TownView, now: datetime, language: Language) -> Iterator[str]:
    words, zone = _WORDS[language], zone_of_town(view.town)
    told = [known for known in view.noticed if known is not view.answer.finding or view.answer.up == "limited"]
    if not told:
        if view.answer.up == "up":
            yield f"   {words['none']}"
        return
    yield f"   {words['one'] if len(told) == 1 else words['many'].format(count=len(told))}"
    for known in told:
        hand = in_hand(known, now, zone, language)
        whose = f"{wording.owner(known.owner, language)}{f'; {hand}' if hand else ''}"
        clerks = text_of(known, language).clerks.rstrip(".")
        if known.verdict != "critical":  # what the check is about has not come to pass yet
            clerks = words["perhaps"].format(clerks=clerks)
        said = f"– {clerks}, {when(known, now, zone, language)}: {known.check}, {place_of(known, language)} ({whose})"
        yield from wrapped(said, "   ", "     ")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(view: TownView, now: datetime, language: Language) -> Iterator[str]:
    words, zone = _WORDS[language], zone_of_town(view.town)
    yield words["release"].format(release=view.town.release)
    backup = view.backup.said.get(language, "") if view.backup else ""
    yield words["backup"].format(said=backup) if backup else words["no-backup"]
    yield _window(view, now, language)
    if view.whole is not None:
        yield words["whole"].format(at=moment(view.whole, now, zone, language))
    yield _work(view, now, language)
    yield words["zone"].format(zone=name_of(zone, now))


def _work(view: TownView, now: datetime, language: Language) -> str:
    """Who has the town for a change, and until when that is expected to take."""
    words, zone, work = _WORDS[language], zone_of_town(view.town), view.work
    if work is None and view.handover is not None:
        since = moment(view.handover.at, now, zone, language)
        until = moment(view.handover.until_s, now, zone, language)
        return words["handed"].format(since=since, until=until, run=view.handover.run)
    if work is None:
        return words["no-work"]
    since, until = (moment(at, now, zone, language) for at in (work.since, work.until))
    return words["work"].format(who=work.who, since=since, until=until, purpose=work.purpose)


def _window(view: TownView, now: datetime, language: Language) -> str:
    words, hours, zone = _WORDS[language], view.window, zone_of_town(view.town)
    if hours is None:
        return words["no-window"]
    if hours.end is None:
        return words["window-always"]
    if view.open_now:
        return words["window-open"].format(end=moment(hours.end, now, zone, language))
    begin = moment(hours.begin, now, zone, language)
    end = f"{hours.end:%H:%M}" if hours.end.date() == hours.begin.date() else moment(hours.end, now, zone, language)
    today = hours.begin.date() == now.astimezone(zone).date()
    return words["window-today" if today else "window"].format(begin=begin, end=end)


def _trends(view: TownView, language: Language) -> list[str]:
    words = _WORDS[language]
    drawn = []
    if view.response is not None:
        drawn.append((words["response"], view.response.line, span(view.response.value, language)))
    if view.disk is not None:
        percent = f"{wording.number(round(view.disk.value), language)} %"
        drawn.append((words["disk"], view.disk.line, one_line(f"{percent} {_fills(view, language)}")))
    title, line = (max((len(each[at]) for each in drawn), default=0) for at in (0, 1))
    said: list[str] = []
    for called, bars, value in drawn:
        whole = f" {called:<{title}}  {bars:<{line}}  {value}"
        said += [whole] if len(whole) < width() else wrapped(whole.strip(), " ", "   ")
    note = words["days"].format(days=DAYS, gap=GAP)
    if said and len(said[-1]) + len(note) + 3 < width():
        return [*said[:-1], f"{said[-1]}   {note}"]
    return [*said, f" {note}"] if said else []


def _fills(view: TownView, language: Language) -> str:
    """Which file system it is, and when it will be full where that is known."""
    assert view.disk is not None
    name, forecast = view.disk.name, view.forecast.said.get(language, "") if view.forecast else ""
    if forecast.startswith(name.subject):
        return f"· {name.server} {forecast}"
    return f"({name.server} {name.subject}{f'; {forecast}' if forecast else ''})"


def of_all(
    views: Sequence[TownView], own: Sequence[Known], unknown: Sequence[str], now: datetime, language: Language
) -> Lines:
    """All towns, one line each, the worst first; then what is not well with the centre itself."""
    words = _WORDS[language]
    cells = [_cells(view, now, language) for view in sorted(views, key=_badness)]
    widths = [max(len(row[at]) for row, _style in cells) for at in range(4)] if cells else []
    for row, style in cells:
        line = "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True))
        yield f" {line}".rstrip(), style
    if own:
        yield "", None
        yield f" {words['centre']}", "bold"
        yield from rows(own, now, zone_of_town(None), language)
    if unknown:
        yield "", None
        yield from ((line, None) for line in wrapped(words["nothing"].format(towns=", ".join(unknown)), " ", "   "))


def _badness(view: TownView) -> tuple[int, int, str]:
    order = ("down", "limited", "unknown", "away", "up")
    verdicts = [known.verdict for known in view.found]
    weight = verdicts.count("critical") * 10000 + verdicts.count("warning") * 100 + verdicts.count("unknown")
    return order.index(view.answer.up), -weight, view.town.name


def _worst(view: TownView) -> Verdict:
    shown = _SHOWN[view.answer.up]
    if shown != "ok":
        return shown
    return view.found[0].verdict if view.found else "ok"


def _cells(view: TownView, now: datetime, language: Language) -> tuple[tuple[str, str, str, str], Style]:
    words, answer, worst = _WORDS[language], view.answer, _worst(view)
    looked = ago(now.timestamp() - answer.at, language) if answer.at is not None else words["never"]
    since = moment(answer.since, now, zone_of_town(view.town), language) if answer.since else "?"
    row = (
        f"{MARKS[worst]} {view.town.name}",
        words[f"short-{answer.up}"].format(since=since, until=_agreed(view, now, language)["until"]),
        counts(view.found, language),
        words["old" if view.stale else "looked"].format(ago=looked),
    )
    return row, STYLES[worst]
