"""The reference of the checks, made from the checks themselves."""

from __future__ import annotations

from collections.abc import Iterator

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.limits import about, written
from eakte_ops.health.types import AnyCheck

_HEAD = "<!-- made by scripts/generate; change the source, not this file -->\n"


def documents() -> dict[str, str]:
    """Path from the top of the repository -> whole text of the file."""
    return {"docs/reference/checks.md": "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    yield f"# Checks\n{_HEAD}"
    yield (
        "Each check judges facts of one server. Its result has a subject (a file system, a queue, a service), which "
        "belongs to the identity of a finding. What could not be read is `unknown`, never `ok`.\n"
    )
    yield "| check | owner | title | Titel |"
    yield "| --- | --- | --- | --- |"
    for check in CHECKS.values():
        anchor = check.name.replace(".", "")
        yield f"| [{check.name}](#{anchor}) | {check.owner} | {check.text['en'].title} | {check.text['de'].title} |"
    for check in CHECKS.values():
        yield from _check(check)


def _check(check: AnyCheck) -> Iterator[str]:
    yield f"\n## {check.name}\n"
    for language, next_step in (("en", "What to do"), ("de", "Was zu tun ist")):
        text = check.text["de" if language == "de" else "en"]
        yield f"**{text.title}.** {text.means}\n"
        yield f"{next_step}: {wording.general(text.todo, 'de' if language == 'de' else 'en')}.\n"
    limits = about(check.limits)
    if not limits:
        yield "No thresholds."
        return
    yield "| threshold | default | from | to | meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for field, (default, said) in limits.items():
        least, most = ("" if bound is None else f"{bound:g}" for bound in (said.least, said.most))
        yield f"| `{field}` | {written(default)} | {least} | {most} | {said.en} / {said.de} |"
