"""The lines of a shell: read from a terminal or from stdin, carried out one after the other until their end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from eakte_ops.cli.output import say, show, without_secrets
from eakte_ops.errors import EakteError, Status, Unreachable, UsageError

if TYPE_CHECKING:
    from eakte_ops.audit.shells import Session
    from eakte_ops.cli.shell import Place
    from eakte_ops.remote.typed import Ended
    from eakte_ops.remote.types import Connect, Connection

_LONGEST_LINE = 65_536
_HELP = """\
:limit N   a line may take N seconds from now on
:help      this
exit       the end, as Ctrl-D"""


class _Over(Exception):
    """The shell itself is to end: told by TERM, or by a terminal that is gone."""


@dataclass
class Desk:
    """Where lines are typed. `connection` None: the line broke, and the next one begins with a login."""

    place: Place
    connect: Connect
    connection: Connection | None
    limit: int
    folder: str = field(default="/", init=False)
    _session: Session | None = field(default=None, init=False)
    _worst: Status = field(default=Status.OK, init=False)

    def work(self, session: Session, folder: str) -> Status:
        """Until the end of what is typed; each line is written to `session` first, the first begins in `folder`.

        Raises Refused where the stop switch was set meanwhile, AuditRefused where a line could not be written down.
        """
        self._session, self.folder = session, folder
        typed_here = sys.stdin.isatty()
        with _told_to_end():
            try:
                self._all(_typed(self._prompt) if typed_here else _piped(), typed_here)
            except _Over:
                say("Told to end.")
                return Status.INTERRUPTED
        return Status.OK if typed_here else self._worst

    def reached(self) -> Connection:
        """The connection; logs in again where it broke. Raises Unreachable."""
        self.connection = self.connection or self.place.connect(self.connect)
        return self.connection

    def leave(self) -> None:
        """Log out."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _all(self, lines: Iterator[str], typed_here: bool) -> None:
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0] in ("exit", "logout") and len(words) <= 2:
                return
            if words[0] in (":limit", ":help"):
                self._own(words)
                continue
            if not self._one(line) and not typed_here:
                say("The lines after it were not carried out.")
                return

    def _own(self, words: list[str]) -> None:
        """A word for us and not for the server."""
        if words[0] == ":limit" and len(words) == 2 and words[1].isdigit() and 1 <= int(words[1]) <= 86_400:
            self.limit = int(words[1])
            say(f"A line may take {self.limit} s from now on.")
        else:
            say(_HELP)

    def _one(self, line: str) -> bool:
        """Carry out one line; False where the connection broke."""
        from eakte_ops.remote.typed import Lines

        assert self._session is not None
        try:
            connection = self.reached()
        except Unreachable as problem:
            say(f"{problem}")
            self._worst = Status.UNREACHABLE
            return False
        began = monotonic()
        self._session.typed(without_secrets(line), self.folder)  # on disk before it is sent
        try:
            lines = Lines(connection, self.place.server.name, self.place.stop, _hear, self.folder)
            ended = lines.carry_out(line, self.limit)
        except Unreachable as problem:
            self._broken(self._session, problem)
            return False
        except EakteError as problem:
            self._session.ended(problem.said)
            raise
        self.folder = ended.folder
        self._tell(self._session, ended, monotonic() - began)
        return True

    def _broken(self, session: Session, problem: EakteError) -> None:
        session.ended(f"not known: {problem.said}")
        say(f"{problem}")
        say(f"  → how far the line came is not known; it ends within {self.limit} s. Look before you go on.")
        self._worst = Status.UNREACHABLE
        self.leave()

    def _tell(self, session: Session, ended: Ended, seconds: float) -> None:
        said = "not known" if ended.status is None else f"status {ended.status}"
        why = ended.why
        if not why and ended.status in (124, 137) and seconds >= self.limit:
            why = f"ended at its limit of {self.limit} s (:limit N gives it more)"
        session.ended(f"{said}, {seconds:.1f} s{f', {why}' if why else ''}")
        if ended.status != 0 or why:
            say(f"[{said}{f': {why}' if why else ''}]")
            if self._worst == Status.OK:
                self._worst = Status.FINDINGS

    def _prompt(self) -> str:
        mark = "LAB " if self.place.inventory.settings.lab else ""
        return f"{mark}{self.place.server.name}:{self.folder}$ "


def _hear(stream: str, line: str) -> None:
    """What the server says, as it comes: its stdout is data, its stderr talk."""
    if stream == "out":
        show(line)
        sys.stdout.flush()
    else:
        say(line)


def _typed(prompt: Callable[[], str]) -> Iterator[str]:
    """Lines of a person at a terminal. Ctrl-C begins a new line, Ctrl-D ends."""
    with suppress(ImportError):  # without it lines can be typed, only not edited
        import_module("readline")  # input() then uses it
    while True:
        try:
            yield input(prompt() if sys.stdout.isatty() else "")
        except EOFError:
            say()
            return
        except KeyboardInterrupt:
            say()


def _piped() -> Iterator[str]:
    """Lines of a file or a program. Raises UsageError for what is no text."""
    number = 0
    while raw := sys.stdin.buffer.readline(_LONGEST_LINE + 1):
        number += 1
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"line {number} of stdin is no UTF-8 text; it was not carried out") from None
        if len(raw) > _LONGEST_LINE or "\0" in line:
            raise UsageError(f"line {number} of stdin is too long or holds a NUL; it was not carried out")
        yield line.rstrip("\r\n")


@contextmanager
def _told_to_end() -> Iterator[None]:
    """TERM and a closed terminal end the shell with its end on record; Ctrl-C alone is for the line."""

    def over(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _Over

    before: dict[int, Any] = {number: signal.signal(number, over) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
