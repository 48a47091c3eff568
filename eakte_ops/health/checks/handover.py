"""A machine in the hands of local IT: until when, whether it is late, and whether local IT says that it is done."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.health.facts.handover import HANDOVER, ends
from eakte_ops.health.types import Check, Look, NoLimits, Result, Text, Values


def _open(look: Look, _limits: NoLimits) -> Iterable[Result]:
    found = look[HANDOVER]
    if found.mark is None:
        yield Result("ok", said="none")
        return
    until = ends(found.mark)
    values: Values = {
        "run": found.mark.run or "-",
        "why": found.mark.why or "-",
        "since": found.mark.changed,
        "until": until if until is not None else found.mark.changed,
        "said": found.done.said if found.done else "-",
        "done": found.done.at if found.done else 0.0,
    }
    late = until is not None and look.when.timestamp() >= until
    if found.done is not None:
        yield Result("critical" if late else "warning", "", "done", values, owner="centre", todo="done")
    elif until is None:
        yield Result("warning", "", "endless", values, owner="centre", todo="endless")
    elif late:
        yield Result("critical", "", "late", values)
    else:
        yield Result("ok", "", "open", values)


OPEN = Check(
    name="handover.open",
    owner="local-it",
    facts=(HANDOVER,),
    limits=NoLimits(),
    judge=_open,
    concerns=lambda site: bool(site.components),
    light=True,
    text={
        "en": Text(
            title="A machine handed over comes back in time",
            means="For patches and new starts the centre stops the e-file software in order, sets the hold and says: "
            "the machine is yours until then. Until then what is down is no finding. Whoever owns the machine has to "
            "say that it is done; then the centre starts again and looks what has changed.",
            todo="when you are done: sh /etc/eakte-ops/pack.sh done; if you need longer, tell the centre until when",
            said={
                "none": "the machine is not handed over",
                "open": "the machine is in the hands of local IT until {until:time} ({why}; run {run})",
                "late": "the machine should have come back on {until:time} ({why}; run {run})",
                "done": "local IT says done since {done:time}: {said} (handed over by run {run})",
                "endless": "the machine is handed over since {since:time}, and no end can be read (run {run})",
            },
            todos={
                "done": "start again and look what has changed: eakte-ops handover end {town}",
                "endless": "ask local IT how far it is; then eakte-ops handover end {town}",
            },
            incident="Local IT had patched within the hour and gone home; the centre waited for a call. The town was "
            "without its e-file until ten in the morning.",
            clerks="The e-file can not be opened, or shows a notice.",
            unnoticed=frozenset({"none"}),
        ),
        "de": Text(
            title="Eine übergebene Maschine kommt rechtzeitig zurück",
            means="Für Patches und Neustarts stoppt das Zentrum die eAkte-Software der Reihe nach, setzt die "
            "Startsperre und sagt: Die Maschine gehört bis dann euch. Bis dahin ist kein Befund, was steht. Wem sie "
            "gehört, sagt, dass er fertig ist; dann startet das Zentrum wieder und sieht nach, was sich geändert hat.",
            todo="wenn alles fertig ist: sh /etc/eakte-ops/pack.sh done; dauert es länger, dem Zentrum sagen, bis wann",
            said={
                "none": "die Maschine ist nicht übergeben",
                "open": "die Maschine ist bis {until:time} in den Händen der örtlichen IT ({why}; Lauf {run})",
                "late": "die Maschine hätte am {until:time} zurückkommen sollen ({why}; Lauf {run})",
                "done": "die örtliche IT ist fertig seit {done:time}: {said} (übergeben von Lauf {run})",
                "endless": "die Maschine ist seit {since:time} übergeben, und kein Ende ist lesbar (Lauf {run})",
            },
            todos={
                "done": "wieder starten und nachsehen, was sich geändert hat: eakte-ops handover end {town}",
                "endless": "die örtliche IT fragen, wie weit sie ist; danach eakte-ops handover end {town}",
            },
            incident="Die örtliche IT war nach einer Stunde fertig und nach Hause gegangen; das Zentrum wartete auf "
            "einen Anruf. Bis zehn Uhr morgens war die Kommune ohne eAkte.",
            clerks="Die eAkte lässt sich nicht öffnen oder zeigt einen Hinweis.",
            unnoticed=frozenset({"none"}),
        ),
    },
)

CHECKS = (OPEN,)
