"""The program, stopped at one wish of the runner: there somebody else does to it, or to the servers, what is on trial.

    python -m tests.engine.child WHERE before|after WORDS...

WHERE is the number of a wish, counted from 1, or a kind and how its step begins: `Start:04-place-`. There the program
says `at` on the stream EAKTE_STAGE_OUT and waits until a line comes on EAKTE_STAGE_IN. With WHERE 0 it only tells every
wish: `wish NUMBER KIND STEP`. What it does not stop at is told as well, so whoever listens knows how far it came.
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from typing import Any

from eakte_ops.cli.main import run
from eakte_ops.playbook.acts import Wish, Write
from eakte_ops.playbook.runner import Runner


class Stage:
    """Counts the wishes of all threads, one after the other."""

    def __init__(self, where: str, moment: str) -> None:
        self._where, self._moment = where, moment
        self._number = int(where) if where.isdigit() else 0
        self._counted = count(1)
        self._out = os.fdopen(int(os.environ["EAKTE_STAGE_OUT"]), "w")
        self._in = os.fdopen(int(os.environ["EAKTE_STAGE_IN"]))
        self._one = threading.Lock()

    def wish(self, wish: Wish) -> int:
        """A wish begins; gives its number."""
        with self._one:
            number = next(self._counted)
            step = wish.entry.step if isinstance(wish, Write) else wish.step.id
            if (
                not self._where.isdigit()
                and not self._number
                and f"{type(wish).__name__}:{step}".startswith(self._where)
            ):
                self._number = number
            mark = (wish.entry.mark or wish.entry.turn or "") if isinstance(wish, Write) else ""
            self._say(f"wish {number} {type(wish).__name__} {step} {mark}".rstrip())
        return number

    def stop(self, number: int, moment: str) -> None:
        """Wait here, if it is the place."""
        if number == self._number and moment == self._moment:
            self._say("at")
            self._in.readline()

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()


def play(words: list[str]) -> None:
    """Run the program with the stage in the way of every wish."""
    stage = Stage(words[0], words[1])
    answered = Runner._answer

    def answer(self: Runner, wish: Wish) -> Any:
        number = stage.wish(wish)
        stage.stop(number, "before")
        got = answered(self, wish)
        stage.stop(number, "after")
        return got

    Runner._answer = answer  # type: ignore[method-assign]
    sys.argv = ["eakte-ops", *words[2:]]
    run()


if __name__ == "__main__":
    play(sys.argv[1:])
