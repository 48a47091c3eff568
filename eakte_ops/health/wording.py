"""Sentences from keys and values, in German and English, with numbers as the reader's language writes them."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from eakte_ops.health.reasons import REASONS
from eakte_ops.health.types import AnyCheck, Judged, Language, Value

_UNKNOWN_TODO: Mapping[Language, str] = {
    "en": "unknown is not well: see why it can not be read (eakte-ops checks {check})",
    "de": "unbekannt ist nicht gut: nachsehen, warum es nicht lesbar ist (eakte-ops checks {check})",
}
_VERDICTS: Mapping[Language, Mapping[str, str]] = {
    "en": {"ok": "well", "warning": "warning", "critical": "critical", "unknown": "unknown"},
    "de": {"ok": "gut", "warning": "Warnung", "critical": "kritisch", "unknown": "unbekannt"},
}
_OWNERS: Mapping[Language, Mapping[str, str]] = {
    "en": {"centre": "centre", "local-it": "local-it"},
    "de": {"centre": "Zentrum", "local-it": "örtliche IT"},
}

_PLACES: Mapping[Language, Mapping[str, str]] = {
    "en": {"subject": "SUBJECT", "wanted": "N GB", "logs": "its folder"},
    "de": {"subject": "GEGENSTAND", "town": "KOMMUNE", "wanted": "N GB", "logs": "ihrem Ordner"},
}


def verdict(word: str, language: Language) -> str:
    """A verdict in the reader's language."""
    return _VERDICTS[language][word]


def owner(word: str, language: Language) -> str:
    """An owner in the reader's language."""
    return _OWNERS[language][word]


def said(judged: Judged, check: AnyCheck, language: Language) -> str:
    """The sentence of a result, without a full stop."""
    result = judged.result
    if result.reason:
        clause = fill(REASONS[result.reason][language], result.values, language)
        about = f"{result.subject}: " if result.subject else ""
        return f"{about}{clause}"
    return fill(check.text[language].said[result.said], {"subject": result.subject, **result.values}, language)


def todo(judged: Judged, check: AnyCheck, language: Language) -> str:
    """The next step for the owner of a finding."""
    result, text = judged.result, check.text[language]
    values: dict[str, Value] = {
        "check": check.name,
        "town": judged.town,
        "server": judged.server,
        "subject": result.subject,
        **result.values,
    }
    if result.reason and not result.todo:
        return fill(_UNKNOWN_TODO[language], values, language)
    return fill(text.todos.get(result.todo, text.todo), values, language)


def general(template: str, language: Language) -> str:
    """`template` without values, for explanations: each place says in capitals what belongs there."""
    names = _PLACES[language]
    parts = string.Formatter().parse(template)
    return "".join(text + (names.get(name, name.upper()) if name else "") for text, name, _spec, _conv in parts)


def fill(template: str, values: Mapping[str, Value], language: Language) -> str:
    """`template` with `values` put in.

    Formats: `number` (1,234.5 / 1.234,5), `percent` (87 %), `bytes` (1.2 GB), `span` (seconds: 3 h 12 min), `date`
    and `time` (Unix seconds; UTC). Values are never read as templates: they may come from a server.
    """
    return "".join(
        text if name is None else text + _put(values[name], shape or "", language)
        for text, name, shape, _conversion in _cut(template)
    )


@lru_cache(maxsize=2048)
def _cut(template: str) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    """Text, name and format in turn: a sweep says the same sentences of every server."""
    return tuple(string.Formatter().parse(template))


def _put(value: Any, shape: str, language: Language) -> str:
    shaped = _SHAPES.get(shape)
    if shaped is not None:
        return shaped(float(value), language)
    if isinstance(value, tuple | list):
        return ", ".join(str(each) for each in value)
    return str(value)


def number(value: float, language: Language) -> str:
    """At most one decimal, thousands grouped."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def size(value: float, language: Language) -> str:
    """Bytes in the unit people use, powers of 1000 as disks are sold."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{number(value if value < 10 else round(value), language)} {unit}"


def span(seconds: float, language: Language) -> str:
    """A duration in its two largest units; parts of a second below ten seconds."""
    if seconds < 0:
        return f"-{span(-seconds, language)}"
    if seconds < 10:
        return f"{number(seconds, language)} s"
    day = {"en": "d", "de": "Tage"}[language]
    whole = round(seconds)
    for unit, length, lower, step in ((day, 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= length:
            first, rest = divmod(whole, length)
            name = "Tag" if unit == "Tage" and first == 1 else unit
            more = rest // step
            return f"{number(first, language)} {name} {more} {lower}" if more else f"{number(first, language)} {name}"
    return f"{whole} s"


def date(seconds: float, language: Language) -> str:
    """A day."""
    day = _moment(seconds)
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day:%Y-%m-%d}"


def moment(seconds: float, language: Language) -> str:
    """A day and time of day, UTC."""
    return f"{date(seconds, language)} {_moment(seconds):%H:%M} UTC"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0.0), 253402300799.0), UTC)


_SHAPES = {
    "number": number,
    "percent": lambda value, language: f"{number(value, language)} %",
    "bytes": size,
    "span": span,
    "date": date,
    "time": moment,
}
