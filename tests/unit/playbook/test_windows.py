"""When a plan and its way back fit into the windows of a town."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.plan import Needs, OnServer, Plan, Step, Window
from eakte_ops.playbook.windows import (
    Length,
    latest_stop,
    length_of,
    next_window,
    spoken,
    why_not_begin,
    why_not_stop,
)

BERLIN = ZoneInfo("Europe/Berlin")
TUE = Hours.of("Europe/Berlin", [{"days": ["tue"], "from": "18:00", "until": "22:00"}])
SAT_NIGHT = Hours.of("Europe/Berlin", [{"days": ["sat"], "from": "22:00", "until": "06:00"}])
ALWAYS = Hours.of(
    "Europe/Berlin", [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "24:00"}]
)


def at(day: str, clock: str, fold: int = 0) -> datetime:
    """A moment on the clock of Berlin."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN, fold=fold)


def plan(quiet: int = 600, down: int = 1200, back: int | None = None, *, window: bool = True) -> Plan:
    """A quiet step, and one with which the service stops; the second can be undone, in the same time."""
    undo = OnServer("undo") if back is None else None
    steps = (
        Step("1", 1, "one", "quiet", OnServer("do"), expected=quiet),
        Step("2", 2, "one", "stop", OnServer("do"), undo=undo, stops=True, expected=down),
    )
    return Plan(
        "witten", "try", "a", "2026-11-24T12:00:00+00:00", "2026-12-24T12:00:00+00:00", "0", steps, needs=Needs(window)
    )


def test_the_length_of_a_plan_is_that_of_the_longest_step_of_each_stage() -> None:
    assert length_of(plan()) == Length(quiet=600, down=1200, back=1200)
    quiet = Plan("t", "p", "a", "m", "v", "0", (Step("1", 1, "s", "t", OnServer("x"), expected=7),))
    assert length_of(quiet) == Length(7, 0, 0)


def test_the_next_window_is_given_with_the_last_moment_at_which_all_of_it_still_fits() -> None:
    found = next_window(plan(), TUE, at("2026-11-23", "09:00"))
    # 10 min quiet, 20 min down, 20 min back: 50 min before 22:00
    assert found == Window("2026-11-24T17:00:00+00:00", "2026-11-24T21:00:00+00:00", "2026-11-24T20:10:00+00:00")


@pytest.mark.parametrize(
    ("clock", "begin"), [("20:00", "2026-11-24T19:00"), ("21:10", "2026-11-24T20:10"), ("21:11", "2026-12-01T17:00")]
)
def test_what_is_left_of_an_open_window_counts_if_it_is_enough(clock: str, begin: str) -> None:
    found = next_window(plan(), TUE, at("2026-11-24", clock))
    assert found is not None
    assert found.begin == f"{begin}:00+00:00"


def test_a_plan_that_is_longer_than_every_window_fits_into_none() -> None:
    assert next_window(plan(down=3 * 3600), TUE, at("2026-11-24", "09:00")) is None


def test_a_town_that_is_always_open_has_a_window_without_an_end() -> None:
    found = next_window(plan(), ALWAYS, at("2026-11-24", "09:00"))
    assert found == Window("2026-11-24T08:00:00+00:00", "", "")
    assert why_not_begin(plan(), ALWAYS, at("2026-11-24", "09:00"), "Witten") == ""
    assert why_not_stop(plan(), ALWAYS, at("2026-11-24", "09:00"), "Witten") == ""


def test_closed_days_are_skipped_and_cut_a_window_over_midnight_short() -> None:
    closed = [{"from": "2026-11-24", "until": "2026-11-24"}]
    tue = Hours.of("Europe/Berlin", [{"days": ["tue"], "from": "18:00", "until": "22:00"}], closed)
    found = next_window(plan(), tue, at("2026-11-23", "09:00"))
    assert found is not None
    assert found.begin == "2026-12-01T17:00:00+00:00"
    sunday = [{"from": "2026-11-29", "until": "2026-11-29"}]
    night = Hours.of("Europe/Berlin", [{"days": ["sat"], "from": "22:00", "until": "06:00"}], sunday)
    found = next_window(plan(), night, at("2026-11-28", "09:00"))
    assert found is not None
    assert found.end == at("2026-11-29", "00:00").astimezone(UTC).isoformat()


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-11-28", 8), ("2026-10-24", 9), ("2027-03-27", 7)],
    ids=["usual", "clocks back: an hour more", "clocks forward: an hour less"],
)
def test_a_window_over_midnight_is_as_long_as_the_night_really_is(day: str, hours: int) -> None:
    exact = plan(quiet=0, down=hours * 1800)  # forth and back fill it
    found = next_window(exact, SAT_NIGHT, at(day, "12:00"))
    assert found is not None
    assert found.begin == found.latest_start == at(day, "22:00").astimezone(UTC).isoformat()
    longer = next_window(plan(quiet=60, down=hours * 1800), SAT_NIGHT, at(day, "12:00"))
    assert longer is None or longer.begin != found.begin


def test_in_the_hour_that_the_clocks_repeat_the_latest_moment_is_the_right_one_of_two() -> None:
    # Sunday 25 October 2026, 03:00 becomes 02:00 again. The window ends at 03:00, after the second of the two.
    night = Hours.of("Europe/Berlin", [{"days": ["sat"], "from": "22:00", "until": "03:00"}])
    short = plan(quiet=0, down=900)  # 30 min in all
    assert why_not_begin(short, night, at("2026-10-25", "02:45"), "Witten") == ""
    assert why_not_begin(short, night, at("2026-10-25", "02:15", fold=1), "Witten") == ""
    late = why_not_begin(short, night, at("2026-10-25", "02:45", fold=1), "Witten")
    assert late.endswith("it has to begin by 02:30 (UTC+0100); now it is 02:45 (UTC+0100)")


def test_outside_a_window_the_sentence_says_when_work_is_allowed() -> None:
    hours = Hours.of("Europe/Berlin", [{"days": ["thu", "tue"], "from": "18:00", "until": "22:00"}])
    said = why_not_begin(plan(), hours, at("2026-11-22", "14:05"), "Witten")
    assert said == "Witten allows work on Tue and Thu 18:00-22:00 (Europe/Berlin); now it is Sun 14:05"


def test_too_late_within_a_window_the_sentence_says_what_would_not_fit() -> None:
    assert why_not_begin(plan(), TUE, at("2026-11-24", "21:10"), "Witten") == ""
    said = why_not_begin(plan(), TUE, at("2026-11-24", "21:11"), "Witten")
    assert said == (
        "the window of Witten ends at 22:00; with about 30 min forth and 20 min back it has to begin by 21:10;"
        " now it is 21:11"
    )


def test_what_began_in_time_may_stop_the_service_as_long_as_the_rest_and_the_way_back_fit() -> None:
    end = at("2026-11-24", "22:00")
    assert latest_stop(plan(), end) == end - timedelta(seconds=2400)
    assert why_not_stop(plan(), TUE, at("2026-11-24", "21:20"), "Witten") == ""
    said = why_not_stop(plan(), TUE, at("2026-11-24", "21:21"), "Witten")
    assert said.endswith("the service has to stop by 21:20; now it is 21:21")
    assert why_not_stop(plan(), TUE, at("2026-11-24", "22:00"), "Witten").startswith("Witten allows work on Tue")


def test_a_plan_that_needs_no_window_may_begin_at_any_time() -> None:
    free = plan(window=False)
    assert why_not_begin(free, TUE, at("2026-11-22", "14:05"), "Witten") == ""
    assert why_not_stop(free, TUE, at("2026-11-22", "14:05"), "Witten") == ""


def test_regular_times_are_spoken_as_people_say_them() -> None:
    assert spoken(ALWAYS) == "every day 00:00-24:00 (Europe/Berlin)"
    both = Hours.of(
        "Europe/Berlin",
        [
            {"days": ["wed"], "from": "17:00", "until": "21:30"},
            {"days": ["sat", "sun", "mon"], "from": "08:00", "until": "16:00"},
        ],
    )
    assert spoken(both) == "Wed 17:00-21:30, Mon, Sat and Sun 08:00-16:00 (Europe/Berlin)"
