"""What was set for the time of some work and has to go again: the hold, the notice page, a paused clean-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.product import PRODUCT, State
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, Result, Text, Values

_TOLD = {"hold": Cause("service.units"), "notice": Cause("gateway.answer")}
"""What shows such a state itself: then it is told there."""


@dataclass(frozen=True, slots=True)
class StateLimits:
    """For a state that names no end."""

    warning_hours: float = limit(
        12.0, "hours until a warning, without an end", "Stunden bis zur Warnung, ohne Ende", least=0.1, most=1000
    )


def _states(look: Look, limits: StateLimits) -> Iterable[Result]:
    product = look[PRODUCT]
    if not product.states:
        yield Result("ok", said="none")
    for state in product.states:
        yield _one(state, look.when.timestamp(), product.now - state.changed, limits)


def _one(state: State, now: float, age: float, limits: StateLimits) -> Result:
    because = (_TOLD[state.name],) if state.name in _TOLD else ()
    values: Values = {"run": state.run or "-", "why": state.why or "-", "age": max(0.0, age)}
    if state.until is None:
        old = age >= limits.warning_hours * 3600
        said = "old" if old else "open"
        return Result("warning" if old else "ok", state.name, said, values, because=because)
    values = {**values, "until": state.until}
    over = now >= state.until
    return Result("warning" if over else "ok", state.name, "over" if over else "runs", values, because=because)


STATES = Check(
    name="temporary.states",
    owner="centre",
    facts=(PRODUCT,),
    limits=StateLimits(),
    judge=_states,
    concerns=lambda site: bool(site.components),
    text={
        "en": Text(
            title="Nothing temporary has stayed",
            means="A run may stop components and hold them, show a notice page, pause the clean-up. Each leaves a file "
            "that names the run and until when; at the end of the run it goes. One that outlives its run stays until "
            "somebody wonders.",
            todo="does run {run} still go on? if not, take the {subject} away (eakte-ops audit says who it was)",
            said={
                "none": "nothing temporary is set",
                "runs": "{subject} is set until {until:time} by run {run} ({why})",
                "open": "{subject} is set since {age:span} without an end",
                "over": "{subject} should have ended on {until:time}; it is of run {run} ({why})",
                "old": "{subject} is set since {age:span} and names no end",
            },
            incident="A hold from a broken-off update stayed. Everything ran, so nobody saw it, until a power cut: "
            "after it not one component started.",
        ),
        "de": Text(
            title="Nichts Vorübergehendes ist geblieben",
            means="Ein Lauf darf Komponenten stoppen und anhalten, eine Hinweisseite zeigen, das Aufräumen aussetzen. "
            "Jedes hinterlässt eine Datei, die den Lauf nennt und bis wann; am Ende des Laufs geht sie weg. Was seinen "
            "Lauf überlebt, bleibt, bis sich jemand wundert.",
            todo="Geht Lauf {run} noch weiter? Wenn nicht, {subject} wegnehmen (wer es war, sagt eakte-ops audit)",
            said={
                "none": "nichts Vorübergehendes ist gesetzt",
                "runs": "{subject} ist bis {until:time} gesetzt, von Lauf {run} ({why})",
                "open": "{subject} ist seit {age:span} gesetzt, ohne Ende",
                "over": "{subject} hätte am {until:time} enden sollen; es gehört zu Lauf {run} ({why})",
                "old": "{subject} ist seit {age:span} gesetzt und nennt kein Ende",
            },
            incident="Die Startsperre einer abgebrochenen Aktualisierung blieb. Alles lief, also sah sie niemand, bis "
            "zu einem Stromausfall: danach startete keine einzige Komponente.",
        ),
    },
)

CHECKS = (STATES,)
