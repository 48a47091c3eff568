"""Of runs that changed something: locks that are older than expected, and what abandoned runs left behind: texts.

Judged in playbook/unfinished.py, from what the operations host knows of its own runs.
"""

from __future__ import annotations

from eakte_ops.health.types import OwnCheck, Text

LOCKS = OwnCheck(
    name="runs.lock",
    text={
        "en": Text(
            title="No run keeps a town longer than expected",
            means="A run locks its town, so that only one changes something there. It says until when it expects to "
            "have it; one that waits for an answer, was paused or broke off keeps it. Whoever has to change something "
            "in the meantime is refused.",
            todo="eakte-ops runs show {run} says where it stands; then eakte-ops runs resume, rollback or abandon",
            said={
                "none": "no town is locked longer than expected",
                "old": "{subject} is locked by run {run} since {since:time}, expected until {until:time} ({purpose})",
            },
            incident="A restart waited for an answer on a laptop that had been closed. On Saturday nobody could "
            "restart the gateway that hung, because the town was locked.",
        ),
        "de": Text(
            title="Kein Lauf behält eine Kommune länger als erwartet",
            means="Ein Lauf sperrt seine Kommune, damit dort nur einer etwas ändert. Er sagt, bis wann er sie etwa "
            "braucht; wer auf eine Antwort wartet, angehalten wurde oder abbrach, behält sie. Wer inzwischen etwas "
            "ändern muss, wird abgewiesen.",
            todo="eakte-ops runs show {run} sagt, wo er steht; danach eakte-ops runs resume, rollback oder abandon",
            said={
                "none": "keine Kommune ist länger gesperrt als erwartet",
                "old": "{subject} ist von Lauf {run} gesperrt, seit {since:time}, erwartet bis {until:time} "
                "({purpose})",
            },
            incident="Ein Neustart wartete auf eine Antwort, auf einem zugeklappten Laptop. Am Samstag konnte niemand "
            "das Gateway neu starten, das hing, denn die Kommune war gesperrt.",
        ),
    },
)
LEFT = OwnCheck(
    name="runs.left",
    text={
        "en": Text(
            title="Abandoned runs left nothing behind",
            means="Whoever abandons a run is told what it leaves on the servers: a hold, a notice page, files that "
            "were brought, a lock. It is remembered until it was seen to be gone.",
            todo="take it away on the server, or look there once more: eakte-ops runs show {run}",
            said={
                "none": "no abandoned run left anything behind",
                "left": "{subject} is left of the abandoned run {run} since {seen:time}: {what}",
            },
            incident="An update was given up at midnight and all of it started by hand. Its notice page stayed on the "
            "second gateway, which nobody had thought of.",
        ),
        "de": Text(
            title="Aufgegebene Läufe ließen nichts zurück",
            means="Wer einen Lauf aufgibt, erfährt, was er auf den Servern lässt: eine Startsperre, eine Hinweisseite, "
            "gebrachte Dateien, eine Sperre. Es bleibt gemerkt, bis zu sehen war, dass es weg ist.",
            todo="es auf dem Server wegnehmen oder dort noch einmal nachsehen: eakte-ops runs show {run}",
            said={
                "none": "kein aufgegebener Lauf ließ etwas zurück",
                "left": "{subject} ist seit {seen:time} vom aufgegebenen Lauf {run} übrig: {what}",
            },
            incident="Eine Aktualisierung wurde um Mitternacht aufgegeben und alles von Hand gestartet. Ihre "
            "Hinweisseite blieb auf dem zweiten Gateway, an das niemand gedacht hatte.",
        ),
    },
)

CHECKS = (LOCKS, LEFT)
