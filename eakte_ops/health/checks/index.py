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
        ),
    },
)

CHECKS = (STATE, BLOCKS)
