"""Taking over on real hosts: what root changed by hand becomes the town's word, and the server is only read."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.config.place import script
from eakte_ops.config.rendered import Content
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.session import session
from eakte_ops.lab.towns import host_named
from eakte_ops.remote.connection import Connector

pytestmark = pytest.mark.timeout(180)

TOWN, SERVER = "herdecke", "herdecke-box"
OPEN = ("gateway/application-prod.yml", "/etc/eakte/gateway/config/application-prod.yml", 0o644)
SECRET = ("service-manager/application-prod.yml", "/etc/eakte/service-manager/config/application-prod.yml", 0o640)
MARK = "hunter2-hunter2"


class Hands:
    """Root at the console of the server, and the centre that places a file there again."""

    def __init__(self, lab: Lab, operations: Path) -> None:
        self._console, self._context = lab.local_it(host_named(SERVER)), Context(project=operations)

    def root(self, text: str, *args: str) -> str:
        return self._console.script(f"set -eu\n{text}", *args)

    def place(self, path: str, data: bytes, mode: int) -> None:
        town = self._context.inventory(TOWN).towns[TOWN]
        with session(Connector(), self._context.target(town, town.server(SERVER), "work")) as at:
            at.run(script([Content(path, mode, data)], town.profile.layout["linux"], "lab"))


class Desk:
    """A copy of the lab's operations folder, and the program as a person starts it there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str) -> tuple[int, str, str]:
        program = Path(sys.executable).with_name("eakte-ops")
        done = subprocess.run([program, "--project", self.folder, *words], capture_output=True, text=True, check=False)
        assert MARK not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def differs(self, file: str) -> int:
        return self.run("config", "diff", TOWN, "--file", file)[0]


@pytest.fixture
def desk(operations: Path, tmp_path: Path) -> Iterator[Desk]:
    """Nothing that is taken over comes into the lab's own folder, and nothing of a value into any file."""
    folder = tmp_path / "operations"
    shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state"))
    yield Desk(folder)
    assert not [path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]


@pytest.fixture
def hands(lab: Lab, operations: Path) -> Iterator[Hands]:
    """Both files are put back afterwards, and noted as they were."""
    hands = Hands(lab, operations)
    kept = {path: (base64.b64decode(hands.root('base64 -w 0 "$1"', path)), mode) for _, path, mode in (OPEN, SECRET)}
    yield hands
    for path, (data, mode) in kept.items():
        hands.place(path, data, mode)


def test_a_value_is_found_and_the_server_is_only_read(desk: Desk, hands: Hands) -> None:
    file, path, _ = OPEN
    assert desk.differs(file) == 0
    hands.root('sed -i \'s/^  title: .*/  title: "eAkte Herdecke"/\' "$1"', path)
    seen = hands.root('stat -c "%i %s %a %U %G %.9Y %.9Z" "$1"', path)
    assert desk.differs(file) == 1
    status, out, err = desk.run("config", "adopt", TOWN, path)
    assert (status, out) == (0, f'configuration:\n  {file}: {{title: "eAkte Herdecke"}}\n'), err
    assert desk.differs(file) == 0
    assert desk.run("inventory", "check", TOWN)[0] == 0
    assert hands.root('stat -c "%i %s %a %U %G %.9Y %.9Z" "$1"', path) == seen
    (line,) = (desk.folder / "state" / "audit.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["what"], entry["details"]) == ("config adopt", {"file": file, "servers": SERVER})


def test_lines_become_a_template_of_the_towns_own(desk: Desk, hands: Hands) -> None:
    file, path, _ = OPEN
    hands.root("printf '%s\\n' '# {{ tried }} by hand' 'http2: true' >>\"$1\"", path)
    status, out, err = desk.run("config", "adopt", TOWN, file)
    assert (status, out) == (0, f"inventories/{TOWN}.templates/11.0/{file}.j2\n"), err
    assert desk.differs(file) == 0
    assert desk.run("inventory", "check", TOWN)[0] == 0
    centre = desk.folder / "templates" / "musterakte" / "11.0" / f"{file}.j2"
    centre.write_text(f"{centre.read_text('utf-8')}# new\n", "utf-8")
    status, out, _ = desk.run("inventory", "check", TOWN)
    assert status == 1
    assert "has changed since the town's own" in out


def test_of_a_file_with_secrets_nothing_gets_out(desk: Desk, hands: Hands) -> None:
    file, path, _ = SECRET
    hands.root(f'sed -i \'/user: osrest/{{n;s/password: .*/password: "{MARK}"/}}\' "$1"', path)
    status, out, err = desk.run("config", "adopt", TOWN, file)
    assert (status, out) == (0, ""), err
    assert "the secret osrest-password is another one there" in err
    hands.root(f"echo 'proxy: {MARK}' >>\"$1\"", path)
    status, out, err = desk.run("config", "adopt", TOWN, file)
    assert (status, out) == (7, "")
    assert "a file with secrets has lines that are not in its template (line 13 on herdecke-box)" in err


def test_a_file_that_is_not_there(desk: Desk, hands: Hands) -> None:
    hands.root('rm -f "$1"', OPEN[1])
    status, out, err = desk.run("config", "adopt", TOWN, OPEN[0])
    assert (status, out) == (2, "")
    assert "there is no such file on herdecke-box" in err
