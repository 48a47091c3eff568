"""The sentences of `config diff`, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.product.model import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "taken": "no template has it, and {component} takes every .yml here at its next start",
        "unknown": "no template knows it (its content was not looked at)",
        "more-names": "and {count} more files that no template knows",
        "unseen": "not all names in {folder} could be seen",
        "failed": "not compared: {said}",
        "missing": "is missing on the server",
        "asked-for": "Not there, local IT was asked for it and may have solved it in another way "
        "(eakte-ops config render {town} --out DIR writes the request):",
        "different": "is different",
        "not compared": "not compared",
        "local-it": "local-it",
        "centre": "centre",
        "kind": "there is no file but: {server}",
        "owner": "belongs to {server}, should be {template}",
        "group": "has the group {server}, should be {template}",
        "mode": "has the mode {server}, should be {template}",
        "exposed": "others on the server can use this file, and it holds secrets",
        "crlf": "{said} lines end as on Windows (CR LF)",
        "bom": "begins with a byte order mark",
        "not ended": "the last line has no end on the server",
        "ended": "the last line has an end on the server, and none in the template",
        "long": "is {said} bytes long, more than is compared line by line",
        "lines": "has {said} lines, more than are compared one by one",
        "confidential": "its content differs, and is never shown",
        "unread": "its content could not be read ({said})",
        "unread-": "its content can not be read by the account of people at work",
        "partial": "the template holds only a part of the file",
        "closed": "not compared: the secret {name} can not be opened here",
        "edited": "placed {when} ({by}), and changed on the server since",
        "placed": "its text is the one that was placed {when} ({by}); what the templates say has changed since",
        "text": "its text is the one that was placed {when} ({by})",
        "effect": "takes effect by: {effect}",
        "changed": "changed",
        "written": "the same, written in another way",
        "uncompared": "not compared",
        "w-unknown": "is not in the template and not shown: this file holds secrets|"
        "are not in the template and not shown: this file holds secrets",
        "w-looks": "is not shown: it looks as if it held a secret|are not shown: they look as if they held a secret",
        "w-value": "is not shown: it holds the secret {name}|are not shown: each holds the secret {name}",
        "w-long": "is not shown: it is longer than is looked through|"
        "are not shown: each is longer than is looked through",
        "w-unseen": "differs from the template's only in blanks or in what can not be seen|"
        "differ from the template's only in blanks or in what can not be seen",
        "line": "line {first}",
        "lines-of": "lines {first} to {last}",
        "more-rows": "{count} more lines: --json has them all",
        "same": "{count} files are as the templates say",
        "same-1": "1 file is as the templates say",
        "sum": "{different} different · {missing} missing · {open} not compared · {same} the same · "
        "{asked} of {all} servers asked",
        "names": "of a secret only its name is ever shown",
    },
    "de": {
        "taken": "keine Vorlage hat sie, und {component} nimmt beim nächsten Start jede .yml hier",
        "unknown": "keine Vorlage kennt sie (in den Inhalt sah niemand)",
        "more-names": "und {count} weitere Dateien, die keine Vorlage kennt",
        "unseen": "nicht alle Namen in {folder} waren zu sehen",
        "failed": "nicht verglichen: {said}",
        "missing": "fehlt auf dem Server",
        "asked-for": "Nicht da; die örtliche IT ist darum gebeten und hat es vielleicht anders gelöst "
        "(eakte-ops config render {town} --out DIR schreibt die Bitte):",
        "different": "ist anders",
        "not compared": "nicht verglichen",
        "local-it": "örtliche IT",
        "centre": "Zentrum",
        "kind": "dort ist keine Datei, sondern: {server}",
        "owner": "gehört {server}, soll {template}",
        "group": "hat die Gruppe {server}, soll {template}",
        "mode": "hat die Rechte {server}, soll {template}",
        "exposed": "andere auf dem Server können diese Datei benutzen, und sie enthält Geheimnisse",
        "crlf": "{said} Zeilen enden wie unter Windows (CR LF)",
        "bom": "beginnt mit einer Byte-Order-Mark",
        "not ended": "die letzte Zeile hat auf dem Server kein Ende",
        "ended": "die letzte Zeile hat auf dem Server ein Ende, in der Vorlage nicht",
        "long": "ist {said} Bytes lang, mehr als zeilenweise verglichen wird",
        "lines": "hat {said} Zeilen, mehr als einzeln verglichen werden",
        "confidential": "der Inhalt ist anders und wird nie gezeigt",
        "unread": "der Inhalt war nicht zu lesen ({said})",
        "unread-": "der Inhalt ist für das Konto der Menschen bei der Arbeit nicht lesbar",
        "partial": "die Vorlage enthält nur einen Teil der Datei",
        "closed": "nicht verglichen: das Geheimnis {name} lässt sich hier nicht öffnen",
        "edited": "eingesetzt: {when} ({by}), seither auf dem Server geändert",
        "placed": "ihr Text ist noch der, der eingesetzt wurde: {when} ({by}); die Vorlagen sagen seither anderes",
        "text": "ihr Text ist noch der, der eingesetzt wurde: {when} ({by})",
        "effect": "wirkt durch: {effect}",
        "changed": "geändert",
        "written": "dasselbe, anders geschrieben",
        "uncompared": "nicht verglichen",
        "w-unknown": "steht nicht in der Vorlage und wird nicht gezeigt: diese Datei enthält Geheimnisse|"
        "stehen nicht in der Vorlage und werden nicht gezeigt: diese Datei enthält Geheimnisse",
        "w-looks": "wird nicht gezeigt: sieht aus, als stünde ein Geheimnis darin|"
        "werden nicht gezeigt: sehen aus, als stünde ein Geheimnis darin",
        "w-value": "wird nicht gezeigt: enthält das Geheimnis {name}|"
        "werden nicht gezeigt: jede enthält das Geheimnis {name}",
        "w-long": "wird nicht gezeigt: länger, als durchgesehen wird|"
        "werden nicht gezeigt: jede ist länger, als durchgesehen wird",
        "w-unseen": "ist anders als in der Vorlage nur in Leerzeichen oder in Unsichtbarem|"
        "sind anders als in der Vorlage nur in Leerzeichen oder in Unsichtbarem",
        "line": "Zeile {first}",
        "lines-of": "Zeilen {first} bis {last}",
        "more-rows": "{count} weitere Zeilen: --json hat sie alle",
        "same": "{count} Dateien sind, wie die Vorlagen sagen",
        "same-1": "1 Datei ist, wie die Vorlagen sagen",
        "sum": "{different} anders · {missing} fehlend · {open} nicht verglichen · {same} gleich · "
        "{asked} von {all} Servern gefragt",
        "names": "von einem Geheimnis wird immer nur der Name gezeigt",
    },
}
