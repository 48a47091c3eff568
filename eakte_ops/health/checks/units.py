"""What the operating system's service manager says: failed units, our components, the town's stop switch."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.health.facts.units import UNITS, Unit, units_of
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Text, Verdict, unknown

_RUNS = {("active", "running"), ("active", "exited"), ("reloading", "reload")}
_OURS = "eakte-"


def unit_of(component: str) -> tuple[Cause, ...]:
    """The cause of whatever can not work while the component's unit does not run."""
    return (Cause("service.units", component),)


def _failed(look: Look, _limits: NoLimits) -> Iterable[Result]:
    judged_elsewhere = set(units_of(look.site).values())
    failed = [unit for unit in look[UNITS].failed if unit not in judged_elsewhere]
    if not failed:
        yield Result("ok", said="none")
    for unit in failed:
        yield Result("warning", unit, "failed", owner="centre" if unit.startswith(_OURS) else None)


FAILED = Check(
    name="units.failed",
    owner="local-it",
    facts=(UNITS,),
    limits=NoLimits(),
    judge=_failed,
    text={
        "en": Text(
            title="No failed units",
            means="A unit of the operating system ended with an error. The units of the e-file software itself are "
            "judged by service.units.",
            todo="journalctl -u {subject} says why; once it is mended: systemctl reset-failed {subject}",
            said={"none": "no unit has failed", "failed": "{subject} has failed"},
            incident="The unit that rotates the logs had failed since spring after a typing error; nobody missed it "
            "until the logs had filled the disk in autumn.",
        ),
        "de": Text(
            title="Keine gescheiterten Dienste",
            means="Eine Unit des Betriebssystems endete mit einem Fehler. Die Units der eAkte-Software selbst "
            "beurteilt service.units.",
            todo="journalctl -u {subject} sagt warum; danach: systemctl reset-failed {subject}",
            said={"none": "keine Unit ist gescheitert", "failed": "{subject} ist gescheitert"},
            incident="Die Unit, die Protokolle auslagert, scheiterte seit dem Frühjahr an einem Tippfehler; "
            "niemandem fehlte sie, bis im Herbst die Protokolle die Platte gefüllt hatten.",
        ),
    },
)


def _ours(look: Look, _limits: NoLimits) -> Iterable[Result]:
    units = look[UNITS]
    for component, name in units_of(look.site).items():
        unit = units.ours.get(name)
        if unit is None:
            yield unknown(NotKnown("left-out"), component)
        else:
            yield _component(component, name, unit, units.hold, f"{look.site.layout.logs}/{component}")


def _component(component: str, name: str, unit: Unit, hold: str | None, logs: str) -> Result:
    values = {"unit": name, "logs": logs, "active": unit.active, "sub": unit.sub, "result": unit.result or "-"}
    if unit.load not in ("loaded", ""):
        return Result("critical", component, "missing", {**values, "load": unit.load}, owner="local-it", todo="missing")
    if (unit.active, unit.sub) in _RUNS:
        return Result("ok", component, "runs", values)
    if hold is not None and unit.active in ("inactive", "failed"):
        late = (Cause("handover.open"),)
        return Result("critical", component, "held", {**values, "hold": hold or "-"}, todo="held", because=late)
    verdict: Verdict = "warning" if unit.active == "activating" and unit.sub != "auto-restart" else "critical"
    said = {"failed": "failed", "inactive": "stopped"}.get(unit.active, "between")
    return Result(verdict, component, "restarts" if unit.sub == "auto-restart" else said, values)


SERVICES = Check(
    name="service.units",
    owner="centre",
    facts=(UNITS,),
    limits=NoLimits(),
    judge=_ours,
    light=True,
    concerns=lambda site: bool(site.components),
    text={
        "en": Text(
            title="The components' services run",
            means="Compared with the product's profile and the inventory: every component of this server has to run. "
            "That a unit is started by hand (disabled, static) is no fault. A component that is held was stopped on "
            "purpose and must not start.",
            todo="read the log in {logs} on {server}, then start it: sudo -n systemctl start {unit}",
            said={
                "runs": "{subject} runs",
                "failed": "{subject} has failed ({result})",
                "stopped": "{subject} does not run",
                "restarts": "{subject} starts again and again ({result})",
                "between": "{subject} is {active} ({sub})",
                "held": "{subject} does not run: the hold is set ({hold})",
                "missing": "{subject}: the unit {unit} is {load}",
            },
            todos={
                "missing": "the units come from the access pack: eakte-ops access pack {town}, then install it again",
                "held": "who set the hold, and is that work still going on? until then nothing may start",
            },
            incident="After a new start of the machine one of seven services stayed down; the gateway showed its "
            "page, so all seemed well, and previews were missing for two days.",
            clerks="Depending on the component: search, preview, storing or everything fails.",
        ),
        "de": Text(
            title="Die Dienste der Komponenten laufen",
            means="Verglichen mit dem Profil des Produkts und dem Inventar: jede Komponente dieses Servers muss "
            "laufen. Dass eine Unit von Hand gestartet wird (disabled, static), ist kein Fehler. Eine angehaltene "
            "Komponente wurde mit Absicht gestoppt und darf nicht starten.",
            todo="das Protokoll in {logs} auf {server} lesen, dann starten: sudo -n systemctl start {unit}",
            said={
                "runs": "{subject} läuft",
                "failed": "{subject} ist gescheitert ({result})",
                "stopped": "{subject} läuft nicht",
                "restarts": "{subject} startet immer wieder neu ({result})",
                "between": "{subject} ist {active} ({sub})",
                "held": "{subject} läuft nicht: die Startsperre ist gesetzt ({hold})",
                "missing": "{subject}: die Unit {unit} ist {load}",
            },
            todos={
                "missing": "die Units kommen aus dem Zugangspaket: eakte-ops access pack {town}, dann neu installieren",
                "held": "Wer hat die Startsperre gesetzt, läuft die Arbeit noch? So lange darf nichts starten",
            },
            incident="Nach einem Neustart blieb einer von sieben Diensten aus; das Gateway zeigte seine Seite, also "
            "schien alles gut, und zwei Tage lang fehlten die Vorschauen.",
            clerks="Je nach Komponente fallen Suche, Vorschau, Ablage oder alles aus.",
        ),
    },
)


def _stop(look: Look, _limits: NoLimits) -> Iterable[Result]:
    stop = look[UNITS].stop
    yield Result("ok", said="open") if stop is None else Result("warning", said="stopped", values={"why": stop or "-"})


STOP = Check(
    name="access.stop",
    owner="local-it",
    facts=(UNITS,),
    limits=NoLimits(),
    judge=_stop,
    light=True,
    text={
        "en": Text(
            title="The town's stop switch",
            means="Local IT can forbid every change by the centre with a root-owned file that holds the reason. "
            "Looking stays allowed. The centre never removes it.",
            todo="ask local IT until when; only they take it back (as root: remove the file `stop`)",
            said={"open": "changes are allowed", "stopped": "local IT has stopped all changes: {why}"},
            incident="Local IT had stopped all changes during an audit and forgot the switch; the urgent update "
            "three weeks later was refused at ten in the evening, and nobody could be asked.",
        ),
        "de": Text(
            title="Der Stoppschalter der Kommune",
            means="Die örtliche IT kann dem Zentrum jede Änderung verbieten, mit einer Datei, die root gehört und den "
            "Grund enthält. Ansehen bleibt erlaubt. Das Zentrum entfernt sie nie.",
            todo="die örtliche IT fragen, bis wann; nur sie nimmt ihn zurück (als root die Datei `stop` entfernen)",
            said={"open": "Änderungen sind erlaubt", "stopped": "die örtliche IT hat alle Änderungen gestoppt: {why}"},
            incident="Die örtliche IT hatte während einer Prüfung alle Änderungen gestoppt und den Schalter "
            "vergessen; das dringende Update drei Wochen später wurde abends um zehn abgewiesen, und niemand war zu "
            "fragen.",
        ),
    },
)

CHECKS = (FAILED, SERVICES, STOP)
