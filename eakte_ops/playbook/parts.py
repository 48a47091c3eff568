"""What a run is carried out with: put together by cli/run_parts.py, and by tests from other things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import EakteError, Status
from eakte_ops.events import Sink, silent
from eakte_ops.playbook import lock
from eakte_ops.playbook.acts import Unanswered
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.memory import outputs
from eakte_ops.playbook.progress import Decision, Ended
from eakte_ops.playbook.runner import Drive, Paused, Result, World
from eakte_ops.playbook.wall import moment

if TYPE_CHECKING:
    from eakte_ops.audit import Trail
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.memory.keeper import Keeper
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.plan import Plan, Step
    from eakte_ops.product.model import Layout


@dataclass(frozen=True, slots=True)
class AtWork:
    """What a world is told of the run that it serves; see world.SshWorld for what it needs it for.

    `fence`: see runner.World; `entries`: of its journal; `note`: step, job -> line for the town's system journal;
    `answers`: step id or name of the playbook's step -> word that a person gave; `keep`: what jobs said, to be kept.
    """

    run: Run
    plan: Plan
    fence: Callable[[Sequence[str]], int]
    entries: Callable[[], Sequence[Entry]]
    note: Callable[[Step, str], str]
    answers: Mapping[str, str]
    keep: Callable[[outputs.Output], None]

    @property
    def until(self) -> datetime:
        """When the run is expected to end."""
        return datetime.fromtimestamp(self.run.until, UTC)


@dataclass(frozen=True, slots=True)
class Tools:
    """What one process works on a run with. `paused`: whether the person at this terminal asked to pause."""

    world: World
    drive: Drive
    paused: Callable[[], bool] = lambda: False
    emit: Sink = silent


ToolsOf: TypeAlias = Callable[[AtWork], AbstractContextManager[Tools]]


@dataclass(frozen=True, slots=True)
class Parts:
    """For the runs of one town.

    `servers`: all that have a lock (of this town, ours to reach), sorted; the first one is the lock server of new runs.
    `name`, `zone`: of the town, for people. `state`: folder of what this operations folder remembers. `layouts`: by
    server.
    """

    town: str
    name: str
    zone: tzinfo
    servers: tuple[str, ...]
    layouts: Mapping[str, Layout]
    state: Path
    keeper: Keeper
    lines: Lines
    trail: Trail
    tools: ToolsOf
    clock: Clock = SYSTEM

    @property
    def host(self) -> str:
        """How this operations folder is called in locks."""
        return lock.host_here(self.trail.who.host, self.trail.name)

    @property
    def who(self) -> str:
        """Who is at work, and where."""
        return f"{self.trail.who.login} on {self.trail.who.host}"

    def now(self) -> float:
        """Unix seconds."""
        return self.clock.now().timestamp()

    def at(self, when: float) -> str:
        """A moment as the clock on the wall of the town shows it."""
        return moment(datetime.fromtimestamp(when, UTC), self.zone, self.clock.now())


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process's work on a run ended. Exactly one of `result` and `error` is there.

    `notes`: sentences about what is not as it should be all the same, such as a server that keeps the lock. `begun`:
    False where an error came before anything was begun, so that the town is free again.
    """

    run: Run
    result: Result | None = None
    error: EakteError | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    interrupted: bool = False
    begun: bool = True

    @property
    def status(self) -> Status:
        """The exit status: new 0, old 4, a decision or an answer asked for 5, paused by Ctrl-C 130, else as `error`."""
        if isinstance(self.error, Unanswered):
            return Status.DECISION
        if self.error is not None:
            return self.error.status
        if isinstance(self.result, Ended):
            return Status.UNDONE if self.result.outcome == "old" else Status.OK
        if isinstance(self.result, Paused) and self.interrupted:
            return Status.INTERRUPTED
        return Status.DECISION

    @property
    def asks(self) -> Decision | None:
        """What a person has to decide."""
        return self.result if isinstance(self.result, Decision) else None
