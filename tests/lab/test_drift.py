"""Drift on real hosts: what root changed by hand is found at night without a secret, and exactly as a person."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.config.place import script
from eakte_ops.config.rendered import Content
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.session import session
from eakte_ops.lab.towns import host_named
from eakte_ops.remote.connection import Connector
from tests.lab.looks import EXPECTED, TOWN, health, named

pytestmark = pytest.mark.timeout(180)

OPEN = ("witten-gw", "gateway/application-prod.yml", "/etc/eakte/gateway/config/application-prod.yml")
SECRET = ("witten-index", "index/built-in.usr", "/etc/eakte/index/built-in.usr")
SCENARIOS = ("config-changed", "config-missing", "config-rights")


def drift(operations: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Status and data of `configs drift`, made by the program as a person starts it."""
    program = Path(sys.executable).with_name("eakte-ops")
    done = subprocess.run(
        [program, "--project", operations, "configs", "drift", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def sentences(found: dict[str, Any]) -> list[str]:
    return [each["said"]["en"] for each in found["findings"]]


class Hands:
    """Root at the console of a server, and the centre that places a file there again."""

    def __init__(self, lab: Lab, operations: Path) -> None:
        self._lab, self._context = lab, Context(project=operations)

    def root(self, server: str, text: str, *args: str) -> str:
        return self._lab.local_it(host_named(server)).script(f"set -eu\n{text}", *args)

    def place(self, server: str, path: str, data: bytes, mode: int) -> str:
        town = self._context.inventory().towns[TOWN]
        there = town.server(server)
        content = Content(path, mode, data)
        with session(Connector(), self._context.target(town, there, "work")) as at:
            return at.run(script([content], town.profile.layout["linux"], "lab"))


@pytest.fixture
def hands(lab: Lab, operations: Path) -> Iterator[Hands]:
    """Both files that are worked on are put back afterwards, and noted as they were."""
    lab.mend(None, TOWN, None)
    hands = Hands(lab, operations)
    kept = {each: base64.b64decode(hands.root(each[0], 'base64 -w 0 "$1"', each[2])) for each in (OPEN, SECRET)}
    assert drift(operations, TOWN)[0] == 0
    yield hands
    for (server, _id, path), data in kept.items():
        hands.root(server, '[ ! -d "$1" ] || rmdir "$1"; [ -f "$1" ] && [ ! -h "$1" ] || rm -f "$1"', path)
        hands.place(server, path, data, 0o644 if (server, _id, path) == OPEN else 0o640)
    lab.mend(None, TOWN, None)
    assert drift(operations, TOWN, "--night")[0] == 0


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("words", [(), ("--night",)], ids=["person", "night"])
def test_a_well_lab_is_as_it_was_placed(operations: Path, words: tuple[str, ...]) -> None:
    status, found = drift(operations, "--all", *words)
    assert (status, found["findings"]) == (0, [])
    files = [
        result
        for town in found["towns"]
        for server in town["servers"]
        for result in server["results"]
        if "/" in result["subject"]
    ]
    assert len(files) >= 30
    assert {result["verdict"] for result in files} == {"ok"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_is_the_only_drift(hands: Hands, lab: Lab, operations: Path, scenario: str) -> None:
    """As a person; what the night says of it is in test_health_scenarios.py."""
    lab.break_it(scenario, TOWN, None, lambda folder: Context(project=folder))
    status, found = drift(operations, "--all")
    assert (status, named(found)) == (1, [EXPECTED[scenario]])
    lab.mend(scenario, TOWN, None)
    assert drift(operations, "--all")[0] == 0


def test_a_secret_file_that_was_edited(hands: Hands, operations: Path) -> None:
    """The night sees that it was touched, a person that it holds something else; nobody sees what."""
    server, file, path = SECRET
    hands.root(server, 'cp -p "$1" /root/kept && echo "eve:1:x" >>"$1"', path)
    expected = [(server, "config.drift", file, "centre")]
    for found in (health(operations, TOWN)[1], drift(operations, TOWN, "--night")[1]):
        assert named(found) == expected
        assert "was touched" in sentences(found)[0]
        assert "configs drift witten" in found["findings"][0]["todo"]["en"]
    status, found = drift(operations, TOWN)
    assert (status, named(found)) == (1, expected)
    assert "holds something else" in sentences(found)[0]
    assert "eve" not in json.dumps(found)

    hands.root(server, 'cat /root/kept >"$1" && rm /root/kept', path)
    assert drift(operations, TOWN)[0] == 0  # it holds the same again, says who may read it
    assert "was touched" in sentences(drift(operations, TOWN, "--night")[1])[0]
    data = base64.b64decode(hands.root(server, 'base64 -w 0 "$1"', path))
    assert hands.place(server, path, data, 0o640).startswith("same\t")
    assert drift(operations, TOWN, "--night")[0] == 0  # noted anew


def test_a_secret_that_everybody_may_read(hands: Hands, operations: Path) -> None:
    server, file, path = SECRET
    hands.root(server, 'chmod 0644 "$1"', path)
    for words in ((), ("--night",)):
        _status, found = drift(operations, TOWN, *words)
        (finding,) = found["findings"]
        assert (finding["subject"], finding["verdict"]) == (file, "critical")
        assert "0644 eakte-ops:eakte instead of 0640 eakte-ops:eakte" in finding["said"]["en"]
        assert "change them" in finding["todo"]["en"]


def test_a_copy_by_root_belongs_to_root(hands: Hands, operations: Path) -> None:
    server, _id, path = OPEN
    hands.root(server, 'cp "$1" /root/new && echo "# x" >>/root/new && mv /root/new "$1"', path)
    _status, found = drift(operations, TOWN)
    (sentence,) = sentences(found)
    assert "holds something else" in sentence
    assert "by root, as far as the server knows" in sentence


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ('ln -s /dev/zero "$1"', "is a link"),
        ('ln -s /etc/shadow "$1"', "is a link"),
        ('mkfifo "$1"', "is a pipe"),
        ('mkdir "$1"', "is a folder"),
    ],
)
def test_what_lies_in_a_files_place_holds_nobody_up(hands: Hands, operations: Path, how: str, word: str) -> None:
    server, file, path = OPEN
    hands.root(server, f'rm "$1" && {how}', path)
    for words in ((), ("--night",)):
        _status, found = drift(operations, TOWN, *words)
        (finding,) = found["findings"]
        assert (finding["subject"], finding["verdict"], word in finding["said"]["en"]) == (file, "critical", True)
    (server_found,) = [each for each in found["towns"][0]["servers"] if each["server"] == server]
    assert server_found["seconds"] < 10


def test_who_had_a_terminal_open_is_named(hands: Hands, operations: Path) -> None:
    server, _id, path = OPEN
    record = "[7] [00500] [tty1] [{who}] [tty1] [192.0.2.7] [192.0.2.7] [{when}]"
    hands.root(
        server,
        'cp -p /var/log/wtmp /root/wtmp && when=$(date -u -d "-1 minute" +%Y-%m-%dT%H:%M:%S,000000+00:00) && '
        f'echo "{record.format(who="technik", when="$when")}" | utmpdump -r >>/var/log/wtmp 2>/dev/null && '
        'echo "# tried" >>"$1"',
        path,
    )
    try:
        _status, found = drift(operations, TOWN, "--night")
    finally:
        hands.root(server, "mv /root/wtmp /var/log/wtmp")
    assert "had a terminal open then: technik (192.0.2.7)" in sentences(found)[0]


def test_a_note_that_the_software_could_write_proves_nothing(hands: Hands, operations: Path) -> None:
    server = OPEN[0]
    hands.root(server, "chmod 0660 /var/lib/eakte-ops/placed && chgrp eakte /var/lib/eakte-ops/placed")
    try:
        _status, found = drift(operations, TOWN)
        _status, night = drift(operations, TOWN, "--night")
    finally:
        hands.root(server, "chmod 0640 /var/lib/eakte-ops/placed && chgrp eakte-look /var/lib/eakte-ops/placed")
    for each in (found, night):
        assert [(one["subject"], one["verdict"]) for one in each["findings"]] == [("note", "unknown")]
    assert "may be written by others (0660 eakte-ops:eakte)" in sentences(found)[0]


def test_the_look_changes_nothing_and_leaves_nothing(hands: Hands, operations: Path) -> None:
    server = SECRET[0]
    look = "cd / && find etc/eakte var/lib/eakte-ops -printf '%p %C@ %m %u\\n' | grep -v last-look | sort"
    before = hands.root(server, look)
    drift(operations, TOWN)
    drift(operations, TOWN, "--night")
    assert hands.root(server, look) == before


@pytest.mark.usefixtures("lab")
def test_a_template_that_was_never_placed_is_a_warning(operations: Path, tmp_path: Path) -> None:
    copy = tmp_path / "operations"
    shutil.copytree(operations, copy, symlinks=True)
    new = copy / "templates/musterakte/11.0/gateway/new.txt.j2"
    new.write_text(
        "{#\ntitle: {de: x, en: x}\ncomponents: [gateway]\ndestination: /etc/eakte/gateway/new.txt\n"
        'mode: "0644"\neffect: {how: none}\n#}\nnew\n'
    )
    status, found = drift(copy, TOWN, "--night")
    (finding,) = found["findings"]
    assert (status, finding["subject"], finding["verdict"]) == (1, "gateway/new.txt", "warning")
    assert "was never placed" in finding["said"]["en"]
    (copy / "templates/musterakte/11.0/gateway/application-prod.yml.j2").unlink()
    new.unlink()
    _status, found = drift(copy, TOWN, "--night")
    (finding,) = found["findings"]
    assert (finding["subject"], finding["verdict"]) == ("note", "warning")
    assert OPEN[2] in finding["said"]["en"]
