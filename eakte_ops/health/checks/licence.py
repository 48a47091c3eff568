"""Until when the licence of the software is valid, as its licence service says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from eakte_ops.health import bodies
from eakte_ops.health.facts.web import WEB, Request, reply_to, requests
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NotKnown, Result, Site, Text, Values, unknown


@dataclass(frozen=True, slots=True)
class LicenceLimits:
    """Days before the end."""

    warning_days: int = limit(60, "days before the end: warning", "Tage vor dem Ende: Warnung", least=1, most=400)
    critical_days: int = limit(14, "days before the end: critical", "Tage vor dem Ende: kritisch", least=0, most=400)


def _services(site: Site) -> dict[str, tuple[Request, str]]:
    """Service -> its health address, and the nested component that knows the licence."""
    known = {
        (part.name, name): service.licence
        for part in site.components
        for name, service in part.services.items()
        if service.licence
    }
    return {
        request.subject: (request, known[request.component, request.subject])
        for request in requests(site)
        if request.kind == "health" and (request.component, request.subject) in known
    }


def _licences(look: Look, limits: LicenceLimits) -> Iterable[Result]:
    replies = look[WEB]
    for service, (request, part) in _services(look.site).items():
        try:
            reply = reply_to(request, look.site, replies)
            if reply.fault:
                raise NotKnown("no-answer", why=f"curl status {reply.fault}")
            last = _last_day(bodies.text_of(bodies.health(reply).details.get(part, {}), "valid_until"))
        except NotKnown as problem:
            yield unknown(problem, service, because=(Cause("service.health", service),))
            continue
        yield _end(look, service, last, limits)


def _last_day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as wrong:
        raise NotKnown("unreadable", what="valid_until") from wrong


def _end(look: Look, service: str, last: date, limits: LicenceLimits) -> Result:
    end = datetime.combine(last, time(), UTC)
    left = (end - look.when + timedelta(days=1)).total_seconds()  # the last day counts
    values: Values = {"end": end.timestamp(), "left": max(0.0, left), "days_left": round(left / 86400, 1)}
    if left <= 0:
        return Result("critical", service, "ended", values)
    if left >= limits.warning_days * 86400:
        return Result("ok", service, "valid", values)
    return Result("critical" if left < limits.critical_days * 86400 else "warning", service, "soon", values)


END = Check(
    name="licence.end",
    owner="centre",
    facts=(WEB,),
    limits=LicenceLimits(),
    judge=_licences,
    concerns=lambda site: bool(_services(site)),
    trends=("days_left",),
    text={
        "en": Text(
            title="The licence is valid long enough",
            means="After its last day the licence service gives out no licence any more and nobody can log in. A new "
            "one comes from the vendor, is bound to this server, and has to be imported before it counts.",
            todo="order the new licence now (it is bound to the server), import it, restart the licence service",
            said={
                "valid": "the licence is valid until {end:date}",
                "soon": "the licence ends in {left:span}, after {end:date}",
                "ended": "the licence ended on {end:date}",
            },
            incident="A test licence had been good enough for the move to a new server. It ended on a Sunday; on "
            "Monday at seven nobody could log in, and the vendor's hotline opened at nine.",
            clerks="From its end on, nobody can log in.",
        ),
        "de": Text(
            title="Die Lizenz gilt lange genug",
            means="Nach ihrem letzten Tag gibt der Lizenzdienst keine Lizenz mehr aus, und niemand kann sich anmelden. "
            "Eine neue kommt vom Hersteller, ist an diesen Server gebunden und zählt erst, wenn sie eingelesen ist.",
            todo="die neue Lizenz jetzt bestellen (sie ist an den Server gebunden), einlesen, Lizenzdienst neu starten",
            said={
                "valid": "die Lizenz gilt bis {end:date}",
                "soon": "die Lizenz endet in {left:span}, nach dem {end:date}",
                "ended": "die Lizenz endete am {end:date}",
            },
            incident="Für den Umzug auf einen neuen Server hatte eine Testlizenz genügt. Sie endete an einem Sonntag; "
            "am Montag um sieben konnte sich niemand anmelden, und die Hotline des Herstellers öffnete um neun.",
            clerks="Ab ihrem Ende kann sich niemand mehr anmelden.",
        ),
    },
)

CHECKS = (END,)
