"""Work that nobody does any more: rows a dead worker holds, documents the full text has not taken in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.checks.database import has_database, unasked
from eakte_ops.health.facts.database import ANSWERS
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, Result, Text, Values, Verdict

_FEEDING = ("FULLTEXTIDX", "FULLTEXTDOC", "FULLTEXTFILTER", "FULLTEXTLOCATION")
"""The queues from which the full text is filled; what still waits there is told by queue.age."""


@dataclass(frozen=True, slots=True)
class LockLimits:
    """Age of the oldest row that a worker holds. The product notes no time of the lock, so the row's own age counts."""

    warning_minutes: float = limit(30.0, "minutes until a warning", "Minuten bis zur Warnung", least=1, most=100000)


def _locks(look: Look, limits: LockLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.queues is None:
        yield unasked(found)
        return
    held = {name: queue for name, queue in found.queues.items() if queue.held}
    if not held:
        yield Result("ok", said="none")
    for name, queue in held.items():
        values: Values = {"age": queue.locked, "held": queue.held, "holder": queue.holder or "-"}
        stale = queue.locked >= limits.warning_minutes * 60
        because = (Cause("queue.age", name),)
        yield Result("warning" if stale else "ok", name, "stale" if stale else "works", values, because=because)


LOCKS = Check(
    name="queue.locks",
    owner="centre",
    facts=(ANSWERS,),
    limits=LockLimits(),
    judge=_locks,
    concerns=has_database,
    text={
        "en": Text(
            title="No job in dead hands",
            means="A worker locks the rows that it takes. When it dies, they stay locked and no other worker takes "
            "them, however well it does. The product notes no time of the lock; a row as old as this is held by nobody "
            "who lives, or was just taken out of a long queue, which queue.age tells.",
            todo="restart the service of {holder}: at its start it gives back what it had",
            said={
                "none": "no worker holds a job",
                "works": "{holder} works on {subject} ({held:number} jobs)",
                "stale": "{holder} holds a {subject} job that is {age:span} old ({held:number} held)",
            },
            incident="A service was killed for want of memory and started again under another name. Its fifty jobs "
            "stayed with the dead one until somebody asked for one of the documents.",
            clerks="Single documents have no preview, or the search does not find them.",
        ),
        "de": Text(
            title="Kein Auftrag in toten Händen",
            means="Ein Arbeiter sperrt die Zeilen, die er nimmt. Stirbt er, bleiben sie gesperrt, und kein anderer "
            "nimmt sie, so gut es ihm auch geht. Wann gesperrt wurde, hält das Produkt nicht fest; eine so alte "
            "Zeile hält niemand Lebendes, oder sie kam gerade erst aus einer langen Schlange dran; das sagt "
            "queue.age.",
            todo="den Dienst {holder} neu starten: beim Start gibt er zurück, was er hatte",
            said={
                "none": "kein Arbeiter hält einen Auftrag",
                "works": "{holder} arbeitet an {subject} ({held:number} Aufträge)",
                "stale": "{holder} hält einen Auftrag in {subject}, der {age:span} alt ist ({held:number} gehalten)",
            },
            incident="Ein Dienst wurde aus Speichermangel beendet und startete unter anderem Namen neu. Seine fünfzig "
            "Aufträge blieben bei dem toten, bis jemand nach einem der Dokumente fragte.",
            clerks="Einzelne Dokumente haben keine Vorschau, oder die Suche findet sie nicht.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class LagLimits:
    """Age of the oldest document that the full text has not taken in."""

    warning_minutes: float = limit(60.0, "minutes until a warning", "Minuten bis zur Warnung", least=1, most=100000)
    critical_minutes: float = limit(1440.0, "minutes until critical", "Minuten bis kritisch", least=1, most=100000)


def _lag(look: Look, limits: LagLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.fulltext is None:
        yield unasked(found)
        return
    age, rows = found.fulltext.oldest, found.fulltext.rows
    values: Values = {"age": age, "rows": rows, "limit": limits.warning_minutes * 60}
    if age < limits.warning_minutes * 60:
        yield Result("ok", said="moving" if rows else "none", values=values)
        return
    verdict: Verdict = "critical" if age >= limits.critical_minutes * 60 else "warning"
    waiting = {name: queue.oldest for name, queue in (found.queues or {}).items() if name in _FEEDING}
    because = (Cause("queue.age", max(waiting, key=waiting.__getitem__)),) if waiting else ()
    yield Result(verdict, said="behind", values=values, because=because)


LAG = Check(
    name="fulltext.lag",
    owner="centre",
    facts=(ANSWERS,),
    limits=LagLimits(),
    judge=_lag,
    concerns=has_database,
    trends=("age", "rows"),
    text={
        "en": Text(
            title="The full text keeps up",
            means="For every document the database notes when it was handed to the full text and how that ended "
            "(osftslog). A document that is not done and waits in no queue is found by nobody, and no queue shows it.",
            todo="list them (osftslog, flag2 0 or from 500) and have them indexed again; is the index writable?",
            said={
                "none": "the full text has taken in every document",
                "moving": "the full text still lacks {rows:number} documents, the oldest for {age:span}",
                "behind": "the full text lacks {rows:number} documents, the oldest for {age:span} (limit {limit:span})",
            },
            incident="A queue was emptied by hand to get rid of one broken job. 4,000 others went with it: all was "
            "green, and those documents were never found again.",
            clerks="The search does not find some documents, although they are there.",
        ),
        "de": Text(
            title="Der Volltext kommt nach",
            means="Für jedes Dokument hält die Datenbank fest, wann es dem Volltext übergeben wurde und wie das "
            "ausging (osftslog). Ein Dokument, das nicht fertig ist und in keiner Schlange wartet, findet niemand, und "
            "keine Schlange zeigt es.",
            todo="auflisten (osftslog, flag2 0 oder ab 500) und neu indizieren lassen; ist der Index beschreibbar?",
            said={
                "none": "der Volltext hat jedes Dokument aufgenommen",
                "moving": "dem Volltext fehlen noch {rows:number} Dokumente, das älteste seit {age:span}",
                "behind": "dem Volltext fehlen {rows:number} Dokumente, das älteste seit {age:span} "
                "(Grenze {limit:span})",
            },
            incident="Um einen kaputten Auftrag loszuwerden, wurde eine Schlange von Hand geleert. 4.000 andere gingen "
            "mit: alles war grün, und diese Dokumente wurden nie wieder gefunden.",
            clerks="Die Suche findet manche Dokumente nicht, obwohl es sie gibt.",
        ),
    },
)

CHECKS = (LOCKS, LAG)
