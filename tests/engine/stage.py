"""Drives the program of child.py from outside: lets it come to a wish, holds it there, lets it go on or ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Moment = Literal["before", "after"]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Told:
    """A wish of the run: its number, its kind, the step and, of a line of the journal, its mark."""

    number: int
    kind: str
    step: str
    mark: str = ""


class Staged:
    """A running program. `stopped`: whether it came to the place at which it was to wait."""

    def __init__(self, process: subprocess.Popen[str], told: Iterator[str], go: int, log: Path) -> None:
        self.process, self._told, self._go, self.log = process, told, go, log
        self.wishes: list[Told] = []
        self.stopped = self._listen()

    def _listen(self) -> bool:
        for line in self._told:
            word, *rest = line.split()
            if word == "at":
                return True
            self.wishes.append(Told(int(rest[0]), rest[1], rest[2], *rest[3:4]))
        return False

    def go_on(self) -> int:
        """Let it go on to its end; gives its status."""
        if self.stopped:
            os.write(self._go, b"go\n")
            self.stopped = False
            self._listen()
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """It ends here, without a word."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def freeze(self) -> None:
        """It sleeps, as a laptop does."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It wakes up."""
        self.process.send_signal(signal.SIGCONT)

    @property
    def said(self) -> str:
        """All that it said."""
        return self.log.read_text("utf-8", "replace")


@contextmanager
def staged(
    project: Path, log: Path, words: list[str], where: int | str = 0, moment: Moment = "before"
) -> Iterator[Staged]:
    """`eakte-ops WORDS` until the wish `where` (see child.py), or to its end. Afterwards nothing is left of it."""
    out_read, out_write = os.pipe()
    in_read, in_write = os.pipe()
    environment = {**os.environ, "EAKTE_STAGE_OUT": str(out_write), "EAKTE_STAGE_IN": str(in_read), "NO_COLOR": "1"}
    argv = [sys.executable, "-m", "tests.engine.child", str(where), moment, "--project", str(project), *words]
    with log.open("w") as said, os.fdopen(out_read) as told:
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, text=True,
            pass_fds=(out_write, in_read), start_new_session=True,
        )  # fmt: skip
        os.close(out_write)
        os.close(in_read)
        try:
            yield Staged(process, iter(told.readline, ""), in_write, log)
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            os.close(in_write)
