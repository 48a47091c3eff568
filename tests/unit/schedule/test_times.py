"""When something runs next, over the doubled hour and the one that is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eakte_ops.schedule.times import day_without, next_daily, next_minutes, on_day

ZONE = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "at", "expected"),
    [
        ("2026-11-24T00:29:59", "01:30", "2026-11-24T00:30"),
        ("2026-11-24T00:30:00", "01:30", "2026-11-25T00:30"),
        ("2026-10-24T23:29:00", "01:30", "2026-10-24T23:30"),  # still summer time
        ("2026-10-24T23:31:00", "01:30", "2026-10-26T00:30"),  # 25 hours later
        ("2026-10-24T23:31:00", "02:30", "2026-10-25T00:30"),  # the first of the two
        ("2026-10-25T00:31:00", "02:30", "2026-10-26T01:30"),  # and not the second
        ("2027-03-28T00:00:00", "01:30", "2027-03-28T00:30"),
        ("2027-03-28T00:31:00", "01:30", "2027-03-28T23:30"),  # 23 hours later
        ("2027-03-27T12:00:00", "02:30", "2027-03-29T00:30"),  # 28 March has none
        ("2026-11-24T22:59:00", "00:00", "2026-11-24T23:00"),
    ],
)
def test_the_next_time_of_day(now: str, at: str, expected: str) -> None:
    assert next_daily(utc(now), ZONE, at) == utc(expected)


def test_the_next_sunday_over_the_change_of_the_clock() -> None:
    assert next_daily(utc("2026-10-24T12:00"), ZONE, "04:45", sundays=True) == utc("2026-10-25T03:45")
    assert next_daily(utc("2026-10-25T03:45"), ZONE, "04:45", sundays=True) == utc("2026-11-01T03:45")


@pytest.mark.parametrize(
    ("now", "minutes", "expected"),
    [
        ("2026-11-24T10:00:00", 5, "2026-11-24T10:05"),
        ("2026-11-24T10:04:59", 5, "2026-11-24T10:05"),
        ("2026-11-24T10:58:00", 15, "2026-11-24T11:00"),
        ("2026-11-24T23:59:30", 1, "2026-11-25T00:00"),
        ("2026-11-24T23:31:00", 30, "2026-11-25T00:00"),
    ],
)
def test_the_next_of_every_few_minutes(now: str, minutes: int, expected: str) -> None:
    assert next_minutes(utc(now), minutes) == utc(expected)


def test_a_time_that_the_clocks_leave_out_is_found_before_it_costs_a_night() -> None:
    assert day_without(date(2026, 11, 24), ZONE, "02:30") == date(2027, 3, 28)
    assert day_without(date(2026, 11, 24), ZONE, "02:00") == date(2027, 3, 28)
    assert day_without(date(2026, 11, 24), ZONE, "01:30") is None
    assert day_without(date(2026, 11, 24), ZONE, "03:00") is None
    assert day_without(date(2026, 11, 24), "UTC", "02:30") is None
    assert on_day(date(2027, 3, 28), ZONE, "02:30") is None
