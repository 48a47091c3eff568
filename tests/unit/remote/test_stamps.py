"""Times of lines, and the newest lines by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.remote.stamps import LONGEST_LINE, Newest, newest, stamp

BERLIN = ZoneInfo("Europe/Berlin")
THEN = datetime(2026, 11, 24, 15, 40, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-24 15:40:16.412 UTC [1645] LOG:  ready",
        "2026-11-24T15:40:16+00:00 dms: started",
        "2026-11-24T15:40:16Z x",
        "2026-11-24T17:40:16+0200 x",
        "2026-11-24 16:40:16,003 INFO x",
        "2026-11-24 16:40:16 CET [1] x",
        "2026-11-24 17:40:16 CEST [1] x",
        "[2026-11-24 16:40:16] x",
        "2026/11/24 16:40:16 x",
        "24.11.2026 16:40:16 x",
        "24.11.2026, 16:40:16.1 x",
        "2026-11-24 16:40:16",
        "2026-11-24 16:40:16 CETERA x",
    ],
)
def test_a_time_is_read_as_it_is_written(line: str) -> None:
    assert stamp(line, BERLIN) == THEN


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\tat java.lang.Thread",
        "DETAIL: of 2026-11-24 15:40:16",
        "2026-13-24 15:40:16 x",
        "2026-11-24 25:40:16",
        "9999-99-99T99:99:99",
        "2026-11-24",
        "0000-01-01 00:00:00",
        "2026-11-24T15:40:16+99:99 x",
    ],
)
def test_no_time_is_no_time(line: str) -> None:
    assert stamp(line, BERLIN) is None


def text(*minutes: int) -> str:
    return "".join(f"2026-11-24 15:{minute:02}:00 UTC line {minute}\n\tmore of {minute}\n" for minute in minutes)


def asked(said: str, since: int | None, most: int = 100, *, whole: bool = True) -> Newest:
    at = None if since is None else datetime(2026, 11, 24, 15, since, tzinfo=UTC)
    return newest(said, whole=whole, since=at, most=most, zone=BERLIN)


def test_lines_since_then_come_with_what_belongs_to_them() -> None:
    found = asked(text(1, 5, 9), 5)
    assert [line.split()[-1] for line in found.lines] == ["5", "5", "9", "9"]
    assert (found.began, found.left_out, found.reached) == (datetime(2026, 11, 24, 15, 5, tzinfo=UTC), 0, True)


def test_lines_that_are_too_many_are_counted() -> None:
    found = asked(text(1, 5, 9), 1, 3)
    assert (len(found.lines), found.left_out, found.reached) == (3, 3, False)
    assert asked(text(1, 5, 9), None, 1).lines == ("\tmore of 9",)


def test_an_end_that_does_not_reach_back_says_so() -> None:
    cut = text(5, 9)[7:]
    found = asked(cut, 3, whole=False)
    assert not found.reached
    assert found.lines[0].startswith("2026-11-24 15:09")  # half a line, and what belongs to it, is none
    assert asked(text(1, 5, 9)[7:], 6, whole=False).reached


def test_without_times_nothing_is_compared() -> None:
    found = asked("one\ntwo\n", 5)
    assert (found.lines, found.dated, found.reached) == (("one", "two"), False, True)
    assert asked("", 5) == Newest((), None, 0, True, False)


def test_nothing_new_is_nothing() -> None:
    found = asked(text(1, 2), 9)
    assert (found.lines, found.dated, found.reached) == ((), True, True)


def test_a_line_without_end_is_cut_off() -> None:
    (line,) = asked("x" * 9_000, None).lines
    assert len(line) == LONGEST_LINE + 1


def test_a_clock_that_jumped_back_loses_no_line() -> None:
    assert len(asked(text(5, 1, 6), 5).lines) == 6
    assert asked(text(5), 0).began == datetime(2026, 11, 24, 15, 5, tzinfo=UTC) + timedelta(0)
