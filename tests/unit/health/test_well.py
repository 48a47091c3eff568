"""On a town where all is well every check looks, says ok, and says it in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS, chosen, questions
from eakte_ops.health.engine import Stop, judged
from eakte_ops.health.types import Judged, Shown
from eakte_ops.remote.fleet import Outcome
from eakte_ops.remote.types import Answer
from tests.unit.health import well

SERVER_CHECKS = tuple(check for check in CHECKS.values() if check.scope == "server")
TOWN_CHECKS = tuple(check for check in CHECKS.values() if check.scope == "town")
SERVERS = ("herdecke-box", "witten-db", "witten-app", "witten-index", "witten-gw", "hattingen-app")


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("check", SERVER_CHECKS, ids=lambda check: check.name)
def test_every_check_is_well_where_it_concerns(check, server) -> None:
    site = well.site(server)
    if not check.concerns(site):
        return
    results = well.judged(check, well.look(site))
    assert results
    assert {result.verdict for result in results if not result.waits} <= {"ok"}, results
    for result in results:
        judged = Judged("town", server, check.name, check.owner, result)
        for language in ("de", "en"):
            assert "{" not in wording.said(judged, check, language)


@pytest.mark.parametrize("town", ["herdecke", "witten", "hattingen"])
@pytest.mark.parametrize("check", TOWN_CHECKS, ids=lambda check: check.name)
def test_every_check_over_a_town_is_well(check, town) -> None:
    seen = well.town_look(town)
    if not check.concerns(tuple(seen.sites.values())):
        return
    results = well.judged(check, seen)
    assert results
    assert {result.verdict for result in results if not result.waits} <= {"ok"}, results
    for result in results:
        judged = Judged(town, "", check.name, check.owner, result)
        for language in ("de", "en"):
            assert "{" not in wording.said(judged, check, language)


def test_a_box_with_everything_concerns_every_check() -> None:
    box = well.site("herdecke-box")
    assert all(check.concerns((box,) if check.scope == "town" else box) for check in chosen([]))


def test_less_than_twenty_questions_are_enough_and_each_is_asked_once() -> None:
    asked = [question.name for question in questions(CHECKS.values(), well.site("herdecke-box"))]
    assert len(asked) == len(set(asked)) < 20
    assert set(asked) == set(well.outputs(well.site("herdecke-box")))


def test_no_limit_of_a_question_is_longer_than_a_visit() -> None:
    for question in questions(CHECKS.values(), well.site("herdecke-box")):
        assert 0 < question.limit <= 12


@pytest.mark.parametrize(
    "answer",
    [None, Answer("", None, why="killed at its limit of 5 s"), Answer("", 1, b"", b"no"), Answer("", 0, b"")],
    ids=["not asked", "killed", "failed", "empty"],
)
@pytest.mark.parametrize("check", [each for each in SERVER_CHECKS if each.facts], ids=lambda check: check.name)
def test_no_check_says_ok_by_not_looking(check, answer) -> None:
    fact = check.facts[0]
    question = fact.name
    if isinstance(fact, Shown):  # shown by the connection itself, no question can fail
        return
    answers = well.look().answers
    kept = [each for each in answers.values() if each.question != question]
    lost = [] if answer is None else [replace(answer, question=question)]
    stop = Stop(
        well.inventory().towns["herdecke"], well.inventory().towns["herdecke"].said.servers[0], None, well.site()
    )
    seen = judged(stop, [check], Outcome(None, well.VISIT, (*kept, *lost), None, 1.0), well.NOW)
    assert seen.results
    assert {each.verdict for each in seen.results} <= {"unknown", "critical"}
