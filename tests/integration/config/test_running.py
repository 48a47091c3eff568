"""The way back of a restart, with a service manager that is played: only what took the new files is touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from eakte_ops.playbook import posix, running
from eakte_ops.product.load import profile

UNIT = "eakte-gateway.service"
_PLAYED = """\
#!/bin/sh
# State in files: active, id. Each restart gives another id.
cd "{folder}" || exit 9
case "$*" in
  "show --property=ActiveState --value -- {unit}") cat active ;;
  "show --property=InvocationID --value -- {unit}") cat id ;;
  "is-active -- {unit}") cat active ;;
  "is-active --quiet -- {unit}") [ "$(cat active)" = active ] ;;
  "restart {unit}") echo restart >>done; echo "{after}" >active; echo new >id ;;
  "stop {unit}") echo stop >>done; echo inactive >active ;;
  *) echo "not known: $*" >&2; exit 8 ;;
esac
"""


class Played:
    """A unit: whether it runs, and which start of it this is."""

    def __init__(self, folder: Path, after: str = "active") -> None:
        self.folder = folder
        self.program = folder / "systemctl"
        self.program.write_text(_PLAYED.format(folder=folder, unit=UNIT, after=after))
        self.program.chmod(0o755)
        self.set("active", "old")

    def set(self, active: str, invocation: str) -> None:
        (self.folder / "active").write_text(f"{active}\n")
        (self.folder / "id").write_text(f"{invocation}\n")

    def run(self, text: str, ran: str | None = None) -> tuple[int, str]:
        text = text.replace(f"sudo -n {posix.SYSTEMCTL}", str(self.program)).replace(posix.SYSTEMCTL, str(self.program))
        lead = "" if ran is None else f"ran='{ran}'\n"
        done = subprocess.run(["dash", "-s"], input=lead + text, capture_output=True, text=True, check=False)
        assert "not known" not in done.stderr
        return done.returncode, done.stdout

    @property
    def done(self) -> list[str]:
        said = self.folder / "done"
        return said.read_text().split() if said.exists() else []


def back(played: Played, ran: str, hold: Path) -> int:
    layout = profile("musterakte").layout["linux"].model_copy(update={"state": str(hold)})
    return played.run(running.back(UNIT, layout), ran)[0]


@pytest.mark.parametrize(
    ("before", "now", "done"),
    [
        (("active", "old"), ("active", "old"), []),  # not restarted yet
        (("active", "old"), ("active", "new"), ["restart"]),  # by us, or by a boot
        (("active", "old"), ("failed", "new"), ["restart"]),  # the new files were bad
        (("active", "old"), ("activating", "newer"), ["restart"]),  # and it dies again and again
        (("inactive", ""), ("inactive", ""), []),
        (("inactive", ""), ("active", "new"), ["stop"]),
        (("failed", "old"), ("failed", "new"), []),
        (("failed", "old"), ("active", "new"), ["stop"]),
    ],
)
def test_what_took_the_new_files_takes_the_old_ones(
    tmp_path: Path, before: tuple[str, str], now: tuple[str, str], done: list[str]
) -> None:
    played = Played(tmp_path)
    played.set(*before)
    status, out = played.run(posix.note_unit("ran-before", UNIT))
    assert status == 0
    noted = out.strip().removeprefix("ran-before=")
    played.set(*now)
    assert back(played, noted, tmp_path) == 0
    assert played.done == done


def test_without_a_note_no_file_had_come(tmp_path: Path) -> None:
    played = Played(tmp_path)
    assert back(played, "", tmp_path) == 0
    assert played.done == []


def test_what_does_not_come_up_again_is_no_success(tmp_path: Path) -> None:
    played = Played(tmp_path, after="failed")
    assert back(played, "up-older", tmp_path) != 0


def test_under_the_hold_nothing_is_started(tmp_path: Path) -> None:
    played = Played(tmp_path)
    (tmp_path / "hold").write_text("run=other\n")
    assert back(played, "up-older", tmp_path) != 0
    assert played.done == []


@pytest.mark.parametrize(("active", "reloaded"), [("active", True), ("inactive", False), ("failed", False)])
def test_only_what_runs_is_reloaded(tmp_path: Path, active: str, reloaded: bool) -> None:
    played = Played(tmp_path)
    played.set(active, "old")
    status, out = played.run(running.where_it_runs(UNIT, f"touch '{tmp_path}/reloaded'"))
    assert (status, (tmp_path / "reloaded").exists()) == (0, reloaded)
    assert reloaded or "reads its files when it starts" in out
    played.set("active", "old")
    assert played.run(running.where_it_runs(UNIT, "false\n"))[0] != 0
