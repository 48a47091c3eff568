"""Jobs: every change on a server leaves a record there, and a second start with the same id only asks.

Two kinds: of the account of the software, carried out by eakte-job.service, and of the account of people at work,
inside their session. This is the client's half of the protocol; eakte-claim and eakte-run of the access pack are the
other half of the first kind (docs/decisions/jobs.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from eakte_ops.remote import cleaning, numbers, ops, sudo
from eakte_ops.remote.exchange import no_secrets
from eakte_ops.remote.posix import quote
from eakte_ops.remote.types import Answer, Connection, Question, Reveal

Kind: TypeAlias = Literal["absent", "queued", "running", "exit", "lost", "refused", "fenced"]
Account: TypeAlias = Literal["work", "software"]

START_COMMAND = ("/usr/bin/systemctl", "start", "--no-block", "eakte-job.service")
STOP_COMMAND = ("/usr/bin/systemctl", "stop", "eakte-job.service")
"""What sudo must allow; the rules of the access pack are exactly these."""

TAIL = 8_000
"""Bytes of stdout and of stderr that `attach` gives, from their ends."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_STATE = re.compile(r"(absent|queued|running|lost)\Z|(exit) (\d{1,3})\Z|(refused|fenced) ?(.*)\Z")
_CALL_S = 30.0
_SLACK_S = 25  # beyond the limit of an attached job: TERM, KILL ten seconds later, its record
_CANCEL_S = 60.0
_LONGEST_S = 999_999_999  # no job may run longer, whatever a record says


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands. `code`: its exit status, for "exit"; `said`: why refused, by what token fenced.

    absent: never began, and will not by itself. refused: never began and never will under this id. lost: it began, and
    nothing tells how it ended. fenced: the token of who asks is not the one in force.
    """

    kind: Kind
    code: int | None = None
    said: str = ""

    @property
    def ended(self) -> bool:
        """Nothing more will happen to it."""
        return self.kind in {"exit", "lost", "refused"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. `limit`: whole seconds it may run. `token`: the fence token of who orders it.

    `note`: one line for the record and the system journal of the town: who, why, run. `secrets`: variable -> NAME of a
    secret; they reach the text on standard input, are in no record, and only `attach` gives them.
    """

    job: str
    text: str
    limit: int
    token: int
    note: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attached job ended, with the ends of its stdout and stderr, cleaned. `state` may also be that of a job
    which did not begin (refused, fenced), and "running" where another session is still at it."""

    state: JobState
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One record on a server, which says all of it itself. `since`: Unix seconds, when it began or was queued."""

    job: str
    state: JobState
    account: Account
    since: float
    limit: int
    note: str


def parse(said: str) -> JobState | None:
    """The state that a server wrote; None for anything else."""
    found = _STATE.match(said.strip())
    if found is None:
        return None
    plain, ended, code, denied, why = found.groups()
    if ended:
        return JobState("exit", int(code))
    return JobState(cast(Kind, plain or denied), said=cleaning.line(why or ""))


def start_question(order: Order) -> Question:
    """The question that starts a job of the software's account, or asks for its state."""
    if order.secrets:
        raise ValueError(f"{order.job}: a job of the software's account can be given no secrets")
    return ops.call("jobs", "start", *_words(order), title="job start", limit=_CALL_S)


def attach_question(order: Order, patience: int | None = None) -> Question:
    """The question that carries a job out inside this session, or waits for the one that is there."""
    wait = order.limit + _SLACK_S if patience is None else min(order.limit + _SLACK_S, int(patience))
    words = (*_words(order), str(TAIL), str(wait))
    named = {"eakte_secrets": " ".join(order.secrets.values())}
    return ops.call("jobs", "attach", *words, title="job attach", limit=wait + _CALL_S, secrets=named)


def wait_question(job: str, seconds: int) -> Question:
    """The question that waits until a job ends, `seconds` at most."""
    return ops.call("jobs", "await", _checked(job), str(int(seconds)), title="job await", limit=seconds + _CALL_S)


def _words(order: Order) -> tuple[str, ...]:
    return (
        _checked(order.job),
        str(int(order.token)),
        str(int(order.limit)),
        ops.one_line(order.note),
        order.text,
    )


def _checked(job: str) -> str:
    if not _ID.match(job):
        raise ValueError(f"{job!r} can not be the id of a job")
    return job


def start(connection: Connection, order: Order, *, server: str = "server") -> JobState:
    """Start a job of the software's account, at most once per id, or ask for its state. Returns at once.

    "queued" may also mean that another job runs just now; `wait` begins it when its turn has come.
    Raises CommandFailed where the server did not answer with a state, SudoRefused where its rule is missing,
    Unreachable where the line broke (then ask again with the same id).
    """
    return _state(connection, start_question(order), server, START_COMMAND)


def attach(
    connection: Connection,
    order: Order,
    *,
    server: str = "server",
    reveal: Reveal = no_secrets,
    patience: int | None = None,
) -> Ended:
    """Carry a job out in this session as the account of people at work, at most once per id, and wait for its end.

    `patience`: whole seconds after which "running" is an answer, too; None: its limit. Where the line breaks it goes
    on; ask with the same id again, or `wait` for it. Raises as `start` does.
    """
    question = attach_question(order, patience)
    answer = ops.ask(connection, question, lambda _name: _assignments(order.secrets, reveal))
    first, _, out = answer.out.partition(b"\n")
    state = parse(cleaning.text(first)) if answer.status == 0 else None
    if state is None:
        raise ops.failed(server, question, answer)
    return Ended(state, cleaning.text(out), cleaning.text(answer.err))


def wait(connection: Connection, job: str, seconds: int, *, server: str = "server") -> JobState:
    """The state of a job once it has ended, or after `seconds`. Raises as `start` does."""
    return _state(connection, wait_question(job, seconds), server, START_COMMAND)


def cancel(connection: Connection, job: str, *, server: str = "server") -> JobState:
    """End a job: what is queued never begins (refused), what runs is killed with all it started (exit).

    Other states are given as they are. Raises as `start` does.
    """
    question = ops.call("jobs", "cancel", _checked(job), title="job cancel", limit=_CANCEL_S)
    return _state(connection, question, server, STOP_COMMAND)


def output(connection: Connection, job: str, cap: int = 4_000, *, server: str = "server") -> tuple[str, str]:
    """The ends of stdout and stderr of a job, cleaned; `cap` bytes of each. Empty where there is none."""
    question = ops.call("jobs", "output", _checked(job), str(min(int(cap), TAIL)), title="job output")
    answer = ops.ask(connection, question)
    if answer.status != 0:
        raise ops.failed(server, question, answer)
    return cleaning.text(answer.out), cleaning.text(answer.err)


def listed(connection: Connection, *, server: str = "server") -> tuple[Listed, ...]:
    """The newest 200 records of a server, newest first. Raises CommandFailed, Unreachable."""
    question = ops.call("jobs", "listed", title="job listed", limit=_CANCEL_S, cap=400_000)
    answer = ops.ask(connection, question)
    if answer.status != 0:
        raise ops.failed(server, question, answer)
    lines = answer.out.decode("utf-8", "replace").splitlines()
    return tuple(entry for line in lines if (entry := _entry(line)) is not None)


def _entry(line: str) -> Listed | None:
    """One line of `listed`; None for what is no record of ours."""
    words = line.split("\t", 5)
    if len(words) != 6 or not _ID.match(words[0]) or words[1] not in ("work", "software"):
        return None
    job, account, said, note = words[0], words[1], words[4], words[5]
    state, since, limit = parse(cleaning.line(said)), numbers.time(words[2]), numbers.whole(words[3])
    if state is None or since is None or limit is None or limit > _LONGEST_S:
        return None
    return Listed(job, state, cast(Account, account), since, limit, cleaning.line(note, 600))


def _assignments(secrets: Mapping[str, str], reveal: Reveal) -> str:
    """Secrets as sh assignments, revealed at the last moment."""
    for variable in secrets:
        if not _VARIABLE.match(variable):
            raise ValueError(f"{variable!r} is no name of a shell variable")
    return "\n".join(f"{variable}={quote(reveal(name))}" for variable, name in secrets.items())


def _state(connection: Connection, question: Question, server: str, command: tuple[str, ...]) -> JobState:
    answer: Answer = ops.ask(connection, question)
    denied = sudo.refusal(server, " ".join(command), answer.status, answer.err)
    if denied is not None:
        raise denied
    state = parse(cleaning.text(answer.out)) if answer.status == 0 else None
    if state is None:
        raise ops.failed(server, question, answer)
    return state
