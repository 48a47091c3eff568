"""Each verdict that needs a past: disks that will be full, updates that wait, programs that were killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eakte_ops.health.checks.forecast import growth
from eakte_ops.health.past import Point
from eakte_ops.health.types import Look, NotKnown, NotYet, Result
from tests.unit.health.played_past import Played, daily
from tests.unit.health.well import look, machine, results

FORECAST = ("disk.space", "/", "used_percent")
WAITING = ("updates.security", "", "waiting")
KILLS = ("memory.oom", "", "kills")


def remembering(seen: Look, past: Played) -> Look:
    return replace(seen, past=past)


def disk(used: int) -> bytes:
    free = f"{100 - used}000"
    return f"mount\text4\trw\t/\nspace\t4096 100000 {free} {free} 0 0\t/\nend\n".encode()


def forecast(used: int, *means: float | None) -> Result:
    seen = remembering(look(storage=disk(used)), Played(lines={FORECAST: daily(*means)}))
    return results("disk.forecast", seen)["/"]


@pytest.mark.parametrize(
    ("used", "means", "verdict", "said"),
    [
        (70, [70 - day for day in range(29, -1, -1)], "warning", "soon"),
        (70, [70 - day / 2 for day in range(29, -1, -1)], "ok", "later"),
        (93, [93 - day for day in range(6, -1, -1)], "critical", "soon"),
        (92, [92 - day for day in range(6, -1, -1)], "warning", "soon"),
        (40, [40 - 2 * day for day in range(6, -1, -1)], "warning", "soon"),
        (50, [50] * 30, "ok", "steady"),
        (50, [50 + day for day in range(29, -1, -1)], "ok", "steady"),
        (50, [50, 50.2, 50.1, 50.3, 50, 50.2, 50.1], "ok", "steady"),
        (97, [96, 96.2, 96.4, 96.6, 96.8, 97, 97.2], "warning", "soon"),
    ],
)
def test_when_a_disk_is_full(used, means, verdict, said) -> None:
    result = forecast(used, *means)
    assert (result.verdict, result.said) == (verdict, said)


def test_days_left_are_those_of_the_line_and_not_of_the_last_day() -> None:
    result = forecast(80, *(50 + day for day in range(30)))
    assert result.values["days_left"] == 20.0
    assert growth(daily(*(50 + day for day in range(30)))) == pytest.approx(1.0)


def test_days_on_which_nobody_looked_are_days_all_the_same() -> None:
    assert growth(daily(10, None, 30, None, None, None, 70)) == pytest.approx(10.0)
    assert forecast(77, 70, None, 72, 73, 74, 75, None, 77, 77).verdict == "warning"


@pytest.mark.parametrize("known", [0, 6])
def test_a_week_is_needed_to_say_anything(known) -> None:
    result = forecast(50, *([50] * known))
    assert (result.verdict, result.reason, result.waits) == ("unknown", "too-new", True)
    assert result.values == {"have": known, "wanted": 7}


def test_a_disk_that_is_full_already_is_told_once() -> None:
    result = forecast(96, *(90 + day for day in range(7)))
    assert [(cause.check, cause.subject) for cause in result.because] == [("disk.space", "/")]


def test_nothing_that_can_fill() -> None:
    seen = look(storage=b"mount\text4\tro\t/\nspace\t4096 10 9 9 0 0\t/\nend\n")
    assert results("disk.forecast", seen)[""].said == "none"


def test_disks_that_nobody_saw_are_unknown() -> None:
    with pytest.raises(NotKnown):
        results("disk.forecast", look(storage=None))


def test_programs_that_were_killed_since_the_last_look() -> None:
    seen = look(machine=machine(oom="5"))
    for before, verdict, new in ((5, "ok", 0), (3, "warning", 2), (9, "warning", 5)):
        past = Played(points={KILLS: Point(1_790_000_000.0, before)})
        result = results("memory.oom", remembering(seen, past))[""]
        assert (result.verdict, result.values["new"], result.values["kills"]) == (verdict, new, 5)


def test_the_first_look_can_not_say_and_keeps_the_count() -> None:
    result = results("memory.oom", look(machine=machine(oom="5")))[""]
    assert (result.verdict, result.waits, result.bad, result.values["kills"]) == ("unknown", True, False, 5)


def test_a_kernel_that_does_not_count_is_no_finding() -> None:
    with pytest.raises(NotYet):
        results("memory.oom", look(machine=machine(oom=None)))


def patches(*waits: str, lists: str = "3600", end: str = "0", manager: str = "apt") -> bytes:
    lines = [f"manager\t{manager}", f"lists\t{lists}", *(f"waits\t{each}" for each in waits), f"end\t{end}", ""]
    return "\n".join(lines).encode()


OPENSSL = ("openssl\tyes", "libssl3\tyes", "tzdata\tno")


def updates(out: bytes, *days: float | None, **limits: object) -> dict[str, Result]:
    past = Played(lines={WAITING: daily(*days)})
    return results("updates.security", remembering(look(patches=out), past), **limits)


def test_no_update_waits() -> None:
    found = updates(patches("tzdata\tno"))
    assert {subject: result.verdict for subject, result in found.items()} == {"": "ok", "package lists": "ok"}
    assert found[""].values["others"] == 1


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [
        ([0, 2, 2], "ok", "new"),
        ([0, *[2] * 6], "ok", "new"),
        ([0, *[2] * 7], "warning", "long"),
        ([5] * 7, "warning", "long"),
        ([5] * 29, "warning", "long"),
        ([5] * 30, "critical", "long"),
        ([5, None, None, 5, None, 5, 5], "warning", "long"),
    ],
)
def test_how_long_security_updates_wait(days, verdict, said) -> None:
    result = updates(patches(*OPENSSL), *days)[""]
    assert (result.verdict, result.said) == (verdict, said)
    assert result.values["waiting"] == 2
    assert result.values["names"] == ("openssl", "libssl3")


@pytest.mark.parametrize("days", [(), (2, 2, 2)])
def test_as_long_as_little_is_remembered_nobody_knows_since_when_they_wait(days) -> None:
    result = updates(patches(*OPENSSL), *days)[""]
    assert (result.verdict, result.waits, result.values["waiting"]) == ("unknown", True, 2)


def test_where_no_update_may_wait_one_is_a_warning_at_once() -> None:
    result = updates(patches(*OPENSSL), days=0)[""]
    assert (result.verdict, result.said) == ("warning", "waits")


@pytest.mark.parametrize(("lists", "said"), [("604800", "old"), ("unknown", "no-lists")])
def test_lists_that_nobody_fetches_are_told_once(lists, said) -> None:
    found = updates(patches(lists=lists))
    assert (found["package lists"].verdict, found["package lists"].said) == ("warning", said)
    assert found[""].verdict == "unknown"
    assert [(cause.check, cause.subject) for cause in found[""].because] == [("updates.security", "package lists")]


def test_updates_that_old_lists_know_of_wait_all_the_same() -> None:
    found = updates(patches(*OPENSSL, lists="9999999"), *[2] * 8)
    assert (found["package lists"].verdict, found[""].verdict) == ("warning", "warning")


def test_a_clock_that_was_set_back_makes_no_old_lists() -> None:
    assert updates(patches(lists="-3600"))["package lists"].verdict == "ok"


def test_another_package_manager_is_named_and_not_judged() -> None:
    with pytest.raises(NotYet) as problem:
        updates(patches(manager="dnf"))
    assert "dnf" in str(problem.value.values["what"])


@pytest.mark.parametrize("out", [patches(end="100"), b"manager\tapt\n", b"", patches(lists="soon")])
def test_an_answer_of_apt_that_says_nothing_is_unknown(out) -> None:
    with pytest.raises(NotKnown) as problem:
        updates(out)
    assert not isinstance(problem.value, NotYet)


def test_a_forecast_is_by_the_date_and_not_by_the_number_of_looks() -> None:
    early = daily(10, 20, 30, 40, until=date(2026, 11, 10))
    late = daily(50, 60, 70, until=date(2026, 11, 22))
    assert growth((*early, *late)) < 10
