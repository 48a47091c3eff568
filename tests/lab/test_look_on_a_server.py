"""`logs`, `shell` and `audit check` on a real host: what is shown, what a terminal does, what stays in its journal."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.audit import Trail
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.secrets import town_secrets
from eakte_ops.lab.towns import host_named

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("lab")]

TOWN, SERVER = "herdecke", "herdecke-box"
PROGRAM = Path(sys.executable).with_name("eakte-ops")
LOG = "/var/log/eakte/service-manager/service-manager.log"
CONFIG = "/etc/eakte/service-manager/config/application-prod.yml"
WAIT_S = 20


@pytest.fixture
def folder(lab: Lab, operations: Path, tmp_path: Path) -> Path:
    """The operations folder of the lab with a record of its own."""
    assert lab
    return shutil.copytree(operations, tmp_path / "operations", ignore=lambda _place, _names: {"state"})


@pytest.fixture
def root(lab: Lab) -> Iterator[LocalIT]:
    assert lab
    root = LocalIT(Places(), host_named(SERVER))
    kept = root.script(f"cat {LOG}")
    yield root
    root.script(f'printf %s "$1" >{LOG}; rm -f /etc/eakte-ops/stop', kept)


def typed(folder: Path, *words: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "--project", folder, *words], input=lines, capture_output=True, text=True, check=False, timeout=60
    )


def journal(root: LocalIT) -> list[str]:
    return root.script("journalctl --quiet --no-pager --output=cat --identifier=eakte-ops").splitlines()


def passwords(folder: Path) -> list[str]:
    return [secret.reveal() for secret in town_secrets(folder, TOWN).values()]


def test_logs_show_what_is_new_without_secrets(folder: Path, root: LocalIT) -> None:
    password = passwords(folder)[0]
    root.script(f'printf \'%s x: login with %s failed\\n\' "$(date +%FT%T%:z)" "$1" >>{LOG}', password)
    done = typed(folder, "logs", TOWN, "service-manager", "--since", "5min")
    assert done.returncode == 0, done.stderr
    assert f"login with <secret {TOWN}/database-password> failed" in done.stdout
    assert password not in done.stdout + done.stderr
    (entry,) = Trail(folder / "state").entries()
    assert Trail(folder / "state").anchor(entry) in journal(root)


def test_a_person_at_a_terminal(folder: Path, root: LocalIT) -> None:
    with Terminal(folder) as terminal:
        terminal.sees("herdecke-box:/etc/eakte-ops/home/eakte-ops$ ")
        terminal.type("cd /opt/eakte && pwd\n")
        terminal.sees("herdecke-box:/opt/eakte$ ")
        terminal.type("echo begun; sleep 61.5; echo never\n")
        terminal.sees("\nbegun")
        terminal.type("\x03")
        terminal.sees("ended by Ctrl-C")
        terminal.sees("$ ")
        terminal.type(f"cat {CONFIG}; pgrep -cf 'sleep 61[.]5'\n")
        terminal.sees("\n0\r\n")
        terminal.sees("$ ")
        terminal.type("\x04")
        assert terminal.ended() == 0
    assert not [each for each in passwords(folder) if each in terminal.shown]
    assert "<secret herdecke/database-password>" in terminal.shown
    begin, end = Trail(folder / "state").entries()
    kept = Trail(folder / "state")
    assert [each for each in journal(root) if kept.name in each] == [kept.anchor(begin), kept.anchor(end)]
    assert end.details["result"] == "ended, 3 lines"


def test_the_stop_switch_of_the_town_refuses_a_shell(folder: Path, root: LocalIT) -> None:
    root.script("echo 'Strom wird abgestellt' >/etc/eakte-ops/stop")
    done = typed(folder, "shell", SERVER, "--why", "Probe", lines="id\n")
    assert (done.returncode, done.stdout) == (7, "")
    assert "Strom wird abgestellt" in done.stderr


def test_the_journal_of_the_town_bears_out_the_record_or_does_not(folder: Path, root: LocalIT) -> None:
    for line in ("id -un", "false"):
        typed(folder, "shell", SERVER, "--why", "Grüße", lines=f"{line}\n")
    before = found(folder)
    assert (before["borne_out"], before["findings"]) == (4, [])
    kept = Trail(folder / "state")
    lines = kept.file.read_text().splitlines(keepends=True)
    kept.file.write_text("".join(lines[:-2]))
    after = found(folder)
    assert after["borne_out"] == 2
    assert ["cut off or written anew" in each for each in after["findings"]] == [True, True]


def found(folder: Path) -> dict[str, list[str]]:
    """What `audit check` says of the server; other records of this machine are those of the lab and of other tests."""
    done = typed(folder, "audit", "check", TOWN, "--json")
    assert done.returncode in (0, 1), done.stderr
    (server,) = json.loads(done.stdout)["servers"]
    findings = [each for each in server["findings"] if "another record of this machine" not in each]
    return {**server, "findings": findings}


class Terminal:
    """The shell at a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.shown = ""
        self._words = [str(PROGRAM), "--project", str(folder), "shell", SERVER, "--why", "Probe"]

    def __enter__(self) -> Terminal:
        self._child, self._screen = pty.fork()
        if self._child == 0:
            os.execv(self._words[0], self._words)
        self._at = 0
        return self

    def __exit__(self, *_raised: object) -> None:
        os.close(self._screen)  # what is still there is told by HUP

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def sees(self, said: str) -> None:
        """Wait until that is shown, behind what was waited for before."""
        end = time.monotonic() + WAIT_S
        while said not in self.shown[self._at :]:
            assert time.monotonic() < end, f"not seen: {said!r} in {self.shown[self._at :]!r}"
            self._read()
        self._at = self.shown.index(said, self._at) + len(said)

    def ended(self) -> int:
        end = time.monotonic() + WAIT_S
        while self._read():
            assert time.monotonic() < end, f"it does not end: {self.shown[self._at :]!r}"
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])

    def _read(self) -> bool:
        if not select.select([self._screen], [], [], 0.2)[0]:
            return True
        try:
            piece = os.read(self._screen, 65_536)
        except OSError:  # so a terminal says that nobody writes to it any more
            return False
        self.shown += piece.decode("utf-8", "replace")
        return bool(piece)
