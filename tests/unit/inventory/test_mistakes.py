"""One change of a sample, one mistake: with its place, its cause and its way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.inventory.conftest import Change, Look, told
from tests.unit.product.cases import Case, cases

CASES = cases(Path(__file__).parent / "mistakes.txt")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.new[:40]}" for case in CASES])
def test_one_change_one_mistake(case: Case, change: Change, look: Look) -> None:
    change(case.file, case.old, case.new)
    assert told(look().mistakes()) == [case.said]


def test_no_change_no_mistake(look: Look) -> None:
    assert look().mistakes() == ()
