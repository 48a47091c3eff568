"""A desk of the centre at which commands are typed while everything is watched in which a secret could show."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal, Protocol

from eakte_ops.secret.editor import PREFIX
from tests.canary.trees import Holder, Tree
from tests.canary.values import Canary, Eyes, Sight
from tests.canary.watch import Watch

PROGRAM = (str(Path(sys.executable).with_name("eakte-ops")),)
Out = Literal["file", "terminal", "closed", "full"]
_LOOK_S = 0.25
_LIMIT_S = 150.0
_SMALL = 262_144


class Looks(Protocol):
    """A place with files, such as a Tree."""

    def leaks(self, eyes: Eyes, since: float, most: int = ...) -> list[Sight]:
        """What is in files of at most `most` bytes that changed after `since`, and must not be there."""
        ...


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and all that it said."""

    typed: str
    status: int
    out: bytes
    err: bytes
    seconds: float = 0.0

    @property
    def said(self) -> str:
        """For a person who has to find out why."""
        return f"{self.typed}: status {self.status}\n{(self.out + self.err)[-2000:].decode('utf-8', 'replace')}"


@dataclass
class Desk:
    """`folder`: the operations folder; `scratch`: for everything else that a person has: home, temporary files, files
    that were asked for. `memory`: for what is edited. `known`: words that stand for others in what is typed. `heard`:
    is told each command, the `part` it belongs to, and what is wrong with it. `trees`: where files are looked at.
    """

    folder: Path
    scratch: Path
    memory: Path
    canaries: Mapping[str, Canary]
    watch: Watch
    known: dict[str, str]
    heard: Callable[[str, Ran, list[str]], None] = lambda _part, _ran, _wrong: None
    part: str = ""
    trees: list[Looks] = field(default_factory=list)
    ran: list[Ran] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self._looked = time.time()
        self.eyes = Eyes.of(*self.canaries.values())
        self._leaks: dict[Sight, str] = {}
        names = tuple(self.canaries)
        for name in ("home", "tmp", "out", "here"):
            (self.scratch / name).mkdir(parents=True)
        self.known |= {"folder": str(self.folder), "out": str(self.scratch / "out")}
        self.trees += [
            Tree("operations folder", self.folder, [Holder("keys/[^/]+", names, 0o600)]),
            Tree("memory", self.memory, [Holder(f"{PREFIX}[^/]+/[a-z-]+", names, 0o600)]),
            *(Tree(name, self.scratch / name) for name in ("home", "tmp", "out", "here")),
        ]

    @property
    def leaks(self) -> list[str]:
        """Everything that showed, and what was typed then."""
        return [f"{sight}, {when}" for sight, when in self._leaks.items()]

    def type(
        self,
        words: str,
        *,
        ends: Sequence[int] = (0, 1),
        stdin: str = "",
        tells: str = "",
        out: Out = "file",
        environment: Mapping[str, str] | None = None,
        interrupted: float = 0.0,
        by: signal.Signals = signal.SIGINT,
        program: Sequence[str] = PROGRAM,
    ) -> Ran:
        """Type a command and wait for its end. What shows of a canary meanwhile and afterwards is in `leaks`.

        `stdin`: the canary piped in; `tells`: the canary meant to come out, alone; `interrupted`: seconds until it is
        interrupted, `by` this signal.
        """
        argv = [*program, *shlex.split(words.format_map(self.known))]
        given = self.canaries[stdin].value if stdin else b""
        self._typing, known = words, (len(self._leaks), len(self.unexpected))
        more = {name: value.format_map(self.known) for name, value in (environment or {}).items()}
        began = time.monotonic()
        with _Typed(argv, given, out, self._environment(more), self.scratch) as typed:
            status, said, complained = typed.wait(self._look, interrupted, by)
        ran = Ran(words, status, said, complained, time.monotonic() - began)
        self._judge(ran, tells, ends)
        self._look()
        wrong = [*self.leaks[known[0] :], *(f"not as expected {tuple(ends)}" for _each in self.unexpected[known[1] :])]
        self.heard(self.part, ran, wrong)
        return ran

    def look(self, where: str, data: bytes) -> None:
        """Note what shows in `data`."""
        self.note(self.eyes.seen(data, where))

    def note(self, sights: Sequence[Sight]) -> None:
        """Note what was seen somewhere else."""
        self._note(sights, "at the end")

    def everything(self) -> None:
        """Look once more at all files that changed since the beginning."""
        for tree in self.trees:
            self.note(tree.leaks(self.eyes, self.began))
        self.note(self.watch.leaks())

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.scratch / "home"),
            "TMPDIR": str(self.scratch / "tmp"),
            "LANG": "C.UTF-8",
        }
        own |= {"XDG_RUNTIME_DIR": str(self.memory), "EAKTE_OPS_PROJECT": str(self.folder), "EDITOR": "true"}
        return {**own, **more}

    def _judge(self, ran: Ran, tells: str, ends: Sequence[int]) -> None:
        self.ran.append(ran)
        if ran.status not in ends:
            self.unexpected.append(f"{ran.said}\nexpected: {ends}")
        out = ran.out
        if tells and ran.status == 0:
            if out.replace(b"\r\n", b"\n").removesuffix(b"\n") != self.canaries[tells].value.removesuffix(b"\n"):
                self.unexpected.append(f"{ran.typed} did not tell {tells} alone")
            out = b""
        self._note(self.eyes.seen(out, "stdout") + self.eyes.seen(ran.err, "stderr"), ran.typed)
        for left in self.memory.iterdir():
            self._note([Sight("what was edited", "left behind", left.name)], ran.typed)
            shutil.rmtree(left)

    def _look(self) -> None:
        """At files that changed since the last look, large ones at the end alone, and at what the watch saw."""
        began = time.time()
        for tree in self.trees:
            self._note(tree.leaks(self.eyes, self._looked, _SMALL))
        self._note(self.watch.leaks())
        self._looked = began

    def _note(self, sights: Sequence[Sight], when: str = "") -> None:
        for sight in sights:
            self._leaks.setdefault(sight, when or self._typing)


@contextmanager
def at_desk(folder: Path, scratch: Path, canaries: Mapping[str, Canary], **known: str) -> Iterator[Desk]:
    """A desk, watched as long as the block lasts; after it the watch has its summary."""
    with tempfile.TemporaryDirectory(prefix="canary-", dir="/dev/shm") as memory, Watch(*canaries.values()) as watch:
        yield Desk(folder, scratch, Path(memory), canaries, watch, known)


class _Typed:
    """One process. Its output goes into files outside of all trees, so that it never waits for us."""

    def __init__(self, argv: list[str], given: bytes, out: Out, environment: dict[str, str], scratch: Path) -> None:
        self._given, self._out, self._shown = given, out, b""
        self._files = [scratch / "stdin", scratch / "stdout", scratch / "stderr"]
        self._files[0].write_bytes(given)
        self._files[0].chmod(0o600)
        self._terminal = -1
        stdout = self._stdout()
        with self._files[0].open("rb") as stdin, self._files[2].open("wb") as stderr:
            self._process = subprocess.Popen(
                argv, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, cwd=scratch / "here"
            )
        if isinstance(stdout, int):
            os.close(stdout)
        else:
            stdout.close()

    def _stdout(self) -> int | IO[bytes]:
        if self._out == "terminal":
            self._terminal, slave = pty.openpty()
            return slave
        if self._out == "closed":
            reading, writing = os.pipe()
            os.close(reading)
            return writing
        return Path("/dev/full").open("wb") if self._out == "full" else self._files[1].open("wb")

    def __enter__(self) -> _Typed:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._terminal >= 0:
            os.close(self._terminal)
        for file in self._files:
            file.unlink(missing_ok=True)

    def wait(self, look: Callable[[], None], interrupted: float, by: signal.Signals) -> tuple[int, bytes, bytes]:
        """Status, stdout, stderr. Looks again and again meanwhile."""
        began, told = time.monotonic(), not interrupted
        while self._process.poll() is None:
            past = time.monotonic() - began
            assert past < _LIMIT_S, f"{self._process.args!r} does not end"
            if not told and past >= interrupted:
                self._process.send_signal(by)
                told = True
            self._read_terminal()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(min(_LOOK_S, max(0.01, interrupted - past)) if not told else _LOOK_S)
            look()
        self._read_terminal()
        out = self._shown if self._out == "terminal" else self._said(1)
        return self._process.returncode, out, self._said(2)

    def _said(self, number: int) -> bytes:
        return self._files[number].read_bytes() if self._files[number].exists() else b""

    def _read_terminal(self) -> None:
        while self._terminal >= 0 and select.select([self._terminal], [], [], 0)[0]:
            try:
                self._shown += os.read(self._terminal, 65_536)
            except OSError:  # so a terminal says that nobody writes to it any more
                return
