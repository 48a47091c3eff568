"""`config diff` and `config render` on real hosts: what root changed by hand is told, and no secret with it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from tests.lab.test_drift import Hands

pytestmark = pytest.mark.timeout(180)

TOWN = "witten"
PROD = ("witten-app", "/etc/eakte/service-manager/config/application-prod.yml", 0o640)
SERVER = ("witten-app", "/etc/eakte/application-server/server.yml", 0o640)
ES = ("witten-app", "/etc/eakte/service-manager/config/application-es.yml", 0o640)
GATEWAY = ("witten-gw", "/etc/eakte/gateway/config/application-prod.yml", 0o644)
SYSCTL = "/etc/sysctl.d/60-eakte-index.conf"


def config(operations: Path, *words: str, identity: str = "") -> tuple[int, str, str]:
    """Status, stdout and stderr of the program as a person starts it."""
    program = Path(sys.executable).with_name("eakte-ops")
    done = subprocess.run(
        [program, "--project", operations, "config", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"} | ({"EAKTE_OPS_IDENTITY": identity} if identity else {}),
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def hands(lab: Lab, operations: Path) -> Iterator[Hands]:
    """Root at the console; all files are as they should be before, and are put back and noted as they were."""
    lab.mend(None, TOWN, None)
    hands = Hands(lab, operations)
    kept = {
        each: base64.b64decode(hands.root(each[0], 'base64 -w 0 "$1"', each[1])) for each in (PROD, SERVER, ES, GATEWAY)
    }
    status, out, _ = config(operations, "diff", TOWN)
    assert status == 0, out
    yield hands
    hands.root(GATEWAY[0], "rm -rf /etc/eakte/gateway/config/old /etc/eakte/gateway/notes.txt")
    hands.root("witten-index", 'rm -f "$1"', SYSCTL)
    for (server, path, mode), data in kept.items():
        hands.root(server, 'rm -rf "$1"', path)
        hands.place(server, path, data, mode)
    lab.mend(None, TOWN, None)
    assert config(operations, "diff", TOWN)[0] == 0


@pytest.mark.usefixtures("lab")
def test_a_well_lab_is_as_the_templates_say(operations: Path) -> None:
    for town in Context(project=operations).inventory().towns:
        status, out, _ = config(operations, "diff", town)
        assert status == 0, out
        assert "0 different · 0 missing · 0 not compared" in out


def test_what_was_changed_by_hand_is_told_without_a_secret(hands: Hands, operations: Path) -> None:
    changed = """sed -i 's/password: .*/password: "Hunter2-Old"/; s/^port:.*/port: 7299/' "$1"
        sed -i '/osrest:/i backup:\\n  user: Hunter2-Added' "$1"; chmod 0644 "$1\""""
    hands.root(PROD[0], changed, PROD[1])
    hands.root(SERVER[0], 'printf "  threads: 3\\n# Hunter2-Comment\\n" >>"$1"', SERVER[1])
    hands.root(ES[0], 'sed -i "s/elastic$/Hunter2-Name/" "$1"', ES[1])
    hands.root(GATEWAY[0], """sed -i 's/port: 80/port: 8080/; s/$/\\r/' "$1\"""", GATEWAY[1])
    status, out, err = config(operations, "diff", TOWN)
    assert status == 1
    assert "Hunter2" not in out + err
    for said in (
        f"--- witten-app:{PROD[1]}\n",
        "-port: 7299\n+port: 7281\n",
        "-  password: ‹secret database-password› changed\n+  password: ‹secret database-password› changed\n",
        "-  password: ‹secret osrest-password› changed\n",
        "-‹lines 9 to 10 are not in the template and not shown: this file holds secrets›\n",
        "has the mode 0644, should be 0640",
        "others on the server can use this file, and it holds secrets",
        "and changed on the server since",
        "its content differs, and is never shown",
        "lines end as on Windows (CR LF)",
        "-  port: 8080\n+  port: 80\n",
        " 4 different · 0 missing",
    ):
        assert said in out
    _status, programs, _ = config(operations, "diff", TOWN, "--json")
    assert "Hunter2" not in programs


def test_strays_missing_files_and_what_local_it_put_there(hands: Hands, operations: Path) -> None:
    folder = "/etc/eakte/gateway/config/old"
    hands.root(GATEWAY[0], 'mkdir "$1" && cp "$2" "$1/application-prod.yml"', folder, GATEWAY[1])
    hands.root(GATEWAY[0], "echo Hunter2 >/etc/eakte/gateway/notes.txt")
    hands.root(SERVER[0], 'rm "$1"; mkdir "$1"', SERVER[1])
    hands.root(PROD[0], 'mv "$1" "$1.bak"; ln -s "$1.bak" "$1"', PROD[1])
    hands.root("witten-index", 'echo "vm.max_map_count = 65530" >"$1"', SYSCTL)
    try:
        status, out, _ = config(operations, "diff", TOWN)
    finally:
        hands.root(PROD[0], 'rm "$1.bak"', PROD[1])
    assert status == 1
    assert "Hunter2" not in out
    heads = [line for line in out.splitlines() if line[:3] in (" ✗ ", " ! ", " ? ")]
    assert heads[:4] == [
        f" ✗ witten-gw  {folder}/application-prod.yml",
        f" ✗ witten-app  {SERVER[1]}",
        f" ✗ witten-app  {PROD[1]}",
        f" ! witten-index  {SYSCTL}",
    ]
    assert sorted(heads[4:]) == [f" ! witten-app  {PROD[1]}.bak", " ! witten-gw  /etc/eakte/gateway/notes.txt"]
    for said in ("there is no file but: directory", "there is no file but: symbolic link", "-vm.max_map_count = 65530"):
        assert said in out


def test_without_the_identity_the_rest_is_compared(hands: Hands, operations: Path) -> None:
    hands.root(PROD[0], "sed -i 's/^port:.*/port: 7299/' \"$1\"", PROD[1])
    status, out, err = config(operations, "diff", TOWN, identity="/dev/null")
    assert status == 2
    assert "the identity file is no regular file" in err
    assert "-port: 7299\n+port: 7281\n" in out
    assert "?  password: ‹secret database-password› not compared" in out


def test_what_is_rendered_is_what_lies_there_but_for_the_secrets(
    hands: Hands, operations: Path, tmp_path: Path
) -> None:
    assert config(operations, "render", TOWN, "--out", str(tmp_path / "out"))[0] == 0
    for server, path, _mode in (PROD, SERVER, GATEWAY):
        there = base64.b64decode(hands.root(server, 'base64 -w 0 "$1"', path)).decode().splitlines()
        here = (tmp_path / "out" / f"{server}{path}.rendered").read_text().splitlines()
        assert len(here) == len(there)
        assert all(a == b or "‹secret " in a for a, b in zip(here, there, strict=True))
    assert not [path for path in (tmp_path / "out").rglob("*") if path.suffix == ".yml"]
