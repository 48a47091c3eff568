"""Figures: what is kept of them, the days they belong to, what a check may read of them before its look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.memory import figures, kept_figures
from eakte_ops.health.memory.known import SeriesName
from eakte_ops.health.past import Day, Point
from eakte_ops.health.types import Judged
from tests.unit.memory.looks import AT, DAY, Memory, said

BERLIN = "Europe/Berlin"
CHECK = "disk.space"
TRENDING = {CHECK: replace(CHECKS[CHECK], trends=("percent", "free"))}
NAMES = ("herdecke", "herdecke-box", CHECK, "/var")


def keep(memory: Memory, at: float, *judged: Judged) -> None:
    with memory.store.writing() as rows:
        kept_figures.keep(rows, at, "herdecke", BERLIN, judged, TRENDING)


def seen(percent: object, subject: str = "/var") -> Judged:
    return said("ok", subject, values={"percent": percent})


def days(memory: Memory, figure: str = "percent", count: int = 400) -> tuple[Day, ...]:
    with memory.store.reading() as rows:
        return figures.days(rows, *NAMES, figure, count)


def points(memory: Memory, figure: str = "percent", since: float = 0.0) -> tuple[Point, ...]:
    with memory.store.reading() as rows:
        return figures.series(rows, *NAMES, figure, since)


def test_each_figure_and_a_line_per_day(memory: Memory) -> None:
    for number, value in enumerate((70, 74.5, 72)):
        keep(memory, AT + number * 3600, seen(value))
    assert points(memory) == (Point(AT, 70), Point(AT + 3600, 74.5), Point(AT + 7200, 72))
    assert points(memory, since=AT + 7200) == (Point(AT + 7200, 72),)
    assert days(memory) == (Day(date(2026, 11, 24), 70, 74.5, pytest.approx(216.5 / 3), 72, 3),)


@pytest.mark.parametrize("value", [True, "70", None, float("nan"), float("inf"), 10**400, 1e308, -1e25, ("1",)])
def test_only_numbers_are_figures(memory: Memory, value: object) -> None:
    keep(memory, AT, seen(value))
    assert points(memory) == ()
    assert memory.rows("series") == 0


def test_only_what_the_check_names_and_really_saw(memory: Memory) -> None:
    keep(
        memory,
        AT,
        said("ok", "/var", values={"percent": 1, "other": 2}),
        said("unknown", "/srv", reason="left-out", values={"percent": 3}),
        said("ok", "/var", check="clock.offset", values={"percent": 4}),
    )
    with memory.store.reading() as rows:
        assert figures.named(rows, "herdecke") == (SeriesName("herdecke-box", CHECK, "/var", "percent"),)
        assert figures.named(rows, "herdecke", "clock.offset") == ()
        assert figures.named(rows, "witten") == ()


def looks(first: datetime, last: datetime) -> Iterator[float]:
    """Every half hour."""
    while first <= last:
        yield first.timestamp()
        first += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (date(2026, 10, 25), 50),  # 25 hours: the hour from two to three comes twice
        (date(2027, 3, 28), 46),  # 23 hours: it does not come at all
        (date(2026, 11, 24), 48),
    ],
)
def test_a_day_is_the_towns_day_also_when_clocks_change(memory: Memory, around: date, expected: int) -> None:
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) - timedelta(days=1)
    for at in looks(start, start + timedelta(days=3)):
        keep(memory, at, seen(at))
    by_day = {day.day: day for day in days(memory)}
    assert by_day[around].looks == expected
    assert by_day[around].low < by_day[around].mean < by_day[around].high == by_day[around].last
    assert by_day[around].low == by_day[around - timedelta(days=1)].high + 1800
    assert by_day[around].high + 1800 == by_day[around + timedelta(days=1)].low


def test_the_past_of_a_server_is_readable_after_its_transaction(memory: Memory) -> None:
    for number in range(90):
        keep(memory, AT + number * DAY, seen(number), seen(-number, "/srv"))
    with memory.store.reading() as rows:
        past = figures.past(rows, "herdecke", "herdecke-box")
        nothing = figures.past(rows, "herdecke", "")
    assert past.last(CHECK, "/var", "percent") == Point(AT + 89 * DAY, 89)
    assert past.last(CHECK, "/srv", "percent") == Point(AT + 89 * DAY, -89)
    assert [day.last for day in past.days(CHECK, "/var", "percent", 3)] == [87, 88, 89]
    assert len(past.days(CHECK, "/var", "percent", 365)) == 60
    assert past.last(CHECK, "/tmp", "percent") is None
    assert past.days(CHECK, "/tmp", "percent", 30) == ()
    assert nothing.last(CHECK, "/var", "percent") is None


def test_days_without_a_look_are_left_out_and_counted(memory: Memory) -> None:
    for number in (0, 1, 5):
        keep(memory, AT + number * DAY, seen(number))
    assert [day.last for day in days(memory, count=5)] == [1, 5]
    assert days(memory, "free") == ()
    with memory.store.reading() as rows:
        assert [day.last for day in figures.past(rows, *NAMES[:2]).days(CHECK, "/var", "percent", 5)] == [1, 5]


def test_a_server_that_names_ever_new_subjects_fills_a_limited_number_of_series(memory: Memory) -> None:
    for number in range(3):
        keep(memory, AT + number, *(seen(1, f"/{number}-{each}") for each in range(100)))
    assert memory.rows("series") == 200


def test_series_that_ended_give_way_to_new_ones_and_others_do_not(memory: Memory) -> None:
    keep(memory, AT, *(seen(1, f"/old-{each}") for each in range(150)))
    for days_on in (20, 40):
        keep(memory, AT + days_on * DAY, *(seen(2, f"/{each}") for each in range(100)))
    assert memory.rows("series") == 200
    with memory.store.reading() as rows:
        kept = [name.subject for name in figures.named(rows, "herdecke")]
    assert {f"/{each}" for each in range(100)} < set(kept)


def test_the_same_moment_twice_counts_once_as_a_figure(memory: Memory) -> None:
    keep(memory, AT, seen(1))
    keep(memory, AT, seen(2))
    assert points(memory) == (Point(AT, 2),)
