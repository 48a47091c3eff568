"""A letter as plain text, for terminals, screen readers and mail programs that show no HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.report.letter import Group, Item, Letter, Section, Table

WIDTH = 76


def as_text(letter: Letter) -> str:
    """Lines of at most 76 characters, but for words that are longer; ends with a line end."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    if letter.lab:
        yield letter.lab
    yield from _wrapped(letter.headline)
    for sentence in letter.lead:
        yield from _wrapped(sentence)
    if letter.table is not None:
        yield from _table(letter.table)
    for section in letter.sections:
        yield from _section(section)
    yield ""
    yield "-" * WIDTH
    for sentence in letter.foot:
        yield from _wrapped(sentence)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield table.title.upper()
    widths = [max(len(row[at]) for row in (table.columns, *table.rows)) for at in range(len(table.columns))]
    for row in (table.columns, *table.rows):
        first, *rest = (
            f"{cell:<{width}}" if at == 0 else f"{cell:>{width}}" for at, (cell, width) in _cells(row, widths)
        )
        yield "  ".join((first, *rest)).rstrip()
    if table.more:
        yield from _wrapped(table.more)


def _cells(row: tuple[str, ...], widths: list[int]) -> Iterator[tuple[int, tuple[str, int]]]:
    return iter(enumerate(zip(row, widths, strict=True)))


def _section(section: Section) -> Iterator[str]:
    yield ""
    if section.title:
        yield section.title.upper()
    for line in section.lines:
        yield from _wrapped(line)
    for group in section.groups:
        yield from _group(group)
    if section.more:
        yield ""
        yield from _wrapped(section.more)


def _group(group: Group) -> Iterator[str]:
    if group.name:
        yield ""
        yield group.name
    for number, item in enumerate(group.items):
        if number:
            yield ""
        yield from _item(item)
    if group.contact:
        yield ""
        yield from _wrapped(group.contact, "  ")


def _item(item: Item) -> Iterator[str]:
    yield from _wrapped(f"* {item.mark.upper()} · {item.place} · {item.title}", "", "  ")
    yield from _wrapped(item.said, "  ")
    yield from _wrapped(" · ".join(item.notes), "  ")
    if item.todo:
        yield from _wrapped(f"→ {item.todo}", "  ", "    ")
    if item.command:
        yield f"  $ {item.command}"


def _wrapped(text: str, first: str = "", follow: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if follow is None else follow,
        break_long_words=False,
        break_on_hyphens=False,
    )
