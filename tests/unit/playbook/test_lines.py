"""Lines that are kept: used again while they are fresh, asked when they lay idle, replaced when they broke."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import LineLost, Refused
from eakte_ops.playbook.lines import FRESH_S, STALE_S, Lines
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.remote.types import Connection, Target

TARGETS = {name: Target(name, "192.0.2.1", "eakte-ops", Path("k")) for name in ("one", "two")}


@dataclass
class Time:
    now: float = 1000.0

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.now)


class Counted(FakeFleet):
    opened = 0

    def __call__(self, target: Target, deadline: float) -> Connection:
        self.opened += 1
        return super().__call__(target, deadline)


@pytest.fixture
def fleet() -> Counted:
    return Counted({name: FakeServer({"line": ""}) for name in TARGETS})


def test_a_line_is_used_again_by_the_next_and_each_user_has_an_own_one(fleet: Counted) -> None:
    lines = Lines(TARGETS, fleet, 10.0)
    with lines.to("one") as first, lines.to("one") as second:
        assert first is not second
    with lines.to("one") as again:
        assert again in (first, second)
    assert (fleet.opened, fleet.asked) == (2, [])
    lines.close()
    assert fleet.open == 0


def test_one_that_lay_idle_is_asked_first_and_used_when_it_answers(fleet: Counted) -> None:
    time = Time()
    lines = Lines(TARGETS, fleet, 10.0, time.clock)
    with lines.to("one") as first:
        pass
    time.now += FRESH_S + 1
    with lines.to("one") as again:
        assert again is first
    assert fleet.asked == [("one", "line")]


@pytest.mark.parametrize("how", ["lost", "silent", "odd"])
def test_one_that_died_while_idle_is_never_given_out(fleet: Counted, how: str) -> None:
    time = Time()
    lines = Lines(TARGETS, fleet, 10.0, time.clock)
    with lines.to("one") as first, lines.to("one"):
        pass
    time.now += FRESH_S + 1
    if how == "lost":
        fleet.servers["one"].breaks_after = 0
    elif how == "silent":
        fleet.servers["one"].silent_in = "exchange"
    else:
        fleet.servers["one"].answers = {"line": Reply(status=3)}
    with lines.to("one") as again:
        assert again is not first
    assert fleet.opened == 3
    assert fleet.open == 1


def test_one_that_lay_very_long_is_not_even_asked(fleet: Counted) -> None:
    time = Time()
    lines = Lines(TARGETS, fleet, 10.0, time.clock)
    with lines.to("one"):
        pass
    time.now += STALE_S + 1
    with lines.to("one"):
        pass
    assert (fleet.opened, fleet.open, fleet.asked) == (2, 1, [])


def test_an_error_of_the_line_closes_the_free_ones_to_that_server_too(fleet: Counted) -> None:
    lines = Lines(TARGETS, fleet, 10.0)
    with lines.to("one"), lines.to("one"), lines.to("two"):
        pass
    assert fleet.open == 3

    def broken() -> None:
        with lines.to("one"):
            raise LineLost(server="one", phase="exchange")

    with pytest.raises(LineLost):
        broken()
    assert fleet.open == 1


def test_an_error_that_is_none_of_the_line_leaves_the_others(fleet: Counted) -> None:
    lines = Lines(TARGETS, fleet, 10.0)

    def refused() -> None:
        with lines.to("one"), lines.to("one"):
            pass
        with lines.to("one"):
            raise Refused("no")

    with pytest.raises(Refused):
        refused()
    assert fleet.open == 1


def test_a_lent_line_goes_back_when_it_is_closed_and_tells_the_time_of_this_visit(fleet: Counted) -> None:
    lines = Lines(TARGETS, fleet, 10.0)
    lent = lines.lend(TARGETS["one"], 2000.0)
    assert lent.visit.ended == 0.0
    lent.close()
    lent.close()
    assert lent.visit.ended >= lent.visit.began + lent.visit.login_s
    with lines.to("one"):
        pass
    assert fleet.opened == 1


def test_a_lent_line_that_broke_is_not_given_out_again(fleet: Counted) -> None:
    lines = Lines(TARGETS, fleet, 10.0)
    lent = lines.lend(TARGETS["one"], 2000.0)
    fleet.servers["one"].breaks_after = 0
    with pytest.raises(LineLost):
        list(lent.talk(_text(), deadline=2000.0, cap=100))
    lent.close()
    assert fleet.open == 0


def _text() -> bytes:
    from eakte_ops.playbook.lines import ALIVE
    from eakte_ops.remote.exchange import no_secrets
    from eakte_ops.remote.posix import Posix

    return Posix().ask([ALIVE], "ab" * 16, 5.0, no_secrets)
