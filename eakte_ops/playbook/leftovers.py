"""What a run leaves on the servers when nobody goes on with it: asked there, one exchange each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from eakte_ops.errors import CommandFailed
from eakte_ops.remote import cleaning, ops
from eakte_ops.remote.types import Question, Script

if TYPE_CHECKING:
    from eakte_ops.playbook.lines import Lines

KINDS: Mapping[str, str] = {
    "hold": "the software must not start there (hold)",
    "notice": "the notice page is shown",
    "mute": "health is muted",
    "paused": "clean-up is paused",
    "handover": "the machine is in the hands of local IT",
    "incoming": "files that were brought",
    "previous": "what lay there before, kept for the way back",
    "lock": "its lock",
    "job": "a job that has not ended",
    "not-asked": "could not be asked, so what is left there is not known",
}
"""Kind -> what it means, for people."""

_LONGEST = 160
_RUN = re.compile(r"run=(\S+)")


@dataclass(frozen=True, slots=True)
class Left:
    """`kind`: of KINDS; `said`: what it says of itself, cleaned."""

    kind: str
    said: str


@cache
def _text() -> str:
    return (files(__package__) / "leftovers.sh").read_text("utf-8")


def question(state: str, run: str) -> Question:
    """What is asked of a server. `state`: the folder of our own things there. Pure."""
    return Question("leftovers", Script({"posix": _text()}, args=(state, run)), limit=20.0, cap=16_384)


def read(said: bytes) -> tuple[Left, ...] | None:
    """What a server answered; None where its answer is not whole."""
    rows = [cleaning.text(line).split("\t", 1) for line in said.split(b"\n") if line]
    if not rows or rows[-1][0] != "end":
        return None
    return tuple(
        Left(kind, cleaning.line(rest[0] if rest else "", _LONGEST)) for kind, *rest in rows[:-1] if kind in KINDS
    )


def of_run(found: tuple[Left, ...], run: str) -> tuple[Left, ...]:
    """Without what says of itself that another run set it."""
    return tuple(each for each in found if (named := _RUN.match(each.said)) is None or named[1] == run)


def ask(lines: Lines, server: str, state: str, run: str) -> tuple[Left, ...]:
    """What `run` left on `server`. Raises Unreachable, CommandFailed."""
    asked = question(state, run)
    with lines.to(server) as line:
        answer = ops.ask(line, asked)
    found = read(answer.out) if answer.status == 0 else None
    if found is None:
        why = answer.why or cleaning.line(answer.err) or "its answer was not whole"
        raise CommandFailed(why, server=server, command=asked.name, code=answer.status)
    return of_run(found, run)
