"""A person of the centre at work on one server of the lab: scripts and jobs over SSH, through the room `remote`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

from eakte_ops.errors import CommandFailed
from eakte_ops.lab.command import last_words
from eakte_ops.remote import jobs, townlock
from eakte_ops.remote.exchange import Exchange, shell_for
from eakte_ops.remote.types import Connect, Connection, Question, Script, Target

_LOGIN_S = 30.0
_PIECE_S = 10


@dataclass(frozen=True, slots=True)
class Session:
    """One connection as the account of people at work."""

    server: str
    connection: Connection

    def run(self, text: str, *args: str, limit: float = 60.0) -> str:
        """Run a sh script; gives its stdout. Raises: CommandFailed with its last words, Unreachable."""
        question = Question("lab", Script({"posix": text}, args), limit=limit)
        exchange = Exchange(
            self.connection, shell_for("posix"), (question,), budget=limit, deadline=monotonic() + limit + 10
        )
        (answer,) = exchange
        if exchange.broken is not None:
            raise exchange.broken
        if answer.status != 0:
            said = answer.why or last_words(answer.err.decode(errors="replace"))
            raise CommandFailed(said, server=self.server, command="a script of the lab", code=answer.status)
        return answer.out.decode(errors="replace")

    def job(self, text: str, limit: int = 120) -> str:
        """Run a script as the account of the software, as a job with a record; gives its stdout.

        Raises: CommandFailed if it does not end with status 0 within `limit` seconds.
        """
        job_id = f"lab-{uuid4().hex[:12]}"
        token, _holder = townlock.read(self.connection, server=self.server)
        end = monotonic() + limit
        order = jobs.Order(job_id, text, limit, token, note="the lab sets this server up")
        state = jobs.start(self.connection, order, server=self.server)
        while not state.ended and monotonic() < end:
            state = jobs.wait(self.connection, job_id, _PIECE_S, server=self.server)
        out, err = jobs.output(self.connection, job_id)
        if state.kind != "exit" or state.code != 0:
            said = state.said or last_words(err) if state.ended else f"is still {state.kind} after {limit} s"
            raise CommandFailed(said, server=self.server, command=f"job {job_id}", code=state.code)
        return out


@contextmanager
def session(connect: Connect, target: Target) -> Iterator[Session]:
    """Log in and out again. Raises: Unreachable and whatever `connect` raises."""
    connection = connect(target, monotonic() + _LOGIN_S)
    try:
        yield Session(target.name, connection)
    finally:
        connection.close()
