"""Each look leaves its time on the server: so the town's own monitoring can watch the watcher. Asked last of all."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.health.facts.last_look import LAST_LOOK, path
from eakte_ops.health.types import Check, Look, NoLimits, Result, Text, Values


def _mark(look: Look, _limits: NoLimits) -> Iterable[Result]:
    mark = look[LAST_LOOK]
    values: Values = {"path": path(look.site), "when": mark.when}
    todo = "failed" if mark.state == "failed" else ""
    yield Result("ok" if mark.state == "written" else "warning", "", mark.state, values, todo=todo)


MARK = Check(
    name="watch.mark",
    owner="local-it",
    facts=(LAST_LOOK,),
    limits=NoLimits(),
    judge=_mark,
    light=True,
    text={
        "en": Text(
            title="The look leaves its mark",
            means="Each look writes its time (UTC, by the server's clock) into a file that the access pack made. If "
            "the centre does not look any more, for whatever reason, the town's own monitoring sees it by the age of "
            "that file. The night account may write this one file and makes none.",
            todo="install the access pack again (sh PACK install): it makes {path} with the right owner and mode",
            said={
                "written": "left its time in {path}: {when}",
                "absent": "{path} does not exist",
                "denied": "{path} may not be written by the night account",
                "failed": "{path} can not be written",
            },
            todos={
                "failed": "is the disk full, is {path} a plain file? if not: remove it and install the access pack "
                "again (sh PACK install)"
            },
            incident="The operations host stood still over the holidays. No town noticed that nobody looked, for no "
            "message is what a quiet night sounds like, too.",
        ),
        "de": Text(
            title="Der Blick hinterlässt seine Zeit",
            means="Jeder Blick schreibt seine Zeit (UTC, nach der Uhr des Servers) in eine Datei, die das Zugangspaket "
            "angelegt hat. Sieht das Zentrum nicht mehr nach, warum auch immer, so sieht es die Überwachung der "
            "Kommune am Alter dieser Datei. Das Nachtkonto darf nur diese eine Datei schreiben und legt keine an.",
            todo="das Zugangspaket erneut installieren (sh PAKET install): es legt {path} mit richtigem Besitzer und "
            "Rechten an",
            said={
                "written": "hat seine Zeit in {path} hinterlassen: {when}",
                "absent": "{path} gibt es nicht",
                "denied": "{path} darf das Nachtkonto nicht schreiben",
                "failed": "{path} lässt sich nicht schreiben",
            },
            todos={
                "failed": "Ist die Platte voll, ist {path} eine gewöhnliche Datei? Wenn nicht: entfernen und das "
                "Zugangspaket erneut installieren (sh PAKET install)"
            },
            incident="Der Betriebsrechner stand über die Feiertage. Keine Kommune merkte, dass niemand nachsah, denn "
            "keine Meldung klingt genau wie eine ruhige Nacht.",
        ),
    },
)

CHECKS = (MARK,)
