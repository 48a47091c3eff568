"""Lines that a person types, one after the other on a connection that is kept; what they say comes at once.

Our keys are `restrict`: there is no terminal on a server on purpose. Each line is carried out by a shell of its own, in
the folder in which the one before ended, within seconds of its own; what it leaves in the background ends with it.
"""

from __future__ import annotations

import queue
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import Literal, TypeAlias

from eakte_ops.errors import CommandFailed, EakteError, OutputCut, Refused
from eakte_ops.remote import cleaning, ops
from eakte_ops.remote.posix import quote, wrap
from eakte_ops.remote.types import Connection, Question, Script

MOST = 1_000_000
"""Bytes that a line may say; then it is ended."""

_LATER_S = 15.0
_LOOK_S = 0.2
_LONGEST = 8_192
_END = re.compile(r"(\d{1,3}) (.*)", re.DOTALL)

Stream: TypeAlias = Literal["out", "err"]
Hear: TypeAlias = Callable[[Stream, str], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a line ended. `status` None: it is not known, and `why` says why; `folder`: in which the next one begins."""

    status: int | None
    folder: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found at the beginning. `hold`: why the software must not start, "" where it may."""

    home: str
    hold: str


@cache
def _text() -> str:
    text = (files(__package__) / "typed.sh").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def _question(function: str, *args: str) -> Question:
    return Question(f"shell {function}", Script({"posix": f'{_text()}\n{function} "$@"'}, args), limit=15.0)


def begin(connection: Connection, *, stop: str, hold: str, note: str, server: str) -> Opened:
    """Announce a shell in the system journal of the server. `stop`, `hold`: where these files are.

    Raises Refused where the town's stop switch is set or the journal takes nothing, CommandFailed, Unreachable.
    """
    question = _question("open", stop, hold, note)
    answer = ops.ask(connection, question)
    said = dict(line.partition(" ")[::2] for line in cleaning.text(answer.out).splitlines())
    if "refused" in said:
        raise stopped(server, said["refused"])
    if "silent" in said:
        raise Refused(
            f"{server}: this could not be announced in its system journal, so nothing was done",
            way_out="local IT: does systemd-journald run, and is there room for it?",
        )
    if answer.status != 0 or not said.get("home", "").startswith("/"):
        raise ops.failed(server, question, answer)
    return Opened(said["home"], (said["hold"] or "no reason is given") if "hold" in said else "")


def end(connection: Connection, *, note: str, server: str) -> None:
    """Announce the end. Raises CommandFailed, Unreachable."""
    question = _question("close", note)
    answer = ops.ask(connection, question)
    if answer.status != 0 or answer.out.strip() != b"told":
        raise ops.failed(server, question, answer)


def stopped(server: str, reason: str) -> Refused:
    """The error for a stop switch that is set."""
    why = cleaning.line(reason) or "no reason is given"
    return Refused(f"{server}: local IT set the stop switch of this server: {why}", way_out="ask local IT of the town")


@dataclass(slots=True)
class Lines:
    """A row of lines on one server. `stop`: where the town's stop switch is; `hear`: is told what is said, cleaned."""

    connection: Connection
    server: str
    stop: str
    hear: Hear
    folder: str = "/"

    def carry_out(self, line: str, limit: int) -> Ended:
        """Carry out `line`, at most `limit` seconds. Ctrl-C ends the line; a second one gives up waiting for its end.

        Raises Refused (the stop switch is set), ValueError (a NUL character), Unreachable: then nobody knows how far
        the line came, and it ends at its limit at the latest.
        """
        marker = secrets.token_hex(16)
        words = " ".join(quote(word) for word in (self.folder, str(limit), self.stop, line))
        text = wrap(f"m={quote(marker)}\n{_text()}\ncarry_out {words}")
        heard = _Heard(marker.encode(), self.hear)
        coming: queue.SimpleQueue[tuple[Stream, bytes] | EakteError | None] = queue.SimpleQueue()
        deadline = monotonic() + limit + _LATER_S
        threading.Thread(target=self._listen, args=(text, deadline, coming), daemon=True, name="typed").start()
        why = ""
        while True:
            try:
                why = self._take(coming, heard) or why
                break
            except KeyboardInterrupt:
                if why:
                    return Ended(None, self.folder, "not waited for any longer")
                why = "ended by Ctrl-C"
                self._stop(heard)
            except EakteError:  # of the line: nothing more can be asked over it
                raise
            except BaseException:
                with suppress(EakteError):
                    self._stop(heard)
                raise
        heard.finish()
        return self._ended(heard, why)

    def _listen(
        self, text: bytes, deadline: float, coming: queue.SimpleQueue[tuple[Stream, bytes] | EakteError | None]
    ) -> None:
        """In a thread of its own, so that Ctrl-C disturbs nothing that is half done on the line."""
        try:
            for piece in self.connection.talk(text, deadline=deadline, cap=MOST):
                coming.put(piece)
            coming.put(None)
        except EakteError as problem:
            coming.put(problem)
        except Exception as problem:  # nobody else would hear of it
            coming.put(CommandFailed(type(problem).__name__, server=self.server, command="a line", code=None))

    def _take(self, coming: queue.SimpleQueue[tuple[Stream, bytes] | EakteError | None], heard: _Heard) -> str:
        """Hear until the line ended; what cut it off, or ""."""
        while not heard.over:
            try:
                piece = coming.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            if isinstance(piece, OutputCut):
                self._stop(heard)
                return f"it said more than {MOST // 1_000_000} MB and was ended"
            if isinstance(piece, EakteError):
                heard.finish()
                raise piece
            if piece is None:
                return "" if heard.over else "no end of it was told"
            heard.feed(*piece)
        return ""

    def _stop(self, heard: _Heard) -> None:
        """End what the line began, over a second channel."""
        if heard.process:
            ops.ask(self.connection, _question("stop", *heard.process))

    def _ended(self, heard: _Heard, why: str) -> Ended:
        if heard.refused is not None:
            raise stopped(self.server, heard.refused)
        found = _END.fullmatch(heard.said)
        if found is None:
            return Ended(None, self.folder, why or "no end of it was told")
        # What it tells of its folder is a path or nothing; a line that replaced its shell tells nothing.
        told = found[2]
        self.folder = told if told.startswith("/") and told.isprintable() else self.folder
        return Ended(int(found[1]), self.folder, why)


class _Heard:
    """The two streams of a line: cut at the marker, cleaned, handed on line by line."""

    def __init__(self, marker: bytes, hear: Hear) -> None:
        self.process: tuple[str, str] | None = None
        self.refused: str | None = None
        self.said = ""
        self._marker = marker
        self._hear = hear
        self._rest: dict[Stream, bytearray] = {"out": bytearray(), "err": bytearray()}
        self._open = {"out": False, "err": False}
        self._over = {"out": False, "err": False}

    @property
    def over(self) -> bool:
        """Both streams said that the line ended."""
        return all(self._over.values())

    def feed(self, stream: Stream, data: bytes) -> None:
        """More of one stream, in pieces of any size."""
        rest = self._rest[stream]
        rest += data
        while (at := rest.find(self._marker)) >= 0 and (line_end := rest.find(b"\n", at)) >= 0:
            kind, _, said = cleaning.text(bytes(rest[at + len(self._marker) : line_end])).partition(" ")
            if kind == "pid":  # comes when it is known, wherever the line's own words are then
                self._begun(said)
                del rest[at : line_end + 1]
                continue
            self._hand_on(stream, bytes(rest[:at]))
            self._mark(stream, kind, said)
            del rest[: line_end + 1]
        safe = at if at >= 0 else rest.rfind(b"\n") + 1
        if not safe and len(rest) > _LONGEST:
            safe = len(rest) - len(self._marker)
        self._hand_on(stream, bytes(rest[:safe]))
        del rest[:safe]

    def finish(self) -> None:
        """Nothing more comes."""
        for stream, rest in self._rest.items():
            self._hand_on(stream, bytes(rest))
            rest.clear()

    def _hand_on(self, stream: Stream, raw: bytes) -> None:
        if raw and self._open[stream] and not self._over[stream]:
            for line in _lines(raw):
                self._hear(stream, line)

    def _begun(self, said: str) -> None:
        number, _, begun = said.partition(" ")
        self.process = (number, begun) if number.isdigit() else None

    def _mark(self, stream: Stream, kind: str, said: str) -> None:
        if kind == "open":
            self._open[stream] = True
        elif kind in ("end", "refused"):
            self._over[stream] = True
            if stream == "out":
                self.said = said
                self.refused = said if kind == "refused" else None


def _lines(raw: bytes) -> Iterator[str]:
    yield from cleaning.text(raw, len(raw)).removesuffix("\n").split("\n")
