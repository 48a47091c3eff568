"""What jobs say is kept without the secrets of the town, also those that an earlier process gave them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from eakte_ops.cli import run_parts
from eakte_ops.errors import Refused
from eakte_ops.playbook.lines import Lines
from eakte_ops.playbook.memory.outputs import Output
from eakte_ops.playbook.memory.runs import Run
from eakte_ops.playbook.parts import AtWork
from eakte_ops.playbook.plan import OnServer, Plan, Send, Step
from eakte_ops.secret.scrub import SCRUBBER
from tests.unit.health import well

PASSWORD = "zauberlehrling-4711"
GIVEN = OnServer("psql", secrets={"pw": "database"})


class Vault:
    """Opens `database`, and nothing else."""

    def names(self) -> tuple[str, ...]:
        return ("closed", "database")

    def reveal(self, name: str) -> None:
        if name == "closed":
            raise Refused("no identity opens it")
        SCRUBBER.add("witten/database", PASSWORD)


def plan(*steps: Step) -> Plan:
    return Plan("witten", "try", "a", "2026-11-24T12:00:00+00:00", "2026-11-25T00:00:00+00:00", "0", steps)


def said(monkeypatch: pytest.MonkeyPatch, of: Plan, *texts: str) -> tuple[list[Output], list[str]]:
    """What is kept of jobs that say `texts`, and what a person is told, in a process that has revealed nothing."""
    monkeypatch.setattr(SCRUBBER, "_forms", {})
    monkeypatch.setattr("eakte_ops.cli.secret.vault_of", lambda _town: Vault())
    kept: list[Output] = []
    told: list[str] = []
    run = Run("r1", "witten", of.hash, 1.0, 2.0, "admin", "ops-1", "", "", ("witten-app",))
    at_work = AtWork(run, of, lambda _servers: 1, tuple, lambda _step, _job: "", {}, kept.append)
    view = cast(Any, SimpleNamespace(heard=lambda _event: None, tell=told.append))
    lines = Lines({}, cast(Any, None), 1.0)
    world = run_parts._world(well.inventory().towns["witten"], lines, at_work, view, cast(Any, None))
    for text in texts:
        world.record("r1.01-a.do.1", text, text)
    return kept, told


@pytest.mark.parametrize(
    "step",
    [
        Step("01-a", 1, "witten-app", "a", GIVEN),
        Step("01-a", 1, "witten-app", "a", OnServer("true"), undo=GIVEN),
        Step("01-a", 1, "witten-app", "a", Send("config:witten-app:a", "0" * 64, "/x")),
    ],
)
def test_a_secret_that_an_earlier_process_gave_to_a_job_is_taken_out(
    monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    kept, told = said(monkeypatch, plan(step), f"login with {PASSWORD} failed", "again")
    assert [(each.out, each.err) for each in kept] == [
        ("login with <secret witten/database> failed",) * 2,
        ("again",) * 2,
    ]
    assert told == ["NOTE: closed can not be opened here, and so not be taken out of what jobs say."]


def test_a_plan_that_uses_none_opens_none(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, told = said(monkeypatch, plan(Step("01-a", 1, "witten-app", "a", OnServer("true"))), "well")
    assert ([each.out for each in kept], told) == (["well"], [])
    assert SCRUBBER.clean(PASSWORD) == PASSWORD
