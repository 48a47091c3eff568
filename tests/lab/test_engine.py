"""A sample of the proof of the engine: runs that are interrupted on real hosts. The whole: ./scripts/proof engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from tests.engine.stage import Told
from tests.engine.trial import WHY, Act, Trial
from tests.proof import engine

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def trial(lab: Lab, operations: Path, tmp_path: Path) -> Iterator[Trial]:
    made = Trial(lab, operations, tmp_path)
    engine.settled(made)
    yield made
    lab.boot(("witten",))
    engine.settled(made)


def until(trial: Trial, act: Act, kind: str, step: str) -> tuple[str, Told]:
    """A plan of `act`, and the first wish of that kind about a step: the same plan makes the same wishes."""
    points = engine.wishes(trial, act)
    return engine.ready(trial, act), next(each for each in points if each.kind == kind and each.step.startswith(step))


def test_killed_while_files_are_placed_they_are_all_new_in_the_end(trial: Trial) -> None:
    plan, point = until(trial, "config apply", "Start", "04-place-")
    with trial.held_at(plan, point.number, "after") as running:
        running.kill()
    line = engine.judged(trial, "config apply", plan, "Killed", engine.named(point))
    assert line.well, line
    assert "run new" in line.outcome


def test_a_server_that_loses_its_power_in_an_act_and_a_person_who_turns_it_round(trial: Trial) -> None:
    plan, point = until(trial, "config apply", "Start", "05-effect-")
    with trial.held_at(plan, point.number) as running:
        trial.power_off("witten-index")
        assert running.go_on() == 3
    trial.power_on()
    run = trial.run_of(plan)
    assert run is not None
    assert trial.ours("runs", "rollback", run["id"], "--why", WHY).status in (3, 4)
    line = engine.judged(trial, "config apply", plan, "Turned round", engine.named(point))
    assert line.well, line
    assert "run old" in line.outcome


def test_a_handover_that_was_cut_off_is_whole_after_it_was_taken_up(trial: Trial) -> None:
    plan = engine.ready(trial, "handover begin")
    with trial.held_at(plan, 20, "after") as running:
        running.kill()
    line = engine.judged(trial, "handover begin", plan, "Killed", "wish 20")
    assert line.well, line
    assert trial.service() == "new"
