"""Service hours on the town's own clock, also on the two days on which it jumps."""

from __future__ import annotations

from typing import Any

import pytest

from eakte_ops.report.hours import next_open
from eakte_ops.report.moments import Reader
from tests.unit.report.nights import HOURS, MORNING, at

NIGHT = [{"days": ["sat"], "from": "22:00", "until": "06:00"}]
ROUND_THE_CLOCK = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "24:00"}]
SUNDAY_AT_HALF_PAST_TWO = [{"days": ["sun"], "from": "02:30", "until": "04:00"}]
IN_THE_MISSING_HOUR = [{"days": ["sun"], "from": "02:10", "until": "02:50"}]


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        (HOURS, "2026-11-24 10:00", "2026-11-24 10:00"),
        (HOURS, "2026-11-24 07:00", "2026-11-24 07:00"),
        (HOURS, "2026-11-24 06:59", "2026-11-24 07:00"),
        (HOURS, "2026-11-24 18:00", "2026-11-25 07:00"),
        (HOURS, "2026-11-27 14:00", "2026-11-30 07:00"),
        (NIGHT, "2026-11-22 05:59", "2026-11-22 05:59"),
        (NIGHT, "2026-11-22 06:00", "2026-11-28 22:00"),
        (ROUND_THE_CLOCK, "2026-11-22 23:59", "2026-11-22 23:59"),
        (ROUND_THE_CLOCK, "2026-10-25 02:30", "2026-10-25 02:30"),
        (HOURS, "2026-03-27 20:00", "2026-03-30 07:00"),
        (HOURS, "2026-10-23 20:00", "2026-10-26 07:00"),
        (SUNDAY_AT_HALF_PAST_TWO, "2026-03-29 01:59", "2026-03-29 03:00"),
        (IN_THE_MISSING_HOUR, "2026-03-28 12:00", "2026-04-05 02:10"),
        ([], "2026-11-24 10:00", "2026-11-24 10:00"),
    ],
)
def test_when_somebody_may_be_disturbed(hours: list[dict[str, Any]], now: str, then: str) -> None:
    assert next_open(hours, "Europe/Berlin", at(now)) == at(then)


def test_the_doubled_hour_counts_both_times() -> None:
    first, second = at("2026-10-25 02:45"), at("2026-10-25 02:45", fold=1)
    assert second - first == 3600
    for moment in (first, second):
        assert next_open(SUNDAY_AT_HALF_PAST_TWO, "Europe/Berlin", moment) == moment
    between, again = at("2026-10-25 02:15", fold=1), at("2026-10-25 02:30", fold=1)
    assert next_open(SUNDAY_AT_HALF_PAST_TWO, "Europe/Berlin", between) == again
    until_three = [{"days": ["sun"], "from": "01:00", "until": "02:30"}]
    assert next_open(until_three, "Europe/Berlin", at("2026-10-25 02:15", fold=1)) == at("2026-10-25 02:15", fold=1)


def test_the_clock_of_the_town_decides() -> None:
    assert next_open(HOURS, "Atlantic/Azores", at("2026-11-24 07:30")) == at("2026-11-24 09:00")


@pytest.mark.parametrize(
    ("said", "fold", "german", "english"),
    [
        ("2026-11-24 02:14", 0, "Di 24.11. 02:14", "Tue 24 Nov 02:14"),
        ("2025-12-31 23:59", 0, "Mi 31.12.2025 23:59", "Wed 31 Dec 2025 23:59"),
        ("2026-10-25 02:30", 0, "So 25.10. 02:30 (UTC+2)", "Sun 25 Oct 02:30 (UTC+2)"),
        ("2026-10-25 02:30", 1, "So 25.10. 02:30 (UTC+1)", "Sun 25 Oct 02:30 (UTC+1)"),
        ("2026-10-25 03:00", 0, "So 25.10. 03:00", "Sun 25 Oct 03:00"),
        ("2026-03-29 03:00", 0, "So 29.3. 03:00", "Sun 29 Mar 03:00"),
    ],
)
def test_moments_are_written_as_the_reader_writes_them(said: str, fold: Any, german: str, english: str) -> None:
    assert Reader("de", "Europe/Berlin", MORNING).moment(at(said, fold)) == german
    assert Reader("en", "Europe/Berlin", MORNING).moment(at(said, fold)) == english


def test_offsets_of_half_hours_are_said_whole() -> None:
    # Lord Howe puts its clocks back by half an hour on the first Sunday of April.
    assert Reader("en", "Australia/Lord_Howe", MORNING).time(at("2026-04-04 17:15")) == "01:45 (UTC+10:30)"
