from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed, LineLost, SudoRuleMissing
from eakte_ops.remote import jobs
from eakte_ops.remote.fake import FakeConnection, FakeFleet, FakeServer, Reply, Scripted
from eakte_ops.remote.jobs import JobState, Listed, Order
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
    order = Order("r1.s1.do.1", "echo 'it''s'\n", 60, 7, "restart\nby admin-1\x1b[2J")
    assert jobs.start(line, order) == JobState("queued")
    sent = fleet.sent["witten-app"].replace("'\\''", "'")
    assert "set -- 'r1.s1.do.1' '7' '60' 'restart by admin-1' " in sent
    assert 'start "$@"' in sent
    assert "sudo -n " + " ".join(jobs.START_COMMAND) in sent
    assert "sudo -n " + " ".join(jobs.STOP_COMMAND) in sent


@pytest.mark.parametrize("job_id", ["", "../x", ".hidden", "a/b", "a b", "a\n", "x" * 101, "-rf"])
def test_ids_that_would_lead_elsewhere_are_not_sent(job_id: str) -> None:
    for question in (jobs.start_question, jobs.attach_question):
        with pytest.raises(ValueError, match="can not be the id"):
            question(Order(job_id, "true", 1, 1))
    line, _fleet = answering("cancel", "absent\n")
    with pytest.raises(ValueError, match="can not be the id"):
        jobs.cancel(line, job_id)


def test_a_missing_sudo_rule_is_an_error_of_its_own() -> None:
    err = b"Sorry, user eakte-ops is not allowed to execute '/usr/bin/systemctl' as root on witten-app.\n"
    line, _fleet = answering("start", Reply(b"", 1, err))
    with pytest.raises(SudoRuleMissing, match="start --no-block"):
        jobs.start(line, Order("r1", "true", 60, 7), server="witten-app")
    line, _fleet = answering("cancel", Reply(b"", 1, err))
    with pytest.raises(SudoRuleMissing, match="stop eakte-job"):
        jobs.cancel(line, "r1", server="witten-app")


@pytest.mark.parametrize("reply", [Reply(b"", 9, b"cd: no such folder"), Reply(b"nonsense\n"), Reply(status=None)])
def test_no_state_is_a_failure_and_never_a_guess(reply: Reply) -> None:
    line, _fleet = connection(answers={f"job {name}": reply for name in ("start", "attach", "cancel", "await")})
    with pytest.raises(CommandFailed):
        jobs.start(line, Order("r1", "true", 60, 7))
    with pytest.raises(CommandFailed):
        jobs.attach(line, Order("r1", "true", 60, 7))
    with pytest.raises(CommandFailed):
        jobs.cancel(line, "r1")
    with pytest.raises(CommandFailed):
        jobs.wait(line, "r1", 1)


def test_a_lost_line_is_said_as_such() -> None:
    line, _fleet = connection(answers={"job await": "exit 0"}, breaks_after=0)
    with pytest.raises(LineLost):
        jobs.wait(line, "r1", 5)


def test_waiting_and_output() -> None:
    line, _fleet = answering("await", "exit 3\n")
    assert jobs.wait(line, "r1", 5) == JobState("exit", 3)
    line, _fleet = answering("output", Reply(b"\x1b[1mdone\n", 0, b"warned\n"))
    assert jobs.output(line, "r1") == ("done\n", "warned\n")
    line, _fleet = answering("output", Reply(b"", 9, b"cd: no such folder"))
    with pytest.raises(CommandFailed, match="no such folder"):
        jobs.output(line, "r1")


def test_an_attached_job_gives_its_state_and_what_it_said() -> None:
    line, fleet = answering("attach", Reply(b"exit 3\n\x1b[1mone\ntwo\n", 0, b"warned\x07\n"))
    order = Order("r1", "text", 60, 7, secrets={"PASSWORD": "database/password"})
    ended = jobs.attach(line, order, reveal=lambda name: f"it's the {name}")
    assert ended == jobs.Ended(JobState("exit", 3), "one\ntwo\n", "warned\n")
    # As a variable of the section, which the text itself gets on its standard input; nowhere else.
    assert fleet.sent["witten-app"].count("it'\\''") == 1
    line, _fleet = answering("attach", "fenced 9\n")
    assert jobs.attach(line, order, reveal=str) == jobs.Ended(JobState("fenced", said="9"), "", "")


def test_secrets_reach_attached_jobs_alone_and_under_names_of_variables() -> None:
    with pytest.raises(ValueError, match="no secrets"):
        jobs.start_question(Order("r1", "true", 1, 1, secrets={"A": "a"}))
    line, _fleet = answering("attach", "exit 0\n")
    for name in ("", "1A", "A B", "A;id", "A\n"):
        with pytest.raises(ValueError, match="no name of a shell variable"):
            jobs.attach(line, Order("r1", "true", 1, 1, secrets={name: "a"}), reveal=str)


def test_what_a_server_lists_is_read_and_what_is_no_record_is_left_out() -> None:
    said = (
        "r1.s.do.1\twork\t1795536018\t60\texit 0\tnote of\tit\x1b[2J\n"
        "r2.s.do.1\tsoftware\t1795536017\t20\trefused stop-switch x\t\n"
        "r3\troot\t1\t2\trunning\tx\n../x\twork\t1\t2\trunning\tx\nr4\twork\tnow\t2\trunning\tx\n"
        "r5\twork\t1\t2\tdancing\tx\nr6\twork\t1\t2\n\n"
    )
    line, _fleet = answering("listed", said)
    assert jobs.listed(line) == (
        Listed("r1.s.do.1", JobState("exit", 0), "work", 1795536018.0, 60, "note of it"),
        Listed("r2.s.do.1", JobState("refused", said="stop-switch x"), "software", 1795536017.0, 20, ""),
    )
    line, _fleet = answering("listed", Reply(b"", 9, b"no such folder"))
    with pytest.raises(CommandFailed):
        jobs.listed(line)
