"""Gates: all well or not at all, what is not known is not well, and the sentence names what was not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import TimedOut, UsageError
from eakte_ops.health.engine import Stop
from eakte_ops.health.facts.product import PRODUCT
from eakte_ops.health.facts.web import WEB, requests
from eakte_ops.inventory.model import Town
from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.gates import Gates, check_gate, judges, known_gate
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Gate
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.remote.types import Target
from tests.unit.health import well


@dataclass
class Time:
    """Sleeping passes the time at once; `wakes` is told how often."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: well.NOW, monotonic=lambda: self.now, sleep=self.sleep)


def stops() -> list[Stop]:
    town = well.inventory().towns["witten"]
    return [
        Stop(town, server, Target(server.name, server.address, "eakte-ops", Path("k")), well.site(server.name))
        for server in town.said.servers
    ]


def fleet(**changed: Reply) -> FakeFleet:
    """`changed`: question -> what every server answers to it."""
    made = {}
    for stop in stops():
        assert stop.site is not None
        made[stop.server.name] = FakeServer({**well.outputs(stop.site), "line": "", **changed}, visit=well.VISIT)
    return FakeFleet(made)


def gates(servers: FakeFleet, time: Time, **more: object) -> Gates:
    targets = {stop.server.name: stop.target for stop in stops()}
    # Through the lines of a run, as in life; they have a clock of their own, which does not pass.
    return Gates(stops(), Lines(targets, servers, 10.0).lend, clock=time.clock, **more)  # type: ignore[arg-type]


HEALTH = Gate(("service.health",))


def test_what_is_well_passes_at_once_over_lines_that_are_kept() -> None:
    time, servers = Time(), fleet()
    asked = gates(servers, time)
    assert asked.answer(HEALTH, "witten-app", 60) == Answered(True)
    assert asked.answer(HEALTH, "witten-app", 60) == Answered(True)
    assert {server for server, _question in servers.asked} == {"witten-app"}
    assert servers.open == 1
    assert time.slept == []


def test_it_is_asked_again_until_all_is_well() -> None:
    time = Time()
    servers = fleet()
    well_ones = dict(servers.servers["witten-app"].answers)
    tries: list[str] = []

    def slowly(_text: str) -> Reply:
        tries.append("x")
        known = well_ones[WEB.name]
        assert isinstance(known, bytes)
        return Reply(known) if len(tries) > 2 else Reply(status=1)

    servers.servers["witten-app"].answers = {**well_ones, WEB.name: slowly}
    heard: list[str] = []
    assert gates(servers, time).answer(HEALTH, "witten-app", 60, heard.append) == Answered(True)
    assert time.slept == [3.0, 3.0]
    assert len(heard) == 2
    assert all("witten-app service.health" in said for said in heard)


def test_when_the_time_is_over_it_says_in_short_what_was_not_well() -> None:
    time = Time()
    servers = fleet()
    stop = next(stop for stop in stops() if stop.server.name == "witten-app")
    assert stop.site is not None
    bodies = {f"health {request.subject}": b'{"status": "DO\x1b[2JWN"}' for request in requests(stop.site)}
    broken = servers.servers["witten-app"]
    broken.answers = {**broken.answers, WEB.name: well.web(stop.site, bodies=bodies)}
    answered = gates(servers, time).answer(HEALTH, "witten-app", 20)
    assert answered.well is False
    assert answered.said.startswith("witten-app service.health: ")
    assert " · and " in answered.said
    assert answered.said.isprintable()
    assert len(answered.said) < 700
    assert sum(time.slept) < 20


def test_a_server_that_can_not_be_reached_is_not_well() -> None:
    time, servers = Time(), fleet()
    servers.servers["witten-app"].refuses = TimedOut(server="witten-app", seconds=5, phase="connect")
    answered = gates(servers, time).answer(HEALTH, "", 7)
    assert answered.well is False
    assert "witten-app reachable" in answered.said


def test_only_named_components_are_looked_at() -> None:
    time, servers = Time(), fleet()
    gate = Gate(("service.health",), ("gateway",))
    assert gates(servers, time).answer(gate, "", 7) == Answered(True)
    assert {server for server, _question in servers.asked} == {
        stop.server.name for stop in stops() if stop.site and stop.site.component("gateway")
    }


def test_a_check_with_nothing_to_look_at_does_not_pass() -> None:
    time, servers = Time(), fleet()
    answered = gates(servers, time).answer(Gate(("service.health",), ("gateway",)), "witten-db", 600)
    assert answered.well is False
    assert "nothing that service.health looks at" in answered.said
    assert (time.slept, servers.asked) == ([], [])
    assert not judges("service.health", stops(), ["database"]) or judges("service.health", stops())


def test_a_server_on_a_platform_that_can_not_be_asked_does_not_pass() -> None:
    time, servers = Time(), fleet()
    made = gates(servers, time)
    blind = [replace(stop, site=None) if stop.server.name == "witten-app" else stop for stop in made.stops]
    answered = replace(made, stops=blind).answer(HEALTH, "", 7)
    assert answered.well is False
    assert "witten-app" in answered.said


def test_a_check_over_the_whole_town_looks_at_all_its_servers() -> None:
    time, servers = Time(), fleet()
    gate = Gate(("release.same",))
    assert gates(servers, time).answer(gate, "", 7) == Answered(True)
    assert {server for server, _question in servers.asked} == {stop.server.name for stop in stops()}
    servers.servers["witten-app"].answers = {**servers.servers["witten-app"].answers, PRODUCT.name: Reply(status=1)}
    answered = gates(servers, time).answer(gate, "", 7)
    assert answered.well is False
    assert "release.same" in answered.said


def test_the_round_trip_of_a_document_gets_its_secret_and_nothing_else_does() -> None:
    time, servers, revealed = Time(), fleet(), []

    def reveals(town: Town) -> Callable[[str], str]:
        return lambda name: revealed.append((town.id, name)) or "staple-of-the-gate"  # type: ignore[func-returns-value]

    asked = gates(servers, time, reveals=reveals)
    assert asked.answer(HEALTH, "witten-app", 7) == Answered(True)
    assert revealed == []
    assert asked.answer(Gate(("documents.roundtrip",)), "witten-app", 7) == Answered(True)
    assert {town for town, _name in revealed} == {"witten"}
    assert "staple-of-the-gate" in servers.sent["witten-app"]


def test_gates_of_the_plan_are_asked_once_and_come_first() -> None:
    time, servers = Time(), fleet()
    own = {"plan.window": lambda: Answered(False, "the window is over"), "plan.assumptions": lambda: Answered(True)}
    asked = gates(servers, time, own=own)
    assert asked.answer(Gate(("plan.assumptions",)), "", 60) == Answered(True)
    assert asked.answer(Gate(("plan.assumptions", "plan.window", "service.health")), "", 60) == own["plan.window"]()
    assert (servers.asked, time.slept) == ([], [])


def test_a_name_that_is_no_check_is_said_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r'no check "service\.helth" to wait for; did you mean "service\.health"'):
        check_gate("service.helth")
    with pytest.raises(UsageError):
        gates(fleet(), Time()).answer(Gate(("nothing",)), "", 5)
    assert known_gate("plan.window")
    assert known_gate("service.health")
    assert not known_gate("night.full")
