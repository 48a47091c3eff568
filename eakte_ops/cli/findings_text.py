"""Findings for people: the list by town, and one of them with all that is known of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from eakte_ops.cli.finding_lines import MARKS, STYLES, data, doubts, in_hand, place_of, rows, text_of, when, wrapped
from eakte_ops.cli.output import show_json
from eakte_ops.cli.times import ago, iso, moment, name_of, zone_of_town
from eakte_ops.health import wording

if TYPE_CHECKING:
    from eakte_ops.cli.output import Style
    from eakte_ops.health.memory.known import Change, Known, TownKnown
    from eakte_ops.health.types import Language

BEFORE_D = 90.0
"""Days in which the same finding is looked for at an earlier time."""
_BEFORE = 5
_FIRST_COLUMN = 15

Lines = Iterator[tuple[str, "Style | None"]]

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "centre": "THE CENTRE ITSELF",
        "none": "No open finding (looked {ago}).",
        "never": "No open finding, and nobody looked yet.",
        "else": "Nothing open but this (looked {ago}):",
        "looked": "looked {ago}, times: {zone}",
        "own": "times: {zone}",
        "hidden": "{count} more, in somebody's hand or mere consequences: --all shows them",
        "hidden-all": "{count} in somebody's hand or mere consequences: --all shows them",
        "open": "{when}, for {span}; last seen {seen}",
        "over": "{when}, {span} altogether",
        "means": "What it means",
        "clerks": "At the desks",
        "todo": "What to do",
        "owner": "Whose it is",
        "call": "Whom to call",
        "hand": "In hand",
        "look": "To look now",
        "past": "How it was",
        "take": "To take it on",
        "ack": '--until 4h --why "..."',
        "happened": "What happened",
        "opened": "opened",
        "worse": "got worse",
        "better": "got better",
        "closed": "is over",
        "before": "It was there {count} times in the {days} days before:",
        "before-one": "It was there once in the {days} days before:",
        "gone": "This version knows no check of that name any more.",
    },
    "de": {
        "centre": "DAS ZENTRUM SELBST",
        "none": "Kein offener Befund ({ago} angesehen).",
        "never": "Kein offener Befund, aber noch sah niemand hin.",
        "else": "Nichts offen außer dem hier ({ago} angesehen):",
        "looked": "{ago} angesehen, Zeiten: {zone}",
        "own": "Zeiten: {zone}",
        "hidden": "{count} weitere, schon übernommen oder bloße Folgen: --all zeigt sie",
        "hidden-all": "{count} schon übernommen oder bloße Folgen: --all zeigt sie",
        "open": "{when}, also {span}; zuletzt gesehen {seen}",
        "over": "{when}, insgesamt {span}",
        "means": "Was das heißt",
        "clerks": "Am Arbeitsplatz",
        "todo": "Was zu tun ist",
        "owner": "Wessen Sache",
        "call": "Wer anzurufen",
        "hand": "Wer dran ist",
        "look": "Jetzt ansehen",
        "past": "Wie es war",
        "take": "Übernehmen",
        "ack": '--until 4h --why "..."',
        "happened": "Was geschah",
        "opened": "begonnen",
        "worse": "schlimmer geworden",
        "better": "besser geworden",
        "closed": "vorbei",
        "before": "In den {days} Tagen davor gab es das {count}-mal:",
        "before-one": "In den {days} Tagen davor gab es das einmal:",
        "gone": "Diese Version kennt keine Prüfung dieses Namens mehr.",
    },
}


def listed(
    found: Mapping[str, Sequence[Known]],
    places: Mapping[str, TownKnown | None],
    hidden: int,
    now: datetime,
    language: Language,
) -> Lines:
    """Findings by town, the town with the worst first. `places`: town by id, "" with None for the centre itself."""
    words = _WORDS[language]
    blocks = sorted((place for place in found if found[place]), key=lambda place: _rank(found[place]))
    for number, place in enumerate(blocks):
        if number:
            yield "", None
        yield from _block(found[place], places[place], now, language)
    if not blocks:
        yield f" {_nothing(places, hidden, now, language)}", "green" if not hidden else None
    if hidden:
        yield f" {words['hidden' if blocks else 'hidden-all'].format(count=hidden)}", "dim"


def _nothing(places: Mapping[str, TownKnown | None], hidden: int, now: datetime, language: Language) -> str:
    """That nothing is open is as true as the oldest of the looks is new."""
    words, looks = _WORDS[language], [town.looked for town in places.values() if town and town.looked is not None]
    if not looks:
        return words["never"]
    return words["else" if hidden else "none"].format(ago=ago(now.timestamp() - min(looks), language))


def _rank(found: Sequence[Known]) -> tuple[int, int]:
    order = list(MARKS)
    verdicts = [known.verdict for known in found if known.ended is None]
    worst = min((order.index(verdict) for verdict in verdicts), default=len(order))
    return worst, -len(verdicts)


def _block(found: Sequence[Known], town: TownKnown | None, now: datetime, language: Language) -> Lines:
    words, zone = _WORDS[language], zone_of_town(town)
    name = town.name.upper() if town else words["centre"]
    said = words["own"]
    if town is not None and town.looked is not None:
        said = words["looked"].replace("{ago}", ago(now.timestamp() - town.looked, language))
    yield f" {name}   {said.format(zone=name_of(zone, now))}", "bold"
    yield from rows(found, now, zone, language)


@dataclass(frozen=True, slots=True)
class Story:
    """One finding and what belongs to it. `changes`: its own, oldest first. `before`: the same at earlier times."""

    known: Known
    town: TownKnown | None
    changes: Sequence[Change]
    before: Sequence[Known]


def explained(story: Story, now: datetime, language: Language) -> Lines:
    """All that is known of one finding."""
    known, town, before = story.known, story.town, story.before
    words, zone, text = _WORDS[language], zone_of_town(town), text_of(known, language)
    verdict = f"{MARKS[known.verdict]} {wording.verdict(known.verdict, language)}"
    place = " · ".join(dict.fromkeys(part for part in (town.name if town else "", place_of(known, language)) if part))
    yield f" {known.id}  {verdict}  {known.check}  {place}", STYLES[known.verdict] if known.ended is None else None
    yield from ((line, "bold") for line in wrapped(text.said, " "))
    yield from ((line, None) for line in wrapped(_times(known, now, zone, language), " "))
    for doubt in doubts(known, now, zone, language):
        yield from ((line, None) for line in wrapped(doubt, " "))
    yield "", None
    for title, said in _about(known, town, now, language):
        yield from ((line, None) for line in _titled(words[title], said))
    if not story.changes and not before:  # a consequence is told nowhere, so nothing happened to it
        return
    yield "", None
    yield f" {words['happened']}   ({words['own'].format(zone=name_of(zone, now))})", "bold"
    for change in story.changes:
        said = words[change.kind]
        yield f" {moment(change.at, now, zone, language):<{_FIRST_COLUMN}} {said}", None
    if before:
        key = "before-one" if len(before) == 1 else "before"
        yield f" {words[key].format(count=len(before), days=round(BEFORE_D))}", None
        for each in before[:_BEFORE]:
            yield f"   {when(each, now, zone, language)}: {text_of(each, language).said}", "dim"


def _times(known: Known, now: datetime, zone: tzinfo, language: Language) -> str:
    words = _WORDS[language]
    end = known.ended if known.ended is not None else now.timestamp()
    span = wording.span(round(max(0.0, end - known.began) / 60) * 60, language)
    said = words["open" if known.ended is None else "over"]
    seen = moment(known.seen, now, zone, language)
    return said.format(when=when(known, now, zone, language), span=span, seen=seen)


def _about(known: Known, town: TownKnown | None, now: datetime, language: Language) -> Iterator[tuple[str, str]]:
    words, text = _WORDS[language], text_of(known, language)
    yield "means", _means(known, language)
    if text.clerks:
        yield "clerks", text.clerks
    if text.todo:
        yield "todo", text.todo
    yield "owner", wording.owner(known.owner, language)
    if call := _contact(known, town):
        yield "call", call
    if hand := in_hand(known, now, zone_of_town(town), language):
        yield "hand", hand
    if known.town:
        yield "look", f"eakte-ops health {known.town} --check {known.check}"
        server = f" --server {known.server}" if known.server else ""
        yield "past", f"eakte-ops history {known.town} {known.check}{server}"
    if known.ended is None:
        yield "take", f"eakte-ops findings ack {known.id} {words['ack']}"


def _means(known: Known, language: Language) -> str:
    from eakte_ops.health.catalogue import CHECKS

    title, check = text_of(known, language).title, CHECKS.get(known.check)
    return f"{title}. {check.text[language].means if check else _WORDS[language]['gone']}"


def _contact(known: Known, town: TownKnown | None) -> str:
    contact = town.contacts.get(known.owner, {}) if town else {}
    return " · ".join(part for part in (contact.get("phone"), contact.get("mail")) if part)


def _titled(title: str, said: str) -> list[str]:
    lead = f" {title:<{_FIRST_COLUMN}} "
    return textwrap.wrap(said, 110, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)


def show_data(story: Story) -> None:
    """Print one finding for programs."""
    content = {
        "finding": data(story.known),
        "changes": [{"at": iso(change.at), "kind": change.kind} for change in story.changes],
        "before": [data(each) for each in story.before],
    }
    show_json("finding", 1, content)
