"""Shared by all facts: the text of NAME.sh, and reading of answers that may be hostile."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from eakte_ops.health.types import NotKnown
from eakte_ops.remote import cleaning
from eakte_ops.remote.types import Answer, Question, Script

_MOST_LINES = 20_000
_WORD = 200


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(f"{name}.sh").read_text(encoding="utf-8")


def question(name: str, *args: str, limit: float = 5.0, cap: int = 65_536) -> Question:
    """The question whose text is NAME.sh with `args` as $1, $2, ..."""
    return Question(name, Script({"posix": _text(name)}, args), limit, cap)


def lines(answer: Answer) -> Iterator[list[str]]:
    """The lines of an answer, each cut at its tabs, cleaned; an incomplete last line of a cut answer is left out.

    Raises NotKnown("failed") if the question ended with a status other than 0.
    """
    if answer.status != 0:
        raise NotKnown("failed", status=answer.status or 0, err=word(answer.err) or "-")
    raw = answer.out.split(b"\n")[: _MOST_LINES + 1]
    if raw and (answer.cut or not raw[-1]):
        raw.pop()
    for each in raw[:_MOST_LINES]:
        yield _words(each)


def _words(line: bytes) -> list[str]:
    """The parts of a line; the usual one needs no cleaning, which is what most of the time would go into."""
    if len(line) <= _WORD and line.isascii() and (text := line.decode("ascii")).replace("\t", "").isprintable():
        return [" ".join(part.split()) for part in text.split("\t")]
    return [word(part) for part in line.split(b"\t")]


def word(raw: bytes, limit: int = _WORD) -> str:
    """A short text of the server, safe to show."""
    return cleaning.line(raw, limit)


def whole(text: str, what: str, most: int = 2**63) -> int:
    """A whole number from 0 to `most`. Raises NotKnown."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise NotKnown("unreadable", what=what)
    value = int(text)
    if value > most:
        raise NotKnown("unreadable", what=what)
    return value
