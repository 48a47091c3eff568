"""How often the components were started again by themselves since the last look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.units import UNITS, units_of
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NotKnown, NotYet, Result, Text, Values, Verdict, unknown


@dataclass(frozen=True, slots=True)
class RestartLimits:
    """Starts by the service manager itself (systemd's NRestarts) between two full looks."""

    warning_count: int = limit(1, "restarts until a warning", "Neustarts bis zur Warnung", least=1, most=1000)
    critical_count: int = limit(5, "restarts until critical", "Neustarts bis kritisch", least=1, most=1000)


def _restarts(look: Look, limits: RestartLimits) -> Iterable[Result]:
    units = look[UNITS].ours
    for component, name in units_of(look.site).items():
        unit = units.get(name)
        if unit is None or unit.restarts is None:
            yield unknown(NotKnown("left-out"), component)
            continue
        values: Values = {"restarts": unit.restarts, "unit": name, "logs": f"{look.site.layout.logs}/{component}"}
        last = look.past.last(RESTARTS.name, component, "restarts")
        if last is None:
            yield unknown(NotYet("too-new", have=0, wanted=1, **values), component)
            continue
        # systemd counts from nought again when somebody starts the unit.
        since = unit.restarts - last.value if unit.restarts >= last.value else float(unit.restarts)
        verdict: Verdict = "critical" if since >= limits.critical_count else "warning"
        if since < limits.warning_count:
            verdict = "ok"
        span = max(0.0, look.when.timestamp() - last.at)
        more: Values = {**values, "count": since, "span": span}
        yield Result(verdict, component, "none" if verdict == "ok" else "again", more)


RESTARTS = Check(
    name="service.restarts",
    owner="centre",
    facts=(UNITS,),
    limits=RestartLimits(),
    judge=_restarts,
    concerns=lambda site: bool(site.components),
    trends=("restarts",),
    text={
        "en": Text(
            title="Nothing starts again and again",
            means="systemd starts a component that has died, and a few seconds later all looks well. Who looks only "
            "now and then never sees the falls, only people's complaints. Starts by hand are not counted.",
            todo="journalctl -u {unit} says how it ended; the component's own log in {logs} on {server} says why",
            said={
                "none": "{subject} was not restarted in the last {span:span}",
                "again": "{subject} was restarted {count:number} times by itself in the last {span:span}",
            },
            incident="The application server died every night while the reports ran, for want of memory, and was back "
            "after twenty seconds. For a month every session was gone in the morning and nobody knew why.",
            clerks="People are thrown out and can log in again at once.",
        ),
        "de": Text(
            title="Nichts startet immer wieder neu",
            means="systemd startet eine Komponente, die gestorben ist, und Sekunden später sieht alles gut aus. Wer "
            "nur ab und zu hinsieht, sieht nie die Stürze, nur die Beschwerden. Starts von Hand zählen nicht.",
            todo="journalctl -u {unit} sagt, wie es endete; das Protokoll der Komponente in {logs} auf {server}, warum",
            said={
                "none": "{subject} startete in den letzten {span:span} nicht neu",
                "again": "{subject} startete in den letzten {span:span} {count:number}-mal von selbst neu",
            },
            incident="Der Anwendungsserver starb jede Nacht beim Lauf der Berichte aus Speichermangel und war nach "
            "zwanzig Sekunden wieder da. Einen Monat lang waren morgens alle Sitzungen weg, und niemand wusste, warum.",
            clerks="Man fliegt hinaus und kann sich gleich wieder anmelden.",
        ),
    },
)

CHECKS = (RESTARTS,)
