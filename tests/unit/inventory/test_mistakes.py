"""One change of a sample, one mistake: with its place, its cause and its way out."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from eakte_ops.inventory.rules import times
from tests.unit.inventory.conftest import Change, Look, told
from tests.unit.product.cases import Case, cases

CASES = cases(Path(__file__).parent / "mistakes.txt")


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.new[:40]}" for case in CASES])
def test_one_change_one_mistake(case: Case, change: Change, look: Look) -> None:
    change(case.file, case.old, case.new)
    assert told(look().mistakes()) == [case.said]


def test_a_machine_without_time_zones_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(zone: str) -> None:
        raise ZoneInfoNotFoundError(zone)

    monkeypatch.setattr(times, "ZoneInfo", unknown)
    monkeypatch.setattr(times, "available_timezones", set)
    (problem,) = times.check({"windows": {"zone": "Europe/Nowhere-at-all"}})
    assert problem.sentence.endswith("install the package tzdata")


def test_no_change_no_mistake(look: Look) -> None:
    assert look().mistakes() == ()
