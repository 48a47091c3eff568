"""The questions about the machine itself, run by real shells on this machine; what they print is read by the facts."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte_ops.health.facts import reading
from eakte_ops.health.facts.last_look import LAST_LOOK
from eakte_ops.health.facts.machine import MACHINE
from eakte_ops.health.facts.network import NETWORK
from eakte_ops.health.facts.patches import PATCHES
from eakte_ops.health.facts.storage import STORAGE
from eakte_ops.health.types import NotKnown
from eakte_ops.remote.types import Answer, Visit

Ask = Callable[..., Answer]
VISIT = Visit(0.0, "", "", "", began=0.0)


@pytest.fixture(params=[("dash",), ("bash", "--posix")], ids=lambda words: words[0])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Runs a question's text as the exchange does: as a text for a shell, with its arguments."""

    def ask(name: str, *args: str, path: str = "/usr/bin:/bin", **env: str) -> Answer:
        text = reading.question(name).script.text["posix"]
        shell, *words = request.param
        done = subprocess.run(
            [f"/usr/bin/{shell}", *words, "-c", text, "sh", *args],
            capture_output=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": path, **env},
        )
        return Answer(name, done.returncode, done.stdout, done.stderr)

    return ask


def stub(folder: Path, name: str, text: str) -> str:
    """A program of ours that goes before the real one; returns the PATH."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def alone(folder: Path, *programs: str) -> str:
    """A PATH on which there are these programs and no others."""
    for program in programs:
        found = shutil.which(program)
        assert found is not None
        (folder / program).symlink_to(found)
    return str(folder)


def test_a_machine_speaks_of_itself(ask: Ask) -> None:
    machine = MACHINE.parse(ask("machine"), VISIT)
    assert machine.memory["MemTotal"] >= machine.memory["MemAvailable"] > 0
    assert machine.running == os.uname().release
    assert machine.up_s is not None
    assert 0 <= machine.up_s <= time.clock_gettime(time.CLOCK_BOOTTIME)
    assert machine.system[0]


def test_a_machine_without_any_tool_still_says_what_the_kernel_does(ask: Ask, tmp_path: Path) -> None:
    path = alone(tmp_path, "awk", "cut", "grep", "sed", "uname", "head")
    machine = MACHINE.parse(ask("machine", path=path), VISIT)
    assert machine.memory["MemTotal"] > 0
    assert machine.up_s is not None
    assert machine.sudo is None


def test_sudo_says_its_own_version_and_that_of_its_package(ask: Ask, tmp_path: Path) -> None:
    stub(tmp_path, "sudo", "printf 'Sudo version 1.9.13p3\\nSudoers policy plugin version 1.9.13p3\\n'")
    path = stub(tmp_path, "dpkg-query", "[ \"$3 $4\" = '${Version} sudo' ] && printf 1.9.13p3-1+deb12u2")
    machine = MACHINE.parse(ask("machine", path=path), VISIT)
    assert machine.sudo is not None
    assert (machine.sudo.own, machine.sudo.package) == ("1.9.13p3", "1.9.13p3-1+deb12u2")


# Lines as apt-get of Debian 12 and of Ubuntu 22.04 prints them.
SIMULATED = r"""
NOTE: This is only a simulation!
Inst libssl3 [3.0.11-1~deb12u2] (3.0.15-1~deb12u1 Debian-Security:12/stable-security [amd64])
Inst tzdata [2024a-0+deb12u1] (2024b-0+deb12u1 Debian:12.8/stable [all])
Inst linux-image-6.1.0-28-amd64 (6.1.119-1 Debian-Security:12/stable-security [amd64])
Inst libc6 [2.35-0ubuntu3.8] (2.35-0ubuntu3.9 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64]) []
Inst my-security-tool [1.0] (1.1 Town:1/main [all])
Conf libssl3 (3.0.15-1~deb12u1 Debian-Security:12/stable-security [amd64])
"""


def test_security_updates_are_told_from_others(ask: Ask, tmp_path: Path) -> None:
    path = stub(tmp_path, "apt-get", f"printf '%s\\n' \"$@\" >\"$0.args\"; cat <<'END'\n{SIMULATED}\nEND")
    patches = PATCHES.parse(ask("patches", path=path), VISIT)
    assert patches.security == ("libssl3", "linux-image-6.1.0-28-amd64", "libc6")
    assert patches.others == 2
    words = (tmp_path / "apt-get.args").read_text().split()
    assert "-s" in words  # nothing but a simulation
    assert "Debug::NoLocking=true" in words


def test_apt_that_fails_is_not_known(ask: Ask, tmp_path: Path) -> None:
    path = stub(tmp_path, "apt-get", "echo 'E: The package cache file is corrupted' >&2; exit 100")
    with pytest.raises(NotKnown) as problem:
        PATCHES.parse(ask("patches", path=path), VISIT)
    assert problem.value.values["status"] == "100"


def test_another_package_manager_is_named(ask: Ask, tmp_path: Path) -> None:
    assert PATCHES.parse(ask("patches", path=alone(tmp_path, "date")), VISIT).manager == "none"
    stub(tmp_path, "dnf", "exit 1")
    assert PATCHES.parse(ask("patches", path=str(tmp_path)), VISIT).manager == "dnf"


def test_names_of_this_machine(ask: Ask) -> None:
    began = time.monotonic()
    reached = NETWORK.parse(ask("network", "2", "", "", "no-such-town.invalid"), VISIT)
    assert time.monotonic() - began < 10
    assert reached.names["localhost"] == "known"
    assert os.uname().nodename in reached.names
    assert reached.names["no-such-town.invalid"] in ("unknown", "hangs")
    assert reached.storage is None


def test_a_resolver_that_does_not_answer_holds_nobody_up(ask: Ask, tmp_path: Path) -> None:
    path = stub(tmp_path, "getent", '[ "$1 $2" = "ahosts localhost" ] || exec sleep 20')
    began = time.monotonic()
    reached = NETWORK.parse(ask("network", "1", "", "", "db.town.example", path=path), VISIT)
    assert time.monotonic() - began < 10
    assert reached.names["localhost"] == "known"
    assert reached.names["db.town.example"] == "hangs"
    assert reached.resolver == "hangs"


def test_whoever_connects_is_looked_up(ask: Ask, tmp_path: Path) -> None:
    path = stub(tmp_path, "getent", 'echo "$@" >>"$0.args"; exit 2')
    ask("network", "1", "", "", path=path, SSH_CONNECTION="203.0.113.9 40000 192.0.2.10 22")
    assert "hosts 203.0.113.9" in (tmp_path / "getent.args").read_text().splitlines()


def test_a_backup_storage_that_refuses_or_keeps_silent(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        silent = NETWORK.parse(ask("network", "1", "127.0.0.1", str(port)), VISIT)
    refused = NETWORK.parse(ask("network", "1", "127.0.0.1", str(port)), VISIT)
    assert silent.storage is not None
    assert refused.storage is not None
    assert (silent.storage[0], refused.storage[0]) == ("silent", "refused")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Host key verification failed.", "answers"),
        ("No ED25519 host key is known for 192.0.2.20 and you have requested strict checking.", "answers"),
        ("Unable to negotiate with 192.0.2.20 port 22: no matching host key type found.", "answers"),
        ("ssh: connect to host 192.0.2.20 port 22: No route to host", "no-way"),
        ("ssh: connect to host 192.0.2.20 port 22: Network is unreachable", "no-way"),
        ("ssh: connect to host 192.0.2.20 port 22: Connection timed out", "silent"),
        ("ssh: Could not resolve hostname store.town.example: Name or service not known", "no-name"),
        ("kex_exchange_identification: Connection closed by remote host", "other"),
    ],
)
def test_what_ssh_says_of_a_backup_storage(ask: Ask, tmp_path: Path, said: str, state: str) -> None:
    path = stub(tmp_path, "ssh", f"printf '%s\\n' \"$@\" >\"$0.args\"; echo '{said}' >&2; exit 255")
    reached = NETWORK.parse(ask("network", "1", "192.0.2.20", "2222", path=path), VISIT)
    assert reached.storage == (state, said)
    words = (tmp_path / "ssh.args").read_text().split()
    assert words[words.index("-p") + 1] == "2222"
    assert "StrictHostKeyChecking=yes" in words  # no key is taken, so nobody logs in


def test_without_ssh_nobody_knows_of_the_backup_storage(ask: Ask, tmp_path: Path) -> None:
    path = alone(tmp_path, "timeout", "getent", "uname")
    reached = NETWORK.parse(ask("network", "1", "192.0.2.20", "22", path=path), VISIT)
    assert reached.storage == ("no-tool", "")


def test_the_mark_is_written_into_a_file_that_is_there(ask: Ask, tmp_path: Path) -> None:
    mark = tmp_path / "last look"
    assert LAST_LOOK.parse(ask("last_look", str(mark)), VISIT).state == "absent"
    assert not mark.exists()
    mark.touch()
    for _look in range(2):
        said = LAST_LOOK.parse(ask("last_look", str(mark)), VISIT)
        assert said.state == "written"
        assert mark.read_text() == f"{said.when}\n"
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", said.when)


def test_the_mark_goes_nowhere_else(ask: Ask, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept\n")
    (tmp_path / "link").symlink_to(other)
    (tmp_path / "dangling").symlink_to(tmp_path / "not-there")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "dangling", "pipe", "folder"):
        assert LAST_LOOK.parse(ask("last_look", str(tmp_path / name)), VISIT).state == "failed"
    assert other.read_text() == "kept\n"
    assert not (tmp_path / "not-there").exists()


def test_a_mark_on_a_full_disk_fails_and_says_so(ask: Ask) -> None:
    assert LAST_LOOK.parse(ask("last_look", "/dev/full"), VISIT).state == "failed"


def test_how_file_systems_are_meant_is_read_beside_how_they_are(ask: Ask) -> None:
    mounts = STORAGE.parse(ask("storage"), VISIT)
    assert {mount.meant for mount in mounts} <= {"", "rw", "ro"}
