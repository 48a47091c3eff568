"""The POSIX dialect: composes the text of an exchange and reads its frames back. Pure; opens nothing.

The text is ONE line of the form `main() { eval "$(printf %b '...')"; }; main </dev/null; exit`: a transfer that is cut
anywhere is a syntax error and executes nothing, and a profile that reads from stdin can swallow it only as a whole.
The frames: `MARKER<N` opens section N on stdout and on stderr, `MARKER>N STATUS` closes it. The marker is random, known
to the outer shell only, and in no argument list or environment, so a section can not write one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from eakte_ops.errors import EakteError
from eakte_ops.remote import cleaning
from eakte_ops.remote.types import Answer, Dialect, Question, Reveal, Script

ERR_CAP = 8_192
"""Bytes of stderr kept of each section."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DIGITS = 6  # of the number of a section; a server that knows the marker may write anything there
_END = re.compile(rb"(\d{1,3}|killed|died|budget)\Z")
Stream = Literal["out", "err"]


def quote(word: str) -> str:
    """`word` as one word of a POSIX shell. NUL can be in no word: raises ValueError."""
    if "\0" in word:
        raise ValueError("a NUL character can not be given to a shell")
    return "'" + word.replace("'", "'\\''") + "'"


def wrap(text: str) -> bytes:
    """`text` (many lines) as one line that is carried out as a whole or not at all."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\0047").replace("\n", "\\n")
    return f"main() {{ eval \"$(printf %b '{escaped}')\"; }}; main </dev/null; exit\n".encode()


@cache
def _server_side() -> str:
    """posix.sh without its comments."""
    text = (files(__package__) / "posix.sh").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


class Posix:
    """See `types.Shell`."""

    dialect: Dialect = "posix"

    def section(self, script: Script, reveal: Reveal) -> str:
        """The text of one section: arguments as $1 ..., secrets as variables (not exported), then the script."""
        lines = []
        if script.args:
            lines.append("set -- " + " ".join(quote(arg) for arg in script.args))
        for variable, name in script.secrets.items():
            if not _NAME.match(variable):
                raise ValueError(f"{variable!r} is no name of a shell variable")
            lines.append(f"{variable}={quote(reveal(name))}")
        return "\n".join([*lines, script.text["posix"]])

    def ask(self, questions: Sequence[Question], marker: str, budget: float, reveal: Reveal) -> bytes:
        """See `types.Shell`."""
        lines = [f"m={quote(marker)}", _server_side(), f"now; e=$((n + {max(0, int(budget * 100))}))"]
        for number, question in enumerate(questions):
            if self.dialect in question.script.text:
                limit = max(1, int(question.limit * 100))
                text = quote(self.section(question.script, reveal))
                # The name is a comment: it tells what runs where somebody looks, and which answer a fake has to give.
                name = cleaning.line(question.name)
                lines.append(f"ask {number} {limit} {question.cap + 1} {ERR_CAP + 1} {text} # {name}")
        return wrap("\n".join(lines))

    def read(
        self, stream: Iterable[tuple[Stream, bytes]], questions: Sequence[Question], marker: str
    ) -> Iterator[Answer]:
        """See `types.Shell`. When `stream` ends early or raises an EakteError, what is missing is answered with why."""
        frames = {"out": _Frames(marker.encode()), "err": _Frames(marker.encode())}
        chunks = iter(stream)
        lost = ""
        for number, question in enumerate(questions):
            if self.dialect not in question.script.text:
                yield Answer(question.name, None, why=f"not asked: no {self.dialect} text")
                continue
            while not lost and not all(each.has(number) for each in frames.values()):
                try:
                    name, data = next(chunks)
                    frames[name].feed(data)
                except StopIteration:
                    lost = "line lost"
                except EakteError as broken:
                    lost = _in_short(broken)
            if lost:
                frames["out"].finish()
                frames["err"].finish()
            yield _answer(question, number, frames["out"], frames["err"], lost)


def _in_short(broken: EakteError) -> str:
    """A few words for `why`; the whole error goes another way (exchange.py)."""
    words = {"TimedOut": "no answer before the deadline", "OutputCut": "more output than all caps together"}
    return words.get(type(broken).__name__, "line lost")


def _answer(question: Question, number: int, out: _Frames, err: _Frames, lost: str) -> Answer:
    said, complained = out.take(number), err.take(number)
    end = out.ends.get(number, b"")
    status, why = None, lost
    if end.isdigit():
        status, why = int(end), ""
    elif end:
        why = {
            b"killed": f"killed at its limit of {question.limit:g} s",
            b"died": "its shell was killed",
            b"budget": "time budget used up",
        }.get(end, "garbled")
    cut = len(said) > question.cap or len(complained) > ERR_CAP
    return Answer(question.name, status, said[: question.cap], complained[:ERR_CAP], cut, why)


class _Frames:
    """One stream, cut at the marker into sections. What is outside of any section (banners, profiles) is dropped."""

    def __init__(self, marker: bytes) -> None:
        self._marker = marker
        self._rest = bytearray()
        self._open: int | None = None
        self._bodies: dict[int, bytearray] = {}
        self.ends: dict[int, bytes] = {}

    def has(self, number: int) -> bool:
        """Is this section complete, or can it not come any more because a later one began?"""
        return number in self.ends

    def take(self, number: int) -> bytes:
        """What came of a section, complete or not. Its memory is given back."""
        return bytes(self._bodies.pop(number, b""))

    def feed(self, data: bytes) -> None:
        """More bytes of the stream, in pieces of any size."""
        self._rest += data
        while (at := self._rest.find(self._marker)) >= 0:
            line_end = self._rest.find(b"\n", at)
            if line_end < 0:
                self._body(at)
                return
            self._body(at)
            line_end -= at
            self._mark(bytes(self._rest[len(self._marker) : line_end]))
            del self._rest[: line_end + 1]
        self._body(len(self._rest) - len(self._marker) + 1)

    def finish(self) -> None:
        """Nothing more comes: what was held back as the possible beginning of a mark is output."""
        self._body(len(self._rest))

    def _body(self, upto: int) -> None:
        """Hand the first `upto` bytes to the open section."""
        if upto <= 0:
            return
        if self._open is not None:
            self._bodies[self._open] += self._rest[:upto]
        del self._rest[:upto]

    def _mark(self, said: bytes) -> None:
        kind, _, rest = said[:1], said[:1], said[1:]
        number, _, status = rest.partition(b" ")
        if not number.isdigit() or len(number) > _DIGITS:
            return
        if kind == b"<":
            self._open = int(number)
            self._bodies[self._open] = bytearray()
        elif kind == b">":
            self.ends[int(number)] = status if _END.match(status) else b"?"
            self._open = None
