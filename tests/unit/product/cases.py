"""Tables of mistakes as text: one block each, `file`, `- old text`, `+ new text`, `= what is said`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

MARKS = ("", "- ", "+ ", "= ")


class Case(NamedTuple):
    """One change and the one mistake that it makes."""

    file: str
    old: str
    new: str
    said: str


def cases(table: Path) -> list[Case]:
    """The blocks of `table` behind its heading; \\n is a new line."""
    blocks = table.read_text("utf-8").strip().split("\n\n")[1:]
    return [Case(*(_text(line, mark) for line, mark in zip(block.split("\n"), MARKS, strict=True))) for block in blocks]


def _text(line: str, mark: str) -> str:
    assert line.startswith(mark)
    return line.removeprefix(mark).replace("\\n", "\n")
