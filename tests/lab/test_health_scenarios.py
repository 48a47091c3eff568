"""Every scenario of the lab is found, named, given to the right owner, and nothing else is reported."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.scenarios.catalogue import SCENARIOS
from eakte_ops.lab.towns import host_named
from tests.lab.looks import EXPECTED, TOWN, health, named, until_well

pytestmark = pytest.mark.timeout(180)

# At once, because none of them hides another; each alone: ./scripts/proof health.
TOGETHER = (
    ("service-down", "service-lying", "queue-stuck", "certificate-expired", "read-only-mount", "stray-yml"),
    ("index-read-only", "aggregate-lies", "hash-mismatch", "slow-login", "updates-waiting", "leftover-index"),
    ("index-red", "clock-off", "disk-full", "names-broken", "reboot-pending"),
    ("config-missing", "hanging-mount", "storage-unreachable", "config-changed", "licence-ends", "fulltext-stuck"),
    ("changed-host-key", "config-rights", "connections-full", "release-differs"),
    ("hold-outlived", "documents-ahead"),
)


@pytest.fixture
def mended(lab: Lab, operations: Path) -> Iterator[Lab]:
    """The lab, mended; afterwards mended again, and well: what a test left behind is its own fault."""
    lab.mend(None, TOWN, None)
    yield lab
    lab.mend(None, TOWN, None)
    until_well(operations, TOWN)


def test_every_scenario_is_expected_here() -> None:
    assert EXPECTED.keys() == SCENARIOS.keys()
    assert sorted(EXPECTED) == sorted(name for group in TOGETHER for name in group)


@pytest.mark.usefixtures("lab")
def test_a_well_lab_has_no_findings(operations: Path) -> None:
    until_well(operations, "--all")
    status, found = health(operations, "--all")
    assert (status, found["findings"], found["lab"]) == (0, [], True)
    servers = [server for town in found["towns"] for server in town["servers"]]
    assert {server["state"] for server in servers} == {"looked"}
    assert len(servers) == 7
    places = (*servers, *found["towns"])
    seen = {result["check"] for place in places for result in place["results"]}
    assert seen == set(found["checks"]) - {"documents.roundtrip"}  # which no town of the lab allows


@pytest.mark.parametrize("group", TOGETHER, ids=" ".join)
def test_what_is_broken_is_found_and_nothing_else(mended: Lab, operations: Path, group: tuple[str, ...]) -> None:
    for scenario in group:
        mended.break_it(scenario, TOWN, None, lambda folder: Context(project=folder))
    status, found = health(operations, TOWN)
    assert sorted(named(found)) == sorted(EXPECTED[scenario] for scenario in group)
    assert status == (3 if "changed-host-key" in group else 1)


def test_a_jump_host_with_another_key_is_said_once(lab: Lab, operations: Path) -> None:
    until_well(operations, "hattingen")
    trust = operations / "inventories/hattingen.known_hosts"
    kept = trust.read_bytes()
    jump = host_named("hattingen-jump").address
    other = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"
    lines = [line for line in kept.decode().splitlines() if not line.startswith(f"{jump} ")]
    try:
        trust.write_text("\n".join([*lines, f"{jump} ssh-ed25519 {other}", ""]))
        status, found = health(operations, "hattingen")
    finally:
        trust.write_bytes(kept)
    assert status == 3
    (finding,) = found["findings"]
    assert (finding["server"], finding["check"]) == ("hattingen-jump", "reachable")
    assert finding["behind"] == ["hattingen-db", "hattingen-app"]
    assert "CHANGED" in finding["said"]["en"]


def test_the_stop_switch_is_seen_with_its_reason(mended: Lab, operations: Path) -> None:
    local_it = mended.local_it(host_named("witten-gw"))
    local_it.script("echo 'audit until Friday' >/etc/eakte-ops/stop")
    try:
        _status, found = health(operations, TOWN)
    finally:
        local_it.script("rm /etc/eakte-ops/stop")
    assert named(found) == [("witten-gw", "access.stop", "", "local-it")]
    assert found["findings"][0]["values"]["why"] == "audit until Friday"


def test_a_key_that_local_it_did_not_grant_is_seen(mended: Lab, operations: Path) -> None:
    keys = "/etc/eakte-ops/home/eakte-look/.ssh/authorized_keys"
    local_it = mended.local_it(host_named("witten-gw"))
    local_it.script(
        f"cp -p {keys} {keys}.kept && "
        f"echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ' >>{keys}"
    )
    try:
        _status, found = health(operations, TOWN)
    finally:
        local_it.script(f"mv {keys}.kept {keys}")
    subjects = {(check, subject) for _server, check, subject, _owner in named(found)}
    assert ("access.granted", "keys eakte-look") in subjects
    assert {check for check, _subject in subjects} == {"access.granted"}


def test_the_night_leaves_nothing_behind(mended: Lab, operations: Path) -> None:
    health(operations, TOWN)
    for name in ("witten-db", "witten-app", "witten-index", "witten-gw"):
        local_it = mended.local_it(host_named(name))
        end = time.monotonic() + 10
        while (left := local_it.script("ps -u eakte-look -o args= || true").strip()) and time.monotonic() < end:
            time.sleep(0.2)
        assert not left
