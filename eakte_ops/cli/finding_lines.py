"""Findings as they are remembered: as lines for people, and as data. Needs neither the inventory nor the checks."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.times import iso, moment
from eakte_ops.health import wording

if TYPE_CHECKING:
    from eakte_ops.cli.output import Style
    from eakte_ops.health.memory.known import Known, Wording
    from eakte_ops.health.types import Language, Verdict

MARKS: Mapping[Verdict, str] = {"critical": "✗", "warning": "!", "unknown": "?", "ok": "✓"}
STYLES: Mapping[Verdict, Style] = {"critical": "red", "warning": "yellow", "unknown": "magenta", "ok": "green"}
_WIDEST = 140
_NARROWEST = 34

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "since": "since {at}",
        "over": "from {at} to {end}",
        "gone": "from {at} to {end}, its place or check is gone",
        "ack": "{who} has it in hand until {until}: {why}",
        "somebody": "somebody",
        "unsure": "not certain any more: at {at} it could not be looked at",
        "because": "only because of {place} {check}",
        "critical": "{count} critical",
        "warning": "{count} warnings",
        "warning-one": "1 warning",
        "unknown": "{count} unknown",
        "none": "no finding",
    },
    "de": {
        "since": "seit {at}",
        "over": "von {at} bis {end}",
        "gone": "von {at} bis {end}, Ort oder Prüfung gibt es nicht mehr",
        "ack": "{who} kümmert sich bis {until}: {why}",
        "somebody": "jemand",
        "unsure": "nicht mehr sicher: um {at} ließ es sich nicht ansehen",
        "because": "nur wegen {place} {check}",
        "critical": "{count} kritisch",
        "warning": "{count} Warnungen",
        "warning-one": "1 Warnung",
        "unknown": "{count} unbekannt",
        "none": "kein Befund",
    },
}


def width() -> int:
    """Characters of a line: of the terminal, or enough for a file."""
    return min(_WIDEST, shutil.get_terminal_size((120, 24)).columns) if sys.stdout.isatty() else 120


def text_of(known: Known, language: Language) -> Wording:
    """What it says in that language, else in the one there is."""
    return known.text.get(language) or next(iter(known.text.values()))


def place_of(known: Known, language: Language) -> str:
    """The server, the town, or the centre itself."""
    return known.server or known.town or wording.owner("centre", language)


def when(known: Known, now: datetime, zone: tzinfo, language: Language) -> str:
    """`since 11:20`, or from when until when it was open."""
    words, at = _WORDS[language], moment(known.began, now, zone, language)
    if known.ended is None:
        return words["since"].format(at=at)
    end = moment(known.ended, now, zone, language)
    return words["gone" if known.how == "gone" else "over"].format(at=at, end=end)


def in_hand(known: Known, now: datetime, zone: tzinfo, language: Language) -> str:
    """Who has it in hand, until when and why; "" where nobody has."""
    if known.ack is None or known.ended is not None or not known.acknowledged(now.timestamp()):
        return ""
    words, until = _WORDS[language], moment(known.ack.until, now, zone, language)
    return words["ack"].format(who=known.ack.who or words["somebody"], until=until, why=known.ack.why)


def counts(found: Sequence[Known], language: Language) -> str:
    """`1 critical, 2 warnings`."""
    words = _WORDS[language]
    verdicts = [known.verdict for known in found]
    said = [
        words["warning-one" if (verdict, verdicts.count(verdict)) == ("warning", 1) else verdict].format(
            count=verdicts.count(verdict)
        )
        for verdict in ("critical", "warning", "unknown")
        if verdict in verdicts
    ]
    return ", ".join(said) or words["none"]


def rows(
    found: Sequence[Known], now: datetime, zone: tzinfo, language: Language, *, numbered: bool = True
) -> Iterator[tuple[str, Style | None]]:
    """Lines about findings of one town, aligned, each with its style: what, where, whose, since when, in whose hand."""
    if not found:
        return
    heads = [_head(known, language, numbered) for known in found]
    widths = [max(len(head[at]) for head in heads) for at in range(len(heads[0]))]
    tails = [f"{wording.owner(known.owner, language)}, {when(known, now, zone, language)}" for known in found]
    room = width() - sum(widths) - 2 * len(widths) - max(map(len, tails)) - 4
    room = min(room, max(_NARROWEST, *(len(text_of(known, language).said) for known in found)))
    for known, head, tail in zip(found, heads, tails, strict=True):
        lead = " " + "  ".join(cell.ljust(wide) for cell, wide in zip(head, widths, strict=True)) + "  "
        said = text_of(known, language).said
        style = STYLES[known.verdict] if known.ended is None else None
        if room < _NARROWEST:
            yield from ((line, style) for line in wrapped(f"{'  '.join(head)} · {tail}", " ", "     "))
            yield from ((line, None) for line in wrapped(said, "     "))
        else:
            first, *rest = textwrap.wrap(said, room, break_on_hyphens=False) or [""]
            yield f"{lead}{first:<{room}}  {tail}".rstrip(), style
            yield from ((" " * len(lead) + line, None) for line in rest)
        for more in _more(known, now, zone, language):
            yield from ((line, "dim") for line in wrapped(more, "     "))


def _head(known: Known, language: Language, numbered: bool) -> tuple[str, ...]:
    number = (str(known.id),) if numbered else ()
    verdict = f"{MARKS[known.verdict]} {wording.verdict(known.verdict, language)}"
    return (*number, verdict, place_of(known, language), known.check)


def _more(known: Known, now: datetime, zone: tzinfo, language: Language) -> Iterator[str]:
    if hand := in_hand(known, now, zone, language):
        yield hand
    yield from doubts(known, now, zone, language)


def doubts(known: Known, now: datetime, zone: tzinfo, language: Language) -> Iterator[str]:
    """Whether it is certain, and whether it is bad only because of another finding."""
    words = _WORDS[language]
    if known.unsure is not None and known.ended is None:
        yield words["unsure"].format(at=moment(known.unsure, now, zone, language))
    if known.cause is not None and known.ended is None:
        town, server, check, _subject = known.cause
        yield words["because"].format(place=server or town, check=check)


def one_line(text: str) -> str:
    """Without line breaks: what a server named may hold any character."""
    return " ".join(text.split())


def wrapped(text: str, indent: str, follow: str | None = None) -> list[str]:
    """Lines no wider than the terminal."""
    return textwrap.wrap(
        text,
        width() - 1,
        initial_indent=indent,
        subsequent_indent=indent if follow is None else follow,
        break_on_hyphens=False,
    )


def data(known: Known) -> dict[str, Any]:
    """For programs; times in UTC."""
    ack = known.ack
    return {
        "id": known.id,
        "town": known.town,
        "server": known.server,
        "check": known.check,
        "subject": known.subject,
        "verdict": known.verdict,
        "owner": known.owner,
        "began": iso(known.began),
        "opened": iso(known.opened),
        "seen": iso(known.seen),
        "unsure": iso(known.unsure),
        "ended": iso(known.ended),
        "how": known.how,
        "cause": list(known.cause) if known.cause else None,
        "title": {tongue: text.title for tongue, text in known.text.items()},
        "said": {tongue: text.said for tongue, text in known.text.items()},
        "todo": {tongue: text.todo for tongue, text in known.text.items()},
        "clerks": {tongue: text.clerks for tongue, text in known.text.items()},
        "values": dict(known.values),
        "acknowledged": None
        if ack is None
        else {"who": ack.who, "why": ack.why, "at": iso(ack.at), "until": iso(ack.until)},
    }
