"""One run on real hosts: gate, both accounts, values, a secret, a file, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.health.engine import stops_of
from eakte_ops.lab.lab import Lab
from eakte_ops.playbook import lock
from eakte_ops.playbook.acts import Answered
from eakte_ops.playbook.drive import SideBySide
from eakte_ops.playbook.gates import Gates
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.plan import Gate, OnServer, Plan, Send, Step
from eakte_ops.playbook.progress import Ended
from eakte_ops.playbook.runner import Runner
from eakte_ops.playbook.variables import Variables
from eakte_ops.playbook.world import SshWorld
from eakte_ops.remote import anchors, ops, townlock
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.types import Question, Script

RUN = "lab-test-world"
APP, GATEWAY = "witten-app", "witten-gw"
FILE = "/var/lib/eakte-ops/incoming/$run/a.yml"
UNDO = OnServer('cd /var/lib/eakte-ops && rm -r "incoming/$run"')


@dataclass
class Paper:
    """A journal in memory."""

    lines: list[Entry] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self.lines.append(entry)

    def entries(self) -> Sequence[Entry]:
        return tuple(self.lines)


def steps(last: int) -> tuple[Step, ...]:
    """`last`: the status of the last one."""
    software = OnServer('id -un >/dev/null; echo "account=$(id -un)"', account="software")
    work = OnServer(
        'set -eu; [ "$(id -un)" = eakte-ops ]; [ "$by" = eakte ]; [ "$pw" = "staple of the lab" ]\n'
        "[ ! -e /proc/self/environ ] || ! grep -q staple /proc/self/environ",
        secrets={"pw": "database"},
        takes={"by": "account"},
    )
    return (
        Step("01-gate-app", 1, APP, "all well", Gate(("service.health",)), limit=60),
        Step("02-soft-app", 2, APP, "as the software", software, gives=("account",), limit=30),
        Step("03-work-app", 3, APP, "as people at work", work),
        Step("03-send-gw", 3, GATEWAY, "a file", Send("x:y", "0" * 64, FILE), undo=UNDO),
        Step("04-last-gw", 4, GATEWAY, "the last one", OnServer(f"exit {last}"), undo=OnServer("true")),
    )


@pytest.fixture
def lines(lab: Lab) -> Iterator[Lines]:
    context = Context(project=lab.places.operations)
    town = context.inventory("witten").towns["witten"]
    targets = {name: context.target(town, town.server(name), "work") for name in (APP, GATEWAY)}
    with closing(Lines(targets, Connector(), 30.0)) as made:
        yield made
        text = f"cd /var/lib/eakte-ops && rm -rf jobs/{RUN}.* incoming/{RUN}"
        for server in targets:
            with made.to(server) as line:
                ops.ask(line, Question("clear", Script({"posix": text})))


def run(lab: Lab, lines: Lines, last: int) -> tuple[object, list[tuple[str, str, str]]]:
    context = Context(project=lab.places.operations)
    town = context.inventory("witten").towns["witten"]
    stops = stops_of([town], lambda its, server: context.target(its, server, "work"), None, context.library)
    plan = Plan("witten", "try", "lab", "", "", "0", steps(last), values={"account": "word"})
    said: list[tuple[str, str, str]] = []
    journal = Paper()
    until = datetime.now(UTC) + timedelta(minutes=5)
    now = datetime.now(UTC).timestamp()
    holder = townlock.Holder(RUN, "lab", "lab", "try the world", now, now + 300, 0)
    taken = lock.take(lines, (APP, GATEWAY), holder, needed=(APP, GATEWAY), objection=lambda *_: None)
    try:
        world = SshWorld(
            plan=plan,
            town=town,
            lines=lines,
            variables=Variables(RUN, plan.hash, "lab", until),
            raise_fence=lambda _servers: taken.token,
            entries=journal.entries,
            note=lambda step, job: f"run={RUN} step={step.id} job={job}",
            person=lambda _step, _do: Answered(None),
            content=lambda _send: b"a: 1\n",
            gates=Gates(stops, lines.lend),
            reveal=lambda _name: "staple of the lab",
            record=lambda *each: said.append(each),
        )
        runner = Runner(RUN, plan, journal, world, SideBySide())
        runner.begin()
        return runner.carry_out(), said
    finally:
        lock.release(lines, (APP, GATEWAY), RUN, taken.token)


def there(lines: Lines, text: str) -> str:
    with lines.to(GATEWAY) as line:
        return ops.ask(line, Question("there", Script({"posix": text}))).out.decode()


@pytest.mark.parametrize(("last", "outcome"), [(0, "new"), (1, "old")])
def test_a_run_on_real_hosts(lab: Lab, lines: Lines, last: int, outcome: str) -> None:
    result, said = run(lab, lines, last)
    assert result == Ended(outcome)
    assert (f"{RUN}.02-soft-app.do.1", "account=eakte\n", "") in said
    shown = there(lines, f"cd /var/lib/eakte-ops/incoming && ls {RUN} && stat -c %a%U {RUN}/a.yml && cat {RUN}/a.yml")
    assert shown == ("a.yml\n600eakte-ops\na: 1\n" if outcome == "new" else "")
    with lines.to(GATEWAY) as line:
        noted = [anchor.text for anchor in anchors.read(line, server=GATEWAY)]
    assert f"run={RUN} step=03-send-gw job={RUN}.03-send-gw" in noted
