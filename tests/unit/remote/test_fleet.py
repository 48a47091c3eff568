"""The fleet over a transport on paper: order, bounds, failures."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import CommandFailed, IdentityUnsafe, Unreachable
from eakte_ops.remote.fake import FakeConnection, FakeFleet, FakeServer
from eakte_ops.remote.fleet import Errand, visit_all
from eakte_ops.remote.types import Question, Script, Target

HELLO = Question("hello", Script({"posix": "echo hello"}))


def errand(name: str, *questions: Question) -> Errand:
    return Errand(Target(name, "192.0.2.1", "eakte-look", Path("kh")), questions or (HELLO,))


def fleet_of(*names: str) -> FakeFleet:
    return FakeFleet({name: FakeServer({"hello": f"hello from {name}"}) for name in names})


def threads_left() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("fleet")]


def test_every_errand_has_one_outcome() -> None:
    names = [f"s{n}" for n in range(500)]
    told = {o.target.name: o.answers[0].out.decode() for o in visit_all([errand(n) for n in names], fleet_of(*names))}
    assert told == {name: f"hello from {name}" for name in names}
    assert threads_left() == []


def test_no_errand_no_thread() -> None:
    assert list(visit_all([], fleet_of())) == []


def test_zero_threads_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(visit_all([errand("a")], fleet_of("a"), threads=0))


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (RuntimeError("boom\x1b[2J"), Unreachable),
        (MemoryError(), Unreachable),
        (IdentityUnsafe(file="id", mode="0644"), IdentityUnsafe),
        (CommandFailed("x", server="a", command="y", code=1), CommandFailed),
    ],
)
def test_whatever_one_server_raises_is_its_result(raised: Exception, kind: type[Exception]) -> None:
    good = fleet_of("b")

    def connect(target: Target, deadline: float) -> FakeConnection:
        if target.name == "a":
            raise raised
        return good(target, deadline)

    outcomes = {o.target.name: o for o in visit_all([errand("a"), errand("b")], connect)}
    assert type(outcomes["a"].error) is kind
    assert "\x1b" not in str(outcomes["a"].error)
    assert outcomes["b"].error is None


def test_a_secret_that_can_not_be_had_is_a_result_of_that_server() -> None:
    asks = Question("hello", Script({"posix": ""}, secrets={"P": "witten/db"}))
    (outcome,) = visit_all([errand("a", asks)], fleet_of("a"))
    assert "KeyError" in str(outcome.error)
    assert outcome.visit is not None
    assert [answer.status for answer in outcome.answers] == [None]


def test_an_error_that_nobody_expected_is_told_by_kind_and_place_and_not_by_its_words() -> None:
    def reveal(_name: str) -> str:
        raise RuntimeError("could not send PASSWORD='canary-81f0'")

    asks = Question("hello", Script({"posix": ""}, secrets={"PASSWORD": "osrest-password"}))
    (outcome,) = visit_all([replace(errand("a", asks), reveal=reveal)], fleet_of("a"))
    assert "canary" not in f"{outcome.error}{outcome.error!r}"
    assert re.search(r"unexpected RuntimeError \(test_fleet\.py:\d+\)", str(outcome.error))


def test_a_slow_consumer_holds_the_fleet_back() -> None:
    names = [f"s{n}" for n in range(200)]
    fleet = fleet_of(*names)
    outcomes = visit_all([errand(name) for name in names], fleet, threads=4)
    next(outcomes)
    assert len(fleet.asked) <= 1 + 4 + 4 + 1
    outcomes.close()
    assert threads_left() == []
    assert fleet.open == 0


def test_closing_before_the_first_result() -> None:
    outcomes = visit_all([errand("a")], fleet_of("a"))
    outcomes.close()
    assert threads_left() == []


def test_at_the_end_of_the_time_what_is_not_done_has_no_outcome() -> None:
    let_go = threading.Event()
    good = fleet_of("quick", "slow")

    def connect(target: Target, deadline: float) -> FakeConnection:
        if target.name == "slow":
            let_go.wait()
        return good(target, deadline)

    errands = [errand("quick"), errand("slow")]
    outcomes = list(visit_all(errands, connect, threads=2, until=monotonic() + 0.3, abort=let_go.set))
    assert [outcome.target.name for outcome in outcomes] == ["quick"]
    assert threads_left() == []


def test_abort_is_called_only_when_something_is_left() -> None:
    called: list[int] = []
    names = [f"s{n}" for n in range(20)]
    list(visit_all([errand(name) for name in names], fleet_of(*names), abort=lambda: called.append(1)))
    assert called == []
    outcomes = visit_all([errand(name) for name in names], fleet_of(*names), threads=2, abort=lambda: called.append(2))
    next(outcomes)
    outcomes.close()
    assert called == [2]


def test_a_sink_that_fails_is_dropped_and_the_work_goes_on() -> None:
    heard: list[object] = []

    def broken(event: object) -> None:
        heard.append(event)
        raise OSError("the terminal is gone")

    names = [f"s{n}" for n in range(20)]
    outcomes = list(visit_all([errand(n) for n in names], fleet_of(*names), threads=4, emit=broken))
    assert sorted(o.target.name for o in outcomes) == sorted(names)
    assert [o.error for o in outcomes] == [None] * 20
    assert len(heard) == 1
    assert threads_left() == []
