"""The search index: its colour, and blocks that stop it from taking anything in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health import bodies
from eakte_ops.health.bodies import Health
from eakte_ops.health.checks.services import no_body
from eakte_ops.health.checks.units import unit_of
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.facts.web import WEB, Request, reply_to, requests
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Site, Text, Value, unknown

_ROOM_PERCENT = 75.0  # Elasticsearch warns below 25 % free (domain.md)


def _indexes(site: Site) -> tuple[Request, ...]:
    return tuple(request for request in requests(site) if request.kind == "index")


@dataclass(frozen=True, slots=True)
class StateLimits:
    """What colour is still well."""

    yellow_is_well: bool = limit(
        False, "say nothing about yellow (an index without copies)", "Gelb nicht melden (Index ohne Kopien)"
    )


def _state(look: Look, limits: StateLimits) -> Iterable[Result]:
    replies = look[WEB]
    for request in _indexes(look.site):
        because = unit_of(request.component)
        try:
            reply = reply_to(request, look.site, replies)
            yield no_body(reply, request.component, because) or _colour(request, bodies.health(reply), limits)
        except NotKnown as problem:
            yield unknown(problem, request.component, because=because)


def _colour(request: Request, health: Health, limits: StateLimits) -> Result:
    colour = bodies.text_of(health.details.get("cluster", {}), "color")
    down = tuple(f"{part.name}: {part.error}" if part.error else part.name for part in health.down_parts)
    values: dict[str, Value] = {"colour": colour or "-", "status": health.status, "parts": down or ("-",)}
    if colour == "red":
        return Result("critical", request.component, "red", values)
    if not health.up or down:
        full = [part.name for part in health.down_parts] == ["diskSpace"]
        causes = (Cause("disk.space"),) if full else ()
        return Result("critical", request.component, "down", values, because=causes)
    if colour == "yellow" and not limits.yellow_is_well:
        return Result("warning", request.component, "yellow", values)
    if colour not in ("green", "yellow"):
        raise NotKnown("unreadable", what="cluster.color")
    return Result("ok", request.component, "fine", values)


STATE = Check(
    name="index.state",
    owner="centre",
    facts=(WEB, UNITS),
    limits=StateLimits(),
    judge=_state,
    light=True,
    concerns=lambda site: bool(_indexes(site)),
    text={
        "en": Text(
            title="The search index is whole",
            means="Green: everything is there. Yellow: copies are missing, searching still works. Red: part of the "
            "index is gone and searches miss documents. The index can be rebuilt from database and documents.",
            todo="look at the log of the index on {server}; red means restore a snapshot or rebuild",
            said={
                "fine": "the index is {colour}",
                "yellow": "the index is yellow: copies are missing",
                "red": "the index is RED: part of it is missing, searches find less than there is",
                "down": "the index says {status} ({parts})",
                "refused": "the index does not run: nothing listens on its port",
                "silent": "the index does not answer within {seconds:span}",
                "broken": "the index breaks its answer off (curl status {curl})",
            },
            incident="After a crash part of the index was gone. Searches still gave hits, only fewer; a clerk told an "
            "applicant that there was no file, and there was one.",
            clerks="The search finds nothing, or less than there is; opening a known document works.",
        ),
        "de": Text(
            title="Der Suchindex ist vollständig",
            means="Grün: alles ist da. Gelb: Kopien fehlen, die Suche geht noch. Rot: ein Teil des Index ist weg und "
            "die Suche findet Dokumente nicht. Der Index lässt sich aus Datenbank und Dokumenten neu aufbauen.",
            todo="das Protokoll des Index auf {server} ansehen; Rot heißt: Sicherung einspielen oder neu aufbauen",
            said={
                "fine": "der Index ist {colour}",
                "yellow": "der Index ist gelb: Kopien fehlen",
                "red": "der Index ist ROT: ein Teil fehlt, die Suche findet weniger als da ist",
                "down": "der Index sagt {status} ({parts})",
                "refused": "der Index läuft nicht: niemand lauscht auf seinem Port",
                "silent": "der Index antwortet nicht in {seconds:span}",
                "broken": "der Index bricht die Antwort ab (curl-Status {curl})",
            },
            incident="Nach einem Absturz fehlte ein Teil des Index. Die Suche lieferte weiter Treffer, nur weniger; "
            "einem Antragsteller wurde gesagt, es gebe keine Akte, und es gab eine.",
            clerks="Die Suche findet nichts oder weniger, als da ist; ein bekanntes Dokument lässt sich öffnen.",
        ),
    },
)


def _blocks(look: Look, _limits: NoLimits) -> Iterable[Result]:
    replies = look[WEB]
    for request in _indexes(look.site):
        try:
            reply = reply_to(request, look.site, replies)
            if reply.fault:
                raise NotKnown("no-answer", why=f"curl status {reply.fault}")
            yield _blocked(look.site, request, bodies.health(reply))
        except NotKnown as problem:
            yield unknown(problem, request.component, because=(Cause("index.state", request.component),))


def _blocked(site: Site, request: Request, health: Health) -> Result:
    blocks = bodies.texts(health.details.get("cluster", {}), "blocks")
    if blocks is None:
        raise NotKnown("unreadable", what="cluster.blocks")
    part = site.component(request.component)
    values: dict[str, Value] = {"blocks": blocks, "place": part.places.get("data", "-") if part else "-"}
    if not blocks:
        return Result("ok", request.component, "none", values)
    disk = health.details.get("diskSpace", {})
    total, free = bodies.figure(disk, "total"), bodies.figure(disk, "free")
    if not total or free is None:
        return Result("critical", request.component, "blocked", values)
    used = 100 * (1 - min(free, total) / total)
    values = {**values, "used_percent": round(used, 1), "wanted": max(0.0, total * used / _ROOM_PERCENT - total)}
    full = used > _ROOM_PERCENT
    return Result(
        "critical",
        request.component,
        "blocked-full" if full else "blocked-room",
        values,
        owner="local-it" if full else "centre",
        todo="room" if full else "",
        because=(Cause("disk.space"),) if full else (),
    )


BLOCKS = Check(
    name="index.blocks",
    owner="centre",
    facts=(WEB, UNITS),
    limits=NoLimits(),
    judge=_blocks,
    light=True,
    concerns=lambda site: bool(_indexes(site)),
    text={
        "en": Text(
            title="Nothing blocks the search index",
            means="When its disk gets full, Elasticsearch makes the index read-only and stays so: its state is still "
            "green, but new documents are not found. The block is lifted by the centre, after there is room again.",
            todo="there is room: lift the block (index.blocks.read_only_allow_delete to null), then watch queue.age",
            said={
                "none": "the index has no blocks",
                "blocked": "the index is read-only ({blocks})",
                "blocked-room": "the index is read-only ({blocks}), disk {used_percent:percent} full",
                "blocked-full": "the index is read-only ({blocks}), disk {used_percent:percent} full",
            },
            todos={"room": "needs {wanted:bytes} more on {place}; the centre lifts the block once there is room"},
            incident="A disk was full for one night. In the morning there was room again and the index was green, but "
            "for eleven days no new document reached the search.",
            clerks="The search does not find documents that were stored lately.",
        ),
        "de": Text(
            title="Nichts sperrt den Suchindex",
            means="Wird die Platte voll, macht Elasticsearch den Index nur lesbar, und so bleibt er: er ist weiter "
            "grün, aber neue Dokumente werden nicht gefunden. Das Zentrum hebt die Sperre auf, wenn wieder Platz ist.",
            todo="Platz ist da: Sperre aufheben (index.blocks.read_only_allow_delete auf null), dann queue.age "
            "beobachten",
            said={
                "none": "der Index hat keine Sperren",
                "blocked": "der Index ist nur lesbar ({blocks})",
                "blocked-room": "der Index ist nur lesbar ({blocks}), Platte zu {used_percent:percent} voll",
                "blocked-full": "der Index ist nur lesbar ({blocks}), Platte zu {used_percent:percent} voll",
            },
            todos={
                "room": "braucht {wanted:bytes} mehr auf {place}; das Zentrum hebt die Sperre auf, sobald Platz ist"
            },
            incident="Eine Platte war eine Nacht lang voll. Am Morgen war wieder Platz und der Index grün, aber elf "
            "Tage lang kam kein neues Dokument in die Suche.",
            clerks="Die Suche findet Dokumente nicht, die erst kürzlich abgelegt wurden.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """Per cent of the index's disk that are free, as the index itself sees it."""

    warning_percent: float = limit(25.0, "per cent free: warning", "Prozent frei: Warnung", least=1, most=90)
    critical_percent: float = limit(15.0, "per cent free: critical", "Prozent frei: kritisch", least=0, most=90)


def _room(look: Look, limits: RoomLimits) -> Iterable[Result]:
    replies = look[WEB]
    for request in _indexes(look.site):
        try:
            reply = reply_to(request, look.site, replies)
            if reply.fault:
                raise NotKnown("no-answer", why=f"curl status {reply.fault}")
            yield _free(look.site, request, bodies.health(reply), limits)
        except NotKnown as problem:
            yield unknown(problem, request.component, because=(Cause("index.state", request.component),))


def _free(site: Site, request: Request, health: Health, limits: RoomLimits) -> Result:
    disk = health.details.get("diskSpace", {})
    total, free = bodies.figure(disk, "total"), bodies.figure(disk, "free")
    if not total or free is None:
        raise NotKnown("unreadable", what="diskSpace")
    percent = 100 * min(free, total) / total
    part = site.component(request.component)
    wanted = (limits.warning_percent - percent) / (100 - limits.warning_percent) * total
    values: dict[str, Value] = {
        "free_percent": round(percent, 1),
        "free": free,
        "wanted": max(0.0, wanted),
        "place": part.places.get("data", "-") if part else "-",
    }
    if percent >= limits.warning_percent:
        return Result("ok", request.component, "room", values)
    critical = percent < limits.critical_percent
    return Result(
        "critical" if critical else "warning",
        request.component,
        "short",
        values,
        owner="local-it",
        because=(Cause("disk.space"),) if critical else (),
    )


ROOM = Check(
    name="index.room",
    owner="centre",
    facts=(WEB, UNITS),
    limits=RoomLimits(),
    judge=_room,
    concerns=lambda site: bool(_indexes(site)),
    trends=("free_percent",),
    text={
        "en": Text(
            title="Room for the search index",
            means="Elasticsearch needs more air than other programs: below a quarter free it can not be updated, below "
            "15 % it may stop taking documents in, long before the disk is full. A larger disk is local IT's.",
            todo="{place} on {server} needs {wanted:bytes} more; old snapshots of the index can be deleted at once",
            said={
                "room": "{free_percent:percent} of the disk of the index are free",
                "short": "only {free_percent:percent} of the disk of the index are free ({free:bytes})",
            },
            incident="An update needed a quarter of the disk free and found a tenth. That was seen at nine in the "
            "evening, with everything stopped, and the window was lost.",
        ),
        "de": Text(
            title="Platz für den Suchindex",
            means="Elasticsearch braucht mehr Luft als andere Programme: unter einem Viertel frei lässt es sich nicht "
            "aktualisieren, unter 15 % nimmt es womöglich keine Dokumente mehr an, lange bevor die Platte voll ist. "
            "Eine größere Platte ist Sache der örtlichen IT.",
            todo="{place} auf {server} braucht {wanted:bytes} mehr; alte Sicherungen des Index lassen sich sofort "
            "löschen",
            said={
                "room": "{free_percent:percent} der Platte des Index sind frei",
                "short": "nur {free_percent:percent} der Platte des Index sind frei ({free:bytes})",
            },
            incident="Eine Aktualisierung brauchte ein Viertel der Platte und fand ein Zehntel. Das zeigte sich abends "
            "um neun, als schon alles stand, und das Wartungsfenster war verloren.",
        ),
    },
)

CHECKS = (STATE, BLOCKS, ROOM)
