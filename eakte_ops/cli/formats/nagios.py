"""For Nagios, Icinga and their kin: one line of status, one per finding, figures at the end.

After the Monitoring Plugins Development Guidelines: `'label'=value[unit];[warning];[critical]`, status 0 OK, 1 WARNING,
2 CRITICAL, 3 UNKNOWN. Figures stand behind the last line of text, so that what is cut off for length is never text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO

from eakte_ops.cli.formats import About
from eakte_ops.cli.formats.results import Figure, figures
from eakte_ops.cli.output import show
from eakte_ops.errors import Status
from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.findings import Finding, Overview
from eakte_ops.health.share import share
from eakte_ops.health.types import WORST_FIRST, Judged, Language

OK, WARNING, CRITICAL, UNKNOWN = Status(0), Status(1), Status(2), Status(3)

_MOST = 50
"""Findings that get a line."""
_LONGEST = 300
"""Characters of a line."""
_NAMES = {OK: "OK", WARNING: "WARNING", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}
_STATUSES = {"critical": CRITICAL, "warning": WARNING, "unknown": UNKNOWN}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NOT_IN_LABELS = re.compile(r"[='|;]")

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "well": "all well",
        "critical": "{count} critical",
        "warning": "{count} warning",
        "unknown": "{count} unknown",
        "missed": "{count} not looked at",
        "asked": "{asked} of {every} servers asked",
        "more": "and {count} more: eakte-ops health says them all",
    },
    "de": {
        "well": "alles gut",
        "critical": "{count} kritisch",
        "warning": "{count} mit Warnung",
        "unknown": "{count} unbekannt",
        "missed": "{count} nicht angesehen",
        "asked": "{asked} von {every} Servern gefragt",
        "more": "und {count} weitere: eakte-ops health nennt sie alle",
    },
}


def status(seen: Overview) -> Status:
    """The worst of all findings: critical, warning, unknown. A server that nobody looked at is unknown."""
    found = {_STATUSES[finding.judged.verdict] for finding in seen.found}
    if seen.missed:
        found.add(UNKNOWN)
    return next((each for each in (CRITICAL, WARNING, UNKNOWN) if each in found), OK)


def write(seen: Overview, about: About, stream: IO[str] | None) -> None:
    """Write the lines on `stream` or stdout."""
    text = [_headline(seen, about.language), *_findings(seen.found, about.language)]
    said = " ".join(_figures(figures(seen)))
    text[-1] += f" | {said}" if said else ""
    for line in text:
        show(line, stream)


def write_failure(said: str, stream: IO[str] | None) -> Status:
    """Write that nothing could be looked at, and why; that is UNKNOWN."""
    show(f"EAKTE-OPS UNKNOWN - {_plain(said)}", stream)
    return UNKNOWN


def _headline(seen: Overview, language: Language) -> str:
    words = _WORDS[language]
    verdicts = [finding.judged.verdict for finding in seen.found]
    counts = [words[each].format(count=verdicts.count(each)) for each in _STATUSES if each in verdicts]
    if seen.missed:
        counts.append(words["missed"].format(count=seen.missed))
    every = len(seen.looks) + len(seen.left_out)
    asked = words["asked"].format(asked=len(seen.of_state("looked")), every=every)
    towns = ", ".join(town.said.municipality.name for town in seen.towns)
    return f"EAKTE-OPS {_NAMES[status(seen)]} - {_plain(towns)}: {', '.join(counts) or words['well']}, {asked}"


def _findings(found: Iterable[Finding], language: Language) -> Iterator[str]:
    every = [finding.judged for finding in found]
    for judged in share(every, _MOST, _rank, lambda judged: (judged.town, judged.server)):
        said = wording.said(judged, CHECKS[judged.check], language)
        owner = wording.owner(judged.owner, language)
        yield _plain(f"{_NAMES[_STATUSES[judged.verdict]]}: {judged.place} {judged.check}: {said} ({owner})")
    if len(every) > _MOST:
        yield _WORDS[language]["more"].format(count=len(every) - _MOST)


def _rank(judged: Judged) -> int:
    return WORST_FIRST.index(judged.verdict)


def _plain(text: str) -> str:
    """One line, bounded, without the sign that begins the figures."""
    line = _CONTROL.sub(" ", text).replace("|", "¦")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _figures(found: Iterable[Figure]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for figure in found:
        judged = figure.judged
        parts = (judged.place, judged.check, judged.result.subject, figure.name)
        label = _NOT_IN_LABELS.sub("_", _CONTROL.sub("_", " ".join(part for part in parts if part)))
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:  # two names that differ only in a sign which a label can not hold
            label += f" {seen[label]}"
        unit = "" if figure.unit == "d" else figure.unit
        limits = ";".join(_limit(each, figure.falling) for each in (figure.warning, figure.critical)).rstrip(";")
        yield f"'{label}'={_number(figure.value)}{unit}{f';{limits}' if limits else ''}"


def _limit(limit: float | None, falling: bool) -> str:
    """A range as the guidelines write it: "80" alarms above 80, "25:" below 25."""
    return "" if limit is None else f"{_number(limit)}{':' if falling else ''}"


def _number(value: float) -> str:
    """Never with an exponent, which several readers of these lines do not know."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
