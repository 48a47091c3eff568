"""Steps that start no job: gates and questions to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from eakte_ops.playbook.acts import Answered, Simple, Unanswered, Wish
from eakte_ops.playbook.journal import Entry, Mark
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Plan, Step
from eakte_ops.playbook.progress import Decision, Ended, Work, next_work
from eakte_ops.playbook.runner import Runner
from tests.unit.playbook.model import Model

DO, UNDO = OnServer("do"), OnServer("undo")
GATE = Step("b", 2, "one", "all well?", Gate(("service.health",)))
ASK = Step("b", 2, "", "local IT has patched", AskPerson("Has local IT patched?"))


def plan(middle: Step) -> Plan:
    steps = (Step("a", 1, "one", "a", DO, undo=UNDO), middle, Step("c", 3, "one", "c", DO, undo=UNDO))
    return Plan("witten", "try", "admin-1", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z", "0", steps)


class Asked(Model):
    """Gives these answers to gates and questions, one after the other."""

    def __init__(self, middle: Step, *answers: bool | None) -> None:
        super().__init__(plan(middle), {})
        self.answers = list(answers)

    def answer(self, wish: Wish) -> Any:
        if isinstance(wish, Simple):
            return Answered(self.answers.pop(0), "seen")
        return super().answer(wish)


def run(world: Asked) -> object:
    runner = Runner("r1", world.plan, world, world, world.drive)
    runner.begin()
    return runner.carry_out()


def marks(world: Asked, step: str) -> Sequence[str | None]:
    return [entry.mark for entry in world.entries() if entry.step == step]


@pytest.mark.parametrize("middle", [GATE, ASK])
def test_what_passes_lets_the_run_go_on(middle: Step) -> None:
    world = Asked(middle, True)
    assert run(world) == Ended("new")
    assert world.effects() == {"a": "full", "c": "full"}
    assert marks(world, "b") == ["begun", "done"]


def test_a_gate_that_fails_turns_the_run_round_before_the_next_step() -> None:
    world = Asked(GATE, False)
    assert run(world) == Ended("old")
    assert world.machines["one"].effects == {"a": "none"}
    assert marks(world, "c") == []


def test_a_question_without_an_answer_waits_and_is_asked_again_when_resumed() -> None:
    world = Asked(ASK, None, None, True)
    for _ in range(2):
        with pytest.raises(Unanswered, match='"local IT has patched" waits for the answer of a person'):
            run(world)
        assert marks(world, "c") == []
    assert run(world) == Ended("new")
    assert marks(world, "b") == ["begun", "done"]


def test_a_run_that_is_over_stays_over() -> None:
    world = Asked(GATE, True)
    assert run(world) == Ended("new")
    before = len(world.machines["one"].jobs)
    assert run(world) == Ended("new")
    assert len(world.machines["one"].jobs) == before


@pytest.mark.parametrize("opened", ["done", "failed", "unclear", "begun"])
def test_beyond_the_point_of_no_return_only_a_person_turns_a_run_round(opened: Mark) -> None:
    """Whatever became of the step that opens: once it was begun clerks may have stored documents."""
    opens = Step("b", 2, "one", "open", DO, undo=UNDO, no_return=True)
    before = (Entry("a", mark="done"), Entry("b", mark=opened), Entry(turn="going-back"))
    if opened == "begun":  # what may still run is settled first, and that alone
        assert next_work(plan(opens), before) == Work("settle", (opens,))
        before = (*before, Entry("b", mark="unclear"))
    assert next_work(plan(opens), before) == Decision("no-return", (opens,))
    decided = (*before, Entry(turn="return-decided"))
    assert next_work(plan(opens), decided) == Work("undo", (opens,))
    never = (Entry("a", mark="done"), Entry("b", mark="decided-not-begun"), Entry(turn="going-back"))
    assert next_work(plan(opens), never) == Work("undo", (plan(opens).step("a"),))
