from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed, LineLost, SudoRuleMissing
from eakte_ops.remote import jobs
from eakte_ops.remote.fake import FakeConnection, FakeFleet, FakeServer, Reply, Scripted
from eakte_ops.remote.jobs import JobState
from eakte_ops.remote.types import Target


def connection(**server: object) -> tuple[FakeConnection, FakeFleet]:
    fleet = FakeFleet({"witten-app": FakeServer(**server)})
    return fleet(Target("witten-app", "192.0.2.11", "eakte-ops", Path("kh")), 0), fleet


def answering(name: str, reply: Scripted) -> tuple[FakeConnection, FakeFleet]:
    return connection(answers={f"job {name}": reply})


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("absent\n", JobState("absent")),
        ("queued\n", JobState("queued")),
        ("running\n", JobState("running")),
        ("exit 0\n", JobState("exit", 0)),
        (f"{'exit 143':<64}\n", JobState("exit", 143)),
        ("lost\n", JobState("lost")),
        ("refused other-boot\n", JobState("refused", said="other-boot")),
        ("refused stop-switch we migrate the SAN\n", JobState("refused", said="stop-switch we migrate the SAN")),
        ("fenced 17\n", JobState("fenced", said="17")),
        ("fenced \n", JobState("fenced")),
        ("", None),
        ("exit\n", None),
        ("exit 1 2\n", None),
        ("running away\n", None),
        ("\x1b[2J", None),
    ],
)
def test_states_as_a_server_writes_them(said: str, state: JobState | None) -> None:
    assert jobs.parse(said) == state


def test_what_has_ended() -> None:
    assert [JobState(kind).ended for kind in ("exit", "lost", "refused")] == [True] * 3
    assert [JobState(kind).ended for kind in ("absent", "queued", "running", "fenced")] == [False] * 4


def test_start_sends_the_order_on_stdin() -> None:
    line, fleet = answering("start", "queued\n")
    assert jobs.start(line, "r1.s1.do.1", "echo 'it''s'\n", 60, 7) == JobState("queued")
    sent = fleet.sent["witten-app"].replace("'\\''", "'")
    assert "set -- 'r1.s1.do.1' '7' '60' " in sent
    assert 'start "$@"' in sent
    assert "sudo -n " + " ".join(jobs.START_COMMAND) in sent


@pytest.mark.parametrize("job_id", ["", "../x", ".hidden", "a/b", "a b", "a\n", "x" * 101, "-rf"])
def test_ids_that_would_lead_elsewhere_are_not_sent(job_id: str) -> None:
    with pytest.raises(ValueError, match="can not be the id"):
        jobs.start_question(job_id, "true", 1, 1)


def test_a_missing_sudo_rule_is_an_error_of_its_own() -> None:
    err = b"Sorry, user eakte-ops is not allowed to execute '/usr/bin/systemctl' as root on witten-app.\n"
    line, _fleet = answering("start", Reply(b"", 1, err))
    with pytest.raises(SudoRuleMissing, match="witten-app"):
        jobs.start(line, "r1", "true", 60, 7, server="witten-app")


@pytest.mark.parametrize("reply", [Reply(b"", 9, b"cd: no such folder"), Reply(b"nonsense\n"), Reply(status=None)])
def test_no_state_is_a_failure_and_never_a_guess(reply: Reply) -> None:
    line, _fleet = answering("start", reply)
    with pytest.raises(CommandFailed):
        jobs.start(line, "r1", "true", 60, 7)
    line, _fleet = answering("raise", reply)
    with pytest.raises(CommandFailed):
        jobs.raise_token(line, 7)


def test_a_lost_line_is_said_as_such() -> None:
    line, _fleet = connection(answers={"job await": "exit 0"}, breaks_after=0)
    with pytest.raises(LineLost):
        jobs.wait(line, "r1", 5)


def test_waiting_and_output() -> None:
    line, _fleet = answering("await", "exit 3\n")
    assert jobs.wait(line, "r1", 5) == JobState("exit", 3)
    line, _fleet = answering("output", Reply(b"\x1b[1mdone\n", 0, b"warned\n"))
    assert jobs.output(line, "r1") == ("done\n", "warned\n")
