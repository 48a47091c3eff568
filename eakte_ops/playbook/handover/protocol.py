"""What is told when machines come back: what has changed, what is new, whose it is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.findings import Overview
from eakte_ops.health.types import Identity, Judged
from eakte_ops.playbook.handover.signs import Difference
from eakte_ops.product.model import Language

_MOST = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """`new`: not well now, and was not told before; `still`: told before, too; `gone`: so many are well now.

    `unknown`: servers that could not be looked at.
    """

    new: tuple[Judged, ...]
    still: int
    gone: int
    unknown: tuple[str, ...]


def compared(before: Collection[Identity], seen: Overview) -> Compared:
    """Findings of before against a look of now. A server that was not reached makes nothing well."""
    now = {finding.identity: finding.judged for finding in seen.found}
    missed = tuple(look.stop.server.name for look in seen.looks if look.state != "looked")
    gone = [each for each in before if each not in now and each[1] not in missed]
    new = tuple(judged for identity, judged in now.items() if identity not in before)
    return Compared(new, len(now) - len(new), len(gone), missed)


def lines(found: Compared, differences: Sequence[Difference], language: Language) -> Iterator[str]:
    """The protocol, without its first sentence; the same for the centre and for local IT, worst first."""
    words = _WORDS[language]
    yield from (words["changed"].format(said=each.sentence(language)) for each in differences)
    if not differences:
        yield words["same"]
    for judged in found.new[:_MOST]:
        said = wording.said(judged, CHECKS[judged.check], language)
        whose = wording.owner(judged.owner, language)
        verdict = wording.verdict(judged.verdict, language)
        yield words["new"].format(verdict=verdict, place=judged.place, check=judged.check, said=said, whose=whose)
    if len(found.new) > _MOST:
        yield words["more"].format(count=len(found.new) - _MOST)
    if not found.new:
        yield words["none"]
    if found.still or found.gone:
        yield words["rest"].format(still=found.still, gone=found.gone)
    if found.unknown:
        yield words["unknown"].format(servers=", ".join(found.unknown))


def subject(town: str, language: Language) -> str:
    """Of the mail."""
    return _WORDS[language]["subject"].format(town=town)


def headline(town: str, run: str, language: Language) -> str:
    """The first sentence."""
    return _WORDS[language]["headline"].format(town=town, run=run)


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "subject": "eAkte {town}: the handover is over, the software runs again",
        "headline": "The handover of {town} is over: everything runs again and is open (run {run}).",
        "changed": "Changed meanwhile: {said}",
        "same": "Nothing of the machines has changed meanwhile.",
        "new": "New, {verdict}: {place} {check}: {said} ({whose})",
        "more": "and {count} more new findings",
        "none": "Nothing is new that is not well.",
        "rest": "As before the handover: {still} findings. Well since: {gone}.",
        "unknown": "Could not be looked at: {servers}.",
    },
    "de": {
        "subject": "eAkte {town}: die Übergabe ist zu Ende, die Software läuft wieder",
        "headline": "Die Übergabe von {town} ist zu Ende: alles läuft wieder und ist offen (Lauf {run}).",
        "changed": "Inzwischen geändert: {said}",
        "same": "An den Maschinen hat sich inzwischen nichts geändert.",
        "new": "Neu, {verdict}: {place} {check}: {said} ({whose})",
        "more": "und {count} weitere neue Befunde",
        "none": "Neu ist nichts, was nicht gut wäre.",
        "rest": "Wie vor der Übergabe: {still} Befunde. Seither gut: {gone}.",
        "unknown": "Nicht anzusehen: {servers}.",
    },
}
