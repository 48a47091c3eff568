"""The reference of the checks, made from the checks themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.limits import about, written
from eakte_ops.health.types import AnyCheck, Language

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->\n"


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    return {"docs/reference/checks.md": "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    yield f"# Checks\n{_HEAD}"
    yield (
        "Each check judges facts of one server, of all servers of a town together, or whether the centre itself does "
        "its work. A result has a subject (a file system, a queue, a service), which belongs to the identity of a "
        "finding. What could not be read is `unknown`, never `ok`. *Light* checks are looked at every few minutes.\n"
    )
    yield "| check | owner | of | light | title | Titel |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for check in CHECKS.values():
        anchor = check.name.replace(".", "")
        titles = f"{check.text['en'].title} | {check.text['de'].title}"
        light = "light" if check.light else ""
        yield f"| [{check.name}](#{anchor}) | {check.owner} | {check.scope} | {light} | {titles} |"
    for check in CHECKS.values():
        yield from _check(check)


def _check(check: AnyCheck) -> Iterator[str]:
    yield f"\n## {check.name}\n"
    for language, words in _WORDS.items():
        text = check.text[language]
        yield f"**{text.title}.** {text.means}\n"
        yield f"{words['incident']}: {text.incident}\n"
        if text.clerks:
            yield f"{words['clerks']}: {text.clerks}\n"
        yield f"{words['todo']}: {wording.general(text.todo, language)}.\n"
    if check.trends:
        yield f"Kept as history: {', '.join(f'`{name}`' for name in check.trends)}.\n"
    limits = about(check.limits)
    if not limits:
        yield "No thresholds."
        return
    yield "| threshold | default | from | to | meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for field, (default, said) in limits.items():
        least, most = ("" if bound is None else f"{bound:g}" for bound in (said.least, said.most))
        yield f"| `{field}` | {written(default)} | {least} | {most} | {said.en} / {said.de} |"


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {"incident": "Without it", "clerks": "At the desks", "todo": "What to do"},
    "de": {"incident": "Ohne sie", "clerks": "Am Arbeitsplatz", "todo": "Was zu tun ist"},
}
