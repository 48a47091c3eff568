"""The release: the same everywhere in a town, and nothing left over of another one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health import bodies
from eakte_ops.health.facts.product import PRODUCT, Entry
from eakte_ops.health.facts.web import WEB, reply_to, requests
from eakte_ops.health.limits import limit
from eakte_ops.health.types import (
    Cause,
    Check,
    Look,
    NoLimits,
    NotKnown,
    NotYet,
    Result,
    Text,
    TownCheck,
    TownLook,
    Values,
    unknown,
)

_VERSION = re.compile(r"^\d{1,4}(\.\d{1,4}){0,4}$")


def _same(town: TownLook, _limits: NoLimits) -> Iterable[Result]:
    results = [_of_server(look) for look in town.looks.values() if look.site.components]
    missed = tuple(sorted(town.sites.keys() - town.looks.keys()))
    if missed:
        yield unknown(NotYet("town-incomplete", servers=missed))
    elif all(result.verdict == "ok" for result in results):
        release = next((site.release for site in town.sites.values()), "-")
        yield Result("ok", said="same", values={"release": release})
        return
    yield from (result for result in results if result.verdict != "ok")


def _of_server(look: Look) -> Result:
    """Whether everything on one server is of the release that the inventory names."""
    server, wanted = look.site.server, look.site.release
    try:
        link = posixpath.basename(look[PRODUCT].current)
    except NotKnown as problem:
        return unknown(problem, server, because=(Cause("release.remnants", server=server),))
    if not link:
        return Result("critical", server, "no-link", {"link": look.site.layout.current, "release": wanted})
    others = {f"{look.site.layout.current}: {link}"} if link != wanted else set()
    others |= {f"{name}: {release}" for name, release in _said(look).items() if release != wanted}
    if not others:
        return Result("ok", server)
    return Result("critical", server, "differs", {"release": wanted, "others": tuple(sorted(others))})


def _said(look: Look) -> dict[str, str]:
    """The releases that running programs name; one that says nothing is told by service.health, not here."""
    said: dict[str, str] = {}
    try:
        replies = look[WEB]
    except NotKnown:
        return said
    for request in requests(look.site):
        if request.kind in ("health", "index"):
            try:
                details = bodies.health(reply_to(request, look.site, replies)).details
            except NotKnown:
                continue
            release = bodies.text_of(details.get("product", {}), "release")
            if release:
                said[request.subject] = release
    return said


SAME = TownCheck(
    name="release.same",
    owner="centre",
    facts=(PRODUCT, WEB),
    limits=NoLimits(),
    judge=_same,
    concerns=lambda sites: any(site.components for site in sites),
    text={
        "en": Text(
            title="The same release on all servers",
            means="All components of a town are updated together; the vendor warns that a mixture can give access to "
            "what should be closed. Compared are the release of the inventory, the link to the current release on "
            "every server, and what the running programs say.",
            todo="is an update going on? if not: bring {subject} to {release}, or correct the inventory",
            said={
                "same": "everything in the town is release {release}",
                "differs": "{subject} is not all of release {release}: {others}",
                "no-link": "{subject} has no link {link} to a release",
            },
            incident="An update was broken off after the third of four servers, late in the evening. Everything "
            "seemed to work, until confidential files opened for whoever had the old client.",
            clerks="Some functions fail or look other than usual, not on every desk.",
        ),
        "de": Text(
            title="Auf allen Servern dieselbe Version",
            means="Alle Komponenten einer Kommune werden zusammen aktualisiert; der Hersteller warnt, dass eine "
            "Mischung öffnen kann, was geschlossen sein soll. Verglichen werden die Version im Inventar, der Verweis "
            "auf die aktuelle Version auf jedem Server und was die laufenden Programme sagen.",
            todo="Läuft eine Aktualisierung? Wenn nicht: {subject} auf {release} bringen oder das Inventar berichtigen",
            said={
                "same": "in der Kommune ist alles Version {release}",
                "differs": "{subject} ist nicht ganz Version {release}: {others}",
                "no-link": "{subject} hat keinen Verweis {link} auf eine Version",
            },
            incident="Eine Aktualisierung wurde spät am Abend nach dem dritten von vier Servern abgebrochen. Alles "
            "schien zu gehen, bis sich vertrauliche Akten für den öffneten, der noch den alten Client hatte.",
            clerks="Manche Funktionen scheitern oder sehen anders aus, nicht an jedem Platz.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class RemnantLimits:
    """How long something unfinished may lie there: so long, somebody may be working on it."""

    minutes: float = limit(
        120.0, "minutes after which it is left over", "Minuten, nach denen es ein Überrest ist", least=1, most=100000
    )


def _remnants(look: Look, limits: RemnantLimits) -> Iterable[Result]:
    product, layout = look[PRODUCT], look.site.layout
    state = product.places.get(layout.releases)
    if state != "ok":
        raise NotKnown("denied" if state == "denied" else "left-out", err=layout.releases)
    current = posixpath.basename(product.current)
    beside = (each for each in product.releases if each.name != current and not _VERSION.match(each.name))
    found = (*(Entry(f"{layout.releases}/{each.name}", each.changed) for each in beside), *product.rests)
    old = tuple(each.name for each in found if product.now - each.changed >= limits.minutes * 60)
    values: Values = {"names": old or ("-",), "count": len(old)}
    yield Result("warning" if old else "ok", said="left" if old else "none", values=values)


REMNANTS = Check(
    name="release.remnants",
    owner="centre",
    facts=(PRODUCT,),
    limits=RemnantLimits(),
    judge=_remnants,
    concerns=lambda site: bool(site.components),
    text={
        "en": Text(
            title="Nothing unfinished lies about",
            means="What is put on a server is unpacked beside its place and moved there when it is whole. Something "
            "unfinished that lies there for hours is of a run that was broken off, takes space, and may be taken for "
            "whole by the next person.",
            todo="did the run end that left {names} on {server}? if so, delete it",
            said={
                "none": "nothing unfinished lies in releases and configuration",
                "left": "left over from a run that was broken off: {names}",
            },
            incident="A half-copied release stayed on the disk. Weeks later somebody set the link on it by hand, and "
            "the gateway started without half of its files.",
        ),
        "de": Text(
            title="Nichts Unfertiges liegt herum",
            means="Was auf einen Server kommt, wird neben seinem Platz ausgepackt und erst dorthin geschoben, wenn es "
            "ganz ist. Unfertiges, das stundenlang liegt, stammt von einem abgebrochenen Lauf, belegt Platz, und der "
            "Nächste hält es womöglich für ganz.",
            todo="Ist der Lauf zu Ende, der {names} auf {server} liegen ließ? Dann löschen",
            said={
                "none": "in Programmständen und Konfiguration liegt nichts Unfertiges",
                "left": "Überreste eines abgebrochenen Laufs: {names}",
            },
            incident="Ein halb kopierter Programmstand blieb auf der Platte. Wochen später setzte jemand den Verweis "
            "von Hand darauf, und das Gateway startete ohne die Hälfte seiner Dateien.",
        ),
    },
)

CHECKS = (SAME, REMNANTS)
