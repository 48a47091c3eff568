"""The world with servers on paper: what is sent, what an answer means, what an error of the line does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import AuditRefused, LineLost, Refused, SudoPasswordAsked, TimedOut
from eakte_ops.events import Event
from eakte_ops.playbook.acts import Answered, Await, NotGiven, Output, Simple, Start, Verify
from eakte_ops.playbook.gates import Gates
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Plan, Send, Step
from eakte_ops.playbook.recording import record
from eakte_ops.playbook.variables import Variables
from eakte_ops.playbook.world import SLICE_S, SshWorld, StillRunning, Waiting
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply, Scripted
from eakte_ops.remote.jobs import JobState
from eakte_ops.remote.types import Target
from eakte_ops.secret.value import Secret
from tests.unit.health import well

UNTIL = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
WORK = OnServer("do it\n", secrets={"pw": "database"}, takes={"snapshot": "backup.snapshot"})
STEP = Step(
    "03-try-app", 3, "witten-app", "try it", WORK, verify="look", undo=OnServer("undo it"), gives=("size",), limit=120
)
LONG = replace(STEP, do=OnServer("do it", account="software"))
JOB = "r1.03-try-app.do.1"


@dataclass
class Played:
    """One server and everything that a world needs. `now` passes by sleeping and by every `wait` of a job."""

    answers: dict[str, Scripted]
    entries: list[Entry] = field(default_factory=lambda: [Entry("a", mark="done", gives={"backup.snapshot": "ab12"})])
    now: float = 0.0
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    revealed: list[str] = field(default_factory=list)
    refuse: bool = False

    def __post_init__(self) -> None:
        self.fleet = FakeFleet({"witten-app": FakeServer({"line": "", **self.answers})})
        clock = Clock(monotonic=lambda: self.now, sleep=self.sleep)
        target = Target("witten-app", "192.0.2.1", "eakte-ops", well.ROOT)
        self.world = SshWorld(
            plan=Plan("witten", "try", "a", "", "", "0", (STEP,), values={"size": "number", "backup.snapshot": "word"}),
            town=well.inventory().towns["witten"],
            lines=Lines({"witten-app": target}, self.fleet, 5.0, clock),
            variables=Variables("r1", "a3f9", "it's me", UNTIL),
            raise_fence=lambda servers: 40 + len(servers),
            entries=lambda: self.entries,
            note=self.note,
            person=lambda step, do: Answered(None, do.question),
            content=lambda send: b"the file",
            gates=Gates((), self.fleet, {"plan.window": lambda: Answered(True)}, clock),
            reveal=self.reveal,
            record=record(lambda *said: self.kept.append(said)),
            emit=self.events.append,
            clock=clock,
        )
        self.world.fence(["witten-app"])

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def note(self, step: Step, job: str) -> str:
        if self.refuse:
            raise AuditRefused(file="audit", said="full")
        self.notes.append((step.id, job))
        return "who why"

    def reveal(self, name: str) -> str:
        self.revealed.append(name)
        return Secret(f"witten/{name}", "staple-of-the-world").reveal()

    @property
    def asked(self) -> list[str]:
        return [question for _server, question in self.fleet.asked]

    @property
    def sent(self) -> str:
        """What was sent, without what quoting puts around quotes."""
        text = self.fleet.sent["witten-app"]
        while "'\\''" in text:
            text = text.replace("'\\''", "'")
        return text

    def start(self, step: Step = STEP) -> Any:
        assert isinstance(step.do, OnServer)
        return self.world.answer(Start(step, step.do, JOB))


def waits(played: list[Played], *states: str) -> Callable[[str], Reply]:
    """Answers of `wait`, one after the other; each one but the last takes its whole slice."""
    left = list(states)

    def answer(_text: str) -> Reply:
        if len(left) > 1:
            played[0].now += SLICE_S
            return Reply(f"{left.pop(0)}\n".encode())
        return Reply(f"{left[0]}\n".encode())

    return answer


def test_short_work_runs_inside_the_session_with_variables_values_and_secrets() -> None:
    played = Played({"job attach": Reply(b"exit 0\nsize=7\npw staple-of-the-world\n", err=b"warned\n")})
    assert played.start() == JobState("exit", 0)
    assert played.asked == ["job attach"]
    for line in ("run='r1'", "plan='a3f9'", f"until='{UNTIL.timestamp():.0f}'", "snapshot='ab12'", "do it", "who why"):
        assert line in played.sent
    assert played.revealed == ["database"]
    assert f"{JOB}' '41' '120'" in played.sent
    assert played.kept == [(JOB, "size=7\npw <secret witten/database>\n", "warned\n")]
    assert played.notes == [(STEP.id, JOB)]
    assert played.world.under_way() == ()
    assert played.world.answer(Output(STEP, JOB)) == {"size": "7"}
    assert played.asked == ["job attach"]


def test_values_come_from_the_server_when_another_process_saw_the_end() -> None:
    played = Played({"job output": "noise\nsize=12\n"})
    assert played.world.answer(Output(STEP, JOB)) == {"size": "12"}
    played = Played({"job output": "size=a lot\n"})
    with pytest.raises(NotGiven):
        played.world.answer(Output(STEP, JOB))


def test_long_work_is_started_and_waited_for_in_slices() -> None:
    all_: list[Played] = []
    played = Played(
        {"job start": "queued\n", "job await": waits(all_, "running", "running", "exit 3"), "job output": "said\n"}
    )
    all_.append(played)
    assert played.start(LONG) == JobState("queued")
    assert [each.job for each in played.world.under_way()] == [JOB]
    assert played.world.answer(Await(LONG, JOB)) == JobState("exit", 3, "said")  # its last words
    assert played.asked == ["job start", "job await", "job await", "job await", "job output"]
    assert [type(event) for event in played.events] == [Waiting, Waiting]
    assert played.kept == [(JOB, "said\n", "")]
    assert played.world.under_way() == ()


def test_a_job_that_never_ends_is_no_answer_that_a_second_attempt_could_follow() -> None:
    all_: list[Played] = []
    played = Played({"job await": waits(all_, *["running"] * 9)})
    all_.append(played)
    with pytest.raises(StillRunning, match="should have ended by now and is still running"):
        played.world.answer(Await(LONG, JOB))
    assert 120 < played.now <= 120 + 60 + SLICE_S


def test_a_job_behind_another_one_may_take_longer_and_not_for_ever() -> None:
    all_: list[Played] = []
    played = Played({"job await": waits(all_, *["queued"] * 20, "running", "exit 0"), "job output": ""})
    all_.append(played)
    assert played.world.answer(Await(LONG, JOB)) == JobState("exit", 0)
    all_.clear()
    played = Played({"job await": waits(all_, *["queued"] * 999)})
    all_.append(played)
    with pytest.raises(StillRunning):
        played.world.answer(Await(LONG, JOB))
    assert 7_000 < played.now < 8_000


def lost(times: int, then: Scripted) -> Callable[[str], Reply]:
    left = [times]

    def answer(_text: str) -> Reply:
        if left[0]:
            left[0] -= 1
            raise LineLost(server="witten-app", phase="exchange")
        return Reply(then.encode()) if isinstance(then, str) else Reply()

    return answer


def test_waiting_goes_on_over_a_new_line_and_gives_up_in_the_end() -> None:
    played = Played({"job await": lost(3, "exit 0"), "job output": ""})
    assert played.world.answer(Await(LONG, JOB)) == JobState("exit", 0)
    assert [event.said for event in played.events if isinstance(event, Waiting)] == ["can not be reached"] * 3
    played = Played({"job await": lost(99, "")})
    with pytest.raises(LineLost):
        played.world.answer(Await(LONG, JOB))
    assert played.now < 60


@pytest.mark.parametrize("known", ["running", "exit 0", "lost", "queued", "refused fenced"])
def test_a_line_that_breaks_while_sending_is_no_matter_where_the_order_arrived(known: str) -> None:
    played = Played({"job attach": lost(1, ""), "job await": known, "job output": ""})
    assert played.start().kind == known.split(maxsplit=1)[0]
    assert played.asked.count("job attach") == 1


def test_what_may_still_be_on_its_way_ends_the_turn() -> None:
    played = Played({"job attach": lost(1, ""), "job await": "absent"})
    with pytest.raises(LineLost):
        played.start()
    assert [each.job for each in played.world.under_way()] == [JOB]
    played = Played({"job attach": lost(1, ""), "job await": lost(9, "")})
    with pytest.raises(LineLost):
        played.start()


def test_what_the_server_says_is_given_as_it_is() -> None:
    for said, state in {
        "fenced 9": JobState("fenced", said="9"),
        "refused stop-switch we move": JobState("refused", said="stop-switch we move"),
        "running": JobState("running"),
    }.items():
        played = Played({"job attach": f"{said}\n"})
        assert played.start() == state
        assert played.kept == []


def test_nothing_is_sent_where_it_can_not_be_recorded() -> None:
    played = Played({})
    played.refuse = True
    with pytest.raises(AuditRefused):
        played.start()
    assert played.fleet.sent == {}
    assert played.world.under_way() == ()


def test_a_refusal_of_sudo_leaves_nothing_under_way() -> None:
    played = Played({"job start": Reply(err=b"sudo: a password is required\n", status=1)})
    with pytest.raises(SudoPasswordAsked):
        played.start(LONG)
    assert played.world.under_way() == ()


def test_a_value_that_no_step_gave_keeps_a_step_from_beginning_and_not_its_way_back() -> None:
    played = Played({"job attach": "exit 0\n"}, entries=[])
    with pytest.raises(Refused, match=r"no step gave the value backup\.snapshot"):
        played.start()
    assert played.fleet.sent == {}
    back = OnServer("undo it", takes={"snapshot": "backup.snapshot"})
    assert played.world.answer(Start(STEP, back, "r1.03-try-app.undo.1")) == JobState("exit", 0)
    assert "snapshot=''" in played.sent


@pytest.mark.parametrize(
    ("status", "seen"), [(0, "done"), (10, "not-begun"), (1, "cannot-tell"), (None, "cannot-tell")]
)
def test_verify_has_three_values(status: int | None, seen: str) -> None:
    texts: list[str] = []

    def answer(text: str) -> Reply:
        texts.append(text)
        return Reply(status=status)

    played = Played({"verify": answer})
    assert played.world.answer(Verify(STEP)) == seen
    assert "snapshot='ab12'" in texts[0]
    assert texts[0].endswith("look")
    assert "staple" not in texts[0]
    assert played.world.answer(Verify(replace(STEP, verify=None))) == "cannot-tell"


def test_verify_over_a_broken_line_is_an_error_and_no_guess() -> None:
    played = Played({"verify": ""})
    played.fleet.servers["witten-app"].silent_in = "exchange"
    with pytest.raises(TimedOut):
        played.world.answer(Verify(STEP))


SEND = Send("config:witten-app:a/b.yml", "0" * 64, "/var/lib/eakte-ops/incoming/$run/b.yml")


def test_a_file_is_delivered_under_the_token_of_the_run() -> None:
    played = Played({"deliver": "delivered\n"})
    step = replace(STEP, do=SEND)
    assert played.world.answer(Simple(step, SEND)) == Answered(True, "delivered")
    sent = played.sent
    assert "to='/var/lib/eakte-ops/incoming/r1/b.yml'" in sent
    assert "own='1'" in sent
    assert "held='41'" in sent
    assert played.notes == [(STEP.id, "r1.03-try-app")]
    played = Played({"deliver": "same\n"})
    assert played.world.answer(Simple(step, SEND)) == Answered(True, "was there already")


def test_gates_and_people_are_asked_outside() -> None:
    played = Played({})
    assert played.world.answer(Simple(STEP, Gate(("plan.window",)))) == Answered(True)
    assert played.world.answer(Simple(STEP, AskPerson("patched?"))) == Answered(None, "patched?")
    assert played.asked == []
