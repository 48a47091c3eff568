"""The job protocol with both its halves: jobs.sh and the runner of the access pack, in a folder of the test's own.

sudo and systemctl are played by scripts; everything else (claims, locks, waiting) is real.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Literal

import pytest

from eakte_ops.errors import SudoPasswordAsked
from eakte_ops.remote import jobs
from eakte_ops.remote.jobs import JobState
from eakte_ops.remote.local import LocalConnection

HOME = "/var/lib/eakte-ops"


class MovedConnection(LocalConnection):
    """This machine, with the fixed folder of the protocol elsewhere."""

    home = ""

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        return super().talk(stdin.replace(HOME.encode(), self.home.encode()), deadline=deadline, cap=cap)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    (home / "jobs").mkdir(parents=True)
    (home / "ops.flock").touch()
    runner = tmp_path / "eakte-run"
    text = (files("eakte_ops.access") / "text" / "eakte-run.sh").read_text()
    runner.write_text(text.replace(HOME, str(home)).replace("/etc/eakte-ops/stop", str(tmp_path / "stop")))
    programs = {
        "chgrp": "exit 0",
        "sudo": f"[ -e {tmp_path}/denied ] && {{ echo 'sudo: a password is required' >&2; exit 1; }}\n"
        f"echo x >>{tmp_path}/started\n[ -e {tmp_path}/later ] || setsid sh {runner} </dev/null >/dev/null 2>&1 &",
        "systemctl": f"pgrep -f {runner} >/dev/null && echo active || echo inactive",
    }
    (tmp_path / "bin").mkdir()
    for name, body in programs.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return tmp_path


def line(server: Path) -> MovedConnection:
    connection = MovedConnection()
    connection.home = str(server / "home")
    return connection


def run(server: Path) -> None:
    """The runner, when it did not come by itself."""
    subprocess.run(["sh", str(server / "eakte-run")], check=True, stdin=subprocess.DEVNULL)


def test_a_job_runs_once_and_leaves_its_record(server: Path) -> None:
    there = line(server)
    assert jobs.raise_token(there, 5) == 5
    script = f"echo out; echo err >&2; echo ran >>{server}/effect; exit 4"
    assert jobs.wait(there, "r.s.do.1", 1) == JobState("absent")
    assert jobs.start(there, "r.s.do.1", script, 60, 5).kind in ("queued", "running", "exit")
    assert jobs.wait(there, "r.s.do.1", 20) == JobState("exit", 4)
    assert jobs.output(there, "r.s.do.1") == ("out\n", "err\n")
    assert jobs.start(there, "r.s.do.1", script, 60, 5) == JobState("exit", 4)
    assert (server / "effect").read_text() == "ran\n"
    folder = server / "home" / "jobs" / "r.s.do.1"
    assert oct(folder.stat().st_mode)[-4:] == "2750"
    assert oct((folder / "run").stat().st_mode)[-4:] == "2770"
    assert oct((folder / "script").stat().st_mode)[-4:] == "0640"


def test_many_starts_of_one_id_run_it_once(server: Path) -> None:
    jobs.raise_token(line(server), 1)

    def start(_number: int) -> JobState:
        return jobs.start(line(server), "same", f"echo ran >>{server}/effect; sleep 0.2", 60, 1)

    with ThreadPoolExecutor(6) as pool:
        states = list(pool.map(start, range(12)))
    assert {state.kind for state in states} <= {"queued", "running", "exit"}
    assert jobs.wait(line(server), "same", 20) == JobState("exit", 0)
    assert (server / "effect").read_text() == "ran\n"


def test_waiting_ends_with_the_job_or_with_the_patience(server: Path) -> None:
    there = line(server)
    jobs.raise_token(there, 1)
    jobs.start(there, "long", f"while [ ! -e {server}/go ]; do sleep 0.05; done", 60, 1)
    began = monotonic()
    assert jobs.wait(there, "long", 1) == JobState("running")
    assert monotonic() - began < 10
    (server / "go").touch()
    assert jobs.wait(there, "long", 30) == JobState("exit", 0)


def test_an_old_token_starts_nothing(server: Path) -> None:
    there = line(server)
    assert jobs.start(there, "a", "true", 60, 1).kind == "fenced"
    assert jobs.raise_token(there, 8) == 8
    assert jobs.raise_token(there, 3) == 8
    assert jobs.start(there, "a", "true", 60, 3) == JobState("fenced", said="8")
    assert not list((server / "home" / "jobs").iterdir())


def test_a_token_raised_in_between_fences_a_queued_job(server: Path) -> None:
    (server / "later").touch()
    there = line(server)
    jobs.raise_token(there, 1)
    assert jobs.start(there, "a", f"touch {server}/effect", 60, 1) == JobState("queued")
    jobs.raise_token(there, 2)
    run(server)
    assert jobs.wait(there, "a", 1) == JobState("refused", said="fenced")
    assert not (server / "effect").exists()


def test_a_job_of_another_boot_is_refused_or_lost_and_never_runs(server: Path) -> None:
    (server / "later").touch()
    there = line(server)
    jobs.raise_token(there, 1)
    for name in ("queued", "claimed"):
        jobs.start(there, name, f"touch {server}/effect", 60, 1)
        folder = server / "home" / "jobs" / name
        (folder / "boot").chmod(0o640)
        (folder / "boot").write_text("another boot\n")
    (folder / "run" / "claimed").mkdir()
    assert jobs.wait(there, "queued", 1) == JobState("refused", said="other-boot")
    assert jobs.wait(there, "claimed", 1) == JobState("lost")
    run(server)
    assert not (server / "effect").exists()


def test_the_stop_switch_of_the_town_refuses_with_its_reason(server: Path) -> None:
    (server / "stop").write_text("we move the storage\n")
    there = line(server)
    jobs.raise_token(there, 1)
    jobs.start(there, "a", f"touch {server}/effect", 60, 1)
    assert jobs.wait(there, "a", 10) == JobState("refused", said="stop-switch we move the storage")
    assert not (server / "effect").exists()


def test_a_missing_rule_is_said_and_the_job_can_be_started_later(server: Path) -> None:
    (server / "denied").touch()
    there = line(server)
    jobs.raise_token(there, 1)
    with pytest.raises(SudoPasswordAsked):
        jobs.start(there, "a", "true", 60, 1)
    (server / "denied").unlink()
    jobs.start(there, "a", "true", 60, 1)
    assert jobs.wait(there, "a", 10) == JobState("exit", 0)


def test_a_runner_that_dies_leaves_a_lost_job(server: Path) -> None:
    there = line(server)
    jobs.raise_token(there, 1)
    jobs.start(there, "a", 'kill -9 "$(ps -o ppid= -p "$PPID" | tr -d " ")" $PPID $$', 60, 1)
    assert jobs.wait(there, "a", 10) == JobState("lost")
    assert jobs.start(there, "a", f"touch {server}/effect", 60, 1) == JobState("lost")
    assert not (server / "effect").exists()
