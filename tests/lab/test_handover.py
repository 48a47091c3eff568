"""A handover on a real host: nothing starts across a new start of the machine, and the end brings all of it back."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.machine import boot, kill
from eakte_ops.lab.towns import host_named

pytestmark = pytest.mark.timeout(180)

HOST, TOWN = "herdecke-box", "herdecke"
UNITS = ("database", "application-server", "index", "service-manager", "gateway")
OUTSIDE = ("--outside-window", "--agreed-with", "local-it", "--why", "tried in the lab")
STATE = "/var/lib/eakte-ops"


@pytest.fixture
def console(lab: Lab) -> Iterator[LocalIT]:
    """Root at the console of the server; what a test left behind is taken away."""
    it = LocalIT(lab.places, host_named(HOST))
    yield it
    names = " ".join(f"eakte-{unit}.service" for unit in UNITS)
    it.script(
        f"cd {STATE} && rm -f hold notice handover handover.packages lock/holder /etc/eakte-ops/handover-done; "
        f"for unit in {names}; do systemctl start $unit; done"
    )


@pytest.fixture
def desk(operations: Path, tmp_path: Path) -> Path:
    """The operations folder of the lab, with a store of its own."""
    folder = tmp_path / "operations"
    shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state", ".git"))
    return folder


def typed(desk: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("eakte-ops")
    return subprocess.run([program, "--project", desk, *words], capture_output=True, text=True, check=False)


def carried_out(desk: Path, *words: str) -> str:
    """Make the plan, carry it out; gives all that was said."""
    made = typed(desk, *words, "--plan")
    assert made.returncode == 0, made.stderr
    number = re.match(r"Plan (\w+)", made.stdout)
    assert number, made.stdout
    ran = typed(desk, "plans", "run", number[1], *(OUTSIDE if "begin" in words else ()))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return made.stderr + ran.stdout + ran.stderr


def down(console: LocalIT) -> set[str]:
    """The components that do not run."""
    said = console.script('for unit do echo "$unit $(systemctl is-active "eakte-$unit.service")"; done', *UNITS)
    return {name for name, state in (line.split() for line in said.splitlines()) if state == "inactive"}


def test_handed_over_started_anew_and_taken_back(lab: Lab, desk: Path, console: LocalIT) -> None:
    told = carried_out(desk, "handover", "begin", TOWN, "--until", "2h", "--why", "kernel patches")
    assert "The machine is yours until" in told
    assert down(console) == set(UNITS)
    looked = typed(desk, "health", TOWN)
    assert looked.returncode == 0, looked.stdout
    assert "down on purpose" in looked.stdout
    refused = typed(desk, "handover", "begin", TOWN, "--until", "2h", "--why", "once more", "--plan")
    assert (refused.returncode, "is handed over to local IT" in refused.stderr) == (7, True)

    console.script("sh /etc/eakte-ops/pack.sh done 'kernel is new'")
    kill(lab.places, console.host)
    boot(lab.places, console.host)
    assert console.wait_until_up() == "running"
    assert down(console) == set(UNITS)
    console.script("systemctl start eakte-gateway.service")
    assert down(console) == set(UNITS)

    told = carried_out(desk, "handover", "end", TOWN)
    assert "kernel is new" in told
    assert f"{HOST} was started anew" in told
    assert "The handover of Herdecke is over" in told
    assert down(console) == set()
    assert not {"hold", "notice", "handover"} & set(console.script(f"ls {STATE}").split())
