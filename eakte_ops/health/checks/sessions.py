"""The load of the database: connections, the longest transaction, its size, what an update left in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.checks.database import has_database, unasked
from eakte_ops.health.facts.database import ANSWERS
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NoLimits, NotYet, Result, Text, Values, Verdict, unknown

_DAYS = 8
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Per cent of the connections that ordinary roles may have."""

    warning_percent: float = limit(
        80.0, "per cent in use until a warning", "Prozent belegt bis zur Warnung", least=1, most=100
    )
    critical_percent: float = limit(
        92.0, "per cent in use until critical", "Prozent belegt bis kritisch", least=1, most=100
    )


def _connections(look: Look, limits: ConnectionLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.sessions is None or not found.sessions.most:
        yield unasked(found)
        return
    percent = round(100 * found.sessions.open / found.sessions.most, 1)
    values: Values = {"used_percent": percent, "open": found.sessions.open, "most": found.sessions.most}
    verdict: Verdict = "critical" if percent >= limits.critical_percent else "warning"
    if percent < limits.warning_percent:
        verdict = "ok"
    yield Result(verdict, said="room" if verdict == "ok" else "short", values=values)


CONNECTIONS = Check(
    name="database.connections",
    owner="centre",
    facts=(ANSWERS,),
    limits=ConnectionLimits(),
    judge=_connections,
    concerns=has_database,
    light=True,
    trends=("used_percent",),
    text={
        "en": Text(
            title="Connections to the database",
            means="The database takes a fixed number of connections (max_connections). When all are taken, the next "
            "program that asks for one fails, whichever that is; a program that never gives its own back is the usual "
            "cause.",
            todo="who holds them? count pg_stat_activity by application_name and state; restart the program that does",
            said={
                "room": "{open:number} of {most:number} connections are in use",
                "short": "{used_percent:percent} of the connections are in use ({open:number} of {most:number})",
            },
            incident="A service opened a connection per job and closed none. At 14:20 the last one was gone, and the "
            "application server, which had no part in it, threw everybody out.",
            clerks="Logging in fails now and then, or everything stops at once.",
        ),
        "de": Text(
            title="Verbindungen zur Datenbank",
            means="Die Datenbank nimmt eine feste Zahl von Verbindungen an (max_connections). Sind alle belegt, "
            "scheitert das nächste Programm, das eine will, welches das auch sei; meist gibt ein Programm seine nie "
            "zurück.",
            todo="Wer hält sie? pg_stat_activity nach application_name und state zählen; dieses Programm neu starten",
            said={
                "room": "{open:number} von {most:number} Verbindungen sind belegt",
                "short": "{used_percent:percent} der Verbindungen sind belegt ({open:number} von {most:number})",
            },
            incident="Ein Dienst öffnete je Auftrag eine Verbindung und schloss keine. Um 14:20 Uhr war die letzte "
            "vergeben, und der Anwendungsserver, der damit nichts zu tun hatte, warf alle hinaus.",
            clerks="Die Anmeldung scheitert ab und zu, oder plötzlich geht gar nichts mehr.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class TransactionLimits:
    """Minutes that the oldest transaction may be open. A town whose backups take longer says more."""

    warning_minutes: float = limit(60.0, "minutes until a warning", "Minuten bis zur Warnung", least=1, most=100000)
    critical_minutes: float = limit(360.0, "minutes until critical", "Minuten bis kritisch", least=1, most=100000)


def _transaction(look: Look, limits: TransactionLimits) -> Iterable[Result]:
    found, operator = look[ANSWERS], look.site.database_operator
    if found.transactions is None:
        yield unasked(found, owner=operator, todo="function" if found.version else "")
        return
    age = found.transactions.longest
    values: Values = {"age": age, "open": found.transactions.open, "limit": limits.warning_minutes * 60}
    verdict: Verdict = "critical" if age >= limits.critical_minutes * 60 else "warning"
    if age < limits.warning_minutes * 60:
        verdict = "ok"
    yield Result(verdict, said="short" if verdict == "ok" else "long", values=values, owner=operator)


TRANSACTION = Check(
    name="database.transaction",
    owner="centre",
    facts=(ANSWERS,),
    limits=TransactionLimits(),
    judge=_transaction,
    concerns=has_database,
    trends=("age",),
    text={
        "en": Text(
            title="The longest transaction",
            means="While a transaction is open, the database can clean up nothing that was deleted since, and what it "
            "changed stays locked. Usually somebody left an SQL window open, or a program hangs. The night account "
            "learns two numbers of other sessions and nothing else, through the function eakte_look_transactions.",
            todo="ask who works there (pg_stat_activity, oldest xact_start) and end it: pg_terminate_backend",
            said={
                "short": "the longest transaction is open for {age:span}",
                "long": "a transaction is open for {age:span} (limit {limit:span})",
            },
            todos={
                "function": "the function eakte_look_transactions is missing: where local IT operates the database, "
                "their superuser runs the SQL file of the access pack again (eakte-ops access pack {town}); "
                "else: musterakte-admin init-database"
            },
            incident="Somebody started a repair in an SQL window on Friday and went home. On Monday the tables had "
            "doubled, and every search took a minute.",
            clerks="Everything is slow, and a document can not be saved because it is locked.",
        ),
        "de": Text(
            title="Die längste Transaktion",
            means="Solange eine Transaktion offen ist, kann die Datenbank nichts aufräumen, was seither gelöscht "
            "wurde, und was sie geändert hat, bleibt gesperrt. Meist ließ jemand ein SQL-Fenster offen, oder ein "
            "Programm hängt. Das Nachtkonto erfährt von anderen Sitzungen zwei Zahlen und sonst nichts, über die "
            "Funktion eakte_look_transactions.",
            todo="fragen, wer dort arbeitet (pg_stat_activity, ältestes xact_start), und sie beenden: "
            "pg_terminate_backend",
            said={
                "short": "die längste Transaktion ist seit {age:span} offen",
                "long": "eine Transaktion ist seit {age:span} offen (Grenze {limit:span})",
            },
            todos={
                "function": "die Funktion eakte_look_transactions fehlt: Betreibt die örtliche IT die Datenbank, führt "
                "ihr Superuser die SQL-Datei des Zugangspakets noch einmal aus (eakte-ops access pack {town}); "
                "sonst: musterakte-admin init-database"
            },
            incident="Jemand begann am Freitag in einem SQL-Fenster eine Reparatur und ging nach Hause. Am Montag "
            "waren die Tabellen doppelt so groß, und jede Suche dauerte eine Minute.",
            clerks="Alles ist langsam, und ein Dokument lässt sich nicht speichern, weil es gesperrt ist.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """How fast the database may grow, over the days of the last week that are known."""

    warning_gb_per_day: float = limit(
        5.0, "GB a day until a warning", "GB je Tag bis zur Warnung", least=0.01, most=10000
    )


def _size(look: Look, limits: SizeLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.size is None:
        yield unasked(found)
        return
    yield Result("ok", said="size", values={"bytes": found.size})
    before = [day for day in look.past.days(SIZE.name, "", "bytes", _DAYS) if day.day < look.when.date()]
    if len(before) < _FEWEST:
        yield unknown(NotYet("too-new", have=len(before), wanted=_FEWEST), "growth")
        return
    grown = max(0.0, found.size - before[0].last)
    rate = grown / (look.when.date() - before[0].day).days
    fast = rate >= limits.warning_gb_per_day * 1e9
    values: Values = {"per_day": rate, "bytes": found.size, "limit": limits.warning_gb_per_day * 1e9}
    yield Result("warning" if fast else "ok", "growth", "fast" if fast else "slow", values)


SIZE = Check(
    name="database.size",
    owner="centre",
    facts=(ANSWERS,),
    limits=SizeLimits(),
    judge=_size,
    concerns=has_database,
    trends=("bytes",),
    text={
        "en": Text(
            title="Size and growth of the database",
            means="A database of documents grows with them, slowly and evenly. When it suddenly grows fast, something "
            "writes that nobody knows of: a loop, a log table, an import without a limit.",
            todo="find what grows (pg_total_relation_size, the largest tables) and who writes into it",
            said={
                "size": "the database has {bytes:bytes}",
                "slow": "the database grows by {per_day:bytes} a day",
                "fast": "the database grows by {per_day:bytes} a day (limit {limit:bytes}), to {bytes:bytes} by now",
            },
            incident="An interface retried a refused document twice a second and wrote a line into the database each "
            "time. After nine days the disk was full.",
        ),
        "de": Text(
            title="Größe und Wachstum der Datenbank",
            means="Eine Datenbank über Dokumente wächst mit ihnen, langsam und gleichmäßig. Wächst sie plötzlich "
            "schnell, schreibt etwas, wovon niemand weiß: eine Schleife, eine Protokolltabelle, ein Import ohne Ende.",
            todo="finden, was wächst (pg_total_relation_size, die größten Tabellen), und wer dort schreibt",
            said={
                "size": "die Datenbank hat {bytes:bytes}",
                "slow": "die Datenbank wächst um {per_day:bytes} am Tag",
                "fast": "die Datenbank wächst um {per_day:bytes} am Tag (Grenze {limit:bytes}), "
                "auf jetzt {bytes:bytes}",
            },
            incident="Eine Schnittstelle versuchte ein abgelehntes Dokument zweimal je Sekunde von neuem und schrieb "
            "jedes Mal eine Zeile in die Datenbank. Nach neun Tagen war die Platte voll.",
        ),
    },
)


def _leftover(look: Look, _limits: NoLimits) -> Iterable[Result]:
    found = look[ANSWERS]
    if found.leftover is None:
        yield unasked(found)
        return
    values: Values = {"names": found.leftover or ("-",), "count": len(found.leftover)}
    yield Result("warning" if found.leftover else "ok", said="left" if found.leftover else "none", values=values)


LEFTOVER = Check(
    name="database.leftover",
    owner="centre",
    facts=(ANSWERS,),
    limits=NoLimits(),
    judge=_leftover,
    concerns=has_database,
    text={
        "en": Text(
            title="No temporary index of an update",
            means="Before an update of a large database the vendor has temporary indexes made (tmp_...). They have to "
            "be removed afterwards: they slow down every change and are in the way of the next update.",
            todo="is an update going on? if not: drop index {names}",
            said={
                "none": "no temporary index is left",
                "left": "temporary indexes are left: {names}",
            },
            incident="After an update storing took twice as long as before. A year later the next update stopped "
            "half-way, because the index that it wanted to make was there already.",
        ),
        "de": Text(
            title="Kein Hilfsindex einer Aktualisierung",
            means="Vor der Aktualisierung einer großen Datenbank lässt der Hersteller Hilfsindizes anlegen (tmp_...). "
            "Danach müssen sie weg: sie bremsen jede Änderung und stehen der nächsten Aktualisierung im Weg.",
            todo="Läuft gerade eine Aktualisierung? Wenn nicht: drop index {names}",
            said={
                "none": "kein Hilfsindex ist übrig",
                "left": "Hilfsindizes sind übrig: {names}",
            },
            incident="Nach einer Aktualisierung dauerte das Ablegen doppelt so lange wie vorher. Ein Jahr später brach "
            "die nächste auf halbem Weg ab, weil es den Index, den sie anlegen wollte, schon gab.",
        ),
    },
)

CHECKS = (CONNECTIONS, TRANSACTION, SIZE, LEFTOVER)
