"""Every scenario of the lab is found, named, given to the right owner, and nothing else is reported."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.scenarios.catalogue import SCENARIOS
from eakte_ops.lab.towns import host_named

pytestmark = pytest.mark.timeout(180)

TOWN = "witten"
PATIENCE_S = 60

EXPECTED = {
    "service-down": ("witten-index", "service.units", "index", "centre"),
    "service-lying": ("witten-app", "service.health", "dms", "centre"),
    "aggregate-lies": ("witten-app", "service.aggregate", "dms", "centre"),
    "queue-stuck": ("witten-db", "queue.age", "RENDITION", "centre"),
    "index-read-only": ("witten-index", "index.blocks", "index", "centre"),
    "hash-mismatch": ("witten-db", "documents.hashes", "", "centre"),
    "disk-full": ("witten-db", "disk.space", "/", "local-it"),
    "certificate-expired": ("witten-gw", "certificate.end", "port 443", "local-it"),
    "clock-off": ("witten-app", "clock.offset", "", "local-it"),
    "slow-login": ("witten-gw", "login.time", "", "local-it"),
    "hanging-mount": ("witten-app", "mount.remote", "/mnt/archive", "local-it"),
    "changed-host-key": ("witten-gw", "reachable", "", "local-it"),
    "updates-waiting": ("witten-index", "updates.security", "", "local-it"),
    "reboot-pending": ("witten-gw", "machine.reboot", "", "local-it"),
    "storage-unreachable": ("witten-db", "backup.storage", "witten-store", "local-it"),
    "read-only-mount": ("witten-db", "disk.writable", "/srv/archive", "local-it"),
    "names-broken": ("witten-gw", "names.resolution", "resolver", "local-it"),
    "stray-yml": ("witten-gw", "gateway.stray", "gateway", "centre"),
    "config-changed": ("witten-gw", "config.drift", "gateway/application-prod.yml", "centre"),
    "config-missing": ("witten-index", "config.drift", "index/elasticsearch.yml", "centre"),
    "config-rights": ("witten-app", "config.drift", "service-manager/servicewatcher-sw.yml", "centre"),
    "release-differs": ("", "release.same", "witten-index", "centre"),
    "hold-outlived": ("witten-index", "temporary.states", "hold", "centre"),
    "connections-full": ("witten-db", "database.connections", "", "centre"),
    "index-red": ("witten-index", "index.state", "index", "centre"),
    "licence-ends": ("witten-app", "licence.end", "license", "centre"),
    "documents-ahead": ("", "documents.ahead", "", "centre"),
    "fulltext-stuck": ("witten-db", "fulltext.lag", "", "centre"),
    "leftover-index": ("witten-db", "database.leftover", "", "centre"),
}


def health(operations: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Status and data of one look, made by the program as a person starts it."""
    program = Path(sys.executable).with_name("eakte-ops")
    done = subprocess.run(
        [program, "--project", operations, "health", *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def named(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(each["server"], each["check"], each["subject"], each["owner"]) for each in found["findings"]]


def until_well(operations: Path, *words: str) -> None:
    """Services take some seconds to get up again."""
    end = time.monotonic() + PATIENCE_S
    while True:
        status, found = health(operations, *words)
        if status == 0:
            return
        assert time.monotonic() < end, named(found)
        time.sleep(0.5)


@pytest.fixture
def mended(lab: Lab, operations: Path) -> Iterator[Lab]:
    """The lab, mended; afterwards mended again, and well: what a test left behind is its own fault."""
    lab.mend(None, TOWN, None)
    yield lab
    lab.mend(None, TOWN, None)
    until_well(operations, TOWN)


def test_every_scenario_is_expected_here() -> None:
    assert EXPECTED.keys() == SCENARIOS.keys()


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


@pytest.mark.parametrize("scenario", EXPECTED)
def test_a_scenario_is_the_only_finding(mended: Lab, operations: Path, scenario: str) -> None:
    mended.break_it(scenario, TOWN, None, lambda folder: Context(project=folder))
    status, found = health(operations, TOWN)
    assert named(found) == [EXPECTED[scenario]]
    assert status == (3 if scenario == "changed-host-key" else 1)


def test_a_hanging_mount_keeps_at_most_one_question(mended: Lab, operations: Path) -> None:
    """Looked at again and again, at most one process of the night account hangs, and the rest is still seen."""
    mended.break_it("hanging-mount", TOWN, None, lambda folder: Context(project=folder))
    for _look in range(4):
        _status, found = health(operations, TOWN)
        assert named(found) == [EXPECTED["hanging-mount"]]
    hanging = mended.local_it(host_named("witten-app")).script("pgrep -c -u eakte-look -x stat || true")
    assert int(hanging.strip() or 0) <= 1
    assert found["findings"][0]["values"]["kind"] == "fuse.sshfs"


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
