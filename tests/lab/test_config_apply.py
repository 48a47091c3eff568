"""`config apply` on real hosts, as it is typed: the file, exactly its component; with a bad file nothing at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from tests.lab.test_drift import Hands

pytestmark = pytest.mark.timeout(180)

TOWN, SERVER = "witten", "witten-gw"
GATEWAY = "/etc/eakte/gateway/config/application-prod.yml"
TEMPLATE = "templates/musterakte/11.0/gateway/application-prod.yml.j2"
OUTSIDE = ("--outside-window", "--agreed-with", "local-it", "--why", "tried in the lab")
STATE = "/var/lib/eakte-ops"
_LOOK = f"""
systemctl is-active eakte-gateway.service
systemctl show --property=InvocationID eakte-gateway.service
sha256sum {GATEWAY}
stat -c '%a %U %G' {GATEWAY}
find /etc/eakte/gateway -name '.*'
find {STATE}/incoming -mindepth 1 2>/dev/null || true
"""


@dataclass
class Desk:
    """A person with an operations folder of their own. `runs`: that were begun from here."""

    folder: Path
    hands: Hands
    runs: list[str] = field(default_factory=list)

    def typed(self, *words: str) -> tuple[int, str, str]:
        program = Path(sys.executable).with_name("eakte-ops")
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [program, "--project", self.folder, *words], capture_output=True, text=True, check=False, env=env
        )
        return done.returncode, done.stdout, done.stderr

    def apply(self) -> tuple[int, str]:
        """Make the plan and carry it out; gives the status and what was said of the run."""
        status, out, err = self.typed("config", "apply", TOWN, "--server", SERVER, "--plan", "--why", "a test")
        assert status == 0, err
        made = re.match(r"Plan (\w+)", out)
        assert made, err
        status, out, err = self.typed("plans", "run", made[1], *OUTSIDE)
        self.runs += re.findall(rf"\d{{4}}-\d\d-\d\d-{TOWN}-\w{{4}}", out + err)[:1]
        return status, out + err

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    def look(self) -> list[str]:
        """How the gateway runs, its file, and what lies about."""
        return self.hands.root(SERVER, _LOOK).splitlines()


@pytest.fixture
def desk(lab: Lab, operations: Path, tmp_path: Path) -> Iterator[Desk]:
    """Afterwards the server is as it was, its note included."""
    lab.mend(None, TOWN, None)
    folder = tmp_path / "operations"
    shutil.copytree(operations, folder, ignore=shutil.ignore_patterns("state", ".git"))
    hands = Hands(lab, operations)
    before = hands.root(SERVER, 'cat "$1"', GATEWAY)
    desk = Desk(folder, hands)
    yield desk
    for run in desk.runs:
        hands.root(SERVER, 'rm -rf "$1/previous/$2" "$1/incoming/$2"', STATE, run)
    hands.root(SERVER, 'touch "$1"', GATEWAY)  # what is noted already keeps the name of its run
    hands.place(SERVER, GATEWAY, before.encode(), 0o644)


def test_a_change_comes_into_place_and_back_and_restarts_its_component_alone(desk: Desk) -> None:
    index = desk.hands.root("witten-index", "systemctl show --property=InvocationID eakte-index.service")
    before = desk.look()
    desk.change(TEMPLATE, "\nosweb:", "\n# tried\nosweb:")
    status, said = desk.apply()
    assert status == 0, said
    assert "Done." in said
    placed = desk.look()
    assert "# tried" in desk.hands.root(SERVER, 'cat "$1"', GATEWAY)
    assert (placed[0], before[0]) == ("active", "active")
    assert placed[1] != before[1]  # another start
    assert placed[3:] == before[3:] == ["644 eakte-ops eakte"]
    kept = desk.hands.root(SERVER, 'sha256sum <"$1/previous/$2/files$3"', STATE, desk.runs[0], GATEWAY)
    assert kept.split()[0] == before[2].split()[0]
    assert desk.runs[0] in desk.hands.root(SERVER, 'grep -F "$1" "$2"', GATEWAY, f"{STATE}/placed")
    assert desk.hands.root("witten-index", "systemctl show --property=InvocationID eakte-index.service") == index

    desk.change(TEMPLATE, "\n# tried\nosweb:", "\nosweb:")
    status, said = desk.apply()
    assert status == 0, said
    assert desk.look()[2] == before[2]
    status, _out, err = desk.typed("config", "apply", TOWN, "--why", "once more")
    assert (status, "there is nothing to do" in err) == (0, True)


def test_what_the_product_can_not_use_ends_with_everything_as_it_was(desk: Desk) -> None:
    before, note = desk.look(), desk.hands.root(SERVER, f"cat {STATE}/placed")
    desk.change(TEMPLATE, "  port: {{ own.port.http }}", "  port: no-port")
    status, said = desk.apply()
    assert status == 4, said
    assert (desk.look(), desk.hands.root(SERVER, f"cat {STATE}/placed")) == (before, note)
    assert desk.hands.root(SERVER, 'find "$1/previous/$2" 2>/dev/null || true', STATE, desk.runs[0]) == ""


def test_what_somebody_changed_since_the_look_is_left(desk: Desk) -> None:
    desk.change(TEMPLATE, "\nosweb:", "\n# tried\nosweb:")
    status, out, err = desk.typed("config", "apply", TOWN, "--server", SERVER, "--plan", "--why", "a test")
    assert status == 0, err
    desk.hands.root(SERVER, 'echo "# by hand" >>"$1"', GATEWAY)
    before = desk.look()
    status, out, err = desk.typed("plans", "run", out.split()[1], *OUTSIDE)
    assert status == 7, out + err
    assert f"{GATEWAY} untouched since" in err
    assert desk.look() == before
