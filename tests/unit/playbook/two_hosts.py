"""The model with the journal as it is kept: in the store of an operations host first, then on the lock server.

Every line that is sent there is one more point at which a fault can strike, and after a process ended it may be another
host, which knows nothing, that goes on with what the lock server has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from eakte_ops.errors import LineLost
from eakte_ops.playbook.acts import Fenced
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.journalled import Journalled
from eakte_ops.playbook.memory.keeper import Keeper
from eakte_ops.playbook.runner import Runner
from eakte_ops.playbook.written import read_all
from tests.unit.playbook.model import Killed, Model

T = TypeVar("T")


@dataclass
class Disk:
    """A store on paper: the lines of one run. Stands for Keeper and for Rows."""

    lines: list[str] = field(default_factory=list)

    def writing(self, act: Callable[[Any], T]) -> T:
        return act(self)

    def run(self, _sql: str, values: tuple[str, int, str]) -> None:
        _run, number, line = values
        assert number == len(self.lines), "a line has its number once"
        self.lines.append(line)


@dataclass
class TwoHosts(Model):
    """`changes`: after how many processes another host takes over. `rolls_back`: the process in which a person turns
    the run round (the first one is 1), where it is not over by then."""

    changes: int = 0
    rolls_back: int = 0
    disk: Disk = field(default_factory=Disk)
    there: list[str] = field(default_factory=list)
    processes: int = 0
    on_their_way: list[Callable[[], int]] = field(default_factory=list)

    # -- the copy; Model.write and Model.entries are not used
    def put(self, text: str) -> None:
        """See copy.Copy."""

    def append(self, first: int, lines: Sequence[str]) -> int:
        def put() -> int:
            assert first <= len(self.there) + 1
            for line, known in zip(lines, self.there[first - 1 :], strict=False):
                assert line == known, "the lock server has another line"
            self.there += lines[max(0, len(self.there) - first + 1) :]
            return len(self.there)

        return cast(int, self._strike(put, lambda: self.on_their_way.append(put)))

    # -- one process after the other
    def process(self) -> Any:
        """One process: on the host of the one before, or on another one, with the lock server's lines alone."""
        self.processes += 1
        for put in self.on_their_way:  # what arrives later than this is refused: the fence was raised
            if self.random.random() < 0.5:
                put()
        self.on_their_way.clear()
        if self.changes and self.processes % self.changes == 0:
            self.disk = Disk(list(self.there))
        known = read_all(self.disk.lines)
        journal = Journalled("r1", cast(Keeper, self.disk), self, "admin-1 on ops-1", known=known)
        self.lines = [each.entry for each in known]
        try:
            if known:
                journal.catch_up()
            seen = _Seen(journal, self)
            runner = Runner("r1", self.plan, seen, self, self.drive)
            runner.begin()
            if self.rolls_back and self.processes >= self.rolls_back and known:
                self._turn_round(seen)
            return runner.carry_out()
        except (Killed, LineLost, Fenced):
            return None

    def _turn_round(self, journal: _Seen) -> None:
        """As conduct.rollback does."""
        turns = {entry.turn for entry in journal.entries()}
        if not turns & {"going-back", "closed"}:
            journal.write(Entry(turn="going-back"))

    def to_the_end(self, most: int = 14) -> Any:
        for _ in range(most):
            result = self.process()
            if result is not None:
                return result
        return None


@dataclass(frozen=True)
class _Seen:
    """The journal; the model's servers know the token by the lines that were written."""

    journal: Journalled
    model: TwoHosts

    def write(self, entry: Entry) -> None:
        self.model.lines.append(entry)
        self.journal.write(entry)

    def entries(self) -> Sequence[Entry]:
        return self.journal.entries()
