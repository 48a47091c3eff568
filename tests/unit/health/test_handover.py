"""A machine in the hands of local IT: each verdict, what is muted and what is not, and never longer than agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eakte_ops.errors import Status, Unreachable
from eakte_ops.health.catalogue import CHECKS, questions
from eakte_ops.health.engine import Stop, judged, of_town
from eakte_ops.health.facts.handover import HANDOVER, LONGEST_S, ends
from eakte_ops.health.findings import overview, status
from eakte_ops.health.muted import Down, Handed, down, muted, needs_software
from eakte_ops.health.types import NotKnown, OwnCheck, Result
from eakte_ops.remote.fleet import Outcome
from eakte_ops.remote.types import Answer, Target
from tests.unit.health import well
from tests.unit.health.well import handover, look, results, town_look, units, web

SITE = well.site()
NOW = well.NOW.timestamp()
RUN = "2026-11-22-herdecke-k3x9"


def line(until: timedelta, why: str = "patches") -> str:
    return f"run={RUN} until={well.NOW + until:%Y-%m-%dT%H:%M:%SZ} why={why}"


SOON = line(timedelta(hours=2))
OVER = line(timedelta(0))


def mark(text: str, old: float = 3600, **more):
    return handover(states=(("handover", old, text), ("hold", old, text)), **more)


@pytest.mark.parametrize(
    ("said", "verdict", "key", "owner"),
    [
        (handover(), "ok", "none", None),
        (mark(SOON), "ok", "open", None),
        (mark(OVER), "critical", "late", None),
        (mark(SOON, done=(60, "kernel 6.1.0-29")), "warning", "done", "centre"),
        (mark(OVER, done=(60, "")), "critical", "done", "centre"),
        (mark(SOON, done=(3601, "of last month")), "ok", "open", None),
        (mark(""), "warning", "endless", "centre"),
        (mark(line(timedelta(days=15))), "warning", "endless", "centre"),
        (mark("run=x until=tomorrow"), "warning", "endless", "centre"),
        (handover(done=(60, "without a handover")), "ok", "none", None),
    ],
)
def test_each_verdict(said, verdict, key, owner) -> None:
    (result,) = results("handover.open", look(handover=said)).values()
    assert (result.verdict, result.said, result.owner) == (verdict, key, owner)


@pytest.mark.parametrize("answer", [b"", b"boot\tx\n", b"end\tsoon\n", b"state\thandover\tx\trun=1\nend\t1\n"])
def test_an_answer_without_its_parts_is_not_known(answer) -> None:
    with pytest.raises(NotKnown):
        look(handover=answer)[HANDOVER]


def test_an_end_that_is_too_far_away_is_none() -> None:
    near = look(handover=mark(line(timedelta(seconds=LONGEST_S - 3600))))[HANDOVER]
    far = look(handover=mark(line(timedelta(seconds=LONGEST_S - 3599))))[HANDOVER]
    assert ends(near.mark) is not None
    assert ends(far.mark) is None


def test_all_that_software_answers_is_muted_and_nothing_of_the_machine() -> None:
    names = {check.name for check in CHECKS.values() if needs_software(check)}
    assert {"service.units", "service.health", "service.ports", "service.startup", "gateway.answer"} < names
    assert {"database.answers", "index.state", "documents.ahead", "documents.roundtrip", "certificate.end"} < names
    assert not names & {"reachable", "disk.space", "memory.free", "units.failed", "handover.open", "temporary.states"}
    assert not names & {"patches.pending", "clock.offset", "access.pack", "watch.mark", "config.drift"}


def test_muted_until_the_agreed_second_and_not_one_longer() -> None:
    before = look(handover=mark(line(timedelta(seconds=1))))
    assert down(before, None, well.NOW) == Down(RUN, NOW + 1)
    assert down(before, None, well.NOW + timedelta(seconds=1)) is None
    handed = Handed(RUN, NOW + 1)
    assert down(None, handed, well.NOW) == Down(RUN, NOW + 1, unread=True)
    assert down(None, handed, well.NOW + timedelta(seconds=1)) is None


def test_a_server_that_can_be_asked_and_knows_of_nothing_is_believed() -> None:
    handed = Handed(RUN, NOW + 3600)
    assert down(look(handover=handover()), handed, well.NOW) is None
    assert down(look(handover=None), handed, well.NOW) == Down(RUN, NOW + 3600, unread=True)
    assert down(look(handover=Answer("handover", None, why="killed")), handed, well.NOW) is not None


def test_a_mark_without_a_run_mutes_nothing() -> None:
    assert down(look(handover=handover(states=(("handover", 60, ""),))), None, well.NOW) is None


def test_a_notice_page_mutes_the_page_and_nothing_else() -> None:
    seen = down(look(handover=handover(states=(("notice", 60, SOON),))), None, well.NOW)
    assert seen == Down(RUN, NOW + 7200, page=True)
    bad = Result("critical", "gateway", "notice")
    for check in CHECKS.values():
        if not isinstance(check, OwnCheck):
            assert muted(check, bad, seen).waits == (check.name == "gateway.answer"), check.name
    assert muted(CHECKS["gateway.answer"], bad, seen).reason == "notice-page"


def test_what_is_well_stays_well_and_what_is_muted_keeps_its_subject() -> None:
    seen = Down(RUN, NOW + 1)
    fine = Result("ok", "gateway", "fine")
    assert muted(CHECKS["gateway.answer"], fine, seen) is fine
    told = muted(CHECKS["service.units"], Result("critical", "index", "stopped"), seen)
    assert (told.verdict, told.subject, told.waits, told.bad) == ("unknown", "index", True, False)
    assert told.values == {"run": RUN, "until": NOW + 1}


def test_only_a_server_that_can_not_be_asked_may_be_unreachable_on_purpose() -> None:
    bad = Result("critical", "", "refused")
    assert not muted(CHECKS["reachable"], bad, Down(RUN, NOW + 1)).waits
    assert muted(CHECKS["reachable"], bad, Down(RUN, NOW + 1, unread=True)).waits


# the whole way through the engine

STOPPED = {each: {"ActiveState": "inactive", "SubState": "dead"} for each in ("database", "application_server")}
STOPPED |= {each: {"ActiveState": "inactive", "SubState": "dead"} for each in ("index", "service_manager", "gateway")}


def stopped(text: str, until: float | None = None):
    """A look at a box of which everything is stopped."""
    known = well.inventory().towns["herdecke"]
    refused = dict.fromkeys(
        ("page gateway", "health gateway", "health dms", "health license", "index index", "aggregate service-manager"),
        7,
    )
    seen = look(
        handover=mark(text), units=units(SITE, hold=text, **STOPPED), web=web(SITE, fault=refused), ports=b"0016\nend\n"
    )
    handed = None if until is None else Handed(RUN, until)
    target = Target("herdecke-box", "192.0.2.42", "eakte-look", well.ROOT / "k")
    stop = Stop(known, known.said.servers[0], target, SITE, handed)
    outcome = Outcome(target, well.VISIT, tuple(seen.answers.values()), None, 1.0)
    checks = [check for check in CHECKS.values() if not isinstance(check, OwnCheck)]
    done = judged(stop, checks, outcome, well.NOW)
    return overview([done], checks, 1.0, of_town([done], checks))


def test_a_box_that_is_down_on_purpose_has_no_finding() -> None:
    seen = stopped(SOON)
    assert [finding.judged for finding in seen.found] == []
    assert status(seen) is Status.OK
    assert {each.result.reason for each in seen.waiting} >= {"handed-over"}
    assert {each.check for each in seen.waiting if each.result.reason == "handed-over"} >= {"service.units"}


def test_once_it_is_late_one_finding_says_so_and_the_rest_follows_from_it() -> None:
    seen = stopped(OVER)
    late = next(each for each in seen.found if each.judged.check == "handover.open")
    assert (late.judged.verdict, late.judged.owner) == ("critical", "local-it")
    below = {each.check for each in late.consequences}
    assert {"service.units", "service.ports", "gateway.answer"} <= below


def away(until: float):
    """A look at a box that does not answer while local IT starts it anew."""
    known = well.inventory().towns["herdecke"]
    target = Target("herdecke-box", "192.0.2.42", "eakte-look", well.ROOT / "k")
    stop = Stop(known, known.said.servers[0], target, SITE, Handed(RUN, until))
    gone = Unreachable("connection refused", server="herdecke-box", address="192.0.2.42")
    done = judged(stop, [CHECKS["reachable"]], Outcome(target, None, (), gone, 1.0), well.NOW)
    return overview([done], [CHECKS["reachable"]], 1.0)


def test_a_machine_that_starts_anew_is_no_trouble_while_it_is_handed_over() -> None:
    seen = away(NOW + 1)
    assert (seen.found, status(seen)) == ((), Status.OK)
    late = away(NOW)
    assert ([each.judged.check for each in late.found], status(late)) == (["reachable"], Status.UNREACHABLE)


def test_who_is_asked_for_software_is_asked_first_in_whose_hands_it_is() -> None:
    asked = [question.name for question in questions([CHECKS["gateway.answer"]], SITE)]
    assert asked[0] == "handover"
    assert [question.name for question in questions([CHECKS["disk.space"]], SITE)] == ["storage"]


def test_a_town_is_muted_where_one_of_its_servers_is_down_on_purpose() -> None:
    seen = town_look("herdecke")
    assert seen.looks.keys() == {"herdecke-box"}
    assert muted(CHECKS["documents.ahead"], Result("critical", said="back"), Down(RUN, NOW + 1)).waits
