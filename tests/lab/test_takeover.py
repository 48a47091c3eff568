"""A run on real hosts whose operations host is killed: another one, which knows nothing of it, takes it over."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab

pytestmark = pytest.mark.timeout(180)

TOWN = "witten"


class Host:
    """An operations folder with a store of its own."""

    def __init__(self, operations: Path, folder: Path) -> None:
        shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state", ".git"))
        self.command = [str(Path(sys.executable).with_name("eakte-ops")), "--project", str(folder)]
        self.env = {**os.environ, "LC_ALL": "C.UTF-8"}

    def typed(self, *words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*self.command, *words], capture_output=True, text=True, check=False, env=self.env, stdin=subprocess.DEVNULL
        )
        return done.returncode, done.stdout, done.stderr

    def plan(self) -> str:
        status, out, err = self.typed("restart", TOWN, "gateway", "--why", "a test", "--plan")
        made = re.match(r"Plan (\w+)", out)
        assert status == 0, err
        assert made, err
        return made[1]

    def killed_after_the_first_step(self, plan: str) -> None:
        """kill -9 of the program as soon as it tells of its first step."""
        with subprocess.Popen(
            [*self.command, "plans", "run", plan],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self.env,
        ) as run:
            assert run.stderr is not None
            for line in run.stderr:
                if "1/" in line:
                    break
            run.kill()
            run.stderr.read()
        assert run.returncode == -9


def test_a_host_that_knows_nothing_goes_on_and_the_first_one_is_refused(
    lab: Lab, operations: Path, tmp_path: Path
) -> None:
    lab.mend(None, TOWN, None)
    one, two = Host(operations, tmp_path / "one"), Host(operations, tmp_path / "two")
    one.killed_after_the_first_step(one.plan())
    name = json.loads(one.typed("runs", "list", "--json")[1])["runs"][0]["id"]
    assert one.typed("runs", "list")[0] == 1
    status, _out, err = two.typed("plans", "run", two.plan())
    assert (status, f"Witten is locked by the run {name}" in err) == (6, True), err
    status, _out, err = two.typed("runs", "adopt", TOWN, "--why", "the desk burnt down")
    assert (status, f"{name} is ours" in err) == (0, True), err
    status, _out, err = two.typed("runs", "resume", name)
    assert status == 0, err
    assert one.typed("runs", "resume", name)[0] == 6
    assert one.typed("runs", "adopt", TOWN, "--why", "back again")[0] == 0
    assert one.typed("runs", "list")[0] == 0
    listed = json.loads(two.typed("jobs", "list", TOWN, "--json")[1])["jobs"]
    jobs = [job for job in listed if job["job"].startswith(f"{name}.")]
    assert len({job["job"] for job in jobs}) == len(jobs) == 2  # each step of the server once
    assert {job["state"] for job in jobs} == {"exit"}
    steps = json.loads(two.typed("runs", "show", name, "--json")[1])["steps"]
    assert {step["attempt"] for step in steps} == {1}
