"""The folder of the centre on a server, played on this machine: jobs, lock and copies of runs with all their texts.

sudo, systemctl, logger and chgrp are played by scripts; claims, locks, waiting and killing are real.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from eakte_ops.remote.local import LocalConnection

WHOLE = bool(os.environ.get("EAKTE_OPS_WHOLE"))
"""All points of interruption, not a sample."""

_STATE = "/var/lib/eakte-ops"
_STOP = "/etc/eakte-ops/stop"
_CLAIM = "/usr/local/lib/eakte-ops/eakte-claim"

# A unit that is running is not started again; what it started ends with it.
_SUDO = """
[ ! -e {top}/denied ] || {{ echo 'sudo: a password is required' >&2; exit 1; }}
case "$*" in
  *' start --no-block eakte-job.service') [ -e {top}/later ] || setsid sh {top}/unit </dev/null >/dev/null 2>&1 & ;;
  *' stop eakte-job.service') [ ! -e {top}/unit.pid ] || sh {top}/stop-unit "$(cat {top}/unit.pid)" ;;
  *) echo "sudo: a password is required" >&2; exit 1 ;;
esac
"""
_UNIT = """
exec 6>{top}/unit.lock
flock -n 6 || exit 0
echo $$ >{top}/unit.pid
sh {top}/eakte-claim 6>&- 2>{top}/claim.err && sh {top}/eakte-run 6>&-
rm -f {top}/unit.pid
"""
_STOP_UNIT = """
pkill -TERM -s "$1"
n=0
while pgrep -s "$1" >/dev/null && [ $n -lt 20 ]; do sleep 0.05; n=$((n + 1)); done
pkill -KILL -s "$1"
rm -f {top}/unit.pid
"""
_PROGRAMS = {
    "chgrp": "exit 0",
    "sudo": _SUDO,
    "systemctl": "if flock -n {top}/unit.lock true; then echo inactive; else echo active; fi",
    "logger": '[ ! -e {top}/deaf ] || exit 1\necho "$*" >>{top}/journal',
}
_COUNTED = ("mv", "mkdir", "rm", "sync", "chmod", "cat", "head", "flock", "setsid", "timeout", "logger", "sudo", "tail")


class MovedConnection(LocalConnection):
    """This machine, with the fixed places of the protocol elsewhere."""

    def __init__(self, folder: OpsFolder) -> None:
        super().__init__(env={**os.environ, "PATH": f"{folder.top}/bin:{os.environ['PATH']}"})
        self._folder = folder

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        moved = self._folder.moved(stdin.decode()).encode()
        return super().talk(moved, deadline=deadline, cap=cap)


@dataclass(frozen=True, slots=True)
class OpsFolder:
    """`top`: all of it. `later`, `denied`, `deaf` in it: the unit does not come by itself, sudo refuses, no journal."""

    top: Path

    @property
    def state(self) -> Path:
        """What is /var/lib/eakte-ops there."""
        return self.top / "state"

    def job(self, name: str) -> Path:
        """The record of a job."""
        return self.state / "jobs" / name

    @property
    def stop(self) -> Path:
        """The stop switch of the town."""
        return self.top / "stop"

    def moved(self, text: str) -> str:
        """`text` with the places of this folder."""
        text = text.replace(_CLAIM, f"{self.top}/eakte-claim").replace(_STOP, str(self.stop))
        return text.replace(_STATE, str(self.state))

    def line(self) -> MovedConnection:
        """A connection to it."""
        return MovedConnection(self)

    def flag(self, name: str) -> Path:
        """`later`, `denied` or `deaf`: put there."""
        (self.top / name).touch()
        return self.top / name

    def run_unit(self) -> None:
        """What systemd does when the unit is started, to its end."""
        subprocess.run(["sh", str(self.top / "unit")], check=True, stdin=subprocess.DEVNULL, timeout=60)

    @property
    def journal(self) -> list[str]:
        """What was said to the system journal, without the options."""
        file = self.top / "journal"
        return [line.partition(" -- ")[2] for line in file.read_text().splitlines()] if file.exists() else []

    def effects(self) -> int:
        """How often a script that ends with `effect` did what it does."""
        file = self.top / "effect"
        return len(file.read_text()) if file.exists() else 0

    @property
    def effect(self) -> str:
        """A script with an effect that can be counted."""
        return f"printf x >>{self.top}/effect"

    def die_at(self, number: int) -> None:
        """From now on: whoever makes the call of a program with this number is killed, with its process group."""
        for name in ("calls", "died"):
            (self.top / name).unlink(missing_ok=True)
        (self.top / "die").write_text(f"{number}\n")

    def live(self) -> bool:
        """No more of that; gives whether somebody was killed."""
        (self.top / "die").unlink(missing_ok=True)
        return (self.top / "died").exists()


def make(top: Path) -> OpsFolder:
    """A folder as the access pack makes it, in `top`."""
    folder = OpsFolder(top)
    for name in ("jobs", "lock"):
        (folder.state / name).mkdir(parents=True)
    (folder.state / "ops.flock").touch()
    (top / "bin").mkdir()
    for name in ("eakte-claim", "eakte-run"):
        text = (files("eakte_ops.access") / "text" / f"{name}.sh").read_text()
        _program(top / name, folder.moved(text).replace("PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"PATH={top}/bin:$PATH"))
    (top / "unit").write_text(_UNIT.format(top=top))
    (top / "stop-unit").write_text(_STOP_UNIT.format(top=top))
    for name, body in _PROGRAMS.items():
        _program(top / "bin" / name, f"#!/bin/sh\n{body.format(top=top)}\n")
    return folder


def mortal(folder: OpsFolder) -> OpsFolder:
    """The programs are counted from now on (OpsFolder.die_at)."""
    top = folder.top
    for name in _COUNTED:
        program = top / "bin" / name
        real = f"{name}.real" if program.exists() else name
        if program.exists():
            program.rename(top / "bin" / real)
        _program(
            program,
            "#!/bin/sh\n"
            f"if [ -e {top}/die ]; then printf x >>{top}/calls; read -r n <{top}/die\n"
            f'if [ "$(/usr/bin/stat -c %s {top}/calls)" -eq "$n" ]; then : >{top}/died; kill -KILL 0; fi; fi\n'
            f'exec {"" if real != name else "/usr/bin/"}{real} "$@"\n',
        )
    return folder


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
