"""100 steps on the four servers of a lab town: the whole engine (lock, audit, both journals, jobs with records)
against bare execs of the same nothing over lines that are kept open.

The lab must be up (`eakte-ops lab up`). Each step only runs `true`, so all that is measured is overhead. Once one step
after the other, once four side by side. What is kept here goes into a folder that is deleted; the records of the jobs
are taken from the servers again, the fence token stays raised.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from eakte_ops.playbook.plan import OnServer, Plan, Step
from eakte_ops.remote.types import Connect, Target

TOWN = "witten"
STEPS = 100
ROUNDS = 3


def targets() -> dict[str, Target]:
    from eakte_ops.cli.context import CONTEXT

    town = CONTEXT.inventory(TOWN).towns[TOWN]
    return {server.name: CONTEXT.target(town, server, "work") for server in town.said.servers}


def plan(servers: list[str], side_by_side: int) -> Plan:
    steps = tuple(
        Step(f"{n:03}-nothing-{server}", n // side_by_side + 1, server, "nothing", OnServer("true"), repeatable=True)
        for n in range(STEPS)
        for server in [servers[n % len(servers)]]
    )
    return Plan(TOWN, "measure", "benchmark", "2026-11-24T12:00:00Z", "2027-11-24T12:00:00Z", "0", steps)


def bare(there: dict[str, Target]) -> float:
    """As many execs of `true`, one after the other, over one kept line to each server."""
    import socket

    import paramiko

    lines = []
    for target in there.values():
        sock = socket.create_connection((target.address, target.port), 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = paramiko.Transport(sock)
        line.start_client(timeout=20)
        line.auth_publickey(target.user, paramiko.Ed25519Key.from_private_key_file(str(target.identity)))
        lines.append(line)
    began = time.perf_counter()
    for number in range(STEPS):
        channel = lines[number % len(lines)].open_session()
        channel.exec_command("true")
        if channel.recv_exit_status():
            raise SystemExit("true failed")
        channel.close()
    spent = time.perf_counter() - began
    for line in lines:
        line.close()
    return spent


def engine(there: dict[str, Target], side_by_side: int) -> float:
    """Seconds from taking the town to giving it back, connecting included."""
    from eakte_ops.playbook import conduct
    from eakte_ops.playbook.permit import Permit

    with tempfile.TemporaryDirectory() as folder, parts_in(Path(folder), there) as parts:
        made = plan(list(there), side_by_side)
        began = time.perf_counter()
        outcome = conduct.begin(parts, made, why="benchmark", permit=Permit(made.hash, TOWN, "benchmark"))
        spent = time.perf_counter() - began
        if outcome.status:
            raise SystemExit(f"{outcome}")
        clear(parts.lines, outcome.run.id)
    return spent


@contextmanager
def parts_in(folder: Path, there: dict[str, Target]) -> Iterator[object]:
    from eakte_ops.audit import Trail
    from eakte_ops.cli.context import CONTEXT, migrations
    from eakte_ops.playbook.drive import SideBySide
    from eakte_ops.playbook.gates import Gates
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.playbook.memory import outputs
    from eakte_ops.playbook.memory.keeper import Keeper
    from eakte_ops.playbook.parts import AtWork, Parts, Tools
    from eakte_ops.playbook.recording import record
    from eakte_ops.playbook.variables import Variables
    from eakte_ops.playbook.world import SshWorld
    from eakte_ops.remote.connection import Connector
    from eakte_ops.store import Store

    town = CONTEXT.inventory(TOWN).towns[TOWN]
    layouts = {server.name: town.profile.layout[server.platform] for server in town.said.servers}
    connect: Connect = Connector(handshakes=16)
    lines = Lines(there, connect, 30.0)
    keeper = Keeper(lambda: Store.open(folder / "store.db", migrations()))

    @contextmanager
    def tools(work: AtWork) -> Iterator[Tools]:
        world = SshWorld(
            plan=work.plan,
            town=town,
            lines=lines,
            variables=Variables(work.run.id, work.plan.hash, work.run.who, work.until),
            raise_fence=work.fence,
            entries=work.entries,
            note=work.note,
            person=never,
            content=never,
            gates=Gates((), lines.lend),
            record=record(lambda job, out, err: work.keep(outputs.Output(job, 0.0, out, err))),
        )
        yield Tools(world, SideBySide())

    try:
        servers = tuple(sorted(there))
        yield Parts(TOWN, town.name, UTC, servers, layouts, folder, keeper, lines, Trail(folder), tools)
    finally:
        lines.close()
        keeper.close()


def never(*_asked: object) -> object:
    raise AssertionError("these steps ask nobody")


def clear(lines: object, run: str) -> None:
    """Take away what this run left on the servers."""
    from eakte_ops.playbook.lines import Lines
    from eakte_ops.remote import ops
    from eakte_ops.remote.types import Question, Script

    assert isinstance(lines, Lines)
    text = f"cd /var/lib/eakte-ops && rm -rf jobs/{run}.* runs/{run}"  # as ops.sh
    for server in lines.targets:
        with lines.to(server) as line:
            ops.ask(line, Question("clear", Script({"posix": text}), limit=30.0))


def main() -> None:
    program = str(Path(sys.executable).parent / "eakte-ops")
    said = subprocess.run([program, "lab", "status", "--json"], check=True, capture_output=True, text=True)
    os.environ["EAKTE_OPS_PROJECT"] = json.loads(said.stdout)["project"]
    there = targets()
    sides: dict[str, Callable[[], float]] = {
        "bare execs of `true`, one after the other": lambda: bare(there),
        "engine, one after the other": lambda: engine(there, 1),
        "engine, four side by side": lambda: engine(there, 4),
    }
    seen: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, measure in sides.items():
            seen[name].append(measure())
    middle = {name: statistics.median(all_) for name, all_ in seen.items()}
    for name, seconds in middle.items():
        print(f"{name}: {STEPS} steps on {len(there)} servers: {seconds:.2f} s, {1000 * seconds / STEPS:.0f} ms a step")
    first, *others = middle.values()
    print("ratio to bare: " + " · ".join(f"{each / first:.1f}" for each in others) + " (goal: under 20 s in all)")


if __name__ == "__main__":
    main()
