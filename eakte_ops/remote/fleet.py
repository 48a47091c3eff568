"""Many servers at once: a bounded number of threads, each result as it arrives, one server's failure is a result."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from eakte_ops.errors import EakteError, Unreachable
from eakte_ops.events import Event, Sink, fan_out, silent
from eakte_ops.remote.exchange import Exchange, budget_until, no_secrets, shell_for
from eakte_ops.remote.types import Answer, Connect, Connection, Dialect, Question, Reveal, Shell, Target, Visit

_LOOK_UP_S = 0.5


@dataclass(frozen=True, slots=True)
class Errand:
    """What to ask of one server. `deadline_s`: seconds for everything, from the moment its turn comes."""

    target: Target
    questions: tuple[Question, ...]
    deadline_s: float = 30.0
    reveal: Reveal = no_secrets


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an errand ended. `visit` None: it was never logged in, and there are no answers.

    With a visit there is one answer to every question, also where `error` says that the line was lost on the way.
    """

    target: Target
    visit: Visit | None
    answers: tuple[Answer, ...]
    error: EakteError | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Connecting(Event):
    """A server's turn has come."""

    target: Target


@dataclass(frozen=True, slots=True)
class LoggedIn(Event):
    """The session stands."""

    target: Target
    visit: Visit


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """One question of a server is settled."""

    target: Target
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """A server could not be reached or the line was lost; `phase` is "" where the error knows none."""

    target: Target
    error: EakteError
    phase: str


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """A server is done, well or not."""

    outcome: Outcome


def visit_all(
    errands: Iterable[Errand],
    connect: Connect,
    *,
    threads: int = 32,
    emit: Sink = silent,
    abort: Callable[[], None] | None = None,
    until: float = math.inf,
) -> Generator[Outcome]:
    """Run all errands on at most `threads` threads; yield each Outcome as it is ready, in no particular order.

    Closing the iterator, or an exception such as KeyboardInterrupt at the consumer, ends everything: no new errand is
    begun, open connections are closed, `abort` (by default `connect.abort`, where there is one) ends those that are
    still being opened (a Connector opens nothing afterwards), and all threads are
    waited for. The same happens at `until` (monotonic seconds); errands that are not done by then have no outcome.
    `emit` is called from those threads, one call at a time; once it raises it is called no more, and the work goes on.
    """
    if threads < 1:
        raise ValueError("threads must be at least 1")
    waiting = deque(errands)
    fleet = _Fleet(waiting, connect, fan_out([emit], _dropped), room=threads)
    workers = [
        threading.Thread(target=fleet.work, name=f"fleet-{number}", daemon=True)
        for number in range(min(threads, len(waiting)))
    ]
    try:
        for worker in workers:
            worker.start()
        yield from fleet.outcomes(until)
    finally:
        stop = abort if abort is not None else getattr(connect, "abort", None)
        fleet.stop(stop if fleet.unfinished() else None)
        for worker in workers:
            if worker.ident is not None:
                worker.join()


def _dropped(_sink: Sink, _broken: Exception) -> None:
    """Whoever wants to say so wraps the sink in a fan_out of their own."""


class _Fleet:
    """What the threads share. At most `room` outcomes wait for the consumer, so that memory stays bounded."""

    def __init__(self, waiting: deque[Errand], connect: Connect, emit: Sink, room: int) -> None:
        self._waiting = waiting
        self._left = len(waiting)
        self._connect = connect
        # A fake fleet brings its own shells, so that Windows servers can be played.
        self._shell_for: Callable[[Dialect], Shell] = getattr(connect, "shell_for", shell_for)
        self._sink = emit
        self._sink_lock = threading.Lock()
        self._room = room
        self._ready: deque[Outcome] = deque()
        self._changed = threading.Condition()
        self._open: set[Connection] = set()
        self._stopped = False

    def outcomes(self, until: float) -> Iterator[Outcome]:
        """All outcomes; ends after the last, or at `until`."""
        while True:
            with self._changed:
                while not self._ready and self._left and (left := until - monotonic()) > 0:
                    # Not for ever: a Ctrl-C that comes just before the wait is only seen after it.
                    self._changed.wait(min(_LOOK_UP_S, left))
                if not self._ready:
                    return
                outcome = self._ready.popleft()
                self._left -= 1
                self._changed.notify_all()
            yield outcome

    def unfinished(self) -> bool:
        """Is any errand still to be done or under way?"""
        with self._changed:
            return self._left > 0

    def stop(self, abort: Callable[[], None] | None) -> None:
        """Begin nothing more and end what is under way."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            still_open = list(self._open)
            self._changed.notify_all()
        if abort is not None:
            abort()
        for connection in still_open:
            connection.close()

    def work(self) -> None:
        """A thread's life: one errand after the other."""
        while True:
            with self._changed:
                while len(self._ready) >= self._room and not self._stopped:
                    self._changed.wait()
                if self._stopped or not self._waiting:
                    return
                errand = self._waiting.popleft()
            outcome = self._visit(errand)
            self._emit(Finished(monotonic(), outcome))
            with self._changed:
                self._ready.append(outcome)
                self._changed.notify_all()

    def _visit(self, errand: Errand) -> Outcome:
        """One errand, whatever happens."""
        began = monotonic()
        target, answers, visit = errand.target, [], None
        error: EakteError | None = None
        self._emit(Connecting(began, target))
        try:
            connection = self._connect(target, began + errand.deadline_s)
            try:
                visit = connection.visit
                self._hold(connection)
                self._emit(LoggedIn(monotonic(), target, visit))
                exchange = self._exchange(connection, errand, began + errand.deadline_s)
                for answer in exchange:
                    answers.append(answer)
                    self._emit(Answered(monotonic(), target, answer))
                error = exchange.broken
            finally:
                connection.close()
                self._let_go(connection)
                visit = connection.visit
        except EakteError as failed:
            error = failed
        except Exception as broken:
            # Without its own words: they may repeat what it was given, such as a secret.
            said = f"unexpected {type(broken).__name__} ({_place(broken)})"
            error = Unreachable(said, server=target.name)
            error.__cause__ = broken
        if error is not None:
            self._emit(Failed(monotonic(), target, error, str(error.values.get("phase", ""))))
            if visit is not None:
                answers += [_missing(question) for question in errand.questions[len(answers) :]]
        return Outcome(target, visit, tuple(answers), error, monotonic() - began)

    def _exchange(self, connection: Connection, errand: Errand, deadline: float) -> Exchange:
        return Exchange(
            connection,
            self._shell_for(errand.target.dialect),
            errand.questions,
            budget=budget_until(deadline),
            deadline=deadline,
            reveal=errand.reveal,
        )

    def _hold(self, connection: Connection) -> None:
        with self._changed:
            self._open.add(connection)
            stopped = self._stopped
        if stopped:
            connection.close()

    def _let_go(self, connection: Connection) -> None:
        with self._changed:
            self._open.discard(connection)

    def _emit(self, event: Event) -> None:
        with self._sink_lock:
            self._sink(event)


def _place(broken: BaseException) -> str:
    """File and line in which it arose."""
    inner = broken.__traceback__
    while inner is not None and inner.tb_next is not None:
        inner = inner.tb_next
    return f"{Path(inner.tb_frame.f_code.co_filename).name}:{inner.tb_lineno}" if inner is not None else "nowhere"


def _missing(question: Question) -> Answer:
    return Answer(question.name, None, why="not asked")
