"""Every command with real servers, well and with faults: no secret shows at the centre or on a server (invariant 8).

The sample of the table and of the faults; ./scripts/proof canary runs all of them, in every format and language.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.towns import host_named, towns_named
from tests.canary.desk import Desk, at_desk
from tests.canary.folder import SERVER, TOWN
from tests.canary.hosts import machines
from tests.canary.lab import HELD, in_lab
from tests.canary.values import canary

pytestmark = pytest.mark.timeout(400)

NAME = f"{TOWN}/database-password"


def test_no_secret_shows_in_the_lab(lab: Lab, tmp_path: Path) -> None:
    with in_lab(lab, tmp_path) as driven:
        driven.well(whole=False)
        driven.faulty(whole=False)
        driven.end()
        assert driven.held() == HELD
    assert not driven.desk.unexpected, "\n\n".join(driven.desk.unexpected)
    assert not driven.desk.leaks, "\n".join(driven.desk.leaks)
    print(len(driven.desk.ran), "commands;", driven.desk.watch.summary)


@pytest.fixture
def desk(lab: Lab, tmp_path: Path) -> Iterator[Desk]:
    """A desk that watches a town, with one secret that no file has."""
    with at_desk(tmp_path / "folder", tmp_path / "scratch", {NAME: canary(NAME, "-")}) as made:
        made.trees += machines(lab, *towns_named([TOWN]))
        yield made


def test_what_is_in_the_memory_of_a_server_is_not_that_of_this_machine(lab: Lab, desk: Desk) -> None:
    value = desk.canaries[NAME].value
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(value)
        file.flush()
        assert [each.leaks(desk.eyes, desk.began) for each in machines(lab, *towns_named([TOWN]))] == [[], []]
    server = lab.local_it(host_named(SERVER))
    server.script(f"umask 077; echo {shlex.quote(value.decode())} >/dev/shm/leak")
    try:
        found = [
            str(sight) for each in machines(lab, *towns_named([TOWN])) for sight in each.leaks(desk.eyes, desk.began)
        ]
    finally:
        server.script("rm /dev/shm/leak")
    assert found == [f"{NAME}, in letters, in {SERVER}, in memory /dev/shm:leak (0600 root:root)"]


UNIT = "/run/systemd/system/leak.service"
LEAKS = {
    "a file that all may read": (
        "echo $value >/var/lib/eakte/leak",
        "rm /var/lib/eakte/leak",
        "herdecke-box:var/lib/eakte/leak (0644 root:root)",
    ),
    "a file in memory": (
        "umask 077; echo $value >/tmp/leak",
        "rm /tmp/leak",
        "herdecke-box, in memory /tmp:leak (0600 root:root)",
    ),
    "the right file of the wrong account": (
        "umask 027; echo $value >/etc/eakte/database/handed-over",
        "rm /etc/eakte/database/handed-over",
        "herdecke-box:etc/eakte/database/handed-over (0640 root:",
    ),
    "a log": (
        "echo $value >>/var/log/eakte/database/leak.log",
        "rm /var/log/eakte/database/leak.log",
        "herdecke-box:var/log/eakte/database/leak.log (0",
    ),
    "the journal": ("echo leaked $value | logger", "true", "the journal of herdecke-box"),
    "a unit": (
        f"printf '[Service]\\nEnvironment=X=%s\\nExecStart=true\\nRemainAfterExit=yes\\n' $value >{UNIT}\n"
        "systemctl start leak",
        f"systemctl stop leak; rm {UNIT}; systemctl daemon-reload",
        "the units of herdecke-box",
    ),
    "the words of a process": ("sh -c 'sleep 0.2; :' x $value", "true", "argv of sh ("),
    "the environment of a process": ("VALUE=$value sleep 0.2", "true", "environment of sleep ("),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_that_is_planted_on_a_server_is_reported(lab: Lab, desk: Desk, kind: str) -> None:
    leak, undo, reported = LEAKS[kind]
    server = lab.local_it(host_named(SERVER))
    server.script(f"value={shlex.quote(desk.canaries[NAME].text)}\n{leak}")
    try:
        desk.everything()
        for machine in machines(lab, *towns_named([TOWN])):
            for where, data in machine.said(desk.began):
                desk.look(where, data)
    finally:
        server.script(undo)
    assert any(reported in each for each in desk.leaks), desk.leaks
