"""Acts side by side: all come to their ends, then the first error is told; a person can leave in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from eakte_ops.errors import LineLost, Status
from eakte_ops.playbook.acts import Act, Verify, Wish
from eakte_ops.playbook.drive import Leave, Left, SideBySide, converse
from eakte_ops.playbook.plan import OnServer, Step

STEP = Step("a", 1, "one", "a", OnServer("do"))
OTHER = Step("b", 1, "one", "b", OnServer("do"))


def acting(log: list[Any], *steps: Step) -> Act:
    for step in steps:
        seen = yield Verify(step)
        log.append(seen)


def test_acts_run_side_by_side_and_each_gets_its_own_answers() -> None:
    together = threading.Barrier(3)

    def answer(wish: Wish) -> Any:
        together.wait(10)  # passes only if all three are under way at once
        return wish

    logs: list[list[Any]] = [[], [], []]
    SideBySide()([acting(log, STEP, OTHER) for log in logs], answer)
    assert logs == [[Verify(STEP), Verify(OTHER)]] * 3


def test_many_acts_take_turns() -> None:
    changing, now, most = threading.Lock(), [0], [0]

    def answer(_wish: Wish) -> Any:
        with changing:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with changing:
            now[0] -= 1

    logs: list[list[Any]] = [[] for _ in range(9)]
    SideBySide(most=3)([acting(log, STEP) for log in logs], answer)
    assert most[0] == 3
    assert all(len(log) == 1 for log in logs)


def test_an_error_lets_the_others_come_to_their_ends_and_is_raised_then() -> None:
    failed = threading.Event()
    log: list[Any] = []

    def answer(wish: Wish) -> Any:
        assert isinstance(wish, Verify)
        if wish.step is STEP:
            failed.set()
            raise LineLost(server="one", phase="exchange")
        assert failed.wait(10)
        time.sleep(0.05)
        return "done"

    with pytest.raises(LineLost):
        SideBySide()([acting([], STEP), acting(log, OTHER, OTHER)], answer)
    assert log == ["done", "done"]


def test_the_first_of_several_errors_is_raised() -> None:
    first = threading.Event()

    def answer(wish: Wish) -> Any:
        assert isinstance(wish, Verify)
        if wish.step is OTHER:
            first.set()
            raise LineLost(server="first", phase="exchange")
        assert first.wait(10)
        time.sleep(0.2)
        raise LineLost(server="second", phase="exchange")

    with pytest.raises(LineLost, match="first"):
        SideBySide()([acting([], STEP), acting([], OTHER)], answer)


def test_an_act_hears_of_its_error_and_may_go_on() -> None:
    log: list[Any] = []

    def careful() -> Act:
        try:
            yield Verify(STEP)
        except LineLost as lost:
            log.append((str(lost), (yield Verify(OTHER))))

    def answer(wish: Wish) -> Any:
        assert isinstance(wish, Verify)
        if wish.step is STEP:
            raise LineLost(server="one", phase="exchange")
        return "done"

    converse(careful(), answer)
    assert log == [("one: the connection broke during: exchange", "done")]


def test_nothing_to_do_is_done_at_once() -> None:
    SideBySide()([], lambda _wish: None)


def test_an_act_that_wishes_nothing_ends() -> None:
    SideBySide()([acting([])], lambda _wish: None)


def leaving(leave: Leave, answer: Callable[[Wish], Any]) -> float:
    began = time.monotonic()
    with pytest.raises(Left, match=r"the job r\.a\.do\.1 goes on") as left:
        SideBySide(leave, lambda: "the job r.a.do.1 goes on")([acting([], STEP)], answer)
    assert left.value.status == Status.INTERRUPTED
    return time.monotonic() - began


def test_whoever_leaves_does_not_wait_for_what_is_under_way() -> None:
    leave, over = Leave(), threading.Event()

    def answer(_wish: Wish) -> Any:
        assert leave.listening
        leave.asked = True
        over.wait(30)

    assert leaving(leave, answer) < 5
    over.set()
    assert not leave.listening
