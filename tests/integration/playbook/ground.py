"""Servers for runs: folders of the test's own, in which the real texts work with the real tools of this machine.

Only what belongs to root or to the system is played: the fixed folder is elsewhere, logger writes to a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.drive import SideBySide
from eakte_ops.playbook.gates import Gates
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Plan, Send, Step
from eakte_ops.playbook.runner import Drive, Runner
from eakte_ops.playbook.variables import Variables
from eakte_ops.playbook.world import SshWorld
from eakte_ops.product.model import Layout
from eakte_ops.remote.local import LocalConnection
from eakte_ops.remote.types import Connect, Connection, Target
from tests.unit.health import well

HOME = "/var/lib/eakte-ops"
_PATH = b"PATH=${PATH:-/usr/bin:/bin}"


@dataclass
class Place:
    """What one server of a test keeps. `effects`: a folder in which steps leave what they did."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, token: int = 1) -> Place:
        """A server with the access pack, more or less."""
        made = cls(folder)
        for each in (made.home / "jobs", made.home / "lock", made.home / "incoming", made.effects, folder / "bin"):
            each.mkdir(parents=True)
        (made.home / "ops.flock").touch()
        made.token(token)
        made.program("logger", f'shift 3; printf "%s\\n" "$*" >>{folder}/journal')
        made.program("chgrp", "exit 0")
        return made

    @property
    def home(self) -> Path:
        """Stands for /var/lib/eakte-ops."""
        return self.folder / "home"

    @property
    def effects(self) -> Path:
        return self.folder / "effects"

    @property
    def journal(self) -> list[str]:
        """What stands in the system journal."""
        path = self.folder / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def program(self, name: str, body: str) -> None:
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)

    def token(self, value: int) -> None:
        (self.home / "lock" / "token").write_text(f"{value}\n")

    def stop(self, why: str) -> None:
        """The stop switch of the town."""
        (self.folder / "stop").write_text(f"{why}\n")

    def moved(self, stdin: bytes) -> bytes:
        """The text as it has to be here."""
        here = stdin.replace(HOME.encode(), str(self.home).encode())
        here = here.replace(b"/etc/eakte-ops", str(self.folder).encode())
        return here.replace(_PATH, b"PATH=" + str(self.folder / "bin").encode() + b":${PATH:-/usr/bin:/bin}")


class Moved:
    """A connection whose texts work in a Place."""

    def __init__(self, line: Connection, place: Place) -> None:
        self._line = line
        self._place = place
        self.visit = line.visit

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        return self._line.talk(self._place.moved(stdin), deadline=deadline, cap=cap)

    def close(self) -> None:
        self._line.close()


def local(places: Mapping[str, Place]) -> Connect:
    """Servers that are folders of this machine."""
    return lambda target, _deadline: Moved(LocalConnection(name=target.name), places[target.name])


def layout() -> Layout:
    return well.inventory().towns["witten"].profile.layout["linux"]


@dataclass
class Kept:
    """A journal that survives every process of a test: a file, one line per entry."""

    path: Path

    def write(self, entry: Entry) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(repr(entry) + "\n")

    def entries(self) -> Sequence[Entry]:
        lines = self.path.read_text("utf-8").splitlines() if self.path.exists() else []
        return [eval(line, {"Entry": Entry}) for line in lines]  # written by ourselves, above


@dataclass
class Centre:
    """One process at work on a run of `steps`, on `places`."""

    folder: Path
    places: Mapping[str, Place]
    steps: tuple[Step, ...]
    connect: Connect | None = None
    targets: Mapping[str, Target] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    reveal: Callable[[str], str] = lambda name: f"value of {name}"
    content: Callable[[Send], bytes] = lambda _send: b""
    drive: Drive = field(default_factory=SideBySide)
    kept: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = dict.fromkeys(step.server for step in self.steps if step.server)
        targets = {name: Target(name, "127.0.0.1", "eakte-ops", self.folder) for name in names}
        self.plan = Plan("witten", "try", "a", "", "", "0", self.steps, values=self.values)
        self.journal = Kept(self.folder / "journal.run")
        self.lines = Lines({**targets, **self.targets}, self.connect or local(self.places), 10.0)
        town = well.inventory().towns["witten"]
        self.world = SshWorld(
            plan=self.plan,
            town=town,
            lines=self.lines,
            variables=Variables("r1", self.plan.hash, "admin-1", datetime(2026, 11, 24, 21, 0, tzinfo=UTC)),
            raise_fence=self.fence,
            entries=self.journal.entries,
            note=lambda step, job: f"run=r1 step={step.id} who=admin-1",
            person=lambda _step, _do: Answered(None),
            content=self.content,
            gates=Gates((), self.lines.lend),
            reveal=self.reveal,
            record=lambda *said: self.kept.append(said),
        )

    def fence(self, servers: Sequence[str]) -> int:
        """One more than the highest anywhere."""
        tokens = [int((place.home / "lock" / "token").read_text()) for place in self.places.values()]
        for server in servers:
            self.places[server].token(max(tokens) + 1)
        return max(tokens) + 1

    def run(self) -> Any:
        """This process's turn."""
        runner = Runner("r1", self.plan, self.journal, self.world, self.drive)
        try:
            runner.begin()
            return runner.carry_out()
        finally:
            self.lines.close()

    def again(self, **changes: Any) -> Centre:
        """Another process, which takes over."""
        return replace(self, **changes)


__all__ = ["HOME", "Centre", "Kept", "Moved", "Place", "layout", "local"]
