"""One exchange: all questions to one server in one go, each answered exactly once."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator, Sequence
from time import monotonic
from typing import Literal

from eakte_ops.errors import EakteError
from eakte_ops.remote.posix import ERR_CAP, Posix
from eakte_ops.remote.powershell import PowerShell
from eakte_ops.remote.types import Answer, Connection, Dialect, Question, Reveal, Shell

_FRAME = 256
"""More than the markers of one section take."""


def no_secrets(name: str) -> str:
    """A `reveal` for questions without secrets."""
    raise KeyError(name)


def shell_for(dialect: Dialect) -> Shell:
    """The Shell that speaks `dialect`."""
    return Posix() if dialect == "posix" else PowerShell()


class Exchange:
    """Iterate once over the answers, in the order of the questions; every question is answered exactly once.

    What went wrong with the line never raises here: the answers that are missing have status None, and `broken` holds
    the error afterwards. `budget`: seconds for all sections on the server; `deadline`: monotonic seconds for us, a
    little later, so that the last frames still arrive.
    """

    def __init__(
        self,
        connection: Connection,
        shell: Shell,
        questions: Sequence[Question],
        *,
        budget: float,
        deadline: float,
        reveal: Reveal = no_secrets,
    ) -> None:
        self.broken: EakteError | None = None
        self._connection = connection
        self._shell = shell
        self._questions = tuple(questions)
        self._budget = budget
        self._deadline = deadline
        self._reveal = reveal

    def __iter__(self) -> Iterator[Answer]:
        if not self._questions:
            return
        marker = secrets.token_hex(16)
        text = self._shell.ask(self._questions, marker, self._budget, self._reveal)
        stream = self._stream(text)
        try:
            yield from self._shell.read(stream, self._questions, marker)
        finally:
            stream.close()

    def _stream(self, text: bytes) -> Generator[tuple[Literal["out", "err"], bytes]]:
        # Noise of a profile before the first frame counts, too: 64 KiB are allowed for it.
        cap = 65_536 + sum(question.cap + ERR_CAP + _FRAME for question in self._questions)
        try:
            yield from self._connection.talk(text, deadline=self._deadline, cap=cap)
        except EakteError as broken:
            self.broken = broken
            raise


def ask(
    connection: Connection,
    shell: Shell,
    questions: Sequence[Question],
    *,
    budget: float | None = None,
    deadline: float,
    reveal: Reveal = no_secrets,
) -> Iterator[Answer]:
    """Ask `questions`, yield each answer as it arrives (see `Exchange`). No `budget`: what the deadline leaves."""
    seconds = budget_until(deadline) if budget is None else budget
    yield from Exchange(connection, shell, questions, budget=seconds, deadline=deadline, reveal=reveal)


def budget_until(deadline: float) -> float:
    """Seconds for the server: what is left until `deadline` (monotonic), less a tenth (2 s at most)."""
    left = max(0.0, deadline - monotonic())
    return left - min(2.0, left / 10)
