"""What clerks see first: the gateway's page, how long its certificate is valid, and what it takes as configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.checks.services import no_body
from eakte_ops.health.checks.units import unit_of
from eakte_ops.health.facts.certificate import CERTIFICATE, Certificate, tls_ports
from eakte_ops.health.facts.product import PRODUCT, merged_folders
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.facts.web import WEB, Reply, Request, reply_to, requests
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Site, Text, Values, unknown

_NOTICE = 503
_NOBODY_BEHIND = (502, 504)


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Seconds the page may take, measured on the server itself."""

    warning_s: float = limit(2.0, "seconds until a warning", "Sekunden bis zur Warnung", least=0.1, most=60)


def _pages(site: Site) -> tuple[Request, ...]:
    return tuple(request for request in requests(site) if request.kind == "page")


def _page(look: Look, limits: PageLimits) -> Iterable[Result]:
    replies = look[WEB]
    for request in _pages(look.site):
        because = unit_of(request.component)
        try:
            reply = reply_to(request, look.site, replies)
        except NotKnown as problem:
            yield unknown(problem, request.component, because=because)
            continue
        yield no_body(reply, request.component, because) or _shown(request, reply, limits)


def _shown(request: Request, reply: Reply, limits: PageLimits) -> Result:
    values: Values = {
        "page": request.url.split("127.0.0.1", 1)[1],
        "http": reply.status,
        "seconds": reply.seconds,
        "limit": limits.warning_s,
        "contains": request.contains,
    }
    if reply.status == _NOTICE:
        return Result("critical", request.component, "notice", values, todo="notice")
    if reply.status != 200:
        behind = (Cause(component="application-server"),) if reply.status in _NOBODY_BEHIND else ()
        return Result("critical", request.component, "status", values, because=behind)
    if request.contains.encode() not in reply.body:
        return Result("critical", request.component, "other-page", values)
    slow = reply.seconds >= limits.warning_s
    return Result("warning" if slow else "ok", request.component, "slow" if slow else "fine", values)


PAGE = Check(
    name="gateway.answer",
    owner="centre",
    facts=(WEB, UNITS),
    limits=PageLimits(),
    judge=_page,
    concerns=lambda site: bool(_pages(site)),
    light=True,
    trends=("seconds",),
    text={
        "en": Text(
            title="The gateway shows its page",
            means="The page clerks open first, asked on the server itself: it must answer 200, hold the product's name "
            "and come quickly. It says nothing about the network between desk and gateway.",
            todo="look at the gateway's log on {server} and at the application server behind it",
            said={
                "fine": "{page} comes after {seconds:span}",
                "slow": "{page} takes {seconds:span} (limit {limit:span})",
                "status": "{page} answers HTTP {http}",
                "other-page": "{page} answers, but does not hold “{contains}”",
                "notice": "{page} answers HTTP 503: clerks see a notice page or nothing",
                "refused": "nothing listens on the gateway's port",
                "silent": "the gateway does not answer within {seconds:span}",
                "broken": "the gateway breaks its answer off (curl status {curl})",
            },
            todos={"notice": "is work going on? if not, the notice page was forgotten"},
            incident="The gateway answered every request, with an empty page. Its service was green everywhere; what "
            "was wrong was known only after the fortieth call.",
            clerks="The start page does not come, comes late, or shows a notice.",
        ),
        "de": Text(
            title="Das Gateway zeigt seine Seite",
            means="Die Seite, die Sachbearbeiter zuerst öffnen, gefragt auf dem Server selbst: sie muss mit 200 "
            "antworten, den Namen des Produkts enthalten und schnell kommen. Über das Netz zwischen Schreibtisch und "
            "Gateway sagt das nichts.",
            todo="das Protokoll des Gateways auf {server} und den Anwendungsserver dahinter ansehen",
            said={
                "fine": "{page} kommt nach {seconds:span}",
                "slow": "{page} braucht {seconds:span} (Grenze {limit:span})",
                "status": "{page} antwortet mit HTTP {http}",
                "other-page": "{page} antwortet, enthält aber nicht „{contains}“",
                "notice": "{page} antwortet mit HTTP 503: man sieht eine Hinweisseite oder nichts",
                "refused": "niemand lauscht auf dem Port des Gateways",
                "silent": "das Gateway antwortet nicht in {seconds:span}",
                "broken": "das Gateway bricht die Antwort ab (curl-Status {curl})",
            },
            todos={"notice": "Wird gerade gearbeitet? Wenn nicht, wurde die Hinweisseite vergessen"},
            incident="Das Gateway beantwortete jede Anfrage, mit einer leeren Seite. Sein Dienst war überall grün; was "
            "los war, wusste man erst nach dem vierzigsten Anruf.",
            clerks="Die Startseite kommt nicht, kommt spät oder zeigt einen Hinweis.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class CertificateLimits:
    """Days before the end."""

    warning_days: int = limit(30, "days before the end: warning", "Tage vor dem Ende: Warnung", least=1, most=400)
    critical_days: int = limit(7, "days before the end: critical", "Tage vor dem Ende: kritisch", least=0, most=400)


def _certificates(look: Look, limits: CertificateLimits) -> Iterable[Result]:
    found = look[CERTIFICATE]
    for port, component in tls_ports(look.site).items():
        subject = f"port {port}"
        if port not in found:
            yield unknown(NotKnown("left-out"), subject)
        elif (certificate := found[port]) is None:
            because = unit_of(component)
            yield Result("critical", subject, "none", {"port": port}, owner="centre", todo="none", because=because)
        else:
            yield _end(look, subject, port, certificate, limits)


def _end(look: Look, subject: str, port: int, certificate: Certificate, limits: CertificateLimits) -> Result:
    left = (certificate.end - look.when).total_seconds()
    values: Values = {
        "port": port,
        "end": certificate.end.timestamp(),
        "left": max(0.0, left),
        "days_left": round(left / 86400, 1),
        "name": certificate.subject or "-",
    }
    if left <= 0:
        return Result("critical", subject, "expired", values)
    if left >= limits.warning_days * 86400:
        return Result("ok", subject, "valid", values)
    return Result("critical" if left < limits.critical_days * 86400 else "warning", subject, "soon", values)


END = Check(
    name="certificate.end",
    owner="local-it",
    facts=(CERTIFICATE, UNITS),
    limits=CertificateLimits(),
    judge=_certificates,
    concerns=lambda site: bool(tls_ports(site)),
    trends=("days_left",),
    text={
        "en": Text(
            title="Certificates are valid long enough",
            means="After the end of the certificate every browser warns and clients refuse to connect. The town gets "
            "the certificate from its own authority; the centre puts it in place.",
            todo="request a new certificate and hand it to the centre, which puts it in place and restarts the gateway",
            said={
                "valid": "the certificate on port {port} is valid until {end:date}",
                "soon": "the certificate on port {port} ends in {left:span}, on {end:date}",
                "expired": "the certificate on port {port} expired on {end:time}",
                "none": "port {port} shows no certificate",
            },
            todos={"none": "is TLS set up on {server}? look at the gateway's log and its tls.crt and tls.key"},
            incident="The new certificate had been ordered in time and lay in a mailbox. The old one ended at "
            "midnight; from eight o'clock on every browser warned of the town's own e-file.",
            clerks="From its end on the browser warns or refuses the page.",
        ),
        "de": Text(
            title="Zertifikate gelten lange genug",
            means="Nach dem Ende des Zertifikats warnt jeder Browser, und Programme verbinden sich nicht mehr. Die "
            "Kommune bekommt das Zertifikat von ihrer eigenen Stelle; das Zentrum baut es ein.",
            todo="ein neues Zertifikat beantragen und dem Zentrum geben; das baut es ein und startet das Gateway neu",
            said={
                "valid": "das Zertifikat auf Port {port} gilt bis {end:date}",
                "soon": "das Zertifikat auf Port {port} endet in {left:span}, am {end:date}",
                "expired": "das Zertifikat auf Port {port} ist seit {end:time} abgelaufen",
                "none": "Port {port} zeigt kein Zertifikat",
            },
            todos={"none": "Ist TLS auf {server} eingerichtet? Protokoll des Gateways, tls.crt und tls.key ansehen"},
            incident="Das neue Zertifikat war rechtzeitig beantragt und lag in einem Postfach. Das alte endete um "
            "Mitternacht; ab acht Uhr warnte jeder Browser vor der eigenen eAkte.",
            clerks="Ab seinem Ende warnt der Browser oder zeigt die Seite nicht.",
        ),
    },
)


def _stray(look: Look, _limits: NoLimits) -> Iterable[Result]:
    product = look[PRODUCT]
    for component, folder in merged_folders(look.site).items():
        part = look.site.component(component)
        known = part.component.merged.files.get(look.site.release) if part and part.component.merged else None
        placed = {file.path for file in agreed.files} if (agreed := look.site.agreed()) else set()
        state = product.places.get(folder)
        if state != "ok" or known is None:
            yield unknown(NotKnown("denied" if state == "denied" else "left-out", err=folder), component)
            continue
        there = product.yml.get(folder, ())
        found = tuple(path for path in there if path not in known and f"{folder}/{path}" not in placed)
        values: Values = {"names": found or ("-",), "folder": folder}
        yield Result("warning" if found else "ok", component, "stray" if found else "clean", values)


STRAY = Check(
    name="gateway.stray",
    owner="centre",
    facts=(PRODUCT,),
    limits=NoLimits(),
    judge=_stray,
    concerns=lambda site: bool(merged_folders(site)),
    text={
        "en": Text(
            title="No stray file in the gateway's configuration",
            means="At its start the gateway takes EVERY file that ends in .yml in its folder and below it. A copy that "
            "somebody kept there counts, too, and overrules what was changed since, from the next start on.",
            todo="compare {names} in {folder} on {server} with what should be there; keep a copy elsewhere, then "
            "delete",
            said={
                "clean": "{folder} holds the files of the release and no other",
                "stray": "{names} in {folder} does not belong there and counts from the next start on",
            },
            incident="Before a change somebody kept application-prod-old.yml beside the new file. It sorted later and "
            "won: after the next reboot the gateway pointed to a server that had been switched off.",
            clerks="After a restart of the gateway: nothing, or the old address.",
        ),
        "de": Text(
            title="Keine fremde Datei in der Konfiguration des Gateways",
            means="Das Gateway liest beim Start JEDE Datei, die auf .yml endet, in seinem Ordner und darunter. Eine "
            "Kopie, die dort jemand aufgehoben hat, zählt mit und geht dem, was seither geändert wurde, vom nächsten "
            "Start an vor.",
            todo="{names} in {folder} auf {server} mit dem vergleichen, was dort sein soll; anderswo aufheben, dann "
            "löschen",
            said={
                "clean": "in {folder} liegen die Dateien der Version und keine andere",
                "stray": "{names} in {folder} gehört dort nicht hin und zählt vom nächsten Start an",
            },
            incident="Vor einer Änderung hob jemand application-prod-old.yml neben der neuen Datei auf. Sie kam im "
            "Alphabet später und gewann: nach dem nächsten Neustart zeigte das Gateway auf einen abgeschalteten "
            "Server.",
            clerks="Nach einem Neustart des Gateways: gar nichts oder die alte Adresse.",
        ),
    },
)

CHECKS = (PAGE, END, STRAY)
