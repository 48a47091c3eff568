"""Whether a server can be reached, how long a login takes, whether its clock is right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops import errors
from eakte_ops.health.facts.clock import CLOCK, LOGIN_S
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NoLimits, Result, Text

_KEYS: tuple[tuple[type[errors.EakteError], str], ...] = (
    (errors.NameUnknown, "name"),
    (errors.ConnectionRefused, "refused"),
    (errors.TimedOut, "silent"),
    (errors.LineLost, "lost"),
    (errors.HostKeyUnknown, "key-unknown"),
    (errors.HostKeyChanged, "key-changed"),
    (errors.HostKeyRevoked, "key-revoked"),
    (errors.AlgorithmsDiffer, "algorithms"),
    (errors.AuthenticationFailed, "not-let-in"),
    (errors.JumpHostFailed, "jump"),
)


def unreachable(problem: errors.EakteError, subject: str = "") -> Result:
    """The result of `reachable` for a server that could not be reached or asked."""
    key = next((key for kind, key in _KEYS if isinstance(problem, kind)), "other")
    if isinstance(problem, errors.UsageError | errors.Refused | errors.Fault):
        # Nothing was asked of the server: a file or a setting of the centre is in the way.
        return Result("critical", subject, "here", {"error": str(problem)}, todo="here", owner="centre")
    values = {name: value if isinstance(value, int | float) else str(value) for name, value in problem.values.items()}
    return Result(
        "critical", subject, key, {**values, "error": str(problem.values.get("said") or problem.said)}, todo=key
    )


def _reachable(look: Look, _limits: NoLimits) -> Iterable[Result]:
    yield Result("ok", said="reached", values={"seconds": look[LOGIN_S]})


REACHABLE = Check(
    name="reachable",
    owner="local-it",
    facts=(LOGIN_S,),
    limits=NoLimits(),
    judge=_reachable,
    light=True,
    text={
        "en": Text(
            title="The server can be reached",
            means="The night account could not log in over SSH, so nothing else is known about this server. A host key "
            "that differs from the confirmed one counts as not reached: nothing was sent to it.",
            todo="is the machine up, does the town's firewall let the operations host in? eakte-ops access who {town}",
            said={
                "reached": "login after {seconds:span}",
                "name": 'the name "{address}" does not resolve',
                "refused": "{address} port {port} refuses the connection",
                "silent": "no answer within {seconds:span} (waiting for: {phase})",
                "lost": "the connection broke ({phase})",
                "key-unknown": "shows a host key that nobody confirmed yet: {found}",
                "key-changed": "the host key CHANGED: confirmed {expected}, shown {found}",
                "key-revoked": "shows the REVOKED host key {found}",
                "algorithms": "no common algorithm: {said}",
                "not-let-in": "does not let {user} in with our key ({said})",
                "jump": "the jump host {jump} does not open the way ({said})",
                "other": "{error}",
                "here": "{error}",
            },
            todos={
                "unsupported": "look at this server by hand, with the town's own means, until Windows is supported",
                "here": "this concerns the operations host or its files, not the server: set it right here",
                "name": "look at `address` of the server in the inventory and at name resolution here",
                "key-unknown": "have local IT read out the fingerprint, then: eakte-ops access accept {town} FILE",
                "key-changed": "do not go on; ask local IT by phone whether the machine was set up anew",
                "key-revoked": "do not go on; tell local IT at once that something answers with a revoked key",
                "algorithms": "local IT has to allow current algorithms in sshd; weaker ones are not used from here",
                "not-let-in": "is the access pack installed in this version, is the key expired? "
                "eakte-ops access who {town}",
                "jump": "look at permitopen of our key on the jump host and at MaxStartups of its sshd",
            },
            incident="On a Sunday the town's firewall got new rules; on Monday nobody could see the servers, and the "
            "first to say so was a clerk whose search did not work.",
            clerks="If the machine is down: the software does not answer. If only our way to it is closed: nothing.",
            unnoticed=frozenset({"here"}),
        ),
        "de": Text(
            title="Der Server ist erreichbar",
            means="Das Nachtkonto konnte sich nicht über SSH anmelden, also ist über diesen Server sonst nichts "
            "bekannt. Ein Host-Schlüssel, der vom bestätigten abweicht, gilt als nicht erreicht: es wurde nichts "
            "gesendet.",
            todo="Läuft die Maschine, lässt die Firewall der Kommune den Betriebsrechner ein? "
            "eakte-ops access who {town}",
            said={
                "reached": "Anmeldung nach {seconds:span}",
                "name": "der Name „{address}“ lässt sich nicht auflösen",
                "refused": "{address} Port {port} weist die Verbindung ab",
                "silent": "keine Antwort in {seconds:span} (gewartet auf: {phase})",
                "lost": "die Verbindung brach ab ({phase})",
                "key-unknown": "zeigt einen Host-Schlüssel, den noch niemand bestätigt hat: {found}",
                "key-changed": "der Host-Schlüssel ist ein ANDERER: bestätigt {expected}, gezeigt {found}",
                "key-revoked": "zeigt den WIDERRUFENEN Host-Schlüssel {found}",
                "algorithms": "kein gemeinsames Verfahren: {said}",
                "not-let-in": "lässt {user} mit unserem Schlüssel nicht ein ({said})",
                "jump": "der Sprungserver {jump} öffnet den Weg nicht ({said})",
                "other": "{error}",
                "here": "{error}",
            },
            todos={
                "unsupported": "diesen Server von Hand ansehen, mit den Mitteln der Kommune, bis Windows hier geht",
                "here": "das betrifft den Betriebsrechner oder seine Dateien, nicht den Server: hier richtigstellen",
                "name": "`address` des Servers im Inventar und die Namensauflösung hier ansehen",
                "key-unknown": "Fingerabdruck von der örtlichen IT vorlesen lassen, dann: "
                "eakte-ops access accept {town} DATEI",
                "key-changed": "nicht weitermachen; die örtliche IT anrufen: wurde die Maschine neu aufgesetzt?",
                "key-revoked": "nicht weitermachen; der örtlichen IT sofort sagen, dass ein widerrufener Schlüssel "
                "antwortet",
                "algorithms": "die örtliche IT muss im sshd aktuelle Verfahren erlauben; schwächere nutzt hier niemand",
                "not-let-in": "Ist das Zugangspaket in dieser Fassung installiert, ist der Schlüssel abgelaufen? "
                "eakte-ops access who {town}",
                "jump": "permitopen unseres Schlüssels auf dem Sprungserver und MaxStartups seines sshd ansehen",
            },
            incident="An einem Sonntag bekam die Firewall der Kommune neue Regeln; am Montag sah niemand mehr die "
            "Server, und gemeldet hat es eine Sachbearbeiterin, deren Suche nicht ging.",
            clerks="Ist die Maschine aus: die Software antwortet nicht. Ist nur unser Weg dorthin zu: nichts.",
            unnoticed=frozenset({"here"}),
        ),
    },
)


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """Seconds from the first packet to an open session."""

    warning_s: float = limit(4.0, "seconds until a warning", "Sekunden bis zur Warnung", least=0.1, most=300)
    critical_s: float = limit(15.0, "seconds until critical", "Sekunden bis kritisch", least=0.1, most=300)


def _login(look: Look, limits: LoginLimits) -> Iterable[Result]:
    seconds = look[LOGIN_S]
    values = {"seconds": seconds, "limit": limits.warning_s}
    if seconds >= limits.critical_s:
        yield Result("critical", said="slow", values=values)
    elif seconds >= limits.warning_s:
        yield Result("warning", said="slow", values=values)
    else:
        yield Result("ok", said="quick", values=values)


LOGIN = Check(
    name="login.time",
    owner="local-it",
    facts=(LOGIN_S,),
    limits=LoginLimits(),
    judge=_login,
    trends=("seconds",),
    text={
        "en": Text(
            title="Time to log in",
            means="A login that takes seconds delays every look and every repair. Usual causes: sshd looking up names "
            "that do not resolve (UseDNS), a login module waiting for a service that does not answer, a machine short "
            "of memory or processors.",
            todo="look at name resolution, PAM modules and load of the server; `UseDNS no` in sshd often helps",
            said={"slow": "a login takes {seconds:span} (limit {limit:span})", "quick": "a login takes {seconds:span}"},
            incident="Logging in took longer by a second each week; nobody measured it, until a repair that had to "
            "be quick took half an hour because every command waited.",
        ),
        "de": Text(
            title="Dauer der Anmeldung",
            means="Eine Anmeldung, die Sekunden dauert, verzögert jeden Blick und jede Reparatur. Übliche Ursachen: "
            "sshd schlägt Namen nach, die sich nicht auflösen lassen (UseDNS), ein Anmeldemodul wartet auf einen "
            "Dienst, der nicht antwortet, oder der Maschine fehlt Speicher oder Rechenzeit.",
            todo="Namensauflösung, PAM-Module und Last des Servers ansehen; oft hilft `UseDNS no` im sshd",
            said={
                "slow": "eine Anmeldung dauert {seconds:span} (Grenze {limit:span})",
                "quick": "eine Anmeldung dauert {seconds:span}",
            },
            incident="Die Anmeldung dauerte jede Woche eine Sekunde länger; niemand maß es, bis eine eilige "
            "Reparatur eine halbe Stunde brauchte, weil jeder Befehl wartete.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """Seconds by which a clock may differ from the operations host's."""

    warning_s: float = limit(2.0, "seconds until a warning", "Sekunden bis zur Warnung", least=0.1, most=86400)
    critical_s: float = limit(60.0, "seconds until critical", "Sekunden bis kritisch", least=0.1, most=86400)


def _clock(look: Look, limits: ClockLimits) -> Iterable[Result]:
    offset = look[CLOCK]
    away = abs(offset.seconds)
    said = "ahead" if offset.seconds > 0 else "behind"
    values = {"away": away, "unsure": offset.unsure, "limit": limits.warning_s}
    if away >= limits.critical_s:
        yield Result("critical", said=said, values=values)
    elif away >= limits.warning_s:
        yield Result("warning", said=said, values=values)
    else:
        yield Result("ok", said="right", values=values)


CLOCK_OFFSET = Check(
    name="clock.offset",
    owner="local-it",
    facts=(CLOCK,),
    limits=ClockLimits(),
    judge=_clock,
    trends=("away",),
    text={
        "en": Text(
            title="The clock is right",
            means="The server's clock differs from the operations host's. Logs can not be put in order, keys and "
            "certificates seem expired or not yet valid, queue ages are wrong. What the line itself takes is allowed "
            "for. If ALL servers differ by the same time, it is the operations host's clock that is wrong.",
            todo="let the server take its time from a time server (chrony, systemd-timesyncd), see: timedatectl",
            said={
                "ahead": "the clock is {away:span} ahead (limit {limit:span})",
                "behind": "the clock is {away:span} behind (limit {limit:span})",
                "right": "the clock is right, as far as a look of {unsure:span} can tell",
            },
            incident="A clock that ran an hour ahead after a restore dated incoming documents into the future: "
            "deadlines were computed from wrong days, and the logs of two servers could not be put in one order.",
            clerks="Date and time of receipt of documents are wrong.",
        ),
        "de": Text(
            title="Die Uhr geht richtig",
            means="Die Uhr des Servers weicht von der des Betriebsrechners ab. Protokolle lassen sich nicht ordnen, "
            "Schlüssel und Zertifikate scheinen abgelaufen oder noch nicht gültig, das Alter von Warteschlangen stimmt "
            "nicht. Die Laufzeit der Leitung ist berücksichtigt. Weichen ALLE Server gleich ab, geht die Uhr des "
            "Betriebsrechners falsch.",
            todo="den Server die Zeit von einem Zeitserver holen lassen (chrony, systemd-timesyncd); siehe: "
            "timedatectl",
            said={
                "ahead": "die Uhr geht {away:span} vor (Grenze {limit:span})",
                "behind": "die Uhr geht {away:span} nach (Grenze {limit:span})",
                "right": "die Uhr geht richtig, soweit ein Blick von {unsure:span} das zeigen kann",
            },
            incident="Nach einer Wiederherstellung ging eine Uhr eine Stunde vor und datierte Eingänge in die "
            "Zukunft: Fristen zählten ab falschen Tagen, und die Protokolle zweier Server ließen sich nicht mehr "
            "ordnen.",
            clerks="Datum und Uhrzeit des Eingangs von Dokumenten stimmen nicht.",
        ),
    },
)

CHECKS = (REACHABLE, LOGIN, CLOCK_OFFSET)
