"""Memory of the machine: what is left, what lies in swap, what was killed for want of it, what waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.machine import MACHINE, Machine
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NoLimits, NotKnown, NotYet, Result, Text, Values, unknown


@dataclass(frozen=True, slots=True)
class AvailableLimits:
    """Per cent of the memory that programs may still get without swapping."""

    warning_percent: float = limit(
        10.0, "per cent available, below it a warning", "Prozent verfügbar, darunter Warnung", least=0, most=100
    )
    critical_percent: float = limit(
        4.0, "per cent available, below it critical", "Prozent verfügbar, darunter kritisch", least=0, most=100
    )


def _bytes(machine: Machine, name: str) -> int:
    if name not in machine.memory:
        raise NotKnown("left-out")
    return machine.memory[name]


def _available(look: Look, limits: AvailableLimits) -> Iterable[Result]:
    machine = look[MACHINE]
    total, available = _bytes(machine, "MemTotal"), _bytes(machine, "MemAvailable")
    if not total:
        raise NotKnown("unreadable", what="MemTotal")
    percent = round(100 * min(available, total) / total, 1)
    values: Values = {"available_percent": percent, "available": available, "total": total}
    if percent < limits.critical_percent:
        yield Result("critical", said="short", values=values)
    elif percent < limits.warning_percent:
        yield Result("warning", said="short", values=values)
    else:
        yield Result("ok", said="enough", values=values)


AVAILABLE = Check(
    name="memory.available",
    owner="local-it",
    facts=(MACHINE,),
    limits=AvailableLimits(),
    judge=_available,
    light=True,
    trends=("available_percent",),
    text={
        "en": Text(
            title="Memory that is left",
            means="What the kernel estimates that programs can still get without swapping (MemAvailable; cached files "
            "count as available). When it is used up the machine swaps, then kills a program, usually the largest: "
            "the database or the index. In a container these are the figures of the machine below it.",
            todo="which program grew? (ps -eo rss,args --sort=-rss | head) a program of the e-file software: tell the "
            "centre; else give the machine more memory",
            said={
                "enough": "{available_percent:percent} of {total:bytes} memory are available",
                "short": "only {available_percent:percent} of {total:bytes} memory are available ({available:bytes})",
            },
            incident="After a virtual machine was moved it had half its memory; for a week everything was slow, then "
            "the kernel killed the search index in the middle of a working day.",
            clerks="The software is slow; searches or previews fail now and then.",
        ),
        "de": Text(
            title="Freier Arbeitsspeicher",
            means="Was Programme nach Schätzung des Kernels noch bekommen, ohne dass ausgelagert wird (MemAvailable; "
            "zwischengespeicherte Dateien zählen als verfügbar). Ist er verbraucht, lagert die Maschine aus und "
            "beendet dann ein Programm, meist das größte: Datenbank oder Index. In einem Container sind es die Zahlen "
            "der Maschine darunter.",
            todo="Welches Programm wuchs? (ps -eo rss,args --sort=-rss | head) Eines der eAkte-Software: dem Zentrum "
            "sagen; sonst der Maschine mehr Speicher geben",
            said={
                "enough": "{available_percent:percent} von {total:bytes} Arbeitsspeicher sind verfügbar",
                "short": "nur {available_percent:percent} von {total:bytes} Arbeitsspeicher sind verfügbar "
                "({available:bytes})",
            },
            incident="Nach einem Umzug hatte eine virtuelle Maschine nur noch den halben Speicher; eine Woche lang war "
            "alles langsam, dann beendete der Kernel mitten am Arbeitstag den Suchindex.",
            clerks="Die Software ist langsam; Suche oder Vorschau scheitern ab und zu.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class SwapLimits:
    """Per cent of the swap space in use."""

    warning_percent: float = limit(
        60.0, "per cent used until a warning", "Prozent belegt bis zur Warnung", least=1, most=100
    )
    critical_percent: float = limit(
        90.0, "per cent used until critical", "Prozent belegt bis kritisch", least=1, most=100
    )


def _swap(look: Look, limits: SwapLimits) -> Iterable[Result]:
    machine = look[MACHINE]
    total, free = _bytes(machine, "SwapTotal"), _bytes(machine, "SwapFree")
    if not total:
        yield Result("ok", said="none")
        return
    percent = round(100 * (total - min(free, total)) / total, 1)
    values: Values = {"used_percent": percent, "used": total - min(free, total), "total": total}
    if percent >= limits.critical_percent:
        yield Result("critical", said="full", values=values)
    else:
        over = percent >= limits.warning_percent
        yield Result("warning" if over else "ok", said="full" if over else "fine", values=values)


SWAP = Check(
    name="memory.swap",
    owner="local-it",
    facts=(MACHINE,),
    limits=SwapLimits(),
    judge=_swap,
    trends=("used_percent",),
    text={
        "en": Text(
            title="Swap space",
            means="Much swap in use means that programs did not fit into memory, be it once. When it is full, the "
            "kernel kills programs. A machine without swap is no finding.",
            todo="see which program is swapped out (grep VmSwap /proc/*/status as root) and give the machine more "
            "memory",
            said={
                "none": "there is no swap space",
                "fine": "{used_percent:percent} of {total:bytes} swap space are in use",
                "full": "{used_percent:percent} of {total:bytes} swap space are in use ({used:bytes})",
            },
            incident="A nightly report job grew with the number of documents; for months it ended up in swap, until "
            "one night there was none left and the database was killed during the backup.",
            clerks="The first click in the morning takes very long.",
        ),
        "de": Text(
            title="Auslagerungsspeicher",
            means="Viel belegter Auslagerungsspeicher heißt, dass Programme nicht in den Arbeitsspeicher passten, und "
            "sei es einmal. Ist er voll, beendet der Kernel Programme. Eine Maschine ohne ihn ist kein Befund.",
            todo="nachsehen, welches Programm ausgelagert ist (als root: grep VmSwap /proc/*/status), und der Maschine "
            "mehr Speicher geben",
            said={
                "none": "es gibt keinen Auslagerungsspeicher",
                "fine": "{used_percent:percent} von {total:bytes} Auslagerungsspeicher sind belegt",
                "full": "{used_percent:percent} von {total:bytes} Auslagerungsspeicher sind belegt ({used:bytes})",
            },
            incident="Eine nächtliche Auswertung wuchs mit der Zahl der Dokumente; monatelang endete sie im "
            "Auslagerungsspeicher, bis eines Nachts keiner mehr da war und die Datenbank beim Sichern beendet wurde.",
            clerks="Der erste Klick am Morgen dauert sehr lange.",
        ),
    },
)


def _oom(look: Look, _limits: NoLimits) -> Iterable[Result]:
    kills = look[MACHINE].oom_kills
    if kills is None:
        raise NotYet("not-built", what="oom_kill in /proc/vmstat (Linux 4.13)")
    before = look.past.last(OOM.name, "", "kills")
    if before is None:
        # The count is kept for the next look: only a difference says that it happened just now.
        yield unknown(NotYet("too-new", have=0, wanted=1, kills=kills))
        return
    # A machine that started anew counts from nothing.
    new = kills - before.value if kills >= before.value else kills
    values: Values = {"kills": kills, "new": new, "since": before.at}
    yield Result("warning" if new else "ok", said="killed" if new else "none", values=values)


OOM = Check(
    name="memory.oom",
    owner="local-it",
    facts=(MACHINE,),
    limits=NoLimits(),
    judge=_oom,
    trends=("kills",),
    text={
        "en": Text(
            title="Nothing was killed for want of memory",
            means="The kernel ended a program because memory was used up: it can be any, often the database, and it "
            "starts again by itself, so that nobody sees why it was away. Counted since the last look; in a container "
            "the count is that of the machine below it.",
            todo="journalctl -k --grep 'Out of memory' names the program; a program of the e-file software: tell the "
            "centre; then give the machine more memory",
            said={
                "none": "nothing was killed since the last look",
                "killed": "programs killed for want of memory since {since:time}: {new:number}",
            },
            incident="The rendition service vanished for a minute several times a day; as it was started again each "
            "time, it took three weeks until somebody read the kernel's log.",
            clerks="Work was lost or an error came once, a minute later all was well again.",
        ),
        "de": Text(
            title="Nichts wurde aus Speichernot beendet",
            means="Der Kernel hat ein Programm beendet, weil der Speicher verbraucht war: irgendeines, oft die "
            "Datenbank, und es startet von selbst wieder, so dass niemand sieht, warum es weg war. Gezählt seit dem "
            "letzten Blick; in einem Container zählt die Maschine darunter.",
            todo="journalctl -k --grep 'Out of memory' nennt das Programm; eines der eAkte-Software: dem Zentrum "
            "sagen; dann der Maschine mehr Speicher geben",
            said={
                "none": "seit dem letzten Blick wurde nichts beendet",
                "killed": "seit {since:time} aus Speichernot beendete Programme: {new:number}",
            },
            incident="Der Vorschaudienst verschwand mehrmals am Tag für eine Minute; weil er jedes Mal wieder "
            "gestartet wurde, las erst nach drei Wochen jemand das Protokoll des Kernels.",
            clerks="Eine Eingabe ging verloren oder es kam einmal ein Fehler, eine Minute später ging alles wieder.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class PressureLimits:
    """Per cent of the last five minutes in which some work waited for memory (/proc/pressure, "some avg300")."""

    warning_percent: float = limit(
        10.0, "per cent of the time until a warning", "Prozent der Zeit bis zur Warnung", least=0.1, most=100
    )
    critical_percent: float = limit(
        40.0, "per cent of the time until critical", "Prozent der Zeit bis kritisch", least=0.1, most=100
    )


def _pressure(look: Look, limits: PressureLimits) -> Iterable[Result]:
    percent = look[MACHINE].waiting_percent
    if percent is None:
        raise NotYet("not-built", what="/proc/pressure (Linux 4.20, psi=1)")
    values: Values = {"waiting_percent": percent}
    if percent >= limits.critical_percent:
        yield Result("critical", said="waits", values=values)
    else:
        over = percent >= limits.warning_percent
        yield Result("warning" if over else "ok", said="waits" if over else "fine", values=values)


PRESSURE = Check(
    name="memory.pressure",
    owner="local-it",
    facts=(MACHINE,),
    limits=PressureLimits(),
    judge=_pressure,
    light=True,
    trends=("waiting_percent",),
    text={
        "en": Text(
            title="Nothing waits for memory",
            means="How much of the last five minutes some program stood still because it waited for memory (pressure "
            "stall information). It says what free memory does not: whether the want of it is felt.",
            todo="see memory.available and memory.swap; which program reads back from disk? (vmstat 5: si, so)",
            said={
                "fine": "programs waited for memory during {waiting_percent:percent} of the last five minutes",
                "waits": "programs waited for memory during {waiting_percent:percent} of the last five minutes",
            },
            incident="Every figure looked harmless, yet each search took half a minute: the machine spent its time "
            "with reading back what it had just thrown out of memory.",
            clerks="Everything is slow, for all at once.",
        ),
        "de": Text(
            title="Nichts wartet auf Arbeitsspeicher",
            means="In welchem Teil der letzten fünf Minuten irgendein Programm stillstand, weil es auf Speicher "
            "wartete (Pressure Stall Information). Das sagt, was der freie Speicher nicht sagt: ob der Mangel zu "
            "spüren ist.",
            todo="memory.available und memory.swap ansehen; welches Programm liest von der Platte zurück? (vmstat 5: "
            "si, so)",
            said={
                "fine": "in {waiting_percent:percent} der letzten fünf Minuten warteten Programme auf Speicher",
                "waits": "in {waiting_percent:percent} der letzten fünf Minuten warteten Programme auf Speicher",
            },
            incident="Jede Zahl sah harmlos aus, doch jede Suche dauerte eine halbe Minute: die Maschine war damit "
            "beschäftigt, zurückzulesen, was sie gerade aus dem Speicher geworfen hatte.",
            clerks="Alles ist langsam, bei allen zugleich.",
        ),
    },
)

CHECKS = (AVAILABLE, SWAP, OOM, PRESSURE)
