"""Whether the centre's own sweeps come when they are due: texts. Judged in health/night.py, from the store alone."""

from __future__ import annotations

from eakte_ops.health.types import OwnCheck, Text

NIGHT = OwnCheck(
    name="watch.night",
    text={
        "en": Text(
            title="The sweep of the night",
            means="Every night one sweep looks at every server of every town. A night is missed when no such sweep "
            "that began after it was due has come to its end, with the time it may take and half an hour besides. "
            "One night is a warning, two are critical: what is known of the towns is that old. The servers that a "
            "sweep did not reach before its time was up, or for which a town's file is wrong, are named.",
            todo="on the operations host: systemctl status eakte-ops-sweep.timer eakte-ops-sweep.service and "
            "journalctl -u eakte-ops-sweep.service say why; eakte-ops sweep makes up for it",
            said={
                "on-time": "the last sweep over all towns began {began:time} and took {took:span}",
                "late": "nights without a whole sweep: {nights}; the last one began {began:time}",
                "never": "nights without a whole sweep: {nights}; none has ended yet since {began:time}",
                "killed": "nights without a whole sweep: {nights}; the one that began {began:time} "
                "never came to its end",
                "missed": "the sweep that began {began:time} did not reach {count} of {servers} servers: {names}",
            },
            todos={
                "missed": "give it more time (full_minutes below sweep in eakte-ops.yml) or more servers at once "
                "(threads below limits), or find out what held it up: journalctl -u eakte-ops-sweep.service",
                "file": "a town's file is wrong: eakte-ops inventory check says where; then eakte-ops sweep. If others "
                "are missed, too: journalctl -u eakte-ops-sweep.service",
            },
            incident="The timer was off after the operations host was moved. Every morning's digest was quiet, and "
            "for nine days quiet was taken for well.",
        ),
        "de": Text(
            title="Der Durchgang der Nacht",
            means="Jede Nacht sieht ein Durchgang jeden Server jeder Kommune an. Eine Nacht fehlt, wenn kein "
            "solcher Durchgang, der nach ihrem Beginn anfing, zu Ende kam, die erlaubte Zeit und eine halbe Stunde "
            "dazugerechnet. Eine Nacht ist eine Warnung, zwei sind kritisch: So alt ist, was man von den Kommunen "
            "weiß. Die Server, die ein Durchgang in seiner Zeit nicht erreicht hat oder für die die Datei der "
            "Kommune falsch ist, werden genannt.",
            todo="auf dem Betriebsrechner sagen systemctl status eakte-ops-sweep.timer eakte-ops-sweep.service und "
            "journalctl -u eakte-ops-sweep.service, warum; eakte-ops sweep holt ihn nach",
            said={
                "on-time": "der letzte Durchgang durch alle Kommunen begann {began:time} und dauerte {took:span}",
                "late": "Nächte ohne ganzen Durchgang: {nights}; der letzte begann {began:time}",
                "never": "Nächte ohne ganzen Durchgang: {nights}; keiner kam bisher zu Ende seit {began:time}",
                "killed": "Nächte ohne ganzen Durchgang: {nights}; der von {began:time} kam nie zu Ende",
                "missed": "der Durchgang von {began:time} erreichte {count} von {servers} Servern nicht: {names}",
            },
            todos={
                "missed": "mehr Zeit geben (full_minutes unter sweep in eakte-ops.yml) oder mehr Server auf einmal "
                "fragen (threads unter limits), oder herausfinden, was ihn aufhielt: journalctl -u "
                "eakte-ops-sweep.service",
                "file": "die Datei einer Kommune ist falsch: eakte-ops inventory check sagt, wo; danach eakte-ops "
                "sweep. Fehlen noch andere: journalctl -u eakte-ops-sweep.service",
            },
            incident="Nach dem Umzug des Betriebsrechners war der Timer aus. Jeden Morgen war der Bericht ruhig, "
            "und neun Tage lang hielt man Ruhe für Gesundheit.",
        ),
    },
)

LIGHT = OwnCheck(
    name="watch.light",
    text={
        "en": Text(
            title="The light sweep",
            means="Every few minutes a light sweep looks whether the towns are up, so that the hotline knows and "
            "what can not wait is said at once. Where light sweeps were made and then none for six times their "
            "interval, that is a warning. The time in which a sweep of the night was at work does not count.",
            todo="on the operations host: systemctl status eakte-ops-light.timer eakte-ops-light.service and "
            "journalctl -u eakte-ops-light.service say why",
            said={
                "on-time": "the last light sweep ended {ended:time}",
                "late": "no light sweep came to its end since {ended:time}; one is due every {minutes} minutes",
            },
            incident="A gateway was down from ten to two. The night before all was well, and the light sweeps had "
            "stopped a week ago.",
        ),
        "de": Text(
            title="Der leichte Durchgang",
            means="Alle paar Minuten sieht ein leichter Durchgang nach, ob die Kommunen arbeiten können, damit die "
            "Hotline es weiß und sofort gesagt wird, was nicht warten kann. Gab es leichte Durchgänge und dann "
            "keinen mehr für das Sechsfache ihres Abstands, so ist das eine Warnung. Die Zeit, in der ein Durchgang "
            "der Nacht lief, zählt nicht.",
            todo="auf dem Betriebsrechner sagen systemctl status eakte-ops-light.timer eakte-ops-light.service und "
            "journalctl -u eakte-ops-light.service, warum",
            said={
                "on-time": "der letzte leichte Durchgang endete {ended:time}",
                "late": "kein leichter Durchgang kam zu Ende seit {ended:time}; fällig ist einer "
                "alle {minutes} Minuten",
            },
            incident="Ein Gateway stand von zehn bis zwei. In der Nacht davor war alles gut, und die leichten "
            "Durchgänge waren vor einer Woche stehen geblieben.",
        ),
    },
)

CHECKS = (NIGHT, LIGHT)
