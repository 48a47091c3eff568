"""The fake keeps the contract, and plays what a test needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import HostKeyUnknown, LineLost, NameUnknown, TimedOut
from eakte_ops.remote.fake import FakeConnection, FakeFleet, FakeServer, Reply
from eakte_ops.remote.fleet import Errand, visit_all
from eakte_ops.remote.types import Question, Script, Target
from tests.contract.transport import AnyTransport, Play


def target(name: str = "witten-db", **more: object) -> Target:
    return Target(name=name, address="192.0.2.10", user="eakte-look", known_hosts=Path("kh"), **more)


class FakeWorld:
    def connect(self, *plays: Play) -> FakeConnection:
        server = FakeServer({play.name: play.reply for play in plays}, noise=b"\x1b[2JWelcome!\n0 1 2\n")
        return FakeFleet({"witten-db": server})(target(), 0)


class TestFake(AnyTransport):
    @pytest.fixture
    def world(self) -> FakeWorld:
        return FakeWorld()


DISK = Question("disk", Script({"posix": "df", "powershell": "Get-Volume"}, args=("/var",), secrets={"P": "pw"}))
UNITS = Question("units", Script({"posix": "systemctl"}))


def test_replies_may_be_text_bytes_or_made_from_the_section() -> None:
    fleet = FakeFleet({"witten-db": FakeServer({"disk": lambda text: Reply(text.encode(), 4), "units": "none"})})
    errand = Errand(target(), (DISK, UNITS), reveal=lambda name: f"value of {name}")
    (outcome,) = visit_all([errand], fleet)
    assert outcome.error is None
    assert outcome.answers[0].out == b"set -- '/var'\nP='value of pw'\ndf"
    assert outcome.answers[0].status == 4
    assert outcome.answers[1].out == b"none"
    assert fleet.asked == [("witten-db", "disk"), ("witten-db", "units")]
    assert "value of pw" in fleet.sent["witten-db"]
    assert fleet.open == 0


def test_a_windows_server_can_be_played() -> None:
    fleet = FakeFleet({"herdecke-box": FakeServer({"disk": b"C: 40%"})})
    errand = Errand(target("herdecke-box", dialect="powershell"), (DISK, UNITS), reveal=str.upper)
    (outcome,) = visit_all([errand], fleet)
    assert outcome.answers[0].out == b"C: 40%"
    assert outcome.answers[1].why == "not asked: no powershell text"
    assert "Get-Volume" in fleet.sent["herdecke-box"]


def test_faults_can_be_played() -> None:
    fleet = FakeFleet(
        {
            "silent": FakeServer(silent_in="banner"),
            "stuck": FakeServer({"disk": "x", "units": "y"}, silent_in="exchange"),
            "breaks": FakeServer({"disk": "x", "units": "y"}, breaks_after=1),
            "strange": FakeServer(refuses=HostKeyUnknown(server="strange", found="ssh-ed25519 SHA256:x")),
        }
    )
    errands = [Errand(target(name), (UNITS, UNITS)) for name in ("silent", "stuck", "breaks", "strange", "gone")]
    seen = {outcome.target.name: outcome for outcome in visit_all(errands, fleet)}
    assert {name: type(outcome.error) for name, outcome in seen.items()} == {
        "silent": TimedOut,
        "stuck": TimedOut,
        "breaks": LineLost,
        "strange": HostKeyUnknown,
        "gone": NameUnknown,
    }
    assert [answer.status for answer in seen["breaks"].answers] == [0, None]
    assert [answer.why for answer in seen["stuck"].answers] == ["no answer before the deadline"] * 2
    assert seen["silent"].visit is None
    assert seen["silent"].answers == ()


def test_a_question_nobody_scripted_is_a_failure_of_the_test_and_not_an_empty_answer() -> None:
    (outcome,) = visit_all([Errand(target(), (UNITS,))], FakeFleet({"witten-db": FakeServer()}))
    assert "unexpected KeyError" in str(outcome.error)
