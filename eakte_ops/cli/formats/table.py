"""The report of a look on stdout: per town, worst first, with owner and the next step, wrapped to the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from eakte_ops.cli.formats import About
from eakte_ops.cli.output import console
from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.engine import ServerLook
from eakte_ops.health.findings import Finding, Overview
from eakte_ops.health.reasons import REASONS
from eakte_ops.health.types import Judged, Language, Verdict
from eakte_ops.inventory.model import Town

_MARKS: Mapping[Verdict, str] = {"critical": "✗", "warning": "!", "unknown": "?", "ok": "✓"}
_STYLES: Mapping[Verdict, str] = {"critical": "red", "warning": "yellow", "unknown": "magenta", "ok": "green"}
_NARROWEST = 38  # below this a sentence gets a line of its own
_WIDEST = 140
_INDENT = " " * 13

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "well": "All well",
        "finding": "finding",
        "findings": "findings",
        "server": "server asked",
        "servers": "servers asked",
        "of": "{asked} of {every} servers asked",
        "check": "check",
        "checks": "checks",
        "with": "with it also: ",
        "alike": "for the same reason not known: ",
        "behind": "behind it: ",
        "blind": "so {count} other checks could not look there",
        "blind-one": "so 1 other check could not look there",
        "not-looked": "{count} not looked at",
        "waiting": "Not judged yet",
    },
    "de": {
        "well": "Alles gut",
        "finding": "Befund",
        "findings": "Befunde",
        "server": "Server gefragt",
        "servers": "Server gefragt",
        "of": "{asked} von {every} Servern gefragt",
        "check": "Prüfung",
        "checks": "Prüfungen",
        "with": "damit auch: ",
        "alike": "aus demselben Grund unbekannt: ",
        "behind": "dahinter: ",
        "blind": "darum entfielen dort {count} weitere Prüfungen",
        "blind-one": "darum entfiel dort 1 weitere Prüfung",
        "not-looked": "{count} nicht angesehen",
        "waiting": "Noch nicht beurteilt",
    },
}


def write(seen: Overview, about: About, stream: IO[str] | None) -> None:
    """Write findings by town, what can not be judged yet, then one line that sums up, on `stream` or stdout."""
    language = about.language
    on_terminal = stream is None and sys.stdout.isatty()
    width = min(_WIDEST, shutil.get_terminal_size((120, 24)).columns) if on_terminal else 120
    paper = console(stream)
    for town in seen.towns:
        of_town = [finding for finding in seen.found if finding.judged.town == town.id]
        if not of_town:
            continue
        paper.print()
        paper.print(f" {town.said.municipality.name.upper()}", style="bold", soft_wrap=True)
        for line, style in _town(of_town, seen.looks, language, width):
            paper.print(line, style=style, soft_wrap=True)
        if any(finding.judged.owner == "local-it" for finding in of_town):
            paper.print(f" {_contact(town, language)}", style="dim", soft_wrap=True)
    paper.print()
    if waits := waiting(seen.waiting, language):
        lines = textwrap.wrap(waits, width - 1, initial_indent=" ", subsequent_indent="   ", break_on_hyphens=False)
        paper.print("\n".join(lines), style="dim", soft_wrap=True)
    paper.print(f" {summary(seen, language)}", soft_wrap=True)


def waiting(waits: Sequence[Judged], language: Language) -> str:
    """`Not judged yet: disk.forecast (too few figures ...); backup.age (...)`, "" where nothing waits."""
    reasons: dict[str, str] = {}
    for judged in waits:
        reasons.setdefault(
            judged.check, wording.fill(REASONS[judged.result.reason][language], judged.result.values, language)
        )
    checks: dict[str, list[str]] = {}
    for check, reason in reasons.items():
        checks.setdefault(reason, []).append(check)
    said = "; ".join(f"{', '.join(names)} – {reason}" for reason, names in checks.items())
    return f"{_WORDS[language]['waiting']}: {said}." if said else ""


def _contact(town: Town, language: Language) -> str:
    """Whom to ask about what is not the centre's own."""
    contact = town.said.contacts["local-it"]
    said = " · ".join(part for part in (contact.phone, contact.mail) if part)
    return f"{wording.owner('local-it', language)} {town.said.municipality.name}: {said}"


def summary(seen: Overview, language: Language) -> str:
    """`2 findings · 8 servers asked · 20 checks · 0.9 s`."""
    words = _WORDS[language]
    missed = seen.missed
    parts = [
        _count(len(seen.found), words["finding"], words["findings"]) if seen.found or missed else words["well"],
        _asked(seen, words),
        _count(len(seen.checks), words["check"], words["checks"]),
        f"{wording.number(seen.seconds, language)} s",
    ]
    if missed:
        parts.append(words["not-looked"].format(count=missed))
    return " · ".join(parts)


def _asked(seen: Overview, words: Mapping[str, str]) -> str:
    """`7 servers asked`, or `5 of 7 servers asked` where some could not be."""
    asked, every = len(seen.of_state("looked")), len(seen.looks) + len(seen.left_out)
    if asked < every:
        return words["of"].format(asked=asked, every=every)
    return _count(every, words["server"], words["servers"])


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths of the columns of one town's findings; `sentence` too small means two lines per finding."""

    verdict: int
    server: int
    check: int
    sentence: int


def _town(
    found: Sequence[Finding], looks: Sequence[ServerLook], language: Language, width: int
) -> Iterator[tuple[str, str]]:
    columns = _columns(found, language, width)
    for finding in found:
        style = _STYLES[finding.judged.verdict]
        for number, line in enumerate(_finding(finding, columns, language, width)):
            yield line, style if number == 0 else ""
        for line in _more(finding, looks, language):
            yield from ((wrapped, "dim" if not line.startswith("→") else "") for wrapped in _wrapped(line, width))


def _columns(found: Sequence[Finding], language: Language, width: int) -> _Columns:
    verdict = max(len(wording.verdict(finding.judged.verdict, language)) for finding in found)
    server = max(len(finding.judged.place) for finding in found)
    check = max(len(finding.judged.check) for finding in found)
    owner = max(len(wording.owner(finding.judged.owner, language)) for finding in found)
    return _Columns(verdict, server, check, width - owner - verdict - server - check - 12)


def _finding(finding: Finding, columns: _Columns, language: Language, width: int) -> Iterator[str]:
    judged = finding.judged
    mark = f" {_MARKS[judged.verdict]} {wording.verdict(judged.verdict, language):<{columns.verdict}}  "
    owner = wording.owner(judged.owner, language)
    sentence = wording.said(judged, CHECKS[judged.check], language)
    if columns.sentence < _NARROWEST:
        yield f"{mark}{judged.place} · {judged.check} · {owner}"
        yield from _wrapped(sentence, width)
        return
    where = f"{judged.place:<{columns.server}}  {judged.check:<{columns.check}}  "
    first, *rest = textwrap.wrap(sentence, columns.sentence, break_on_hyphens=False) or [""]
    yield f"{mark}{where}{first:<{columns.sentence}}  {owner}"
    yield from (f"{' ' * len(mark + where)}{line}" for line in rest)


def _more(finding: Finding, looks: Sequence[ServerLook], language: Language) -> Iterator[str]:
    words = _WORDS[language]
    judged = finding.judged
    yield f"→ {wording.todo(judged, CHECKS[judged.check], language)}"
    if finding.behind:
        yield words["behind"] + ", ".join(finding.behind)
    if finding.alike:
        yield words["alike"] + ", ".join(_named(finding.alike, judged.server))
    if finding.consequences:
        yield words["with"] + ", ".join(_named(finding.consequences, judged.server))
    blind = next((look for look in looks if _is_blind(look, finding)), None)
    if blind is not None:
        count = len(blind.not_looked_at)
        yield words["blind-one" if count == 1 else "blind"].format(count=count)


def _named(results: Sequence[Judged], server: str) -> Iterator[str]:
    """`service.health (dms, license)`: checks with their subjects, and the server where it is not `server`."""
    by_check: dict[str, list[str]] = {}
    for judged in results:
        place = "" if judged.server == server else f"{judged.place} "
        by_check.setdefault(place + judged.check, []).append(judged.result.subject)
    for check, subjects in by_check.items():
        named = ", ".join(subject for subject in subjects if subject)
        yield f"{check} ({named})" if named else check


def _is_blind(look: ServerLook, finding: Finding) -> bool:
    return (
        look.state == "unreachable"
        and bool(look.not_looked_at)
        and (look.stop.town.id, look.stop.server.name) == (finding.judged.town, finding.judged.server)
    )


def _wrapped(line: str, width: int) -> list[str]:
    follow = _INDENT + ("  " if line.startswith("→") else "")
    return textwrap.wrap(line, width - 1, initial_indent=_INDENT, subsequent_indent=follow, break_on_hyphens=False) or [
        _INDENT
    ]
