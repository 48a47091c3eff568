"""The night on real hosts: sweeps that remember, their mark, digests, a hanging mount, a jump host that drops."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.towns import host_named
from tests.lab.looks import until_well

pytestmark = pytest.mark.timeout(240)

TOWN = "witten"
SERVERS = ("witten-db", "witten-app", "witten-index", "witten-gw")


class Folder:
    """An operations folder with a store of its own, so that what the lab remembers stays as it is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("eakte-ops")
        return subprocess.run(
            [program, "--project", self.path, *words], capture_output=True, text=True, check=False, env=ENGLISH
        )

    def findings(self) -> list[tuple[str, str, str, str]]:
        listed = json.loads(self.run("findings", "list", "--json").stdout)["findings"]
        return [(each["server"], each["check"], each["subject"], each["owner"]) for each in listed]


ENGLISH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def night(lab: Lab, operations: Path, tmp_path: Path) -> Iterator[Folder]:
    """The well lab, seen from a folder of its own: one look opens, one look closes."""
    lab.mend(None, TOWN, None)
    until_well(operations, "--all")
    folder = tmp_path / "operations"
    shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state"))
    settings = folder / "eakte-ops.yml"
    if "findings:" not in settings.read_text():
        settings.write_text(settings.read_text() + "findings: {open_after: 1, close_after: 1}\n")
    yield Folder(folder)
    lab.mend(None, TOWN, None)


def test_a_night_from_well_to_well(night: Folder, lab: Lab) -> None:
    began = time.time() - 1
    for kind in ((), ("--light",)):
        done = night.run("sweep", *kind)
        assert done.returncode == 0, done.stdout
    assert night.findings() == []
    assert "Witten is up" in night.run("status", TOWN).stdout
    for server in SERVERS:  # as the town's own monitoring reads it
        said = lab.local_it(host_named(server)).script(
            "stat -c %Y /var/lib/eakte-ops/last-look; cat /var/lib/eakte-ops/last-look"
        )
        changed, when = said.split()
        assert int(changed) >= int(began)
        assert datetime.fromisoformat(when.replace("Z", "+00:00")) <= datetime.now(UTC)

    lab.break_it("disk-full", TOWN, None, lambda folder: Context(project=folder))
    assert night.run("sweep", "--light").returncode == 1
    assert night.findings() == [("witten-db", "disk.space", "/", "local-it")]
    town, centre = (night.run("digests", "show", *more).stdout for more in (("--town", TOWN), ()))
    for letter in (town, centre):
        assert "witten-db" in letter
    assert "Hattingen" not in town
    lab.mend("disk-full", TOWN, None)
    until_well(night.path, TOWN)
    assert night.run("sweep").returncode == 0
    assert night.findings() == []
    assert "over" in night.run("digests", "show", "--language", "en").stdout


def test_a_hanging_mount_over_an_hour_of_light_sweeps_keeps_one_process_at_most(night: Folder, lab: Lab) -> None:
    lab.break_it("hanging-mount", TOWN, None, lambda folder: Context(project=folder))
    for _look in range(12):
        assert night.run("sweep", "--light", TOWN).returncode == 1
    assert night.findings() == [("witten-app", "mount.remote", "/mnt/archive", "local-it")]
    left = {server: processes(lab, server) for server in SERVERS}
    assert {server: len(each) for server, each in left.items() if len(each) > 1} == {}, left


def processes(lab: Lab, server: str) -> list[str]:
    """What the night's account runs on a server, once what is about to end has ended."""
    end = time.monotonic() + 10
    while True:
        said = lab.local_it(host_named(server)).script("ps -u eakte-look -o stat=,args= || true")
        found = [line for line in said.splitlines() if line.strip()]
        if len(found) <= 1 or time.monotonic() > end:
            return found
        time.sleep(0.2)


@pytest.fixture
def few_at_once(lab: Lab) -> Iterator[LocalIT]:
    """Hattingen's jump host lets in two at a time that have not logged in yet, and drops every further one."""
    local_it = lab.local_it(host_named("hattingen-jump"))
    local_it.script("echo 'MaxStartups 2:100:2' >/etc/ssh/sshd_config.d/few.conf && systemctl reload ssh")
    yield local_it
    local_it.script("rm /etc/ssh/sshd_config.d/few.conf && systemctl reload ssh")


def test_a_jump_host_that_takes_few_at_once_drops_nobody(night: Folder, few_at_once: LocalIT) -> None:
    assert "maxstartups 2:100:2" in few_at_once.script("/usr/sbin/sshd -T")
    cursor = few_at_once.script("journalctl -n 0 --show-cursor").split("-- cursor: ")[1].strip()
    for _look in range(6):
        done = night.run("sweep", "--light", "hattingen", "--json")
        servers = json.loads(done.stdout)["towns"][0]["servers"]
        assert [server["state"] for server in servers] == ["looked", "looked"], done.stderr
        assert done.returncode == 0, done.stdout
    said = few_at_once.script('journalctl -o cat -u ssh --after-cursor "$1"', cursor)
    # One login per sweep, for both servers behind it; and nobody was turned away to try again.
    assert said.count("Accepted publickey for eakte-jump") == 6, said
    assert "MaxStartups" not in said, said
