"""Calling a function of the sh texts that are sent along (ops.sh and one more) on a server, and reading its answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from time import monotonic

from eakte_ops.errors import CommandFailed
from eakte_ops.remote import cleaning
from eakte_ops.remote.exchange import Exchange, no_secrets, shell_for
from eakte_ops.remote.types import Answer, Connection, Question, Reveal, Script

LIMIT_S = 30.0
"""Seconds for a call that does not wait for anything but the lock of the folder."""

_LATER_S = 10.0


@cache
def text(*names: str) -> str:
    """The texts of NAME.sh of this room, one after the other, without comments."""
    lines = [line for name in names for line in (files(__package__) / f"{name}.sh").read_text("utf-8").splitlines()]
    return "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))


def call(
    room: str,
    function: str,
    *args: str,
    title: str = "",
    limit: float = LIMIT_S,
    cap: int = 65_536,
    secrets: Mapping[str, str] | None = None,
) -> Question:
    """A question that calls one function of `room`.sh with its arguments. Pure. `title`: how it is named."""
    script = Script({"posix": f'{text("ops", room)}\n{function} "$@"'}, args=args, secrets=secrets or {})
    return Question(title or f"{room} {function}", script, limit=limit, cap=cap)


def ask(connection: Connection, question: Question, reveal: Reveal = no_secrets) -> Answer:
    """The answer to one question. Raises Unreachable where the line broke."""
    exchange = Exchange(
        connection,
        shell_for("posix"),
        (question,),
        budget=question.limit,
        deadline=monotonic() + question.limit + _LATER_S,
        reveal=reveal,
    )
    (answer,) = exchange
    if exchange.broken is not None:
        raise exchange.broken
    return answer


def failed(server: str, question: Question, answer: Answer) -> CommandFailed:
    """The error for an answer that is not what was to come."""
    said = answer.why or cleaning.line(answer.err) or cleaning.line(answer.out) or "nothing was said"
    return CommandFailed(said, server=server, command=question.name, code=answer.status)


def one_line(said: str, limit: int = 600) -> str:
    """`said` as it may stand in a record of one line on a server: no line breaks, no control characters, bounded."""
    return cleaning.line(said, limit)
