"""A missed night becomes a finding by itself: over times, killed sweeps, missed servers, both changes of the clock."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.errors import UsageError
from eakte_ops.health import catalogue, wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.checks.nights import NIGHT
from eakte_ops.health.memory import findings, keep, migrations, sweeps
from eakte_ops.health.memory.known import WRONG_FILE, Kind, Missed, Sweep
from eakte_ops.health.night import Due, Seen, missed_nights, nights, seen
from eakte_ops.health.types import Judged
from eakte_ops.store import Store

DUE = Due("Europe/Berlin", "01:30", 60, 5)
NEEDS = keep.Needs(2, 2, 1, 1)
MISSED = (Missed("witten", "witten-db", "the time of the sweep was up"),)


def at(text: str, fold: int = 0) -> float:
    """Unix seconds of a time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).timestamp()


def sweep(began: str, minutes: float | None = 20, kind: Kind = "full", missed: tuple[Missed, ...] = ()) -> Sweep:
    start = at(began)
    return Sweep(1, kind, True, start, None if minutes is None else start + minutes * 60, "ops", "", 60, 60, missed)


def known(full: Sweep | None, begun: Sweep | None = None, light: Sweep | None = None, first: str = "") -> Seen:
    oldest = at(first) if first else full.began if full else None
    return Seen(oldest, full, begun or full, light)


def told(now: str, what: Seen, check: str = "watch.night", due: Due = DUE) -> tuple[str, str]:
    """Verdict and German sentence of a check; ("", "") where it says nothing."""
    found = [each for each in nights(at(now), due, what) if each.check == check]
    return (found[0].verdict, wording.said(found[0], CHECKS[check], "de")) if found else ("", "")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        ("2026-11-24T02:00", "ok"),
        ("2026-11-25T01:29", "ok"),
        ("2026-11-25T02:59:59", "ok"),  # 01:30, an hour for the sweep, half an hour of grace
        ("2026-11-25T03:00", "warning"),
        ("2026-11-26T02:59", "warning"),
        ("2026-11-26T03:00", "critical"),
        ("2031-01-01T12:00", "critical"),
    ],
)
def test_one_night_is_a_warning_and_two_are_critical(now: str, verdict: str) -> None:
    assert told(now, known(sweep("2026-11-24T01:32")))[0] == verdict


@pytest.mark.parametrize(
    ("since", "now", "count"),
    [
        ("2026-10-24T01:31", "2026-10-25T02:59", 0),
        ("2026-10-24T01:31", "2026-10-25T03:00", 1),
        ("2026-10-25T01:31", "2026-10-26T02:59", 0),  # 26 hours and a half later, for the night had an hour more
        ("2026-10-25T01:31", "2026-10-26T03:00", 1),
        ("2027-03-27T01:31", "2027-03-28T03:59", 0),
        ("2027-03-27T01:31", "2027-03-28T04:00", 1),  # the sweep's hour and the grace, over the hour left out
        ("2027-03-28T01:31", "2027-03-29T02:59", 0),
        ("2027-03-28T01:31", "2027-03-29T03:00", 1),
        ("2026-10-20T12:00", "2026-10-28T12:00", 8),
        ("2027-03-24T12:00", "2027-03-31T12:00", 7),
    ],
)
def test_nights_are_days_of_the_calendar_over_both_changes_of_the_clock(since: str, now: str, count: int) -> None:
    assert missed_nights(at(since), at(now), DUE) == count


@pytest.mark.parametrize(("fold", "count"), [(0, 0), (1, 0)])
def test_a_time_in_the_doubled_hour_is_one_night(fold: int, count: int) -> None:
    due = replace(DUE, night="02:30")
    began = at("2026-10-25T02:30", fold)
    assert missed_nights(began, at("2026-10-25T12:00"), due) == count
    assert missed_nights(began, at("2026-10-26T12:00"), due) == count + 1


def test_a_time_in_the_hour_that_is_left_out_is_one_night_too() -> None:
    due = replace(DUE, night="02:30")
    assert missed_nights(at("2027-03-27T02:31"), at("2027-03-28T04:59"), due) == 0
    assert missed_nights(at("2027-03-27T02:31"), at("2027-03-28T05:00"), due) == 1
    assert missed_nights(at("2027-03-28T03:31"), at("2027-03-28T12:00"), due) == 0


def test_a_sweep_before_midnight_counts_for_the_day_on_which_it_was_due() -> None:
    due = replace(DUE, night="23:30")
    assert missed_nights(at("2026-11-23T23:31"), at("2026-11-25T00:59"), due) == 0
    assert missed_nights(at("2026-11-23T23:31"), at("2026-11-25T01:00"), due) == 1


def test_a_sweep_that_was_caught_up_in_the_morning_is_the_night() -> None:
    assert told("2026-11-24T09:30", known(sweep("2026-11-24T09:00")))[0] == "ok"
    assert told("2026-11-25T02:00", known(sweep("2026-11-24T09:00")))[0] == "ok"


def test_a_sweep_that_never_came_to_its_end_is_said_so() -> None:
    killed = sweep("2026-11-25T01:31", None)
    before = sweep("2026-11-24T01:31")
    assert told("2026-11-25T02:00", known(before, killed))[0] == "ok"  # it may still be at work
    assert told("2026-11-25T03:02", known(before, killed)) == (
        "warning",
        "Nächte ohne ganzen Durchgang: 1; der von 25.11.2026 00:31 UTC kam nie zu Ende",
    )
    assert told("2026-11-26T03:02", known(before, sweep("2026-11-26T01:31", None)))[0] == "critical"
    made_up_for = sweep("2026-11-25T09:00")
    assert told("2026-11-25T10:00", known(made_up_for))[0] == "ok"


def test_a_late_sweep_that_is_at_work_is_not_said_to_be_killed() -> None:
    at_work = sweep("2026-11-25T03:30", None)
    assert told("2026-11-25T04:00", known(sweep("2026-11-24T01:31"), at_work)) == (
        "warning",
        "Nächte ohne ganzen Durchgang: 1; der letzte begann 24.11.2026 00:31 UTC",
    )


def test_what_to_do_about_missed_servers_depends_on_why() -> None:
    for why, todo in ((WRONG_FILE, "file"), ("its time was up", "missed")):
        full = sweep("2026-11-24T01:31", missed=(Missed("herdecke", "herdecke-box", why),))
        (judged,) = [each for each in nights(at("2026-11-24T08:00"), DUE, known(full)) if each.check == "watch.night"]
        assert judged.result.todo == todo
    assert "inventory check" in NIGHT.text["de"].todos["file"]


def test_a_killed_sweep_besides_the_night_makes_no_missed_night() -> None:
    by_hand = sweep("2026-11-24T12:00", None)
    assert told("2026-11-24T18:00", known(sweep("2026-11-24T01:31"), by_hand))[0] == "ok"


def test_where_no_sweep_ever_ended_nights_count_from_the_first_that_began() -> None:
    begun = sweep("2026-11-22T12:00", None)
    assert told("2026-11-22T13:00", known(None, begun, first="2026-11-22T12:00")) == ("", "")
    verdict, said = told("2026-11-24T12:00", known(None, begun, first="2026-11-22T12:00"))
    assert (verdict, "kam nie zu Ende" in said) == ("critical", True)
    lights_alone = known(None, None, first="2026-11-23T12:00")
    assert told("2026-11-24T12:00", lights_alone) == (
        "warning",
        "Nächte ohne ganzen Durchgang: 1; keiner kam bisher zu Ende seit 23.11.2026 11:00 UTC",
    )


def test_where_nobody_ever_looked_nothing_is_waited_for() -> None:
    assert nights(at("2026-11-24T12:00"), DUE, Seen(None, None, None, None)) == ()


def test_missed_servers_are_named_and_their_names_are_bounded() -> None:
    assert told("2026-11-24T03:00", known(sweep("2026-11-24T01:30", missed=MISSED))) == (
        "warning",
        "der Durchgang von 24.11.2026 00:30 UTC erreichte 1 von 60 Servern nicht: witten/witten-db",
    )
    many = tuple(Missed("witten", f"s{number}", "") for number in range(1000))
    _, said = told("2026-11-24T03:00", known(sweep("2026-11-24T01:30", missed=many)))
    assert said.endswith("witten/s19, ...")
    late = known(sweep("2026-11-24T01:30", missed=MISSED))
    assert "Nächte ohne" in told("2026-11-25T12:00", late)[1]  # what is worse is said


@pytest.mark.parametrize(
    ("now", "full", "minutes", "verdict"),
    [
        ("2026-11-24T00:34:59", "2026-11-23T01:30", 20.0, "ok"),  # the light one ended at 00:05
        ("2026-11-24T00:35:01", "2026-11-23T01:30", 20.0, "warning"),
        ("2026-11-24T01:30", "2026-11-24T00:06", 80.0, "ok"),  # the night took its place
        ("2026-11-24T01:30", "2026-11-24T00:06", None, "ok"),  # and is at work
        ("2026-11-24T01:37", "2026-11-24T00:06", None, "warning"),  # it was killed
        ("2026-11-24T02:30", "2026-11-24T01:30", 20.0, "warning"),  # they had stopped before
    ],
)
def test_light_sweeps_that_stop_are_seen(now: str, full: str, minutes: float | None, verdict: str) -> None:
    light = sweep("2026-11-24T00:04", 1, "light")
    whole = sweep("2026-11-22T01:30")
    begun = sweep(full, minutes)
    what = Seen(whole.began, begun if minutes else whole, begun, light)
    assert told(now, what, "watch.light")[0] == verdict


def test_where_no_light_sweep_was_ever_made_none_is_waited_for() -> None:
    assert told("2026-11-24T12:00", known(sweep("2026-11-24T01:31")), "watch.light") == ("", "")


def test_they_are_the_centres_own_and_no_question_to_a_server() -> None:
    own = [check.name for check in CHECKS.values() if check.scope == "centre"]
    assert own == ["watch.night", "watch.light", "runs.lock", "runs.left"]
    assert not {check.name for check in catalogue.chosen([])} & set(own)
    assert not catalogue.vocabulary().keys() & set(own)
    assert [check.name for check in catalogue.explained(["watch.night"])] == ["watch.night"]
    with pytest.raises(UsageError, match="about the centre itself"):
        catalogue.chosen(["watch.night"])


def test_the_store_knows_what_is_needed_and_keeps_the_finding(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "store.db", migrations())) as store, store.writing() as rows:
        assert seen(rows) == Seen(None, None, None, None)
        first = sweeps.begin(rows, "full", True, at("2026-11-22T01:30"), "ops", "", 9)
        sweeps.end(rows, first, at("2026-11-22T01:40"), ())
        part = sweeps.begin(rows, "full", False, at("2026-11-23T08:00"), "ops", "", 1)  # one town, by hand
        sweeps.end(rows, part, at("2026-11-23T08:01"), ())
        sweeps.begin(rows, "full", True, at("2026-11-23T01:30"), "ops", "", 9)  # killed
        now = at("2026-11-24T12:00")
        said = nights(now, DUE, seen(rows))
        assert [(each.check, each.verdict) for each in said] == [("watch.night", "critical")]
        keep.raise_own(rows, now, said, NEEDS)
        (finding,) = findings.current(rows, owner="centre")
        assert (finding.identity, finding.verdict) == (("", "", "watch.night", ""), "critical")
        assert "kam nie zu Ende" in finding.text["de"].said
        keep.forget_gone(rows, now, {"witten": [""]}, CHECKS)
        assert findings.current(rows, owner="centre")
        made_up_for = sweeps.begin(rows, "full", True, now, "ops", "", 9)
        sweeps.end(rows, made_up_for, now + 60, ())
        keep.raise_own(rows, now + 60, nights(now + 60, DUE, seen(rows)), NEEDS)
        assert findings.current(rows, owner="centre") == ()


def test_every_sentence_can_be_said_in_both_languages() -> None:
    keys = {("watch.night", key) for key in CHECKS["watch.night"].text["en"].said}
    keys |= {("watch.light", key) for key in CHECKS["watch.light"].text["en"].said}
    seen_keys = set()
    light = sweep("2026-11-24T00:04", 1, "light")
    full = sweep("2026-11-24T01:31")
    cases = [
        ("2026-11-24T03:00", Seen(full.began, full, full, light)),
        ("2026-11-24T00:06", Seen(full.began, full, full, light)),
        ("2026-11-24T03:00", known(sweep("2026-11-24T01:30", missed=MISSED))),
        ("2026-11-25T12:00", known(full)),
        ("2026-11-25T12:00", known(full, sweep("2026-11-25T01:30", None))),
        ("2026-11-25T12:00", known(None, None, first="2026-11-23T12:00")),
    ]
    for now, what in cases:
        for each in nights(at(now), DUE, what):
            seen_keys.add((each.check, each.result.said))
            assert isinstance(each, Judged)
            for language in ("de", "en"):
                assert "{" not in wording.said(each, CHECKS[each.check], language)
                assert "{" not in wording.todo(each, CHECKS[each.check], language)
    assert seen_keys == keys
