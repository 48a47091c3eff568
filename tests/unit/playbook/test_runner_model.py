"""The runner against every interruption at every point, alone and in pairs: all ends are new, old or a question."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from eakte_ops.playbook.plan import OnServer, Plan, Step
from eakte_ops.playbook.progress import Decision, Ended
from tests.unit.playbook.model import FAULTS, Fault, Model, do, run_to_the_end

UNDO = OnServer("undo")


def plan(*steps: Step) -> Plan:
    return Plan("witten", "try", "admin-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z", "0", steps)


LINE = plan(
    Step("a", 1, "one", "a", do(), verify="v", undo=UNDO),
    Step("b", 2, "two", "b", do(), verify="v", undo=UNDO, gives=("dump",)),
    Step("c", 3, "one", "c", do(), undo=UNDO, repeatable=True),
)
WIDE = plan(
    Step("a", 1, "one", "a", do(), verify="v", undo=UNDO),
    Step("b", 1, "two", "b", do(), verify="v", undo=UNDO),
    Step("c", 2, "one", "c", do(), undo=UNDO),
)
PLANS = {"line": LINE, "wide": WIDE}


def check(model: Model) -> str:
    result = run_to_the_end(model)
    assert model.broken == []
    left = [job for machine in model.machines.values() for job in machine.jobs.values() if job.state != "ended"]
    if isinstance(result, Ended):
        assert not left
        assert set(model.effects().values()) == {"full" if result.outcome == "new" else "none"}
        return result.outcome
    assert isinstance(result, Decision), result
    # A question is honest only where nobody can know: a server died under a step, or the way back is blocked.
    assert model.undo_fails or any(fault.startswith("died") for fault in model.struck), result
    return result.why


def cases(kinds: tuple[Fault, ...], points: int, pairs: bool) -> Iterator[dict[int, Fault]]:
    for at, fault in itertools.product(range(points), kinds):
        yield {at: fault}
        if pairs:
            for later, second in itertools.product(range(at + 1, points), kinds):
                yield {at: fault, later: second}


def sample(all_of_them: Iterator[dict[int, Fault]]) -> Iterator[tuple[int, dict[int, Fault]]]:
    """Every fifth case, or with EAKTE_OPS_WHOLE=1 all of them."""
    step = 1 if os.environ.get("EAKTE_OPS_WHOLE") == "1" else 5
    return itertools.islice(enumerate(all_of_them), 0, None, step)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("fails", [(), ("a",), ("b",), ("c",), ("b", "c")])
def test_every_single_fault(name: str, fails: tuple[str, ...]) -> None:
    for seed, faults in itertools.product(range(3), cases(FAULTS, 45, pairs=False)):
        model = Model(PLANS[name], faults, frozenset(fails), seed=seed)
        outcome = check(model)
        if not fails and not any(fault.startswith("died") for fault in model.struck):
            assert outcome == "new"
        if fails:
            assert outcome != "new"


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("fails", [(), ("b",), ("c",)])
def test_pairs_of_faults(name: str, fails: tuple[str, ...]) -> None:
    for number, faults in sample(cases(FAULTS, 24, pairs=True)):
        check(Model(PLANS[name], faults, frozenset(fails), seed=number))
