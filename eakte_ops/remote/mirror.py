"""The copy of a run on the lock server of its town: plan and journal, so that another machine can go on from there.

runs/RUN/{plan.json,journal.jsonl}, readable by the people at work alone. Whoever writes has the fence token in force.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eakte_ops.errors import CommandFailed
from eakte_ops.remote import cleaning, ops
from eakte_ops.remote.types import Connection, Question

MOST_BYTES = 8_000_000
"""Of a plan, and of a journal."""

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LIMIT_S = 60.0


class MirrorFenced(CommandFailed):
    """Somebody else has taken the town over; nothing was written."""

    message = "{server}: another run has taken over ({said}); nothing was written to the copy of this one"


def put_plan(connection: Connection, run: str, token: int, text: str, *, server: str = "server") -> None:
    """Put the plan of a run there, once; the same text again changes nothing. The newest 50 runs are kept.

    Raises MirrorFenced, CommandFailed (another plan is there, no room), Unreachable.
    """
    _written(connection, _call("put_plan", _checked(run), str(int(token)), _plain(text)), server)


def append(
    connection: Connection, run: str, token: int, first: int, lines: Sequence[str], *, server: str = "server"
) -> int:
    """Append journal lines, of which the first is number `first` (from 1); gives how many are there afterwards.

    What is there already is compared, not written again; where lines before `first` are missing nothing is written:
    send from the number given + 1. Raises MirrorFenced, CommandFailed (other lines are there, no room), Unreachable.
    """
    for line in lines:
        _plain(line)
    question = _call("append", _checked(run), str(int(token)), str(int(first)), "\n".join(lines), str(len(lines)))
    said = _written(connection, question, server)
    if not said.isdecimal() or len(said) > 9:
        raise CommandFailed(said or "nothing was said", server=server, command=question.name, code=0)
    return int(said)


def runs(connection: Connection, *, server: str = "server") -> tuple[str, ...]:
    """The runs of which there is a copy, the one written last first. Raises CommandFailed, Unreachable."""
    question = _call("runs")
    answer = ops.ask(connection, question)
    if answer.status != 0:
        raise ops.failed(server, question, answer)
    names = answer.out.decode("ascii", "replace").split("\n")
    return tuple(name for name in names if _RUN.match(name))[:200]


def read(connection: Connection, run: str, *, server: str = "server") -> tuple[str, tuple[str, ...]]:
    """The plan and the whole lines of the journal, as the server gives them: judge the plan by its hash, and read the
    lines strictly. Raises CommandFailed where there is no copy or one that can not be ours, Unreachable."""
    question = ops.call("mirror", "read_run", _checked(run), limit=_LIMIT_S, cap=2 * MOST_BYTES)
    answer = ops.ask(connection, question)
    if answer.status != 0 or answer.cut:
        raise ops.failed(server, question, answer)
    try:
        plan, *lines = answer.out.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise CommandFailed("the copy is not UTF-8", server=server, command=question.name, code=0) from None
    if any(_CONTROL.search(line) for line in (plan, *lines)):
        raise CommandFailed("the copy holds control characters", server=server, command=question.name, code=0)
    return plan, tuple(lines[:-1])  # what follows the last line break was not written whole


def _call(name: str, *args: str) -> Question:
    return ops.call("mirror", name, *args, limit=_LIMIT_S)


def _checked(run: str) -> str:
    if not _RUN.match(run):
        raise ValueError(f"{run!r} can not be the id of a run")
    return run


def _plain(line: str) -> str:
    """JSON in one line has no control characters, and is not endless."""
    if _CONTROL.search(line) or len(line) > MOST_BYTES:
        raise ValueError("a plan or a journal line has to be JSON in one line, of a bounded length")
    return line


def _written(connection: Connection, question: Question, server: str) -> str:
    answer = ops.ask(connection, question)
    said = cleaning.line(answer.out)
    if said.startswith("fenced"):
        raise MirrorFenced(said, server=server, command=question.name, code=answer.status)
    if answer.status != 0:
        raise ops.failed(server, question, answer)
    return said
