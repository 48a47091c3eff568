"""Whether database and document area are of the same time, and whether the database went back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eakte_ops.health import bodies
from eakte_ops.health.facts.database import ANSWERS
from eakte_ops.health.facts.web import WEB, Request, reply_to, requests
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, NotKnown, NotYet, Result, Site, Text, TownCheck, TownLook, Values, unknown


@dataclass(frozen=True, slots=True)
class AheadLimits:
    """The two are asked some seconds apart, in which documents are stored."""

    documents: int = limit(
        20, "documents that may have been stored between", "Dokumente, die dazwischen kamen", least=0, most=100000
    )


def _database(sites: Sequence[Site]) -> Site | None:
    probes = ((site, probe) for site in sites for part in site.components for probe in part.component.probes)
    return next((site for site, probe in probes if probe.kind == "sql"), None)


def _areas(sites: Iterable[Site]) -> tuple[tuple[Site, Request], ...]:
    """Every health address of a component that keeps documents."""
    return tuple(
        (site, request)
        for site in sites
        for request in requests(site)
        if request.kind == "health"
        and request.subject == request.component
        and (part := site.component(request.component)) is not None
        and "documents" in part.places
    )


def _ahead(town: TownLook, limits: AheadLimits) -> Iterable[Result]:
    sites = tuple(town.sites.values())
    database, areas = _database(sites), _areas(sites)
    assert database is not None
    missed = tuple(sorted({site.server for site in (database, *(site for site, _ in areas))} - town.looks.keys()))
    if missed:
        yield unknown(NotYet("town-incomplete", servers=missed))
        return
    try:
        newest = _newest(town, database)
    except NotKnown as problem:
        yield unknown(problem, because=(Cause("database.answers", server=database.server),))
        return
    last = town.past.last(AHEAD.name, "", "newest")
    back = last is not None and newest < last.value
    values: Values = {"newest": newest, "before": int(last.value) if last else newest}
    highest, unread = _highest(town, areas)
    server, number = max(highest.items(), key=lambda item: item[1], default=("-", 0))
    if number - newest > limits.documents:
        yield Result("critical", said="ahead", values={**values, "highest": number, "server": server})
    elif back:
        yield Result("critical", said="back", values=values)
    else:
        yield unread or Result("ok", said="level", values={**values, "highest": number})


def _newest(town: TownLook, database: Site) -> int:
    found = town.get(database.server, ANSWERS)
    if found.newest is None:
        raise NotKnown("failed", status=1, err=found.error or "-")
    return found.newest


def _highest(town: TownLook, areas: Iterable[tuple[Site, Request]]) -> tuple[dict[str, int], Result | None]:
    """Server -> the highest number in its area; and the result that stands for those that can not be read."""
    highest: dict[str, int] = {}
    unread = None
    for site, request in areas:
        try:
            highest[site.server] = _in_area(town, site, request)
        except NotKnown as problem:
            because = (Cause("service.health", request.subject, server=site.server),)
            unread = unknown(problem, because=because)
    return highest, unread


def _in_area(town: TownLook, site: Site, request: Request) -> int:
    reply = reply_to(request, site, town.get(site.server, WEB))
    if reply.fault:
        raise NotKnown("no-answer", why=f"curl status {reply.fault}")
    highest = bodies.figure(bodies.health(reply).details.get("documents", {}), "highest")
    if highest is None:
        raise NotKnown("unreadable", what="documents.highest")
    return int(highest)


AHEAD = TownCheck(
    name="documents.ahead",
    owner="centre",
    facts=(ANSWERS, WEB),
    limits=AheadLimits(),
    judge=_ahead,
    concerns=lambda sites: _database(sites) is not None and bool(_areas(sites)),
    trends=("newest",),
    text={
        "en": Text(
            title="Database and documents are of the same time",
            means="Every document gets a number, never twice. When files lie there with higher numbers than the "
            "database ever gave, or the database has given fewer than at the last look, somebody put back an older "
            "state of the database, usually a snapshot of its machine. New documents then meet the numbers of lost "
            "ones.",
            todo="stop storing at once (notice page) and find out who put back what; do not delete any file",
            said={
                "level": "no file is newer than the database knows ({newest:number} numbers given)",
                "back": "the database has given {newest:number} numbers, and had given {before:number} at the last "
                "look",
                "ahead": "files on {server} go up to number {highest:number}, the database only to {newest:number}",
            },
            incident="Local IT put back a virtual machine after a failed patch. The database was a day old, the "
            "documents were not; clerks worked on, and 600 new documents took the place of 600 others.",
            clerks="Documents of the last hours or days are gone or show something else.",
        ),
        "de": Text(
            title="Datenbank und Dokumente sind vom selben Stand",
            means="Jedes Dokument bekommt eine Nummer, keine zweimal. Liegen Dateien mit höheren Nummern da, als die "
            "Datenbank je vergab, oder hat sie weniger vergeben als beim letzten Blick, wurde ein älterer Stand der "
            "Datenbank zurückgespielt, meist ein Snapshot ihrer Maschine. Neue Dokumente treffen dann auf die Nummern "
            "verlorener.",
            todo="sofort das Ablegen anhalten (Hinweisseite) und klären, wer was zurückgespielt hat; keine Datei "
            "löschen",
            said={
                "level": "keine Datei ist neuer, als die Datenbank weiß ({newest:number} Nummern vergeben)",
                "back": "die Datenbank hat {newest:number} Nummern vergeben; beim letzten Blick waren es "
                "{before:number}",
                "ahead": "Dateien auf {server} reichen bis Nummer {highest:number}, die Datenbank nur bis "
                "{newest:number}",
            },
            incident="Nach einem misslungenen Patch setzte die örtliche IT eine virtuelle Maschine zurück. Die "
            "Datenbank war einen Tag alt, die Dokumente nicht; es wurde weitergearbeitet, und 600 neue Dokumente "
            "traten an die Stelle von 600 anderen.",
            clerks="Dokumente der letzten Stunden oder Tage fehlen oder zeigen etwas anderes.",
        ),
    },
)

CHECKS = (AHEAD,)
