"""Acts side by side: each on a thread of its own, while the main thread stays free to hear a person."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eakte_ops.errors import EakteError, Status
from eakte_ops.playbook.acts import Act, Wish

_LOOK_UP_S = 0.2
MOST = 24
"""Acts at the same time: each may have a line of its own, and servers let in only so many at once."""


class Left(EakteError):
    """A person left the run while acts were under way; what is running on the servers goes on there."""

    status = Status.INTERRUPTED
    message = "{said}"
    hint = "eakte-ops runs resume RUN goes on from here; eakte-ops jobs list TOWN shows what is still running"


@dataclass
class Leave:
    """Whether a person wants to go now; between the drive and whoever hears Ctrl-C.

    `asked`: a person does. `listening`: the drive looks at it all the time, so nobody has to tear anything apart.
    """

    asked: bool = False
    listening: bool = False


def _nothing() -> str:
    """Nothing is known of what is under way."""
    return "left the run"


class SideBySide:
    """A `runner.Drive`, with `most` acts at the same time. `under_way`: says what goes on when a person leaves;
    `way_out`: what to do then.

    The acts keep their threads when somebody leaves: they are daemons, and end with the process. Nothing is told to
    the servers then, and no job is ended.
    """

    def __init__(
        self,
        leave: Leave | None = None,
        under_way: Callable[[], str] = _nothing,
        *,
        way_out: str = "",
        most: int = MOST,
    ) -> None:
        self._leave = leave or Leave()
        self._way_out = way_out
        self._most = most
        self._under_way = under_way

    def __call__(self, acts: Sequence[Act], answer: Callable[[Wish], Any]) -> None:
        """Every act to its end; then raises the first error of any. Raises Left as soon as a person wants to go."""
        turn = _Turn(len(acts), self._most)
        self._leave.listening = True
        try:
            for number, act in enumerate(acts):
                threading.Thread(target=turn.carry, args=(act, answer), name=f"act-{number}", daemon=True).start()
            while not turn.wait(_LOOK_UP_S):
                if self._leave.asked:
                    raise Left(self._under_way(), way_out=self._way_out)
        finally:
            self._leave.listening = False
        if turn.problems:
            raise turn.problems[0]


class _Turn:
    """What the threads of one stage share."""

    def __init__(self, acts: int, most: int) -> None:
        self.problems: list[BaseException] = []
        self._places = threading.Semaphore(most)
        self._left = acts
        self._changed = threading.Condition()

    def carry(self, act: Act, answer: Callable[[Wish], Any]) -> None:
        """One act to its end, whatever happens."""
        problem: BaseException | None = None
        try:
            with self._places:
                converse(act, answer)
        except BaseException as stumbled:
            problem = stumbled
        with self._changed:
            if problem is not None:
                self.problems.append(problem)
            self._left -= 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Whether all acts have come to their ends, after `seconds` at most."""
        with self._changed:
            return self._changed.wait_for(lambda: self._left == 0, seconds)


def converse(act: Act, answer: Callable[[Wish], Any]) -> None:
    """Answer every wish of an act until it is over. An error of an answer is the act's to hear, and else raised."""
    with suppress(StopIteration):
        wish = next(act)
        while True:
            try:
                got = answer(wish)
            except Exception as problem:
                wish = act.throw(problem)
            else:
                wish = act.send(got)
