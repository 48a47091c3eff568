"""The sentences about drift in both languages; those about one file are put together from their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eakte_ops.health.types import Language, Text


@dataclass(frozen=True, slots=True)
class _Parts:
    """Keys as checks/drift.py has them: what a file holds, its rights, by whom as far as is known, who was there."""

    holds: Mapping[str, str]
    rights: Mapping[str, str]
    both: str
    who: Mapping[str, str]
    there: Mapping[str, str]
    missing: str

    def said(self) -> dict[str, str]:
        """Every sentence that can be put together from the parts."""
        made = {f"missing-{key}": f"{self.missing}{there}" for key, there in self.there.items()}
        for holds, first in self.holds.items():
            for rights, second in self.rights.items():
                parts = [part for part in (first, second) if part]
                for who, by in self.who.items():
                    for key, there in self.there.items():
                        if parts:
                            made[f"{holds}-{rights}-{who}-{key}"] = f"{{path}} {self.both.join(parts)}{by}{there}"
        return made


_EN = _Parts(
    holds={
        "same": "",
        "other": "holds something else than what was placed on {placed:time} ({run})",
        "touched": "was touched after it was placed on {placed:time} ({run}), and could not be read",
    },
    rights={
        "same": "",
        "other": "is {now} instead of {then}",
        "opened": "is {now} instead of {then}, open to accounts that it was closed to",
    },
    both=", and ",
    who={
        "owner": "; changed on {when:time} by {account}, as far as the server knows",
        "writers": "; changed on {when:time} by an account that may do so ({account})",
    },
    there={
        "some": "; had a terminal open then: {logins}",
        "nobody": "; nobody had a terminal open then",
        "unknown": "; who had a terminal open then is not known",
    },
    missing="{path} is missing; it was placed on {placed:time} ({run}), its folder changed last on {when:time}",
)

_DE = _Parts(
    holds={
        "same": "",
        "other": "enthält etwas anderes, als am {placed:time} eingesetzt wurde ({run})",
        "touched": "wurde angefasst, seit es am {placed:time} eingesetzt wurde ({run}), und ließ sich nicht lesen",
    },
    rights={
        "same": "",
        "other": "hat {now} statt {then}",
        "opened": "hat {now} statt {then} und steht damit Konten offen, denen es verschlossen war",
    },
    both=", und ",
    who={
        "owner": "; geändert am {when:time} von {account}, soweit der Server es weiß",
        "writers": "; geändert am {when:time} von einem Konto, das es darf ({account})",
    },
    there={
        "some": "; ein Terminal offen hatte damals: {logins}",
        "nobody": "; niemand hatte damals ein Terminal offen",
        "unknown": "; wer damals ein Terminal offen hatte, ist nicht bekannt",
    },
    missing="{path} fehlt; es wurde am {placed:time} eingesetzt ({run}), sein Ordner zuletzt am {when:time} geändert",
)

TEXT: Mapping[Language, Text] = {
    "en": Text(
        title="The configuration is the one that was agreed",
        means="Configuration is made from templates and the town's inventory. What somebody changed by hand on the "
        "server is lost with the next update, or explains what nobody understands. Compared is with the server's own "
        "note of what was placed. The night may not read files with secrets: of these it sees owner, mode, size and "
        "times. Who had a terminal open is known as far as the server keeps a record of it; our own "
        "accounts get none.",
        todo="eakte-ops config diff {town} shows the difference: take it over (eakte-ops config adopt {town} "
        "{subject}), or put the agreed file back (eakte-ops config apply {town} --file {subject})",
        said={
            "as-placed": "{path} is as it was placed on {placed:time} ({run})",
            "agreed": "the centre places {count} files here",
            **_EN.said(),
            "missing-folder": "{path} is missing, and its folder, too; it was placed on {placed:time} ({run})",
            "is-link": "{path} is a link; it was placed as a file on {placed:time} ({run})",
            "is-folder": "{path} is a folder; it was placed as a file on {placed:time} ({run})",
            "is-other": "{path} is a pipe, a socket or a device; it was placed as a file on {placed:time} ({run})",
            "never": "{path} belongs here and was never placed",
            "unnoted": "{path} is there, and nothing says what was placed as it",
            "note-fine": "{path} says what was placed here ({count})",
            "note-absent": "{path} does not exist, so nothing says what was placed here",
            "note-odd": "{path} is no plain file, so nothing says what was placed here",
            "note-long": "{path} is longer than any note of ours, so nothing says what was placed here",
            "note-foreign": "{path} may be written by others ({now}), so what it says proves nothing",
            "note-broken": "{path} has lines that can not be read or contradict each other ({count})",
            "templates": "it is not known which files belong here, for templates are wrong ({count}): {what}",
            "leftover": "no template knows what was placed here: {names} ({count})",
        },
        todos={
            "rights": "find out why, and set {then} again",
            "opened": "set {then} again at once; if it holds secrets, whoever could read it knows them: change them "
            "(eakte-ops secret set {town} NAME)",
            "touched": "eakte-ops configs drift {town} says whether it holds something else: it asks with the account "
            "of people at work, who may read it",
            "missing": "find out who did that, and put the file back before the next start; eakte-ops config render "
            "{town} --file {subject} shows what belongs there",
            "compare": "eakte-ops config diff {town} shows what is there beside what should be",
            "note": "find out who did that; eakte-ops config diff {town} compares without the note, and placing the "
            "files again makes it anew",
            "templates": "set the templates right: eakte-ops config render {town} names every mistake",
            "leftover": "does anything still read them? keep what is needed as a template, take the rest away",
        },
        incident="A time limit had been raised by hand years ago and was noted nowhere. The update wrote the old "
        "value, and large files failed for two weeks.",
    ),
    "de": Text(
        title="Die Konfiguration ist die vereinbarte",
        means="Konfiguration entsteht aus Vorlagen und dem Inventar der Kommune. Was jemand auf dem Server von Hand "
        "geändert hat, geht mit der nächsten Aktualisierung verloren oder erklärt, was niemand versteht. Verglichen "
        "wird mit dem eigenen Vermerk des Servers darüber, was eingesetzt wurde. Dateien mit Geheimnissen darf die "
        "Nacht nicht lesen: von ihnen sieht sie Besitzer, Rechte, Größe und Zeiten. Wer ein Terminal offen hatte, ist "
        "so weit bekannt, wie der Server darüber Buch führt; unsere eigenen Konten bekommen keines.",
        todo="eakte-ops config diff {town} zeigt den Unterschied: übernehmen (eakte-ops config adopt {town} "
        "{subject}) oder die vereinbarte Datei wieder einsetzen (eakte-ops config apply {town} --file {subject})",
        said={
            "as-placed": "{path} ist, wie es am {placed:time} eingesetzt wurde ({run})",
            "agreed": "das Zentrum setzt hier {count} Dateien ein",
            **_DE.said(),
            "missing-folder": "{path} fehlt und sein Ordner auch; es wurde am {placed:time} eingesetzt ({run})",
            "is-link": "{path} ist ein Verweis; am {placed:time} wurde es als Datei eingesetzt ({run})",
            "is-folder": "{path} ist ein Ordner; am {placed:time} wurde es als Datei eingesetzt ({run})",
            "is-other": "{path} ist eine Pipe, ein Socket oder ein Gerät; am {placed:time} wurde es als Datei "
            "eingesetzt ({run})",
            "never": "{path} gehört hierher und wurde nie eingesetzt",
            "unnoted": "{path} ist da, aber nirgends steht, was dort eingesetzt wurde",
            "note-fine": "{path} sagt, was hier eingesetzt wurde ({count})",
            "note-absent": "{path} gibt es nicht, also steht nirgends, was hier eingesetzt wurde",
            "note-odd": "{path} ist keine gewöhnliche Datei, also steht nirgends, was hier eingesetzt wurde",
            "note-long": "{path} ist länger als jeder Vermerk von uns, also steht nirgends, was hier eingesetzt wurde",
            "note-foreign": "{path} dürfen andere schreiben ({now}), also beweist nichts, was dort steht",
            "note-broken": "{path} hat Zeilen, die nicht lesbar sind oder sich widersprechen ({count})",
            "templates": "welche Dateien hierher gehören, ist nicht bekannt, denn Vorlagen sind falsch ({count}): "
            "{what}",
            "leftover": "keine Vorlage kennt, was hier eingesetzt wurde: {names} ({count})",
        },
        todos={
            "rights": "nachsehen, warum, und wieder {then} setzen",
            "opened": "sofort wieder {then} setzen; enthält es Geheimnisse, so kennt sie, wer es lesen konnte: ändern "
            "(eakte-ops secret set {town} NAME)",
            "touched": "eakte-ops configs drift {town} sagt, ob es etwas anderes enthält: es fragt mit dem Konto der "
            "Menschen bei der Arbeit, die es lesen dürfen",
            "missing": "nachsehen, wer das war, und die Datei vor dem nächsten Start wieder einsetzen; eakte-ops "
            "config render {town} --file {subject} zeigt, was dorthin gehört",
            "compare": "eakte-ops config diff {town} zeigt, was dort ist und was dort sein soll",
            "note": "nachsehen, wer das war; eakte-ops config diff {town} vergleicht ohne den Vermerk, und das "
            "Einsetzen der Dateien macht ihn neu",
            "templates": "die Vorlagen berichtigen: eakte-ops config render {town} nennt jeden Fehler",
            "leftover": "Liest sie noch jemand? Was gebraucht wird, als Vorlage führen, den Rest wegnehmen",
        },
        incident="Eine Zeitgrenze war vor Jahren von Hand erhöht und nirgends vermerkt worden. Die Aktualisierung "
        "schrieb den alten Wert, und große Dateien scheiterten zwei Wochen lang.",
    ),
}
