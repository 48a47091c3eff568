"""What is said about a handover to clerks, local IT and the centre. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from eakte_ops.inventory.model import Town
from eakte_ops.playbook.wall import clock, parsed
from eakte_ops.product.model import Language


def on_the_wall(town: Town, at: datetime, language: Language) -> str:
    """A day and time as the clock on the town's wall shows it."""
    zone = ZoneInfo(town.said.windows.zone)
    local = at.astimezone(zone)
    day = f"{local:%d.%m.%Y}" if language == "de" else f"{local:%Y-%m-%d}"
    return f"{day} {clock(at, zone)}"


def for_clerks(town: Town, until: str) -> str:
    """The sentence of the notice page, in the town's language. `until`: ISO 8601, "" where no end is known."""
    language = town.said.language
    if not until:
        return _CLERKS[language]["soon"]
    return _CLERKS[language]["until"].format(until=on_the_wall(town, parsed(until), language))


_CLERKS: Mapping[Language, Mapping[str, str]] = {
    "de": {
        "until": "An der eAkte wird gearbeitet. Sie steht voraussichtlich am {until} Uhr wieder zur Verfügung.",
        "soon": "An der eAkte wird gearbeitet. Sie steht bald wieder zur Verfügung.",
    },
    "en": {
        "until": "Work on the e-file is going on. It is expected to be back on {until}.",
        "soon": "Work on the e-file is going on. It will be back soon.",
    },
}


def yours(town: Town, servers: Sequence[str], until: datetime, run: str, language: Language) -> tuple[str, str]:
    """Subject and text for local IT: the machines are theirs."""
    words = _YOURS[language]
    values = {
        "town": town.name,
        "servers": ", ".join(servers),
        "until": on_the_wall(town, until, language),
        "run": run,
    }
    return words["subject"].format(**values), words["text"].format(**values)


_YOURS: Mapping[Language, Mapping[str, str]] = {
    "de": {
        "subject": "{town}: die Maschine gehört Ihnen ({servers})",
        "text": "Die eAkte-Software ist der Reihe nach angehalten, die Startsperre ist gesetzt.\n"
        "Die Maschine gehört Ihnen bis {until}: {servers}\n\n"
        "Sie können aktualisieren, neu starten, Sicherungspunkte anlegen. Die Software startet erst wieder, wenn das\n"
        "Zentrum die Übergabe beendet; bitte starten Sie sie nicht selbst.\n"
        "Setzen Sie keine Maschine auf einen Stand von vor dieser Übergabe zurück, ohne vorher anzurufen.\n\n"
        'Wenn Sie fertig sind, auf dem Server:  sh /etc/eakte-ops/pack.sh done "was getan wurde"\n'
        "Dauert es länger, sagen Sie es bitte dem Zentrum.\n\n"
        "Lauf {run}\n",
    },
    "en": {
        "subject": "{town}: the machine is yours ({servers})",
        "text": "The e-file software was stopped in order, and the hold is set.\n"
        "The machine is yours until {until}: {servers}\n\n"
        "You may patch, start anew, take snapshots. The software starts again only when the centre ends the handover;\n"
        "please do not start it yourself.\n"
        "Put no machine back to a state of before this handover without a call first.\n\n"
        'When you are done, on the server:  sh /etc/eakte-ops/pack.sh done "what was done"\n'
        "If it takes longer, please tell the centre.\n\n"
        "Run {run}\n",
    },
}
