"""`eakte-ops checks`: lists the checks, or explains one."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eakte_ops.cli.health import LanguageOption
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import show, show_json
from eakte_ops.errors import Status

if TYPE_CHECKING:
    from eakte_ops.health.types import AnyCheck, Language

_WIDTH = 96


def checks(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The check to explain.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    language: LanguageOption = None,
) -> int:
    """List the checks, or explain one: what a finding means, what to do, which thresholds a town may set."""
    from eakte_ops.health import catalogue

    found = catalogue.explained([name] if name else [])
    if as_json:
        show_json("checks", 1, {"checks": [_data(check) for check in found]})
    elif name:
        _explain(found[0], spoken(language))
    else:
        _list(found, spoken(language))
    return Status.OK


def _data(check: AnyCheck) -> dict[str, Any]:
    from eakte_ops.health.limits import about

    return {
        "name": check.name,
        "owner": check.owner,
        "scope": check.scope,
        "light": check.light,
        "title": {tongue: text.title for tongue, text in check.text.items()},
        "means": {tongue: text.means for tongue, text in check.text.items()},
        "todo": {tongue: text.todo for tongue, text in check.text.items()},
        "incident": {tongue: text.incident for tongue, text in check.text.items()},
        "clerks": {tongue: text.clerks for tongue, text in check.text.items()},
        "asks": [fact.name for fact in check.facts],
        "trends": list(check.trends),
        "thresholds": {
            field: {"default": default, "least": said.least, "most": said.most, "means": {"de": said.de, "en": said.en}}
            for field, (default, said) in about(check.limits).items()
        },
    }


def _list(found: tuple[AnyCheck, ...], language: Language) -> None:
    from eakte_ops.health import wording

    name = max(len(check.name) for check in found)
    owner = max(len(wording.owner(check.owner, language)) for check in found)
    for check in found:
        whose = wording.owner(check.owner, language)
        show(f"{check.name:<{name}}  {whose:<{owner}}  {check.text[language].title}")


def _explain(check: AnyCheck, language: Language) -> None:
    from eakte_ops.health import wording
    from eakte_ops.health.limits import about, written

    text = check.text[language]
    words = _WORDS[language]
    show(f"{check.name} · {text.title} · {wording.owner(check.owner, language)}")
    show()
    for part in (
        text.means,
        f"{words['incident']} {text.incident}",
        text.clerks and f"{words['clerks']} {text.clerks}",
    ):
        for line in textwrap.wrap(part, _WIDTH, break_on_hyphens=False):
            show(line)
    show()
    for line in textwrap.wrap(
        f"→ {wording.general(text.todo, language)}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False
    ):
        show(line)
    limits = about(check.limits)
    show()
    if not limits:
        show(words["none"])
        return
    show(words["thresholds"])
    width = max(len(field) for field in limits)
    for field, (default, said) in limits.items():
        value = written(default)
        show(f"  {field:<{width}}  {value:<5}  {said.de if language == 'de' else said.en}")
    field, (default, _said) = next(iter(limits.items()))
    show()
    show(words["sample"])
    show(f"  thresholds: {{{check.name}: {{{field}: {written(default)}}}}}")


_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "incident": "Without it:",
        "clerks": "At the desks:",
        "thresholds": "Thresholds, with their defaults:",
        "none": "It has no thresholds.",
        "sample": "A town or a server sets its own in inventories/TOWN.yml:",
    },
    "de": {
        "incident": "Ohne sie:",
        "clerks": "Am Arbeitsplatz:",
        "thresholds": "Schwellen mit ihren Vorgaben:",
        "none": "Sie hat keine Schwellen.",
        "sample": "Eine Kommune oder ein Server setzt eigene in inventories/TOWN.yml:",
    },
}
