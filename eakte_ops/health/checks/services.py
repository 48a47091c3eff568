"""What the programs of the product say about themselves: ports, start report, health bodies, the aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eakte_ops.health import bodies
from eakte_ops.health.bodies import Health
from eakte_ops.health.checks.units import unit_of
from eakte_ops.health.facts.ports import PORTS, wanted_ports
from eakte_ops.health.facts.startup import STARTUP, start_files
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.facts.web import PATIENCE_S, WEB, Reply, Request, reply_to, requests
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Site, Text, Values, unknown

_REFUSED, _TIME_UP = 7, 28


def no_body(reply: Reply, subject: str, because: tuple[Cause, ...]) -> Result | None:
    """The result of an address that gave no answer at all; None if it gave one."""
    if reply.fault == 0:
        return None
    said = {_REFUSED: "refused", _TIME_UP: "silent"}.get(reply.fault, "broken")
    values: Values = {"seconds": PATIENCE_S, "curl": reply.fault}
    return Result("critical", subject, said, values, because=because)


def health_requests(site: Site) -> tuple[Request, ...]:
    """The health addresses of components and services on a server."""
    return tuple(request for request in requests(site) if request.kind == "health")


def _health(look: Look, _limits: NoLimits) -> Iterable[Result]:
    replies = look[WEB]
    results: dict[str, Result] = {}
    asked = health_requests(look.site)
    # Services first: a component that is down only because one of its services is, is not told twice.
    for request in sorted(asked, key=lambda request: request.subject == request.component):
        results[request.subject] = _one(look, request, replies, results)
    return [results[request.subject] for request in asked]


def _one(look: Look, request: Request, replies: tuple[Reply | None, ...], before: Mapping[str, Result]) -> Result:
    because = unit_of(request.component)
    try:
        reply = reply_to(request, look.site, replies)
        nothing = no_body(reply, request.subject, because)
        return nothing or _judged(request.subject, bodies.health(reply), reply, before)
    except NotKnown as problem:
        return unknown(problem, request.subject, because=because)


def _judged(subject: str, health: Health, reply: Reply, before: Mapping[str, Result]) -> Result:
    down = health.down_parts
    values: Values = {
        "status": health.status,
        "http": reply.status,
        "seconds": reply.seconds,
        "parts": tuple(f"{part.name}: {part.error}" if part.error else part.name for part in down),
    }
    causes = _causes([part.name for part in down], before)
    if health.up:
        return Result("warning" if down else "ok", subject, "nested" if down else "up", values, because=causes)
    if down:
        return Result("critical", subject, "down-parts", values, because=causes)
    known = health.status in ("DOWN", "OUT_OF_SERVICE")
    return Result("critical" if known else "warning", subject, "down" if known else "says", values)


# What a nested component stands for: diskSpace, db and elasticsearch are the names Spring Boot gives its health
# indicators, osrest is the product's.
_MEANT: Mapping[str, Cause] = {
    "diskSpace": Cause("disk.space"),
    "db": Cause("database.answers", component="database"),
    "elasticsearch": Cause(component="index"),
    "osrest": Cause(component="application-server"),
}


def _causes(down: list[str], before: Mapping[str, Result]) -> tuple[Cause, ...]:
    """What all nested components that are down stand for; () if one of them stands for itself."""
    found = [Cause("service.health", name) if name in before else _MEANT.get(name) for name in down]
    causes = tuple(cause for cause in found if cause is not None)
    return causes if len(causes) == len(down) else ()


HEALTH = Check(
    name="service.health",
    owner="centre",
    facts=(WEB, UNITS),
    limits=NoLimits(),
    judge=_health,
    concerns=lambda site: bool(health_requests(site)),
    light=True,
    text={
        "en": Text(
            title="What the programs say about themselves",
            means="Every program and microservice answers /manage/health. The body counts, not the HTTP status: a "
            "broken one may answer 200 with DOWN, and one that says UP may have a part that is down. The list of "
            "what to ask comes from profile and inventory, never from the server.",
            todo="look at the log of {subject} below /var/log/eakte on {server}, then restart it",
            said={
                "up": "{subject} says UP",
                "down": "{subject} answers HTTP {http} and says {status}",
                "down-parts": "{subject} answers HTTP {http} and says {status} ({parts})",
                "nested": "{subject} says UP, but a part is down ({parts})",
                "says": "{subject} says {status}",
                "refused": "{subject} does not run: nothing listens on its port",
                "silent": "{subject} does not answer within {seconds:span}",
                "broken": "{subject} breaks its answer off (curl status {curl})",
            },
            incident="A microservice answered HTTP 200 to every monitoring and said DOWN in the body. For two days new "
            "documents could be stored and not opened.",
            clerks="Single functions fail: opening, preview, search or workflow.",
        ),
        "de": Text(
            title="Was die Programme über sich selbst sagen",
            means="Jedes Programm und jeder Microservice antwortet auf /manage/health. Der Inhalt zählt, nicht der "
            "HTTP-Status: ein kaputter kann 200 mit DOWN antworten, und wer UP sagt, kann einen Teil haben, der DOWN "
            "ist. Wonach gefragt wird, steht in Profil und Inventar, nie auf dem Server.",
            todo="das Protokoll von {subject} unter /var/log/eakte auf {server} ansehen, dann neu starten",
            said={
                "up": "{subject} sagt UP",
                "down": "{subject} antwortet mit HTTP {http} und sagt {status}",
                "down-parts": "{subject} antwortet mit HTTP {http} und sagt {status} ({parts})",
                "nested": "{subject} sagt UP, aber ein Teil ist DOWN ({parts})",
                "says": "{subject} sagt {status}",
                "refused": "{subject} läuft nicht: niemand lauscht auf dem Port",
                "silent": "{subject} antwortet nicht in {seconds:span}",
                "broken": "{subject} bricht die Antwort ab (curl-Status {curl})",
            },
            incident="Ein Microservice antwortete jeder Überwachung mit HTTP 200 und sagte im Inhalt DOWN. Zwei Tage "
            "lang ließen sich neue Dokumente ablegen und nicht öffnen.",
            clerks="Einzelne Funktionen scheitern: Öffnen, Vorschau, Suche oder Workflow.",
        ),
    },
)


def _aggregates(site: Site) -> tuple[Request, ...]:
    return tuple(request for request in requests(site) if request.kind == "aggregate")


def _aggregate(look: Look, _limits: NoLimits) -> Iterable[Result]:
    replies = look[WEB]
    for request in _aggregates(look.site):
        try:
            reply = reply_to(request, look.site, replies)
            if reply.fault:
                raise NotKnown("no-answer", why=f"curl status {reply.fault}")
            listed = bodies.aggregate(reply)
        except NotKnown as problem:
            yield unknown(problem, because=_speaker(look.site, request))
            continue
        yield from _compared(look.site, request.component, listed, replies)


def _speaker(site: Site, request: Request) -> tuple[Cause, ...]:
    """The service on whose port the aggregate answers: its own fault is told by service.health."""
    start = request.url.rsplit("/", 1)[0] + "/"
    return tuple(Cause("service.health", r.subject) for r in health_requests(site) if r.url.startswith(start))


def _compared(
    site: Site, component: str, listed: Mapping[str, str], replies: tuple[Reply | None, ...]
) -> Iterable[Result]:
    for request in health_requests(site):
        if request.component != component or request.subject == component:
            continue
        try:
            own = _own_word(reply_to(request, site, replies))
        except NotKnown as problem:
            yield unknown(problem, request.subject, because=(Cause("service.health", request.subject),))
            continue
        theirs = listed.get(request.subject, "")
        values: Values = {"own": own, "theirs": theirs}
        if not theirs:
            yield Result("warning", request.subject, "unlisted", values)
        elif (own == "UP") != (theirs == "UP"):
            # An overview that has not noticed a service's own fault is told with that fault.
            behind = (Cause("service.health", request.subject),) if theirs == "UP" else ()
            yield Result("warning", request.subject, "differs", values, because=behind)
        else:
            yield Result("ok", request.subject, "agrees", values)


def _own_word(reply: Reply) -> str:
    return "OFFLINE" if reply.fault else bodies.health(reply).status


AGGREGATE = Check(
    name="service.aggregate",
    owner="centre",
    facts=(WEB,),
    limits=NoLimits(),
    judge=_aggregate,
    concerns=lambda site: bool(_aggregates(site)),
    text={
        "en": Text(
            title="The overview agrees with the services",
            means="services-admin shows all services in one list, and that list has been wrong before. It is compared "
            "with what each service says itself; who trusts only the list sees a green page while clerks see errors.",
            todo="believe the service, not the overview; restart services-admin on {server} if it stays so",
            said={
                "agrees": "the overview and {subject} both say {own}",
                "differs": "the overview says {theirs} about {subject}, which itself says {own}",
                "unlisted": "the overview does not know {subject}, which itself says {own}",
            },
            incident="The overview showed ten green services while one of them had been gone since the morning. The "
            "hotline read it out to callers until noon.",
        ),
        "de": Text(
            title="Die Übersicht stimmt mit den Diensten überein",
            means="services-admin zeigt alle Dienste in einer Liste, und diese Liste war schon falsch. Sie wird mit "
            "dem verglichen, was jeder Dienst selbst sagt; wer nur der Liste glaubt, sieht Grün, während die "
            "Sachbearbeitung Fehler sieht.",
            todo="dem Dienst glauben, nicht der Übersicht; bleibt es so, services-admin auf {server} neu starten",
            said={
                "agrees": "die Übersicht und {subject} sagen beide {own}",
                "differs": "die Übersicht sagt {theirs} über {subject}, der selbst {own} sagt",
                "unlisted": "die Übersicht kennt {subject} nicht, der selbst {own} sagt",
            },
            incident="Die Übersicht zeigte zehn grüne Dienste, während einer davon seit dem Morgen fehlte. Bis "
            "mittags las die Hotline sie den Anrufenden vor.",
        ),
    },
)


def _ports(look: Look, _limits: NoLimits) -> Iterable[Result]:
    open_ports = look[PORTS]
    for subject, port in wanted_ports(look.site).items():
        found = port in open_ports
        because = unit_of(subject.split(" ")[0])
        yield Result(
            "ok" if found else "critical", subject, "open" if found else "closed", {"port": port}, because=because
        )


LISTENING = Check(
    name="service.ports",
    owner="centre",
    facts=(PORTS, UNITS),
    limits=NoLimits(),
    judge=_ports,
    concerns=lambda site: bool(wanted_ports(site)),
    light=True,
    text={
        "en": Text(
            title="Ports without a page of their own",
            means="Some programs speak no HTTP, above all the application server's RPC port: it is opened only after a "
            "good start, so a closed one means that clients can not log in.",
            todo="look at startup.txt and the log of the component on {server}, then restart it",
            said={"open": "{subject}: port {port} is open", "closed": "{subject}: nothing listens on port {port}"},
            incident="After a reboot the application server's process ran and its unit was green. It waited for a "
            "database on another server and never opened port 4000: no client got in.",
            clerks="The client can not log in.",
        ),
        "de": Text(
            title="Ports ohne eigene Seite",
            means="Manche Programme sprechen kein HTTP, vor allem der RPC-Port des Anwendungsservers: er wird erst "
            "nach einem guten Start geöffnet; ist er zu, kann sich niemand anmelden.",
            todo="startup.txt und Protokoll der Komponente auf {server} ansehen, dann neu starten",
            said={"open": "{subject}: Port {port} ist offen", "closed": "{subject}: niemand lauscht auf Port {port}"},
            incident="Nach einem Neustart lief der Prozess des Anwendungsservers, seine Unit war grün. Er wartete auf "
            "eine Datenbank auf einem anderen Server und öffnete Port 4000 nie: kein Client kam hinein.",
            clerks="Der Client kann sich nicht anmelden.",
        ),
    },
)


def _startup(look: Look, _limits: NoLimits) -> Iterable[Result]:
    found = look[STARTUP]
    for file in start_files(look.site):
        last = found.get(file.path)
        because = unit_of(file.component)
        if last is None:
            yield unknown(NotKnown("left-out"), file.component)
        elif last.state == "unreadable":
            yield unknown(NotKnown("denied", err=file.path), file.component)
        elif last.state == "absent":
            yield Result("warning", file.component, "absent", {"file": file.path}, because=because)
        elif file.contains in last.text:
            yield Result("ok", file.component, "good", {"line": last.text})
        else:
            yield Result("critical", file.component, "bad", {"line": last.text or "-"}, because=because)


START = Check(
    name="service.startup",
    owner="centre",
    facts=(STARTUP, UNITS),
    limits=NoLimits(),
    judge=_startup,
    concerns=lambda site: bool(start_files(site)),
    text={
        "en": Text(
            title="The last start ended well",
            means="The application server writes into startup.txt how its start went; the last line of a good start "
            "says so. Without it the program may run and still be of no use.",
            todo="read the whole start report of {subject} on {server}; the cause stands above its last line",
            said={
                "good": "the last start of {subject} succeeded",
                "bad": "the last start of {subject} did not succeed: {line}",
                "absent": "{subject} left no start report in {file}",
            },
            incident="A licence of a later release made the server refuse its work. It said so in startup.txt and "
            "stayed up; for three hours the network was suspected.",
            clerks="Nobody can log in, although everything seems to run.",
        ),
        "de": Text(
            title="Der letzte Start ging gut aus",
            means="Der Anwendungsserver schreibt in startup.txt, wie sein Start verlief; die letzte Zeile eines guten "
            "Starts sagt das. Ohne sie kann das Programm laufen und doch zu nichts nütze sein.",
            todo="den ganzen Startbericht von {subject} auf {server} lesen; die Ursache steht über der letzten Zeile",
            said={
                "good": "der letzte Start von {subject} gelang",
                "bad": "der letzte Start von {subject} gelang nicht: {line}",
                "absent": "{subject} hat in {file} keinen Startbericht hinterlassen",
            },
            incident="Wegen einer Lizenz für eine spätere Version verweigerte der Server die Arbeit. Er schrieb es in "
            "startup.txt und lief weiter; drei Stunden lang stand das Netz im Verdacht.",
            clerks="Niemand kann sich anmelden, obwohl alles zu laufen scheint.",
        ),
    },
)

CHECKS = (HEALTH, AGGREGATE, LISTENING, START)
