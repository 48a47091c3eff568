"""How one step is carried out, as a conversation: a generator wishes for one thing after the other, and is answered.

So the order of journal and world stands in one place, and a test can stop it between any two of them.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from eakte_ops.errors import CommandFailed, Refused
from eakte_ops.playbook.journal import Entry, Mark, Phase
from eakte_ops.playbook.plan import AskPerson, Do, Gate, OnServer, Send, Step
from eakte_ops.remote.jobs import JobState

MOST_ATTEMPTS = 5
"""A step whose server dies under it each time is a question for a person, not an endless loop."""

_OVERTAKEN = ("other-boot", "fenced")
"""Why eakte-run refused a job that an earlier process had queued: it never began, and may begin anew."""

Seen: TypeAlias = Literal["done", "not-begun", "cannot-tell"]


@dataclass(frozen=True, slots=True)
class Write:
    """Put an entry on disk. Answer: None."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Start:
    """Start a job, at most once per `job`, or ask for its state. Answer: JobState."""

    step: Step
    do: OnServer
    job: str


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until a job has ended, or its limit is over. Answer: JobState."""

    step: Step
    job: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Ask the server what became of a step. Answer: Seen."""

    step: Step


@dataclass(frozen=True, slots=True)
class Output:
    """The values that a job gave. Answer: mapping of name to text. NotGiven, raised, makes the step one that failed."""

    step: Step
    job: str


@dataclass(frozen=True, slots=True)
class Simple:
    """Deliver a file, look at a gate, ask a person: what can be repeated without harm. Answer: Answered."""

    step: Step
    do: Send | Gate | AskPerson


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a Simple. `well` None: there is no answer yet."""

    well: bool | None
    said: str = ""


Wish: TypeAlias = Write | Start | Await | Verify | Output | Simple
Act: TypeAlias = Generator[Wish, Any, None]


class Fenced(Refused):
    """Somebody else has taken this town over; a server told us so. Nothing more is done from here."""

    message = "{server}: another run has taken over ({said}); this one does nothing more"
    hint = "eakte-ops runs list shows who is at work now"


class Held(Refused):
    """A server refused to begin a step, for a reason that passes; the run can be resumed."""

    message = "{server}: did not begin: {said}"
    hint = "once the reason is gone: eakte-ops runs resume"


class Unanswered(Refused):
    """A person has not answered yet. The run goes on from this step when it is resumed."""

    message = '{server}: "{step}" waits for the answer of a person'
    hint = "once it is there: eakte-ops runs resume"


class NotGiven(CommandFailed):
    """A job ended well and did not give the values that later steps need."""

    message = "{said}"


@dataclass(frozen=True, slots=True)
class Acts:
    """The acts of one run. `run`: its id, the first part of the ids of its jobs."""

    run: str

    def job(self, step: Step, phase: Phase, attempt: int) -> str:
        """The id of a job: the same one for the same attempt, whoever asks."""
        return f"{self.run}.{step.id}.{phase}.{attempt}"

    def carry_out(self, step: Step, phase: Phase, before: Entry | None) -> Act:
        """Do or undo a step. `before`: the latest entry about this phase."""
        do = cast(Do, step.do if phase == "do" else step.undo)
        if isinstance(do, OnServer):
            yield from self._on_server(step, phase, do, before)
        else:
            yield from self._simple(step, phase, do, before)

    def settle(self, step: Step, before: Entry) -> Act:
        """Find out how a begun step ended. The fence has been raised: what is not there can not begin any more."""
        if not isinstance(step.do, OnServer):
            yield self._mark(step, "do", before.attempt, "unclear")
            return
        state: JobState = yield Await(step, self.job(step, "do", before.attempt))
        if state.kind == "exit":
            yield self._mark(step, "do", before.attempt, "done" if state.code == 0 else "failed", _told(state))
        elif state.kind == "lost":
            yield self._mark(step, "do", before.attempt, "unclear", _told(state))
        elif state.kind in ("absent", "refused"):
            yield self._mark(step, "do", before.attempt, "decided-not-begun", _told(state))

    def _simple(self, step: Step, phase: Phase, do: Send | Gate | AskPerson, before: Entry | None) -> Act:
        attempt = yield from self._begin(step, phase, before)
        answered: Answered = yield Simple(step, do)
        if answered.well is None:  # asking again and again would be an endless loop
            raise Unanswered(step=step.title, server=step.server or "the town")
        yield self._mark(step, phase, attempt, "done" if answered.well else "failed", answered.said)

    def _on_server(self, step: Step, phase: Phase, do: OnServer, before: Entry | None) -> Act:
        attempt = yield from self._begin(step, phase, before)
        while True:
            job = self.job(step, phase, attempt)
            state: JobState = yield Start(step, do, job)
            if state.kind in ("queued", "running"):
                state = yield Await(step, job)
            if state.kind == "exit":
                yield from self._exit(step, phase, attempt, state, job)
                return
            if state.kind == "fenced":
                raise Fenced(state.said, server=step.server)
            seen: Seen = yield from self._seen(step, phase, state)
            if seen == "done":
                yield self._mark(step, phase, attempt, "done", "found done")
                return
            if state.kind == "refused" and state.said not in _OVERTAKEN:
                yield self._mark(step, phase, attempt, "decided-not-begun", _told(state))
                raise Held(state.said, server=step.server)
            if attempt >= MOST_ATTEMPTS or not (seen == "not-begun" or step.repeatable or phase == "undo"):
                yield self._mark(step, phase, attempt, "unclear", _told(state))
                return
            attempt += 1
            yield self._mark(step, phase, attempt, "begun")

    def _exit(self, step: Step, phase: Phase, attempt: int, state: JobState, job: str) -> Act:
        """A job ended with a status. Well is only what also gave the values that were promised."""
        mark: Mark = "done" if state.code == 0 else "failed"
        gives: Mapping[str, str] = {}
        if mark == "done" and phase == "do" and step.gives:
            try:
                gives = yield Output(step, job)
            except NotGiven as problem:
                yield self._mark(step, phase, attempt, "failed", f"{_told(state)} {problem.said}")
                return
        yield self._mark(step, phase, attempt, mark, _told(state), gives=gives)

    def _begin(self, step: Step, phase: Phase, before: Entry | None) -> Generator[Wish, Any, int]:
        """Write down that it begins, unless that stands there already; gives the number of the attempt."""
        attempt = _attempt(before)
        if before is None or before.mark != "begun":
            yield self._mark(step, phase, attempt, "begun")
        return attempt

    def _seen(self, step: Step, phase: Phase, state: JobState) -> Generator[Wish, Any, Seen]:
        """What became of an act without an end: refused ones never began; of others only the server can tell."""
        if state.kind == "refused":
            return "not-begun"
        if state.kind == "lost" and phase == "do" and step.verify is not None:
            seen: Seen = yield Verify(step)
            return seen
        return "cannot-tell"

    def _mark(self, step: Step, phase: Phase, attempt: int, mark: Mark, said: str = "", **more: Any) -> Write:
        return Write(Entry(step.id, phase, attempt, mark, said=said, **more))


def _attempt(before: Entry | None) -> int:
    if before is None:
        return 1
    return before.attempt if before.mark == "begun" else before.attempt + 1


def _told(state: JobState) -> str:
    return " ".join(str(part) for part in (state.kind, state.code, state.said) if part not in (None, ""))
