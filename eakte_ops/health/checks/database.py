"""The database: that it answers, how long queues wait, whether documents are still what they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eakte_ops.health.checks.units import unit_of
from eakte_ops.health.facts.database import ANSWERS, Database, Queue
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Site, Text, unknown

_DIFFERS, _MISSING = 2, 3  # osdochash.last_check_state


def _component(site: Site) -> str:
    """The component whose database is asked, "" if there is none on this server."""
    kinds = ((part.name, probe.kind) for part in site.components for probe in part.component.probes)
    return next((name for name, kind in kinds if kind == "sql"), "")


def has_database(site: Site) -> bool:
    """Whether a database of the product is asked on this server."""
    return bool(_component(site))


def _answers(look: Look, _limits: NoLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    operator = look.site.database_operator
    if found.version:
        yield Result("ok", said="answers", values={"version": found.version})
        return
    because = unit_of(_component(look.site))
    yield Result("critical", said="silent", values={"error": found.error}, owner=operator, because=because)


ALIVE = Check(
    name="database.answers",
    owner="centre",
    facts=(ANSWERS, UNITS),
    limits=NoLimits(),
    judge=_answers,
    concerns=has_database,
    light=True,
    text={
        "en": Text(
            title="The database answers",
            means="The night's SELECT-only role connects over the local socket. Without the database nothing works. "
            "It is the finding of whoever operates the database (inventory: database_operator).",
            todo="look at the database's log on {server}: is it running, is the disk full, are all connections taken?",
            said={
                "answers": "the database answers (version {version})",
                "silent": "the database does not answer: {error}",
            },
            incident="After a power cut the database waited for a disk that was mounted late and gave up. All other "
            "programs ran, so everybody looked for the fault in them until noon.",
            clerks="Nobody can log in, open or store a document.",
        ),
        "de": Text(
            title="Die Datenbank antwortet",
            means="Die Leserolle des Nachtkontos verbindet sich über den lokalen Socket. Ohne Datenbank geht nichts. "
            "Der Befund gehört dem, der die Datenbank betreibt (Inventar: database_operator).",
            todo="das Protokoll der Datenbank auf {server} ansehen: läuft sie, ist die Platte voll, sind alle "
            "Verbindungen belegt?",
            said={
                "answers": "die Datenbank antwortet (Version {version})",
                "silent": "die Datenbank antwortet nicht: {error}",
            },
            incident="Nach einem Stromausfall wartete die Datenbank auf eine Platte, die zu spät eingehängt wurde, und "
            "gab auf. Alle anderen Programme liefen; bis mittags suchte man den Fehler bei ihnen.",
            clerks="Niemand kann sich anmelden, ein Dokument öffnen oder ablegen.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """Age of the oldest row of a queue: the newest is served first, so the length says little."""

    warning_minutes: float = limit(60.0, "minutes until a warning", "Minuten bis zur Warnung", least=1, most=100000)
    critical_minutes: float = limit(480.0, "minutes until critical", "Minuten bis kritisch", least=1, most=100000)


def _queues(look: Look, limits: QueueLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.queues is None:
        yield unasked(found)
        return
    if not found.queues:
        yield Result("ok", said="empty")
    for name, queue in found.queues.items():
        yield _queue(name, queue, limits)


def unasked(found: Database, **more: Any) -> Result:
    """The result of what could not be read from the database; `more`: further fields of Result."""
    problem = NotKnown("failed", status=1, err=found.error or "-")
    return unknown(problem, because=() if found.version else (Cause("database.answers"),), **more)


def _queue(name: str, queue: Queue, limits: QueueLimits) -> Result:
    values = {"age": queue.oldest, "rows": queue.rows, "held": queue.held, "limit": limits.warning_minutes * 60}
    if queue.oldest < limits.warning_minutes * 60:
        return Result("ok", name, "moving", values)
    critical = queue.oldest >= limits.critical_minutes * 60
    return Result("critical" if critical else "warning", name, "held" if queue.held else "waits", values)


QUEUES = Check(
    name="queue.age",
    owner="centre",
    facts=(ANSWERS,),
    limits=QueueLimits(),
    judge=_queues,
    concerns=has_database,
    light=True,
    trends=("age", "rows"),
    text={
        "en": Text(
            title="Age of the work queues",
            means="The product serves the newest row first, so an old one may wait for ever while the queue looks "
            "short. A row that a dead worker locked is never taken by another. Clerks notice missing previews or "
            "documents that the search does not find.",
            todo="is the service behind {subject} up? if a dead worker holds the row, restart that service",
            said={
                "empty": "all queues are empty",
                "moving": "the oldest {subject} job waits {age:span}",
                "waits": "the oldest {subject} job waits {age:span} (limit {limit:span}), {rows:number} waiting",
                "held": "the oldest {subject} job waits {age:span} (limit {limit:span}), "
                "{held:number} of {rows:number} held by a worker",
            },
            incident="A service died with a job in its hands. New jobs went through, the queue stayed short, and the "
            "documents of one morning had no preview for three weeks.",
            clerks="New documents have no preview, or the search does not find them.",
        ),
        "de": Text(
            title="Alter der Warteschlangen",
            means="Das Produkt bedient die neueste Zeile zuerst, also kann eine alte ewig warten, während die "
            "Schlange kurz aussieht. Eine Zeile, die ein toter Arbeiter gesperrt hat, nimmt kein anderer. Man merkt "
            "es an fehlenden Vorschauen oder an Dokumenten, die die Suche nicht findet.",
            todo="Läuft der Dienst hinter {subject}? Hält ein toter Arbeiter die Zeile, diesen Dienst neu starten",
            said={
                "empty": "alle Warteschlangen sind leer",
                "moving": "der älteste Auftrag in {subject} wartet {age:span}",
                "waits": "der älteste Auftrag in {subject} wartet {age:span} (Grenze {limit:span}), {rows:number} "
                "warten",
                "held": "der älteste Auftrag in {subject} wartet {age:span} (Grenze {limit:span}), "
                "{held:number} von {rows:number} hält ein Arbeiter",
            },
            incident="Ein Dienst starb mit einem Auftrag in der Hand. Neue Aufträge gingen durch, die Schlange blieb "
            "kurz, und die Dokumente eines Vormittags hatten drei Wochen lang keine Vorschau.",
            clerks="Neue Dokumente haben keine Vorschau, oder die Suche findet sie nicht.",
        ),
    },
)


def _hashes(look: Look, _limits: NoLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.hashes is None:
        yield unasked(found)
        return
    differ, missing = found.hashes.get(_DIFFERS, 0), found.hashes.get(_MISSING, 0)
    values = {"differ": differ, "missing": missing, "rows": sum(found.hashes.values())}
    bad = differ or missing
    yield Result("critical" if bad else "ok", said="bad" if bad else "good", values=values)


HASHES = Check(
    name="documents.hashes",
    owner="centre",
    facts=(ANSWERS,),
    limits=NoLimits(),
    judge=_hashes,
    concerns=has_database,
    trends=("rows",),
    text={
        "en": Text(
            title="Documents are what they were",
            means="The product computes the hash of every stored document again and compares it. A hash that differs "
            "or a page file that is missing means that a document was changed or lost outside the product: by a "
            "disk, by a person, or by an attacker.",
            todo="do not delete anything; list them (osdochash, last_check_state 2 and 3) and get them from the backup",
            said={
                "good": "no document hash differs ({rows:number} documents)",
                "bad": "hash differs: {differ:number}, page file missing: {missing:number}, of {rows:number} documents",
            },
            incident="A failing disk altered single bytes of old files. The backups kept fewer weeks than it took "
            "until somebody opened one of them.",
            clerks="Single documents can not be opened or show something else.",
        ),
        "de": Text(
            title="Dokumente sind, was sie waren",
            means="Das Produkt rechnet den Hash jedes Dokuments nach und vergleicht ihn. Weicht er ab oder fehlt eine "
            "Seitendatei, wurde ein Dokument außerhalb des Produkts geändert oder verloren: durch eine Platte, einen "
            "Menschen oder einen Angreifer.",
            todo="nichts löschen; auflisten (osdochash, last_check_state 2 und 3) und aus der Sicherung holen",
            said={
                "good": "kein Dokument-Hash weicht ab ({rows:number} Dokumente)",
                "bad": "Hash weicht ab: {differ:number}, Seitendatei fehlt: {missing:number}, von {rows:number} "
                "Dokumenten",
            },
            incident="Eine sterbende Platte veränderte einzelne Bytes alter Dateien. Die Sicherungen reichten weniger "
            "Wochen zurück, als es dauerte, bis jemand eine davon öffnete.",
            clerks="Einzelne Dokumente lassen sich nicht öffnen oder zeigen etwas anderes.",
        ),
    },
)

CHECKS = (ALIVE, QUEUES, HASHES)
