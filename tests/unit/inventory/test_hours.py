"""When a window is open, until when, and when the next one is: also where clocks change and where days are closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eakte_ops.inventory.hours import Hours

REGULAR = [{"days": ["tue", "thu"], "from": "18:00", "until": "22:00"}]
CLOSED = [{"from": "2026-12-21", "until": "2027-01-03", "why": "no changes between the years"}]


def hours(*regular: tuple[str, str, str], closed: list[dict[str, str]] | None = None) -> Hours:
    said = [{"days": days.split(), "from": begin, "until": until} for days, begin, until in regular]
    return Hours.of("Europe/Berlin", said or REGULAR, closed or [])


def shown(found: Hours, moment: str) -> str:
    span = found.now_or_next(datetime.fromisoformat(moment))
    if span is None:
        return "never"
    return f"{span.begin:%a %m-%d %H:%M%z}..{f'{span.end:%a %m-%d %H:%M%z}' if span.end else ''}"


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2026-11-22T13:05:00+00:00", "Tue 11-24 18:00+0100..Tue 11-24 22:00+0100"),
        ("2026-11-24T16:59:59+00:00", "Tue 11-24 18:00+0100..Tue 11-24 22:00+0100"),
        ("2026-11-24T17:00:00+00:00", "Tue 11-24 18:00+0100..Tue 11-24 22:00+0100"),
        ("2026-11-24T20:30:00+00:00", "Tue 11-24 21:30+0100..Tue 11-24 22:00+0100"),
        ("2026-11-24T21:00:00+00:00", "Thu 11-26 18:00+0100..Thu 11-26 22:00+0100"),
        ("2026-12-18T12:00:00+00:00", "Tue 01-05 18:00+0100..Tue 01-05 22:00+0100"),  # closed between the years
    ],
)
def test_now_or_next(moment: str, wanted: str) -> None:
    assert shown(hours(closed=CLOSED), moment) == wanted


@pytest.mark.parametrize(
    ("window", "moment", "wanted"),
    [
        # The hour from 02:00 to 03:00 comes twice on 25 October 2026.
        (("sun", "02:00", "03:00"), "2026-10-24T12:00:00+00:00", "Sun 10-25 02:00+0200..Sun 10-25 03:00+0100"),
        (("sun", "02:15", "02:45"), "2026-10-24T12:00:00+00:00", "Sun 10-25 02:15+0200..Sun 10-25 02:45+0200"),
        (("sun", "02:15", "02:45"), "2026-10-25T00:50:00+00:00", "Sun 10-25 02:15+0100..Sun 10-25 02:45+0100"),
        (("sat", "22:00", "02:30"), "2026-10-24T21:00:00+00:00", "Sat 10-24 23:00+0200..Sun 10-25 02:30+0200"),
        (("sat", "22:00", "02:30"), "2026-10-25T00:40:00+00:00", "Sun 10-25 02:00+0100..Sun 10-25 02:30+0100"),
        (("sun", "00:00", "24:00"), "2026-10-24T12:00:00+00:00", "Sun 10-25 00:00+0200..Mon 10-26 00:00+0100"),
        # There is no hour from 02:00 to 03:00 on 28 March 2027.
        (("sun", "02:00", "03:00"), "2027-03-27T12:00:00+00:00", "Sun 04-04 02:00+0200..Sun 04-04 03:00+0200"),
        (("sun", "02:30", "04:00"), "2027-03-27T12:00:00+00:00", "Sun 03-28 03:00+0200..Sun 03-28 04:00+0200"),
        (("sat", "22:00", "02:30"), "2027-03-27T12:00:00+00:00", "Sat 03-27 22:00+0100..Sun 03-28 03:00+0200"),
    ],
)
def test_the_nights_on_which_clocks_change(window: tuple[str, str, str], moment: str, wanted: str) -> None:
    assert shown(hours(window), moment) == wanted


def test_a_closed_day_ends_a_window_at_its_midnight() -> None:
    closed = [{"from": "2026-11-25", "until": "2026-11-25"}]
    found = hours(("tue", "20:00", "04:00"), ("wed", "23:00", "02:00"), closed=closed)
    assert shown(found, "2026-11-24T12:00:00+00:00") == "Tue 11-24 20:00+0100..Wed 11-25 00:00+0100"
    # What began on the closed day is open from its end on: the day after is not closed.
    assert shown(found, "2026-11-25T12:00:00+00:00") == "Thu 11-26 00:00+0100..Thu 11-26 02:00+0100"


def test_windows_that_touch_are_one() -> None:
    found = hours(("tue", "18:00", "24:00"), ("wed", "00:00", "02:00"))
    assert shown(found, "2026-11-24T12:00:00+00:00") == "Tue 11-24 18:00+0100..Wed 11-25 02:00+0100"


def test_always_and_never() -> None:
    every_day = "mon tue wed thu fri sat sun"
    assert shown(hours((every_day, "00:00", "24:00")), "2026-11-24T12:00:00+00:00") == "Tue 11-24 13:00+0100.."
    closed = [{"from": "2026-01-01", "until": "2028-12-31"}]
    assert shown(hours(closed=closed), "2026-11-24T12:00:00+00:00") == "never"


@pytest.mark.parametrize("begin", ["2026-10-24T18:00", "2027-03-27T18:00", "2026-12-20T00:00"])
def test_what_is_said_of_a_span_agrees_with_every_minute(begin: str) -> None:
    found = hours(("sat", "22:00", "02:30"), ("sun mon", "02:15", "05:00"), closed=CLOSED)
    moment = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    for _number in range(0, 24 * 60, 7):
        moment += timedelta(minutes=7)
        span = found.now_or_next(moment)
        assert span is not None
        assert (span.begin.timestamp() == moment.timestamp()) == found.open_at(moment)
        assert found.open_at(span.begin)
        assert span.end is not None
        assert found.open_at(span.end - timedelta(seconds=1))
        assert not found.open_at(span.end)
