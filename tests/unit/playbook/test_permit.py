"""Every reason for which a plan may not be carried out, with its sentence and its way out; and all of them at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eakte_ops.errors import Status, UsageError
from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.approval import Approved
from eakte_ops.playbook.permit import Asked, NotPermitted, Permit, Seen, is_outside_window, judge
from eakte_ops.playbook.plan import Needs
from tests.unit.playbook.sample_plan import TUE_THU, sample

EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 19:00 in Berlin, in the window of the plan
SEEN = Seen(EVENING, "Witten", TUE_THU, roles=("local-it", "management"), approved=Approved(("admin-1", "admin-2")))
PLAN = sample()
SHORT = PLAN.hash[:12]
NOTHING = Asked()


def refused(asked: Asked = NOTHING, plan: Any = PLAN, **seen: Any) -> NotPermitted:
    with pytest.raises(NotPermitted) as caught:
        judge(plan, replace(SEEN, **seen), asked)
    assert caught.value.status is Status.REFUSED
    return caught.value


def test_where_all_is_well_the_permit_says_who_approved_it() -> None:
    permit = judge(PLAN, SEEN)
    assert permit == Permit(PLAN.hash, "witten", "ticket 4711", ("admin-1", "admin-2"))
    assert permit.word == "approved by admin-1 and admin-2"
    assert not permit.town_is_told


def test_a_plan_that_needs_nobody_has_nothing_to_say() -> None:
    plan = sample(needs=Needs(window=True, second_person=False))
    assert judge(plan, replace(SEEN, approved=Approved())).word == ""


def test_outside_the_window_the_next_one_is_named() -> None:
    problem = refused(now=datetime(2026, 11, 24, 13, 5, tzinfo=UTC))
    assert str(problem) == (
        "Refused: Witten allows work on Tue and Thu 18:00-22:00 (Europe/Berlin); now it is Tue 14:05"
    )
    assert problem.way_out == (
        "next window in which it fits: Tue 18:00; else --outside-window --agreed-with local-it --why"
        ' "..." (the town is told at once)'
    )


def test_on_a_closed_day_the_reason_of_the_town_is_told() -> None:
    closed = Hours.of(
        "Europe/Berlin",
        [{"days": ["tue", "thu"], "from": "18:00", "until": "22:00"}],
        [{"from": "2026-11-24", "until": "2026-11-24"}],
    )
    problem = refused(hours=closed, closed="audit of the accounts")
    assert str(problem) == "Refused: Witten allows no work on this day: audit of the accounts; now it is Tue 19:00"
    assert problem.way_out.startswith("next window in which it fits: Thu 26 Nov 18:00;")


def test_too_late_in_the_window_is_told_as_such() -> None:
    problem = refused(now=datetime(2026, 11, 24, 20, 40, tzinfo=UTC))
    assert "the window of Witten ends at 22:00" in str(problem)
    assert "by 21:32; now it is 21:40" in str(problem)
    assert problem.way_out.startswith("next window in which it fits: Thu 26 Nov 18:00;")


def test_a_plan_whose_validity_is_over_is_refused() -> None:
    problem = refused(now=datetime(2026, 11, 26, 18, 0, tzinfo=UTC))
    assert str(problem) == f"Refused: the plan {PLAN.hash[:6]} was valid until Tue 24 Nov 22:00; now it is Thu 19:00"
    assert problem.way_out.startswith("make it anew")


def test_a_plan_is_carried_out_once() -> None:
    problem = refused(done="2026-11-24-witten-abcd")
    assert str(problem) == f"Refused: the plan {PLAN.hash[:6]} was carried out already: 2026-11-24-witten-abcd"


def test_an_input_that_changed_is_named() -> None:
    problem = refused(changed=("inventories/witten.yml was changed",))
    assert str(problem) == "Refused: inventories/witten.yml was changed since the plan was made"


@pytest.mark.parametrize(("reason", "said"), [("we move house", "we move house"), ("", "no reason is given")])
def test_the_stop_switch_refuses_with_the_reason_of_the_town(reason: str, said: str) -> None:
    problem = refused(stop=(("witten-db", reason),))
    assert str(problem) == f"Refused: Witten has set the stop switch on witten-db: {said}"
    assert "only local IT" in problem.way_out


def test_a_handover_in_progress_refuses() -> None:
    problem = refused(handover="machines of Witten are in the hands of local IT: witten-db")
    assert str(problem) == "Refused: machines of Witten are in the hands of local IT: witten-db"
    assert problem.way_out == "eakte-ops handover end witten comes first"


def test_an_assumption_that_does_not_hold_is_told() -> None:
    problem = refused(broken=("witten-gw: free disk: the plan needs at least 25, the server says '12'",))
    assert str(problem).startswith("Refused: what the plan stands on does not hold: witten-gw: free disk")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ((), "admin-1, who made the plan, has not signed it"),
        (("admin-2",), "admin-1, who made the plan, has not signed it, as admin-2 did"),
        (("admin-1",), "it needs the approval of a second person: only admin-1 has signed it"),
    ],
)
def test_too_few_signatures_are_told_with_who_is_missing(by: tuple[str, ...], said: str) -> None:
    problem = refused(approved=Approved(by))
    assert str(problem) == f"Refused: {said}"
    assert problem.way_out.startswith(f"eakte-ops plans approve {SHORT}")


def test_where_nobody_knows_who_made_it_any_two_people_are_enough() -> None:
    plan = sample(author="")
    assert judge(plan, replace(SEEN, approved=Approved(("admin-2", "admin-3")))).by == ("admin-2", "admin-3")
    assert "nobody has signed it yet" in str(refused(plan=plan, approved=Approved()))


def test_a_signature_that_does_not_count_is_told_only_where_it_is_missed() -> None:
    lost = Approved(("admin-1",), ("this approval does not count: the key has expired",))
    assert "a signature does not count" in str(refused(approved=lost))
    judge(PLAN, replace(SEEN, approved=Approved(("admin-1", "admin-2"), ("x",))))


def test_all_reasons_are_told_at_once_each_with_its_way_out() -> None:
    problem = refused(
        now=datetime(2026, 11, 29, 13, 5, tzinfo=UTC),
        changed=("access.yml was changed", "eakte-ops.yml was removed"),
        stop=(("witten-db", "we move house"),),
        handover="machines are in the hands of local IT",
        broken=("witten-gw: free disk",),
        approved=Approved(),
    )
    lines = str(problem).splitlines()
    assert lines[0] == "Refused, for 8 reasons:"
    assert sum(line.startswith("  · ") for line in lines) == 8
    assert sum(line.startswith("    → ") for line in lines) == 8


@pytest.mark.parametrize(
    ("later", "word", "counts"),
    [
        (timedelta(hours=3), "approved by admin-1, OUTSIDE THE WINDOW, agreed with local-it: the disk fails", True),
        (timedelta(hours=13), "OUTSIDE THE WINDOW, agreed with local-it: the disk fails", False),
        (timedelta(days=-1), "OUTSIDE THE WINDOW, agreed with local-it: a clock that was set back", False),
        (timedelta(0), "WITHOUT APPROVAL: it is OUTSIDE THE WINDOW", False),
        (timedelta(0), "", False),
    ],
)
def test_an_agreement_counts_for_the_time_for_which_the_town_was_told(
    later: timedelta, word: str, counts: bool
) -> None:
    assert is_outside_window(word, EVENING, EVENING + later) is counts


def test_outside_the_window_with_an_agreement_is_permitted_and_the_town_is_told() -> None:
    asked = Asked(outside_window=True, agreed_with="local-it", why="the disk fails")
    permit = judge(PLAN, replace(SEEN, now=datetime(2026, 11, 24, 13, 5, tzinfo=UTC)), asked)
    assert permit.town_is_told
    assert permit.word == ("approved by admin-1 and admin-2, OUTSIDE THE WINDOW, agreed with local-it: the disk fails")


def test_without_approval_is_permitted_and_the_town_is_told() -> None:
    permit = judge(
        PLAN, replace(SEEN, approved=Approved(("admin-1",))), Asked(without_approval=True, why="water in the cellar")
    )
    assert permit.town_is_told
    assert permit.word == "approved by admin-1, WITHOUT APPROVAL: water in the cellar"


def test_a_broken_rule_does_not_open_the_others() -> None:
    problem = refused(Asked(without_approval=True, why="x"), stop=(("witten-db", "no"),), approved=Approved())
    assert str(problem) == "Refused: Witten has set the stop switch on witten-db: no"


@pytest.mark.parametrize(
    ("asked", "needs", "said"),
    [
        (Asked(outside_window=True, agreed_with="local-it"), Needs(True, True), "the reason is missing"),
        (Asked(outside_window=True, why="x"), Needs(True, True), "needs to know with whom that was agreed"),
        (Asked(outside_window=True, agreed_with="the mayor", why="x"), Needs(True, True), 'the mayor" is no role'),
        (Asked(agreed_with="local-it", why="x"), Needs(True, True), "says nothing without --outside-window"),
        (Asked(without_approval=True), Needs(True, True), "the reason is missing"),
        (Asked(without_approval=True, why="x"), Needs(True, False), "needs no approval"),
        (Asked(outside_window=True, agreed_with="local-it", why="x"), Needs(False, True), "needs no window"),
    ],
)
def test_words_that_do_not_fit_are_a_mistake_of_whoever_typed_them(asked: Asked, needs: Needs, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        judge(sample(needs=needs), SEEN, asked)
    assert caught.value.way_out
