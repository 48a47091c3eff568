"""One change of a sample, one mistake: with its place, its cause and its way out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.inventory.conftest import Change, Look, told


class Case(NamedTuple):
    """A block of mistakes.txt."""

    file: str
    old: str
    new: str
    said: str


def _cases() -> list[Case]:
    blocks = (Path(__file__).parent / "mistakes.txt").read_text("utf-8").strip().split("\n\n")[1:]
    return [
        Case(*(line.removeprefix(mark) for line, mark in zip(block.split("\n"), ("", "- ", "+ ", "= "), strict=True)))
        for block in blocks
    ]


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.new[:40]}" for case in CASES])
def test_one_change_one_mistake(case: Case, change: Change, look: Look) -> None:
    change(case.file, case.old.replace("\\n", "\n"), case.new.replace("\\n", "\n"))
    assert told(look().mistakes()) == [case.said]


def test_no_change_no_mistake(look: Look) -> None:
    assert look().mistakes() == ()
