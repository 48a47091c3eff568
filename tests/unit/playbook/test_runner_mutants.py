"""The model finds what it is there to find: each mutant of the runner breaks a rule in some interruption."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from tests.unit.playbook import test_runner_model as honest
from tests.unit.playbook.model import FAULTS, Model

MUTANTS = {
    "a new id after each interruption": (
        "acts",
        'return before.attempt if before.mark == "begun" else before.attempt + 1',
        "return before.attempt + 1",
    ),
    "begun is not written first": (
        "acts",
        'if before is None or before.mark != "begun":\n            yield',
        "if False:\n            yield",
    ),
    "lost counts as not begun": (
        "acts",
        'return "cannot-tell"\n\n    def _mark',
        'return "not-begun"\n\n    def _mark',
    ),
    "undone from the front": (
        "progress",
        "stage = max(step.stage for step in left)",
        "stage = min(step.stage for step in left)",
    ),
    "no fence when a run is taken over": (
        "runner",
        "token = self.world.fence(self.plan.servers)",
        "token = 1 if self.journal.entries() else self.world.fence(self.plan.servers)",
    ),
    "nothing is settled before it is undone": (
        "progress",
        "running = _begun(plan, entries)",
        "running = ()",
    ),
    "what is unclear is not undone": (
        "progress",
        'entry.mark != "decided-not-begun"',
        'entry.mark not in ("decided-not-begun", "unclear")',
    ),
    "a failed step is not undone": (
        "progress",
        'entry.mark != "decided-not-begun"',
        'entry.mark not in ("decided-not-begun", "failed")',
    ),
    "a stage does not wait for its mates": (
        "progress",
        'if ready:\n            return Work("do", ready)',
        "if ready:\n            more = [s for s in plan.steps if s.stage == stage + 1 and s.id not in marks]\n"
        '            return Work("do", (*ready, *more))',
    ),
}


def functions(module: dict[str, Any], name: str) -> Iterator[tuple[str, FunctionType]]:
    """All functions and methods that are written in a module, by their qualified names."""
    for each in [value for value in module.values() if getattr(value, "__module__", "") == name]:
        for found in (each, *vars(each).values()) if isinstance(each, type) else (each,):
            if isinstance(found, FunctionType) and found.__module__ == name:
                yield found.__qualname__, found


@pytest.fixture
def mutated(request: pytest.FixtureRequest) -> Iterator[None]:
    """The runner with one text replaced. Only code changes: classes stay what they are."""
    name, old, new = MUTANTS[request.param]
    module = sys.modules[f"eakte_ops.playbook.{name}"]
    path = Path(module.__file__ or "")
    text = path.read_text()
    assert text.count(old) == 1, f"the mutant no longer fits {path.name}"
    fresh: dict[str, Any] = {"__name__": module.__name__}
    exec(compile(text.replace(old, new), str(path), "exec"), fresh)
    changed = dict(functions(fresh, module.__name__))
    kept = [(found, found.__code__) for _, found in functions(vars(module), module.__name__)]
    for where, found in functions(vars(module), module.__name__):
        found.__code__ = changed[where].__code__
    yield
    for found, code in kept:
        found.__code__ = code


@pytest.mark.parametrize("mutated", MUTANTS, indirect=True)
def test_every_mutant_is_caught(mutated: None) -> None:
    assert any(_caught(name, fails) for name, fails in itertools.product(honest.PLANS, [("b",), (), ("c",)]))


def _caught(name: str, fails: tuple[str, ...]) -> bool:
    for number, faults in honest.sample(honest.cases(FAULTS, 24, pairs=True)):
        try:
            honest.check(Model(honest.PLANS[name], faults, frozenset(fails), seed=number))
        except AssertionError:
            return True
    return False
