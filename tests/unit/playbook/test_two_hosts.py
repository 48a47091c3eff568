"""The runner with its journal in two places, on hosts that follow each other: new, old or a question, as ever."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from eakte_ops.playbook import journalled
from eakte_ops.playbook.progress import Decision, Ended
from tests.unit.playbook.model import FAULTS, Fault
from tests.unit.playbook.test_runner_model import LINE, PLANS, cases
from tests.unit.playbook.two_hosts import TwoHosts

WHOLE = os.environ.get("EAKTE_OPS_WHOLE") == "1"
POINTS = 48
"""More than a run of LINE has wishes and lines to send, with one interruption."""


def check(model: TwoHosts) -> str:
    result = model.to_the_end()
    assert model.broken == []
    left = [job for machine in model.machines.values() for job in machine.jobs.values() if job.state != "ended"]
    if isinstance(result, Ended):
        assert not left
        assert set(model.effects().values()) == {"full" if result.outcome == "new" else "none"}
        return result.outcome
    assert isinstance(result, Decision), result
    assert any(fault.startswith("died") for fault in model.struck), result
    return result.why


def sample(all_of_them: Iterator[dict[int, Fault]], every: int) -> Iterator[tuple[int, dict[int, Fault]]]:
    return itertools.islice(enumerate(all_of_them), 0, None, 1 if WHOLE else every)


@pytest.mark.parametrize("changes", [0, 1, 2])
@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("fails", [(), ("b",), ("c",)])
def test_every_single_fault(name: str, fails: tuple[str, ...], changes: int) -> None:
    for seed, faults in sample(cases(FAULTS, POINTS, pairs=False), 3):
        outcome = check(TwoHosts(PLANS[name], faults, frozenset(fails), seed=seed, changes=changes))
        assert (outcome == "new") <= (not fails)


@pytest.mark.parametrize("changes", [0, 1, 2])
@pytest.mark.parametrize("fails", [(), ("b",)])
def test_pairs_of_faults(fails: tuple[str, ...], changes: int) -> None:
    for number, faults in sample(cases(FAULTS, POINTS, pairs=True), 211):
        check(TwoHosts(LINE, faults, frozenset(fails), seed=number, changes=changes))


def rolled_back() -> Iterator[dict[int, Fault]]:
    """Pairs of neighbours: what is not written, and then done all the same, shows when nobody does it again."""
    for at, one, two in itertools.product(range(POINTS), FAULTS, FAULTS):
        yield {at: one, at + 1: two}


@pytest.mark.parametrize("changes", [0, 1])
@pytest.mark.parametrize("name", PLANS)
def test_a_person_turns_it_round_after_any_fault(name: str, changes: int) -> None:
    for number, faults in sample(rolled_back(), 7):
        check(TwoHosts(PLANS[name], faults, seed=number, changes=changes, rolls_back=2))


def test_a_begin_that_does_not_lie_on_the_lock_server_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journalled, "_TOLD_LATER", ("begun", *journalled._TOLD_LATER))
    with pytest.raises(AssertionError, match="full"):
        test_a_person_turns_it_round_after_any_fault("line", 1)
