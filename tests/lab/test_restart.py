"""A service that hangs on a real host: found by the checks, restarted by a plan, well again; and what is held stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.towns import host_named
from tests.lab.looks import TOWN, health, named, until_well

pytestmark = pytest.mark.timeout(180)

SERVER, UNIT = "witten-gw", "eakte-gateway.service"
_SHOW = f"systemctl show --property=InvocationID --value -- {UNIT}"


@pytest.fixture
def host(lab: Lab) -> Iterator[LocalIT]:
    """Root at the console of the server; what a test left behind is taken away."""
    console = LocalIT(lab.places, host_named(SERVER))
    yield console
    console.script(
        f"rm -f /var/lib/eakte-ops/hold; systemctl kill --kill-whom=main --signal=CONT {UNIT} || true; "
        f"systemctl start {UNIT}"
    )


@pytest.fixture
def desk(operations: Path, tmp_path: Path) -> Path:
    """The operations folder of the lab, with a store of its own."""
    folder = tmp_path / "operations"
    shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state"))
    return folder


def typed(desk: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("eakte-ops")
    return subprocess.run([program, "--project", desk, *words], capture_output=True, text=True, check=False)


def planned(desk: Path) -> str:
    """The hash of a plan that restarts the gateway."""
    made = typed(desk, "restart", TOWN, "gateway", "--why", "hangs", "--plan")
    assert made.returncode == 0, made.stderr
    assert "restart gateway" in made.stdout
    found = json.loads(typed(desk, "plans", "list", "--json").stdout)["plans"]
    return str(found[0]["hash"])


def test_a_service_that_hangs_is_well_again_and_one_that_is_held_is_left_alone(desk: Path, host: LocalIT) -> None:
    until_well(desk, TOWN)
    before = host.script(_SHOW)
    host.script(f"systemctl kill --kill-whom=main --signal=STOP {UNIT}")
    assert (SERVER, "gateway.answer", "gateway", "centre") in named(health(desk, TOWN)[1])

    ran = typed(desk, "plans", "run", planned(desk))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    after = host.script(_SHOW)
    assert after != before
    assert health(desk, TOWN)[0] == 0
    assert "restart" in host.script("journalctl -t eakte-ops --no-pager -n 40 | tail -n 6")

    plan = planned(desk)
    host.put("/var/lib/eakte-ops/hold", "run=2026-11-20-witten-zzzz until=2099-01-01T00:00:00+00:00 why=patches\n")
    refused = typed(desk, "plans", "run", plan)
    assert refused.returncode == 7, refused.stdout + refused.stderr
    assert "hold" in refused.stderr
    assert host.script(_SHOW) == after
