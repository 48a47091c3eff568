"""Rendered files for people: the list of them, and one of them."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from eakte_ops.config.wording import commands, effect, rights, title
from eakte_ops.product.model import Language

if TYPE_CHECKING:
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.inventory.model import Town

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "columns": "server|template|goes to|owner, mode|a change takes effect by|secrets",
        "none": "-",
        "local-it": "LOCAL IT",
        "partial": "only a part of the file",
        "confidential": "content never shown",
        "names": "Secrets stand here by their names; no value was opened.",
        "tried": "Tried: {tried}.",
        "proposals": "{count} of these belong to root: --out DIR also writes {file}, which asks local IT for them.",
        "proposal": "1 of these belongs to root: --out DIR also writes {file}, which asks local IT for it.",
        "asks": "{file} asks local IT for what belongs to root ({count}).",
        "hidden": "‹the content of this file is never shown›",
        "template": "template",
        "for": "what for",
        "owner": "owner, mode",
        "effect": "effect",
        "by": "reloaded with",
        "check": "checked with",
        "source": "documented in",
        "secrets": "secrets",
    },
    "de": {
        "columns": "Server|Vorlage|gehört nach|Besitzer, Rechte|eine Änderung wirkt durch|Geheimnisse",
        "none": "-",
        "local-it": "ÖRTLICHE IT",
        "partial": "nur ein Teil der Datei",
        "confidential": "Inhalt wird nie gezeigt",
        "names": "Geheimnisse stehen hier mit ihrem Namen; kein Wert wurde geöffnet.",
        "tried": "Erprobt: {tried}.",
        "proposals": "{count} davon gehören root: --out DIR schreibt auch {file}, eine Bitte an die örtliche IT.",
        "proposal": "1 davon gehört root: --out DIR schreibt auch {file}, eine Bitte an die örtliche IT.",
        "asks": "{file} bittet die örtliche IT um das, was root gehört ({count}).",
        "hidden": "‹der Inhalt dieser Datei wird nie gezeigt›",
        "template": "Vorlage",
        "for": "wozu",
        "owner": "Besitzer, Rechte",
        "effect": "wirkt durch",
        "by": "neu geladen mit",
        "check": "geprüft mit",
        "source": "beschrieben in",
        "secrets": "Geheimnisse",
    },
}


def told(
    town: Town, files: Sequence[Rendered], proposal: str, language: Language, *, written: bool = False
) -> Iterator[str]:
    """What is said beside the data: on what the templates were tried, that no secret was opened, whom to ask.

    `proposal`: name of the page for local IT; `written`: is it there now?
    """
    words = _WORDS[language]
    yield tried(town, language)
    if any(file.secrets for file in files):
        yield words["names"]
    if count := sum(file.proposal for file in files):
        key = "asks" if written else "proposal" if count == 1 else "proposals"
        yield words[key].format(count=count, file=proposal)


def tried(town: Town, language: Language) -> str:
    """On what the profile of the product, and so its templates, were tried."""
    said = town.profile.tried
    return _WORDS[language]["tried"].format(tried=said.de if language == "de" else said.en)


def columns(language: Language) -> list[str]:
    """The headings of `row`."""
    return _WORDS[language]["columns"].split("|")


def listed(town: Town, files: Sequence[Rendered], language: Language) -> Iterator[str]:
    """One line for each file where there is room for that, else some for each."""
    words = _WORDS[language]
    rows = [[each.upper() for each in columns(language)], *(row(town, file, language) for file in files)]
    widths = [max(len(cells[at]) for cells in rows) for at in range(len(rows[0]))]
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else None
    if width is None or sum(widths) + 3 * (len(widths) - 1) <= width:
        for cells in rows:
            yield "   ".join(cell.ljust(at) for cell, at in zip(cells, widths, strict=True)).rstrip()
        return
    server = ""
    for name, template, path, owner, takes, secrets in rows[1:]:
        if name != server:
            yield name
            server = name
        yield f"  {path}"
        held = f" · {words['secrets']}: {secrets}" if secrets != words["none"] else ""
        yield from _wrapped(f"{template} · {owner} · {takes}{held}", width, "    ")


def row(town: Town, file: Rendered, language: Language) -> list[str]:
    """One file in some words."""
    words = _WORDS[language]
    takes = words["local-it"] if file.proposal else effect(file, language)
    marks = [words["partial"]] if file.partial else []
    marks += [words["confidential"]] if file.confidential else []
    secrets = ", ".join(file.secrets) or words["none"]
    return [
        file.server,
        file.template.id,
        file.path,
        rights(file, town, language),
        " · ".join([takes, *marks]),
        secrets,
    ]


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


def details(town: Town, file: Rendered, language: Language) -> Iterator[str]:
    """All about one file but its text."""
    words = _WORDS[language]
    by, check = commands(file, town)
    facts = {
        "for": title(file, language),
        "template": file.template.file,
        "owner": rights(file, town, language) + (f" · {words['local-it']}" if file.proposal else ""),
        "effect": effect(file, language) + (f" · {words['partial']}" if file.partial else ""),
        "by": " ".join(by),
        "check": " ".join(check).replace("{file}", file.path),
        "secrets": ", ".join(file.secrets),
        "source": file.template.head.source,
    }
    column = max(len(words[name]) for name in facts)
    yield f"{file.server}  {file.path}"
    for name, said in facts.items():
        if said:
            yield f"  {words[name]:<{column}}  {said}"


def text_of(file: Rendered, language: Language) -> str:
    """The text with its secrets by name; of a confidential file only that it is one."""
    return f"{_WORDS[language]['hidden']}\n" if file.confidential else file.masked()
