"""Locks past their expected end and what abandoned runs left: each verdict."""

from __future__ import annotations

import pytest

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.playbook.memory.leftovers import Leftover
from eakte_ops.playbook.memory.locks import Lock
from eakte_ops.playbook.unfinished import SLACK_S, judged

LOCK = Lock("witten", "r1", 3, "admin-1", "ops-1", "restart gateway", 1000.0, 1600.0)
HOLD = Leftover("r0", "witten", "witten-gw", "hold", "run=r0 why=update", 500.0)


def found(now: float, locks=(), left=()) -> dict[str, list[tuple[str, str, str]]]:
    said: dict[str, list[tuple[str, str, str]]] = {}
    for each in judged(now, locks, left):
        said.setdefault(each.check, []).append((each.verdict, each.result.subject, each.result.said))
        for language in ("de", "en"):
            assert wording.said(each, CHECKS[each.check], language)
            if each.verdict != "ok":
                assert each.result.values["run"] in wording.todo(each, CHECKS[each.check], language)
    return said


def test_nothing_is_well() -> None:
    assert found(2000.0) == {"runs.lock": [("ok", "", "none")], "runs.left": [("ok", "", "none")]}


@pytest.mark.parametrize(
    ("now", "verdict"), [(1000, "ok"), (1600, "ok"), (1599 + SLACK_S, "ok"), (1600 + SLACK_S, "warning")]
)
def test_a_lock_an_hour_past_its_end(now: float, verdict: str) -> None:
    subject, said = ("witten", "old") if verdict == "warning" else ("", "none")
    assert found(now, [LOCK])["runs.lock"] == [(verdict, subject, said)]


def test_what_was_left_is_named_with_its_server_until_it_is_gone() -> None:
    assert found(2000.0, left=[HOLD])["runs.left"] == [("warning", "witten-gw hold", "left")]
