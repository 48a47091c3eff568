"""Ctrl-C in a real process with a run at work: once pauses after the step, twice leaves; what runs there goes on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.playbook.plan import AskPerson, OnServer, Step
from eakte_ops.playbook.progress import Ended
from tests.integration.playbook.ground import Centre, Place
from tests.integration.remote.sshd import until

REPO = Path(__file__).parents[3]
PROGRAM = """
import sys, pathlib
from eakte_ops.cli.interrupts import Interrupts
from eakte_ops.cli.output import say, say_error
from eakte_ops.errors import EakteError
from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.drive import SideBySide
from eakte_ops.playbook.runner import Runner
from tests.integration.cli.test_interrupts import steps
from tests.integration.playbook.ground import Centre, Place
place = Place(pathlib.Path(sys.argv[1]) / "one")
with Interrupts(sys.argv[3]) as interrupts:
    centre = Centre(pathlib.Path(sys.argv[1]), {"one": place}, steps(place, sys.argv[2]))
    centre.world.person = lambda step, do: Answered(interrupts.line("done? ") == "done" or None)
    drive = SideBySide(interrupts.leave, lambda: interrupts.going_on(centre.world.under_way()),
        way_out=interrupts.way_out("r1", "witten"))
    try:
        runner = Runner("r1", centre.plan, centre.journal, centre.world, drive, interrupts.paused)
        runner.begin()
        say(type(runner.carry_out()).__name__)
    except EakteError as problem:
        say_error(problem)
        sys.exit(problem.status)
"""


def steps(place: Place, kind: str) -> tuple[Step, ...]:
    """A step that takes as long as the test wants, or a question, and one behind it."""
    there = place.effects / "a"
    wait = f"echo ran >>{there}\nwhile [ ! -e {place.folder}/go ]; do sleep 0.05; done\necho over >>{there}"
    first = AskPerson("patched?") if kind == "ask" else OnServer(wait)
    return (
        Step("01-a-one", 1, "one", "the long one", first, limit=30),
        Step("02-b-one", 2, "one", "the next one", OnServer(f"echo ran >>{place.effects}/b")),
    )


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Place]:
    place = Place.made(tmp_path / "one")
    yield place
    (place.folder / "go").touch()


def begun(one: Place, language: str = "en") -> subprocess.Popen[str]:
    words = [sys.executable, "-c", PROGRAM, str(one.folder.parent), "job", language]
    running = subprocess.Popen(words, cwd=REPO, stderr=subprocess.PIPE, text=True)
    until((one.effects / "a").exists, 30)
    return running


def rest(one: Place) -> Centre:
    return Centre(one.folder.parent, {"one": one}, steps(one, "job"))


def test_once_ends_the_step_under_way_and_begins_no_other(one: Place) -> None:
    running = begun(one)
    running.send_signal(signal.SIGINT)
    assert running.stderr is not None
    assert running.stderr.readline() == "Pauses after what is under way now. Ctrl-C once more leaves at once.\n"
    (one.folder / "go").touch()
    _out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (0, "Paused\n")
    assert (one.effects / "a").read_text() == "ran\nover\n"
    assert not (one.effects / "b").exists()
    assert rest(one).run() == Ended("new")
    assert (one.effects / "a").read_text() == "ran\nover\n"


@pytest.mark.parametrize("numbers", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM,)])
def test_twice_leaves_at_once_and_says_what_goes_on_there(one: Place, numbers: tuple[signal.Signals, ...]) -> None:
    running = begun(one)
    assert running.stderr is not None
    for number in numbers:
        running.send_signal(number)
        assert running.stderr.readline()
    _out, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "on the servers there goes on: the long one on one (r1.01-a-one.do.1)" in err
    assert "Traceback" not in err
    (one.folder / "go").touch()
    until(lambda: "over" in (one.effects / "a").read_text(), 10)
    assert rest(one).run() == Ended("new")
    assert (one.effects / "a").read_text() == "ran\nover\n"


def test_in_german(one: Place) -> None:
    running = begun(one, "de")
    assert running.stderr is not None
    for said in ("Hält an, sobald", "Geht; auf den Servern"):
        running.send_signal(signal.SIGINT)
        assert running.stderr.readline().startswith(said)
    _out, err = running.communicate(timeout=20)
    assert "auf den Servern geht weiter: the long one auf one" in err
    assert "→ eakte-ops runs resume r1 macht hier weiter" in err


@pytest.mark.parametrize(("typed", "status", "after"), [(b"done\n", 0, True), (b"\x03", 7, False), (b"no\n", 7, False)])
def test_at_a_question_ctrl_c_means_that_there_is_no_answer_yet(
    one: Place, typed: bytes, status: int, after: bool
) -> None:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-c", PROGRAM, str(one.folder.parent), "ask", "en"]
    running = subprocess.Popen(words, cwd=REPO, stdin=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen = b""
    while b"done? " not in seen:
        seen += os.read(ours, 1000)
    if typed == b"\x03":
        running.send_signal(signal.SIGINT)
    else:
        os.write(ours, typed)
    assert running.wait(20) == status
    os.close(ours)
    assert (one.effects / "b").exists() is after
