"""A sample of the proof of the engine: runs that are interrupted on real hosts. The whole: ./scripts/proof engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.lab import Lab
from tests.engine.trial import WHY, Trial
from tests.proof import engine

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def trial(lab: Lab, operations: Path, tmp_path: Path) -> Iterator[Trial]:
    made = Trial(lab, operations, tmp_path)
    engine.settled(made)
    yield made
    lab.boot(("witten",))
    engine.settled(made)


def test_killed_while_files_are_placed_and_turned_round_they_are_all_old_in_the_end(trial: Trial) -> None:
    plan = engine.ready(trial, "config apply")
    with trial.held_at(plan, "Start:04-place-", "after") as running:
        assert running.stopped, running.said
        running.kill()
    run = trial.run_of(plan)
    assert run is not None
    assert trial.ours("runs", "rollback", run["id"], "--why", WHY).status == 4
    line = engine.judged(trial, "config apply", plan, "Turned round", "placing")
    assert line.well, line
    assert "run old" in line.outcome


def test_a_handover_that_was_cut_off_is_whole_after_it_was_taken_up(trial: Trial) -> None:
    plan = engine.ready(trial, "handover begin")
    with trial.held_at(plan, "Start:05-stop-", "after") as running:
        assert running.stopped, running.said
        running.kill()
    line = engine.judged(trial, "handover begin", plan, "Killed", "stopping")
    assert line.well, line
    assert trial.service() == "new"
