"""An operations host with a store of its own, and a town whose servers are folders of this machine."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from eakte_ops.audit import Trail
from eakte_ops.audit.who import Who
from eakte_ops.errors import EakteError, LineLost
from eakte_ops.playbook import conduct
from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.drive import SideBySide
from eakte_ops.playbook.gates import Gates
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.memory import entries, migrations, outputs, runs
from eakte_ops.playbook.memory.keeper import Keeper
from eakte_ops.playbook.parts import AtWork, Outcome, Parts, Tools
from eakte_ops.playbook.permit import Permit
from eakte_ops.playbook.plan import OnServer, Plan, Step
from eakte_ops.playbook.recording import record
from eakte_ops.playbook.standing import is_over
from eakte_ops.playbook.variables import Variables
from eakte_ops.playbook.world import SshWorld
from eakte_ops.remote.types import Connection, Target
from eakte_ops.store import Store
from tests.integration.remote.ops_folder import OpsFolder, make
from tests.unit.health import well

TOWN = "witten"
PERMIT = Permit("", TOWN, "tried")


def town_of(folder: Path, *names: str) -> dict[str, OpsFolder]:
    """Servers of the town, by name."""
    found = {}
    for name in names:
        (folder / name).mkdir()
        found[name] = make(folder / name)
    return found


def effect(there: OpsFolder, name: str, more: str = "") -> OnServer:
    return OnServer(f"{more}\necho ran >>{there.top}/did-{name}")


def step(number: int, server: str, do: Any, undo: OnServer | None = None, **more: Any) -> Step:
    name = f"{number:02}-s-{server}"
    return Step(name, number, server, f"step {number}", do, undo=undo, **more)


def plan_of(*steps: Step) -> Plan:
    return Plan(
        TOWN, "try it", "admin-1", "2026-11-24T12:00:00+00:00", "2036-11-24T12:00:00+00:00", "0", steps, why="tried"
    )


def did(there: OpsFolder, name: str) -> int:
    """How often the effect of that name happened."""
    file = there.top / f"did-{name}"
    return len(file.read_text().splitlines()) if file.exists() else 0


@dataclass
class Watched:
    """What happens at the exchanges of one process, counted from 1. `at`: number -> what is done `before` or after."""

    at: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    before: bool = True
    count: int = 0
    down: set[str] = field(default_factory=set)

    def line(self, server: str, connection: Connection) -> Connection:
        if server in self.down:
            raise LineLost(server=server, phase="login")
        return _Line(self, server, connection)

    def talks(self, server: str, talk: Callable[[], Iterator[Any]]) -> Iterator[Any]:
        self.count += 1
        act = self.at.get(self.count)
        if act is not None and self.before:
            act()
        if server in self.down:
            raise LineLost(server=server, phase="exchange")
        yield from talk()
        if act is not None and not self.before:
            act()


class _Line:
    def __init__(self, watched: Watched, server: str, connection: Connection) -> None:
        self._watched = watched
        self._server = server
        self._connection = connection
        self.visit = connection.visit

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        return self._watched.talks(
            self._server, lambda: list(self._connection.talk(stdin, deadline=deadline, cap=cap)).__iter__()
        )

    def close(self) -> None:
        self._connection.close()


def killed() -> None:
    """kill -9 of this very process."""
    os.kill(os.getpid(), signal.SIGKILL)


def frozen() -> None:
    """SIGSTOP of this very process."""
    os.kill(os.getpid(), signal.SIGSTOP)


@dataclass
class Office:
    """`folder`: its state; `host`: its name; `servers`: those of the town, as this host knows them."""

    folder: Path
    host: str
    servers: Mapping[str, OpsFolder]
    answers: list[Answered] = field(default_factory=list)

    @property
    def state(self) -> Path:
        (self.folder / self.host).mkdir(exist_ok=True, mode=0o700)
        return self.folder / self.host

    @property
    def trail(self) -> Trail:
        return Trail(self.state, who=Who("admin-1", self.host))

    def store(self) -> Store:
        return Store.open(self.state / "store.db", migrations())

    @contextmanager
    def parts(self, watched: Watched | None = None, pause: Callable[[], bool] = lambda: False) -> Iterator[Parts]:
        eye = watched or Watched()
        targets = {name: Target(name, "127.0.0.1", "eakte-ops", self.folder) for name in self.servers}
        lines = Lines(targets, lambda target, _deadline: eye.line(target.name, self.servers[target.name].line()), 10.0)
        keeper = Keeper(self.store)
        layout = well.inventory().towns[TOWN].profile.layout["linux"]
        try:
            yield Parts(
                town=TOWN,
                name="Witten",
                zone=ZoneInfo("Europe/Berlin"),
                servers=tuple(sorted(self.servers)),
                layouts=dict.fromkeys(self.servers, layout),
                state=self.state,
                keeper=keeper,
                lines=lines,
                trail=self.trail,
                tools=lambda at_work: self._tools(at_work, lines, pause),
            )
        finally:
            lines.close()
            keeper.close()

    @contextmanager
    def _tools(self, at_work: AtWork, lines: Lines, pause: Callable[[], bool]) -> Iterator[Tools]:
        world = SshWorld(
            plan=at_work.plan,
            town=well.inventory().towns[TOWN],
            lines=lines,
            variables=Variables(at_work.run.id, at_work.run.plan, "admin-1", at_work.until),
            raise_fence=at_work.fence,
            entries=at_work.entries,
            note=at_work.note,
            person=lambda step, do: (
                Answered(True, "said") if step.id in at_work.answers else Answered(None, do.question)
            ),
            content=lambda _send: b"",
            gates=Gates((), lines.lend),
            record=record(lambda job, out, err: at_work.keep(outputs.Output(job, 1.0, out, err))),
        )
        yield Tools(world, SideBySide(), pause)

    # -- what people do
    def begin(self, plan: Plan, watched: Watched | None = None) -> Outcome:
        with self.parts(watched) as parts:
            return conduct.begin(parts, plan, why="tried", permit=PERMIT)

    def resume(self, watched: Watched | None = None, **said: Any) -> Outcome:
        run = self.run
        with self.parts(watched) as parts:
            return conduct.resume(parts, run, **said)

    def in_a_child(self, act: Callable[[], Outcome]) -> int:
        """The process id of a child that does `act` and ends with the status of what came of it; 99 for a fault."""
        with (
            warnings.catch_warnings()
        ):  # no thread of ours is alive here; Python 3.12 also counts those of the test runner
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            status = 99
            try:
                status = int(act().status)
            except EakteError as problem:
                status = int(problem.status)
            finally:
                os._exit(status)
        return child

    # -- what is left
    @property
    def run(self) -> runs.Run:
        with self.store_read() as rows:
            return runs.listed(rows)[0]

    @contextmanager
    def store_read(self) -> Iterator[Any]:
        store = self.store()
        try:
            with store.reading() as rows:
                yield rows
        finally:
            store.close()

    def lines_of(self, run: str) -> Sequence[str]:
        with self.store_read() as rows:
            return entries.lines(rows, run)

    def is_over(self, run: str) -> bool:
        with self.store_read() as rows:
            written = entries.of(rows, run)
        return bool(written) and is_over([each.entry for each in written])

    def copy_of(self, run: str) -> Sequence[str]:
        """The journal on the lock server."""
        server = self.servers[sorted(self.servers)[0]]
        return (server.state / "runs" / run / "journal.jsonl").read_text().splitlines()

    def is_free(self) -> bool:
        """Whether no server of the town is locked."""
        return not any((there.state / "lock" / "holder").exists() for there in self.servers.values())
