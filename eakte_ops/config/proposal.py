"""What local IT of a town is asked to put in place, because it belongs to root: a page in the town's language. Pure."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from eakte_ops.config.rendered import Rendered
from eakte_ops.config.wording import commands, effect, rights, title
from eakte_ops.inventory.model import Town
from eakte_ops.product.model import Language

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "name": "PROPOSAL",
        "head": "# Proposal to local IT of {town}\n\n"
        "The centre that operates the e-file software asks you to put these files in place. They belong to root: the\n"
        "servers are yours, and the centre neither has the rights for it nor changes anything there. Read every line.\n"
        "What is solved in another way at your place may stay so; please tell us.{contact}\n\n"
        "FILE in a command is the text below it, saved as a file; in the whole folder, if you got it, this is\n"
        "`SERVER/PATH.rendered`. Where a checksum is named, the file then has it.\n",
        "contact": " Questions: {contact}.",
        "for": "What for",
        "components": "Because of",
        "rights": "Owner and mode",
        "effect": "How it takes effect",
        "hand": "once you make it take effect",
        "check": "To check it",
        "as-software": " (as {account})",
        "source": "Documented in",
        "sum": "SHA-256",
        "install": "To put it in place",
        "file": "FILE",
        "secrets": "Where ‹secret NAME› stands, put the secret that you are told on another way, never by mail.",
        "partial": "Only the lines that are documented; the rest of your file stays as it is.",
        "confidential": "Its text is confidential and comes on another way, never by mail.",
    },
    "de": {
        "name": "VORSCHLAG",
        "head": "# Vorschlag an die örtliche IT: {town}\n\n"
        "Das Zentrum, das die E-Akten-Software betreibt, bittet Sie, diese Dateien einzurichten. Sie gehören root;\n"
        "die Server sind Ihre, das Zentrum hat dafür keine Rechte und ändert dort nichts. Lesen Sie jede Zeile.\n"
        "Was bei Ihnen anders gelöst ist, kann so bleiben; sagen Sie es uns dann bitte.{contact}\n\n"
        "DATEI in einem Befehl ist der Text darunter, als Datei gespeichert; im ganzen Ordner, wenn Sie ihn bekamen,\n"
        "ist das `SERVER/PFAD.rendered`. Wo eine Prüfsumme genannt ist, hat die Datei sie dann.\n",
        "contact": " Fragen: {contact}.",
        "for": "Wozu",
        "components": "Wegen",
        "rights": "Besitzer und Rechte",
        "effect": "Wie es wirkt",
        "hand": "sobald Sie es wirken lassen",
        "check": "Zum Prüfen",
        "as-software": " (als {account})",
        "source": "Beschrieben in",
        "sum": "SHA-256",
        "install": "Zum Einrichten",
        "file": "DATEI",
        "secrets": "Wo ‹secret NAME› steht, gehört ein Geheimnis hin; Sie erfahren es auf anderem Weg, nie per Mail.",
        "partial": "Nur die beschriebenen Zeilen; der Rest Ihrer Datei bleibt, wie er ist.",
        "confidential": "Der Text ist vertraulich und kommt auf anderem Weg, nie per Mail.",
    },
}


def proposal_filename(town: Town) -> str:
    """The name under which the page is handed over."""
    return f"{_WORDS[town.said.language]['name']}-{town.id}.md"


def proposal(town: Town, files: Iterable[Rendered]) -> str:
    """The page, "" where there is nothing to ask for. `files`: in the order of servers; those of root are named."""
    asked = [file for file in files if file.proposal]
    if not asked:
        return ""
    language = town.said.language
    words = _WORDS[language]
    contact = town.said.contacts.get("centre")
    said = ", ".join(part for part in (contact.mail, contact.phone) if part) if contact else ""
    lines = [
        words["head"].format(town=_plain(town.name), contact=words["contact"].format(contact=said) if said else "")
    ]
    for server, own in groupby(asked, key=lambda file: file.server):
        lines.append(f"## {server}\n")
        for file in own:
            lines += _one(town, file, language)
    return "\n".join(lines)


def _one(town: Town, file: Rendered, language: Language) -> Iterator[str]:
    words, head, server = _WORDS[language], file.template.head, town.server(file.server)
    linux, layout = server.platform == "linux", town.profile.layout[server.platform]
    _, validation = commands(file, town)
    yield f"### `{file.path}`\n"
    yield f"- {words['for']}: {_plain(title(file, language))}"
    yield f"- {words['components']}: {', '.join(name for name in server.components if name in head.components)}"
    yield f"- {words['rights']}: `{rights(file, town, language)}`"
    yield f"- {words['effect']}: {words['hand'] if head.effect.how == 'hand' else effect(file, language)}"
    if validation:
        account = layout.software_account if head.validated_as == "software" else layout.work_account
        by = words["as-software"].format(account=account)
        command = shlex.join(word.replace("{file}", file.path) for word in validation)
        yield f"- {words['check']}{by}: `{command}`"
    if head.source:
        yield f"- {words['source']}: {_plain(head.source)}"
    if not (file.secrets or file.confidential or file.partial):
        yield f"- {words['sum']}: `{hashlib.sha256(file.masked().encode()).hexdigest()}`"
        if linux:
            yield f"- {words['install']}: `install -o root -g root -m {file.mode:04o} {words['file']} {file.path}`"
    yield ""
    for name, holds in (("partial", file.partial), ("confidential", file.confidential), ("secrets", file.secrets)):
        if holds:
            yield f"{words[name]}\n"
    if not file.confidential:
        yield _fenced(file.masked())


def _fenced(text: str) -> str:
    """A text as it is, in a fence longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text.rstrip(chr(10))}\n{fence}\n"


def _plain(text: str) -> str:
    return "".join("\\" + letter if letter in "\\`*_[]<>#|" else letter for letter in text)
