"""Ctrl-C while a run is at work: once pauses after what is under way, twice leaves; no job is ever ended by it."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.output import say

if TYPE_CHECKING:
    from eakte_ops.health.types import Language
    from eakte_ops.playbook.world import UnderWay

_LOOK_UP_S = 0.2
_TOLD: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "pause": "Pauses after what is under way now. Ctrl-C once more leaves at once.",
        "leave": "Leaving; nothing on the servers is ended.",
        "running": "left the run; on the servers there goes on: {jobs}",
        "job": "{title} on {server} ({job})",
        "way out": "eakte-ops runs resume {run} goes on from here; eakte-ops jobs list {town} shows what still runs",
        "nothing": "left the run; nothing is running on the servers",
    },
    "de": {
        "pause": "Hält an, sobald fertig ist, was gerade läuft. Noch einmal Strg-C geht sofort.",
        "leave": "Geht; auf den Servern wird nichts beendet.",
        "running": "den Lauf verlassen; auf den Servern geht weiter: {jobs}",
        "job": "{title} auf {server} ({job})",
        "way out": "eakte-ops runs resume {run} macht hier weiter; eakte-ops jobs list {town} zeigt, was noch läuft",
        "nothing": "den Lauf verlassen; auf den Servern läuft nichts",
    },
}


class Interrupts:
    """A context manager for the main thread. `leave`: for the drive; `tell`: says a sentence, from any thread.

    SIGINT once: `paused()` is true from then on. Twice, or SIGTERM: the drive leaves. Where no drive listens the
    second one ends the program as everywhere else, which a run survives.
    """

    def __init__(self, language: Language = "en", tell: Callable[[str], None] = say) -> None:
        from eakte_ops.playbook.drive import Leave

        self.leave = Leave()
        self._told = _TOLD[language]
        self._tell = tell
        self._pause = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        for number, heard in ((signal.SIGINT, self._ctrl_c), (signal.SIGTERM, self._term)):
            self._before[number] = signal.signal(number, heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, usual in self._before.items():
            signal.signal(number, usual)

    def paused(self) -> bool:
        """Whether a person wants to pause; for runner.Runner."""
        return self._pause

    def line(self, prompt: str) -> str | None:
        """A line that a person types, from any thread; None where Ctrl-C was pressed instead, or the input ended."""
        sys.stderr.write(prompt)
        sys.stderr.flush()
        while not self._pause:
            if select.select([sys.stdin], [], [], _LOOK_UP_S)[0]:
                typed = sys.stdin.readline()
                return typed.strip() if typed else None
        return None

    def going_on(self, under_way: tuple[UnderWay, ...]) -> str:
        """What to say when somebody leaves: which jobs go on, and where."""
        jobs = [self._told["job"].format(title=each.title, server=each.server, job=each.job) for each in under_way]
        return self._told["running"].format(jobs=", ".join(jobs)) if jobs else self._told["nothing"]

    def way_out(self, run: str, town: str) -> str:
        """What to do after leaving."""
        return self._told["way out"].format(run=run, town=town)

    def _ctrl_c(self, number: int, frame: FrameType | None) -> None:
        if not self._pause:
            self._pause = True
            self._say("pause")
        else:
            self._term(number, frame)

    def _term(self, _number: int, _frame: FrameType | None) -> None:
        self._pause = True
        if self.leave.asked or not self.leave.listening:
            self.leave.asked = True
            raise KeyboardInterrupt
        self.leave.asked = True
        self._say("leave")

    def _say(self, what: str) -> None:
        """On a thread: the main one may be in the middle of writing to the same stream."""
        threading.Thread(target=self._tell, args=(self._told[what],), daemon=True).start()


def has_terminal() -> bool:
    """Whether a person can be asked: somebody types, and sees what is asked."""
    return os.isatty(0) and sys.stderr.isatty()
