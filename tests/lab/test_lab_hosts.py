"""Hosts, networks and disks of the lab, on a small lab of its own: boot, heal after a kill, remove everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.errors import Busy, CommandFailed, Unreachable
from eakte_ops.lab.cgroup import hierarchies
from eakte_ops.lab.command import run
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.machine import kill, processes
from eakte_ops.lab.scenarios.catalogue import read
from eakte_ops.store.lock import held
from tests.lab.small_town import INNER

pytestmark = pytest.mark.timeout(900)  # the first one may have to make the image
ROOT = Path(__file__).parents[2]


def boot(lab: Lab) -> None:
    with held(lab.places.lock, "the lab", "test"):
        lab.boot()


def leftovers(lab: Lab) -> Iterator[str]:
    """Everything on the machine that belongs to this lab."""
    state = str(lab.places.state)
    yield from (f"process {pid}" for host in lab.hosts for pid in processes(lab.places, host))
    yield from (line for line in Path("/proc/self/mounts").read_text().splitlines() if state in line)
    yield from (line for line in run(["losetup", "--all"]).splitlines() if state in line)
    yield from (path.name for path in Path("/sys/class/net").iterdir() if "labtest" in path.name)
    yield from (line for line in run(["ip", "rule", "list"]).splitlines() if "labtest" in line)
    own = {"labtest", str(INNER.cidr)}
    yield from (line for line in run(["ip", "route", "list"]).splitlines() if own & set(line.split()))
    for base in hierarchies(Path("/proc/mounts").read_text()):
        yield from (str(path) for path in base.glob("eakte-lab/labtest-*"))
    if lab.places.state.exists():
        yield state


def test_hosts_run_systemd_and_sshd_on_networks_and_disks_of_their_own(own_lab: Lab) -> None:
    boot(own_lab)
    assert [state.state for state in own_lab.states()] == ["running", "running"]
    front, back = (own_lab.local_it(host) for host in own_lab.hosts)

    assert run(["ssh-keyscan", "-t", "ed25519", "203.0.113.2"]).startswith("203.0.113.2 ssh-ed25519 ")
    assert front.script("ssh-keyscan -t ed25519 203.0.113.34").startswith("203.0.113.34 ssh-ed25519 ")
    with pytest.raises(CommandFailed, match="No route to host"):
        run(["ip", "route", "get", "203.0.113.34"])

    size, used = map(int, back.script("df -B1 --output=size,used / | tail -1").split())
    assert 2.5e9 < size < 3.3e9
    assert used < 100e6
    assert back.script("systemctl --failed --no-legend --plain") == ""


def test_a_network_is_left_by_nobody_even_where_the_machine_forwards(own_lab: Lab) -> None:
    """Local IT of a town sets a route by hand, and the machine forwards: the rule of the bridge refuses it."""
    boot(own_lab)
    front = own_lab.local_it(own_lab.hosts[0])
    Path("/proc/sys/net/ipv4/conf/labtest/forwarding").write_text("1")
    front.script("ip route add 198.51.100.0/24 via 203.0.113.14")
    with pytest.raises(CommandFailed, match=r"unreachable|prohibited|No route"):
        front.script("timeout 3 bash -c '</dev/tcp/198.51.100.5/22'")
    with pytest.raises(CommandFailed, match=r"[Pp]ermission denied|prohibited"):
        run(["ip", "route", "get", "198.51.100.5", "from", "203.0.113.2", "iif", "labtest"])


def test_up_again_changes_nothing_that_runs(own_lab: Lab) -> None:
    boot(own_lab)
    before = [processes(own_lab.places, host) for host in own_lab.hosts]
    own_lab.local_it(own_lab.hosts[1]).put("/etc/mark", "kept\n")
    boot(own_lab)
    after = [processes(own_lab.places, host) for host in own_lab.hosts]
    assert [min(pids) for pids in before] == [min(pids) for pids in after]
    assert own_lab.local_it(own_lab.hosts[1]).script("cat /etc/mark") == "kept\n"


def test_a_host_that_lost_power_comes_back_with_its_disk(own_lab: Lab) -> None:
    boot(own_lab)
    back = own_lab.hosts[1]
    own_lab.local_it(back).put("/etc/mark", "kept\n")
    kill(own_lab.places, back)
    assert [state.state for state in own_lab.states()] == ["running", "down"]
    with pytest.raises(Unreachable):
        own_lab.local_it(back).script("true")
    boot(own_lab)
    assert own_lab.local_it(back).script("cat /etc/mark") == "kept\n"


@pytest.mark.parametrize("seconds", [0.6, 1.2, 2.0, 2.6])
def test_killed_anywhere_up_heals_and_down_leaves_nothing(own_lab: Lab, tmp_path: Path, seconds: float) -> None:
    started = subprocess.Popen([sys.executable, "-m", "tests.lab.small_town", str(tmp_path)], cwd=ROOT)
    time.sleep(seconds)  # the point of the test: an end at any moment
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    if seconds in {0.6, 1.2, 2.0}:
        boot(own_lab)
        assert [state.state for state in own_lab.states()] == ["running", "running"]
    own_lab.down()
    assert list(leftovers(own_lab)) == []


def test_down_leaves_nothing_even_if_the_container_program_was_killed(own_lab: Lab) -> None:
    boot(own_lab)
    for host in own_lab.hosts:
        for pid in processes(own_lab.places, host):
            if b"systemd-nspawn" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
    own_lab.down()
    assert list(leftovers(own_lab)) == []
    own_lab.down()


def test_down_ends_even_processes_that_no_signal_ends(own_lab: Lab) -> None:
    """They hang in state D on a mount that does not answer; the end of its file system frees them."""
    boot(own_lab)
    back = own_lab.local_it(own_lab.hosts[1])
    back.put("/run/lab-hanging-mount.py", read("hanging_mount.py"))
    back.script(read("hanging-mount.sh"), "break")
    back.script("setsid sh -c 'df -h >/dev/null 2>&1 &'")
    end = time.monotonic() + 10
    while "D" not in back.script("kill -KILL $(pidof df); ps -C df -o stat= || true"):
        assert time.monotonic() < end, "df does not hang"
        time.sleep(0.1)
    own_lab.down()
    assert list(leftovers(own_lab)) == []


def test_a_full_disk_fills_nothing_but_the_host(own_lab: Lab) -> None:
    boot(own_lab)
    back = own_lab.local_it(own_lab.hosts[1])
    avail = "df -B1 --output=avail / | tail -1"
    with pytest.raises(CommandFailed, match="No space left"):
        back.script(
            "fallocate -l $(($(df -B1 --output=avail / | tail -1) - 1000000)) /filler; head -c 4M /dev/zero >/more"
        )
    assert int(back.script(avail)) < 1e6
    assert int(own_lab.local_it(own_lab.hosts[0]).script(avail)) > 2e9


def test_only_one_changes_the_lab_at_a_time(own_lab: Lab) -> None:
    with (
        held(own_lab.places.lock, "the lab", "lab break disk-full"),
        pytest.raises(Busy, match="lab break disk-full, since"),
    ):
        own_lab.down()


def test_nothing_else_of_the_machine_changes(own_lab: Lab) -> None:
    def own() -> tuple[object, ...]:
        links = {link["ifname"] for link in json.loads(run(["ip", "-json", "link"])) if "lab" not in link["ifname"]}
        routes = [line for line in run(["ip", "route"]).splitlines() if "lab" not in line]
        return {name for name in links if not name.startswith("vb-")}, routes[:1]

    before = own()
    boot(own_lab)
    assert own() == before
