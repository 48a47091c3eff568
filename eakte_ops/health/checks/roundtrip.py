"""What no single part shows: a document goes in, is found, comes back and goes away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.roundtrip import ROUNDTRIP, STEPS, Step, Trip, component_of
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, Result, Text, Values


@dataclass(frozen=True, slots=True)
class TripLimits:
    """Seconds for the whole way; most of it is the wait until the search knows the document."""

    warning_s: float = limit(8.0, "seconds until a warning", "Sekunden bis zur Warnung", least=0.1, most=60)


def _trip(look: Look, limits: TripLimits) -> Iterable[Result]:
    component = component_of(look.site)
    trip = look[ROUNDTRIP]
    seconds = round(sum(step.seconds for step in trip.steps), 3)
    values: Values = {"seconds": seconds, "limit": limits.warning_s, "component": component}
    failed = next((step for step in trip.steps if not step.well), None)
    if failed is not None:
        yield _failed(component, failed, values)
    elif len(trip.steps) < len(STEPS):
        yield Result("critical", component, "store", {**values, "http": trip.steps[0].http, "curl": 0})
    elif not trip.found:
        yield _not_found(component, trip, values)
    else:
        slow = seconds >= limits.warning_s
        yield Result("warning" if slow else "ok", component, "slow" if slow else "fine", values)


def _failed(component: str, step: Step, values: Values) -> Result:
    more: Values = {**values, "http": step.http, "curl": step.fault}
    return Result("critical", component, step.name, more, because=_causes(component, step))


def _causes(component: str, step: Step) -> tuple[Cause, ...]:
    """Whose fault it is, where that is told for itself."""
    if step.http == 0:
        return (Cause("service.units", component),)
    if step.name == "find":
        return (Cause("index.state", component="index"),)
    # 507: page files are in the way, those of documents that a reverted database has forgotten.
    return (Cause("documents.ahead"),) if step.http == 507 else (Cause("database.answers", component="database"),)


def _not_found(component: str, trip: Trip, values: Values) -> Result:
    waited = next(step.seconds for step in trip.steps if step.name == "find")
    because = (Cause(component="index", check="index.blocks"),)
    return Result("critical", component, "not-found", {**values, "waited": waited}, because=because)


TRIP = Check(
    name="documents.roundtrip",
    owner="centre",
    facts=(ROUNDTRIP,),
    limits=TripLimits(),
    judge=_trip,
    concerns=lambda site: bool(component_of(site)),
    trends=("seconds",),
    text={
        "en": Text(
            title="A document goes in, is found, comes back",
            means="Where the town allows it, a small test document without any content of the town is stored, found by "
            "the search, read and deleted again, as a clerk would do it. It shows what no single part shows: that all "
            "of them work together. One that an earlier, broken-off trip left is deleted first.",
            todo="follow the document: log of {subject} on {server}, then database, queue FULLTEXTIDX, index",
            said={
                "fine": "a test document was stored, found, read and deleted in {seconds:span}",
                "slow": "storing and finding a test document took {seconds:span} (limit {limit:span})",
                "store": "a test document could not be stored (HTTP {http}, curl status {curl})",
                "find": "the search for a test document failed (HTTP {http}, curl status {curl})",
                "not-found": "a test document was stored, but not found within {waited:span}",
                "read": "a test document could not be read again (HTTP {http}, curl status {curl})",
                "delete": "a test document could not be deleted (HTTP {http}, curl status {curl})",
            },
            incident="Every part said UP. The search took in nothing any more, because a worker waited for an answer "
            "that never came; people noticed after a week, one by one.",
            clerks="Storing, finding or opening documents fails.",
        ),
        "de": Text(
            title="Ein Dokument geht hinein, wird gefunden, kommt zurück",
            means="Wo die Kommune es erlaubt, wird ein kleines Testdokument ohne jeden Inhalt der Kommune abgelegt, "
            "über die Suche gefunden, gelesen und wieder gelöscht, wie bei der Sachbearbeitung. Das zeigt, was kein "
            "einzelner Teil zeigt: dass alle zusammen arbeiten. Was ein früherer, abgebrochener Weg liegen ließ, wird "
            "zuerst gelöscht.",
            todo="dem Dokument folgen: Protokoll von {subject} auf {server}, dann Datenbank, Warteschlange "
            "FULLTEXTIDX, Index",
            said={
                "fine": "ein Testdokument wurde in {seconds:span} abgelegt, gefunden, gelesen und gelöscht",
                "slow": "Ablegen und Finden eines Testdokuments dauerte {seconds:span} (Grenze {limit:span})",
                "store": "ein Testdokument ließ sich nicht ablegen (HTTP {http}, curl-Status {curl})",
                "find": "die Suche nach einem Testdokument scheiterte (HTTP {http}, curl-Status {curl})",
                "not-found": "ein Testdokument wurde abgelegt, aber in {waited:span} nicht gefunden",
                "read": "ein Testdokument ließ sich nicht wieder lesen (HTTP {http}, curl-Status {curl})",
                "delete": "ein Testdokument ließ sich nicht löschen (HTTP {http}, curl-Status {curl})",
            },
            incident="Jeder Teil sagte UP. Die Suche nahm nichts mehr auf, weil ein Arbeiter auf eine Antwort wartete, "
            "die nie kam; gemerkt wurde es nach einer Woche, von einem nach dem anderen.",
            clerks="Ablegen, Finden oder Öffnen von Dokumenten scheitert.",
        ),
    },
)

CHECKS = (TRIP,)
