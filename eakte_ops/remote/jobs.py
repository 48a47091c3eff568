"""Jobs: every change on a server leaves a record there, and a second start with the same id only asks.

The client's half of the protocol (design.md section 4); the other half, eakte-run, is installed by the access pack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from time import monotonic
from typing import Literal, cast

from eakte_ops.errors import CommandFailed
from eakte_ops.remote import cleaning, sudo
from eakte_ops.remote.exchange import Exchange, no_secrets, shell_for
from eakte_ops.remote.types import Answer, Connection, Question, Reveal, Script

Kind = Literal["absent", "queued", "running", "exit", "lost", "refused", "fenced"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_STATE = re.compile(r"(absent|queued|running|lost)\Z|(exit) (\d{1,3})\Z|(refused|fenced) ?(.*)\Z")
_START_S = 20.0
START_COMMAND = ("/usr/bin/systemctl", "start", "--no-block", "eakte-job.service")
"""What sudo must allow; the rule of the access pack is exactly this."""


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands. `code`: its exit status, for "exit"; `said`: why refused, by what token fenced."""

    kind: Kind
    code: int | None = None
    said: str = ""

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.kind in {"exit", "lost", "refused"}


def parse(said: str) -> JobState | None:
    """The state that a server wrote; None for anything else."""
    found = _STATE.match(said.strip())
    if found is None:
        return None
    plain, ended, code, denied, why = found.groups()
    if ended:
        return JobState("exit", int(code))
    return JobState(cast(Kind, plain or denied), said=cleaning.line(why or ""))


@cache
def _functions() -> str:
    text = (files(__package__) / "jobs.sh").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def _call(name: str, *args: str, limit: float, secrets: dict[str, str] | None = None) -> Question:
    """A question that calls one function of jobs.sh with its arguments. Pure."""
    script = Script({"posix": f'{_functions()}\n{name} "$@"'}, args=args, secrets=secrets or {})
    return Question(f"job {name}", script, limit=limit)


def start_question(job_id: str, script: str, limit: int, token: int) -> Question:
    """The question that starts a job or asks for its state. `limit`: whole seconds the job may run."""
    return _call("start", _checked(job_id), str(int(token)), str(int(limit)), script, limit=_START_S)


def wait_question(job_id: str, seconds: int) -> Question:
    """The question that waits until a job ends, `seconds` at most."""
    return _call("await", _checked(job_id), str(int(seconds)), limit=seconds + 10.0)


def _checked(job_id: str) -> str:
    if not _ID.match(job_id):
        raise ValueError(f"{job_id!r} can not be the id of a job")
    return job_id


def start(
    connection: Connection, job_id: str, script: str, limit: int, token: int, *, server: str = "server"
) -> JobState:
    """Start a job, at most once per id, or ask for its state. Returns at once.

    Raises CommandFailed where the server did not answer with a state, SudoRefused where its rule is missing,
    Unreachable where the line broke (then ask again with the same id).
    """
    question = start_question(job_id, script, limit, token)
    answer = _ask(connection, question)
    denied = sudo.refusal(server, " ".join(START_COMMAND), answer.status, answer.err)
    if denied is not None:
        raise denied
    return _state(server, question, answer)


def wait(connection: Connection, job_id: str, seconds: int, *, server: str = "server") -> JobState:
    """The state of a job once it has ended, or after `seconds`. Raises as `start` does."""
    question = wait_question(job_id, seconds)
    return _state(server, question, _ask(connection, question))


def raise_token(connection: Connection, token: int, *, server: str = "server") -> int:
    """Raise the fence token to `token`; give the one in force, which is larger where somebody else went ahead."""
    question = _call("raise", str(int(token)), limit=_START_S)
    answer = _ask(connection, question)
    if answer.status != 0 or not answer.out.strip().isdigit():
        raise _failed(server, question, answer)
    return int(answer.out)


def output(connection: Connection, job_id: str, cap: int = 4_000) -> tuple[str, str]:
    """The ends of stdout and stderr of a job, cleaned."""
    answer = _ask(connection, _call("output", _checked(job_id), str(int(cap)), limit=_START_S))
    return cleaning.text(answer.out), cleaning.text(answer.err)


def _ask(connection: Connection, question: Question, reveal: Reveal = no_secrets) -> Answer:
    deadline = monotonic() + question.limit + 10.0
    exchange = Exchange(
        connection, shell_for("posix"), (question,), budget=question.limit, deadline=deadline, reveal=reveal
    )
    (answer,) = exchange
    if exchange.broken is not None:
        raise exchange.broken
    return answer


def _state(server: str, question: Question, answer: Answer) -> JobState:
    state = parse(cleaning.text(answer.out)) if answer.status == 0 else None
    if state is None:
        raise _failed(server, question, answer)
    return state


def _failed(server: str, question: Question, answer: Answer) -> CommandFailed:
    said = answer.why or cleaning.line(answer.err) or cleaning.line(answer.out) or "no state was given"
    return CommandFailed(said, server=server, command=question.name, code=answer.status)
