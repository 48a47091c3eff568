"""The servers of a town as the runner sees them: every wish answered over SSH, as the account of people at work.

Nothing here decides how a run goes on; that is acts.py and progress.py. An error of the line ends the process's turn,
except where only a question was asked: waiting for a job goes on over a new line.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import (
    CommandFailed,
    ConnectionRefused,
    EakteError,
    LineLost,
    ProgramFault,
    Refused,
    TimedOut,
    Unreachable,
)
from eakte_ops.events import Event, Sink, silent
from eakte_ops.inventory.model import Town
from eakte_ops.playbook import given
from eakte_ops.playbook.acts import Answered, Await, Output, Seen, Simple, Start, Verify, Wish
from eakte_ops.playbook.deliver import Parcel, deliver
from eakte_ops.playbook.gates import Gates
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Plan, Send, Step
from eakte_ops.playbook.recording import Record, kept_nowhere, last_words
from eakte_ops.playbook.variables import Variables
from eakte_ops.remote import jobs, ops
from eakte_ops.remote.exchange import no_secrets
from eakte_ops.remote.jobs import JobState
from eakte_ops.remote.types import Question, Reveal, Script

SLICE_S = 30
"""Seconds of one wait on the server, after which we look up and say that it still runs."""
_GRACE_S = 60.0
"""Seconds beyond its limit after which a job that has not ended is a question for a person."""
_QUEUE_S = 7_200.0
"""Seconds that a job may wait for its turn behind another one on its server."""
_PAUSES_S = (1.0, 3.0, 10.0, 30.0)
"""Between tries to reach a server on which a job runs."""
_VERIFY_S = 60.0
_SEEN: Mapping[int | None, Seen] = {0: "done", 10: "not-begun"}

Person: TypeAlias = Callable[[Step, AskPerson], Answered]
"""Asks a person; Answered(None) where there is no answer yet."""
Fence: TypeAlias = Callable[[Sequence[str]], int]
"""See runner.World.fence."""
Note: TypeAlias = Callable[[Step, str], str]
"""Step and job -> the line for the system journal of the town: who, why, run, plan, head of the audit. Called right
before the job is sent; may raise, and then nothing is sent."""


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """Something is waited for. `job`: "" for a gate; `said`: what is known of it; `limit`: seconds it may take."""

    step: Step
    job: str
    said: str
    limit: float


class StillRunning(CommandFailed):
    """A job did not end within its limit, which its server should have seen to."""

    message = "{server}: the job {job} should have ended by now and is still {said}"
    hint = "nothing was decided; eakte-ops jobs list TOWN shows it, and eakte-ops runs resume goes on waiting"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A job that was sent and whose end was not seen yet."""

    server: str
    job: str
    title: str


@dataclass
class SshWorld:
    """See runner.World. Thread safe.

    `raise_fence`, `note`, `person`, `content` (bytes of a Send), `entries` (of the run's journal): given by whoever
    makes the run. `reveal`: secrets of the town by name. `record` hears what every ended job said.
    """

    plan: Plan
    town: Town
    lines: Lines
    variables: Variables
    raise_fence: Fence
    entries: Callable[[], Sequence[Entry]]
    note: Note
    person: Person
    content: Callable[[Send], bytes]
    gates: Gates
    reveal: Reveal = no_secrets
    record: Record = kept_nowhere
    emit: Sink = silent
    clock: Clock = SYSTEM
    _token: int = 0
    _running: dict[str, UnderWay] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)
    _why: dict[str, str] = field(default_factory=dict)
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def fence(self, servers: Sequence[str]) -> int:
        """See runner.World."""
        self._token = self.raise_fence(servers)
        return self._token

    def answer(self, wish: Wish) -> Any:
        """See runner.World."""
        if isinstance(wish, Start):
            return self._start(wish)
        if isinstance(wish, Await):
            return self._await(wish)
        if isinstance(wish, Verify):
            return self._verify(wish.step)
        if isinstance(wish, Output):
            return self._output(wish)
        if isinstance(wish, Simple):
            return self._simple(wish)
        raise ProgramFault(kind=type(wish).__name__)

    def under_way(self) -> tuple[UnderWay, ...]:
        """Jobs that were sent and whose end was not seen: they go on on their servers when this process leaves."""
        with self._changing:
            return tuple(self._running.values())

    # -- jobs -------------------------------------------------------------------------------------------------------
    def _start(self, wish: Start) -> JobState:
        """Sent once. Where the line breaks, the state that the server knows counts, but only one that says that the
        order arrived: what is still on its way must not be taken for not sent."""
        step, do, job = wish.step, wish.do, wish.job
        order = self._order(step, do, job)
        self._begins(step, job)
        try:
            state = self._send(step, do, order)
        except (LineLost, TimedOut):
            known = self._known(step, job)
            if known is None or known.kind == "absent":
                raise
            state = known
        except EakteError:
            self._over(job)
            raise
        return self._ended(step, job, state)

    def _begins(self, step: Step, job: str) -> None:
        with self._changing:
            self._running[job] = UnderWay(step.server, job, step.title)

    def _over(self, job: str) -> None:
        with self._changing:
            self._running.pop(job, None)

    def _order(self, step: Step, do: OnServer, job: str) -> jobs.Order:
        return jobs.Order(
            job=job,
            text=self._lead(do, strict=do is step.do) + do.text,
            limit=step.limit,
            token=self._token,
            note=self.note(step, job),
            secrets=do.secrets,
        )

    def _lead(self, do: OnServer | None, *, strict: bool = False) -> str:
        """The lines before a text. A value that no step gave is empty, on the way back; `strict`: raises Refused."""
        if do is None or not do.takes:
            return self.variables.lines()
        known = given.values(self.entries())
        missing = [name for name in do.takes.values() if name not in known]
        if missing and strict:
            raise Refused(f"no step gave the value {', '.join(missing)}, so nothing was begun")
        return self.variables.lines({variable: known.get(name, "") for variable, name in do.takes.items()})

    def _send(self, step: Step, do: OnServer, order: jobs.Order) -> JobState:
        with self.lines.to(step.server) as line:
            if do.account == "software":
                return jobs.start(line, order, server=step.server)
            # Not to its end: a server that dies meanwhile is noticed by the next, shorter wait.
            ended = jobs.attach(line, order, server=step.server, reveal=self.reveal, patience=SLICE_S)
        if ended.state.kind == "exit":
            self._heard(order.job, ended.out, ended.err)
        return ended.state

    def _known(self, step: Step, job: str) -> JobState | None:
        """What the server knows of a job, over a new line; None where it can not be asked."""
        try:
            return self._wait_once(step, job, 0)
        except Unreachable:
            return None

    def _await(self, wish: Await) -> JobState:
        step, job = wish.step, wish.job
        self._begins(step, job)
        now = self.clock.monotonic()
        end, latest = now + step.limit + _GRACE_S, now + step.limit + _QUEUE_S
        pauses = list(_PAUSES_S)
        while True:
            try:
                state = self._wait_once(step, job, SLICE_S)
                pauses = list(_PAUSES_S)
            except (LineLost, TimedOut, ConnectionRefused):
                if not pauses:
                    raise
                self._waits(step, job, "can not be reached", step.limit)
                self.clock.sleep(pauses.pop(0))
                continue
            if state.kind not in ("running", "queued"):
                return self._ended(step, job, state)
            now = self.clock.monotonic()
            if state.kind == "queued":  # behind another job: its own time has not begun
                end = min(latest, now + step.limit + _GRACE_S)
            if now >= end:
                raise StillRunning(state.kind, server=step.server, job=job, command=job, code=None)
            self._waits(step, job, state.kind, step.limit)

    def _wait_once(self, step: Step, job: str, seconds: int) -> JobState:
        with self.lines.to(step.server) as line:
            return jobs.wait(line, job, seconds, server=step.server)

    def _ended(self, step: Step, job: str, state: JobState) -> JobState:
        """Keeps what it said, once, where that is over."""
        if state.kind in ("exit", "lost") and job not in self._said:
            with self.lines.to(step.server) as line:
                out, err = jobs.output(line, job, jobs.TAIL, server=step.server)
            self._heard(job, out, err)
        if state.kind not in ("running", "queued"):
            self._over(job)
        failed = state.kind == "exit" and state.code != 0
        return replace(state, said=self._why.get(job, "")) if failed else state

    def _heard(self, job: str, out: str, err: str) -> None:
        self.record(job, out, err)
        with self._changing:
            self._said[job] = out
            self._why[job] = last_words(out, err)

    def _output(self, wish: Output) -> Mapping[str, str]:
        out = self._said.get(wish.job)
        if out is None:
            with self.lines.to(wish.step.server) as line:
                out, _err = jobs.output(line, wish.job, jobs.TAIL, server=wish.step.server)
        return given.read(out, {name: self.plan.values[name] for name in wish.step.gives})

    def _verify(self, step: Step) -> Seen:
        if step.verify is None:
            return "cannot-tell"
        text = self._lead(step.do if isinstance(step.do, OnServer) else None) + step.verify
        question = Question("verify", Script({"posix": text}), limit=_VERIFY_S, cap=4_000)
        with self.lines.to(step.server) as line:
            answer = ops.ask(line, question)
        return _SEEN.get(answer.status, "cannot-tell")

    # -- what can be repeated without harm --------------------------------------------------------------------------
    def _simple(self, wish: Simple) -> Answered:
        step, do = wish.step, wish.do
        if isinstance(do, Gate):
            return self.gates.answer(do, step.server, step.limit, lambda said: self._waits(step, "", said, step.limit))
        if isinstance(do, AskPerson):
            return self.person(step, do)
        return self._deliver(step, do)

    def _deliver(self, step: Step, do: Send) -> Answered:
        server = self.town.server(step.server)
        parcel = Parcel(
            to=do.to.replace("$run", self.variables.run),
            mode=do.mode,
            data=self.content(do),
            token=self._token,
            note=self.note(step, f"{self.variables.run}.{step.id}"),
            own="$run" in do.to.rpartition("/")[0],
        )
        with self.lines.to(step.server) as line:
            new = deliver(line, parcel, self.town.profile.layout[server.platform], server=step.server)
        return Answered(True, "delivered" if new else "was there already")

    def _waits(self, step: Step, job: str, said: str, limit: float) -> None:
        self.emit(Waiting(self.clock.monotonic(), step, job, said, limit))
