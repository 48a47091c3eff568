"""Carries a plan out: asks progress.py what is left, lets the acts talk to the world, journal first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from eakte_ops.clock import SYSTEM
from eakte_ops.events import Event, Sink, silent
from eakte_ops.playbook.acts import Act, Acts, Wish, Write
from eakte_ops.playbook.journal import Entry, Journal
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.progress import Decision, Ended, TurnRound, Work, last, next_work


class World(Protocol):
    """What the runner needs of the servers."""

    def answer(self, wish: Wish) -> Any:
        """The answer to a wish other than Write. Raises Unreachable, SudoRefused, CommandFailed."""

    def fence(self, servers: Sequence[str]) -> int:
        """Raise the fence token on all `servers`, so that nothing sent before can begin any more; give it.

        Raises Fenced where somebody else has a higher one, Unreachable.
        """


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """An entry is in the journal. `run`: whose."""

    run: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Paused:
    """A person asked to pause; the stage under way came to its end."""


Result: TypeAlias = Ended | Decision | Paused
Drive: TypeAlias = Callable[[Sequence[Act], Callable[[Wish], Any]], None]
"""Lets several acts come to their ends, side by side or one after the other; then raises the first error of any."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One process at work on one run."""

    run: str
    plan: Plan
    journal: Journal
    world: World
    drive: Drive
    pause: Callable[[], bool] = lambda: False
    emit: Sink = silent

    def begin(self) -> None:
        """Take the run: nothing that an earlier process sent can begin after this. Raises as World.fence does."""
        token = self.world.fence(self.plan.servers)
        turn: Literal["opened", "taken-over"] = "taken-over" if self.journal.entries() else "opened"
        self._write(Entry(turn=turn, token=token))

    def carry_out(self) -> Result:
        """Go on until nothing is left, a person has to decide, or was asked to pause. `begin` came before."""
        while True:
            entries = self.journal.entries()
            work = next_work(self.plan, entries)
            if isinstance(work, Ended):
                if entries[-1].turn != "closed":
                    self._write(Entry(turn="closed", said=work.outcome))
                return work
            if isinstance(work, Decision):
                return work
            if self.pause():
                return Paused()
            if isinstance(work, TurnRound):
                self._write(Entry(turn="going-back"))
            else:
                self.drive(self._acts(work, entries), self._answer)

    def _acts(self, work: Work, entries: Sequence[Entry]) -> list[Act]:
        acts = Acts(self.run)
        if work.kind == "settle":
            return [acts.settle(step, before) for step in work.steps if (before := last(entries, step.id, "do"))]
        return [acts.carry_out(step, work.kind, last(entries, step.id, work.kind)) for step in work.steps]

    def _answer(self, wish: Wish) -> Any:
        if isinstance(wish, Write):
            self._write(wish.entry)
            return None
        return self.world.answer(wish)

    def _write(self, entry: Entry) -> None:
        """The journal first, then whoever listens."""
        self.journal.write(entry)
        self.emit(Noted(SYSTEM.monotonic(), self.run, entry))
