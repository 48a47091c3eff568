"""What a plan takes for granted: one exchange per server, nothing unknown holds, sentences say both values."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import TimedOut
from eakte_ops.playbook.assume import differing, judge
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Assumption
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.remote.types import Answer, Target


def assumed(value: str, rule: str = "equal", server: str = "one") -> Assumption:
    return Assumption(server, "free disk", "df", value, rule, title_de="freier Platz")  # type: ignore[arg-type]


def said(out: str, status: int | None = 0, **more: object) -> Answer:
    return Answer("assume 0", status, out.encode(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "rule", "out", "holds"),
    [
        ("11.10", "equal", "11.10\nmore\n", True),
        ("11.10", "equal", "11.1\n", False),
        ("", "equal", "", True),
        ("x", "equal", "", False),
        ("25", "at-least", "25\n", True),
        ("25", "at-least", "24\n", False),
        ("25", "at-least", "100\n", True),
        ("25", "at-most", "24\n", True),
        ("25", "at-most", "26\n", False),
        ("25", "at-least", "many\n", False),
        ("25", "at-least", "9" * 40, False),
        ("25", "at-least", "", False),
    ],
)
def test_rules(value: str, rule: str, out: str, holds: bool) -> None:
    assert (judge(assumed(value, rule), said(out)) is None) is holds


@pytest.mark.parametrize("answer", [said("11.10", 1), said("11.10", None, why="killed at its limit of 20 s")])
def test_what_can_not_be_told_does_not_hold(answer: Answer) -> None:
    differs = judge(assumed("11.10"), answer)
    assert differs is not None
    assert "can not be told" in differs.sentence()
    assert differs.found == ""


def test_sentences_say_place_title_and_both_values_harmlessly() -> None:
    differs = judge(assumed("25", "at-least"), said("7\x1b[2J\n"))
    assert differs is not None
    assert differs.sentence() == "one: free disk: the plan needs at least 25, the server says '7'"
    assert differs.sentence("de") == "one: freier Platz: der Plan braucht mindestens 25, der Server sagt '7'"


def lines(fleet: FakeFleet) -> Lines:
    targets = {name: Target(name, "192.0.2.1", "eakte-ops", Path("k")) for name in fleet.servers}
    return Lines(targets, fleet, 5.0)


def test_all_of_a_server_are_asked_in_one_exchange_with_the_variables_before_them() -> None:
    texts: list[str] = []

    def answer(text: str) -> Reply:
        texts.append(text)
        return Reply(b"11.10\n")

    fleet = FakeFleet(
        {"one": FakeServer({"assume 0": answer, "assume 1": answer}), "two": FakeServer({"assume 0": "11.9"})}
    )
    assumes = [assumed("11.10"), assumed("11.10", server="two"), assumed("11.11")]
    found = differing(assumes, lines(fleet), "run='r1'\n")
    assert [(each.assumption, each.found) for each in found] == [(assumes[1], "11.9"), (assumes[2], "11.10")]
    assert texts == ["run='r1'\ndf", "run='r1'\ndf"]
    assert fleet.open == 2


def test_a_server_that_can_not_be_asked_is_an_error_and_no_answer() -> None:
    fleet = FakeFleet({"one": FakeServer({}, refuses=TimedOut(server="one", seconds=5, phase="connect"))})
    with pytest.raises(TimedOut):
        differing([assumed("11.10")], lines(fleet))


def test_a_plan_without_assumptions_asks_nobody() -> None:
    assert differing([], lines(FakeFleet())) == ()
