"""Values between steps: only what is of its kind, the last line of a name, nothing evaluated."""

from __future__ import annotations

from typing import Any

import pytest

from eakte_ops.playbook import given
from eakte_ops.playbook.acts import NotGiven, Output, Wish
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.plan import OnServer, Plan, Step, ValueKind
from eakte_ops.playbook.progress import Ended
from eakte_ops.playbook.runner import Runner
from tests.unit.playbook.model import Model


@pytest.mark.parametrize(
    ("kind", "well", "bad"),
    [
        ("word", "11.10-2+a", "two words"),
        ("word", "x", "$(reboot)"),
        ("line", "any text; $(even this)", "\x1b[2Jhidden"),
        ("number", "1234", "-1"),
        ("number", "0", "0x10"),
        ("path", "/opt/eakte/releases/11.10", "/opt/../etc"),
        ("sha256", "a" * 64, "a" * 63),
        ("time", "2026-11-24T20:40:00+00:00", "2026-11-24T20:40:00"),
        ("time", "2026-11-24T20:40:00Z", "soon"),
    ],
)
def test_a_value_is_of_its_kind_or_none(kind: ValueKind, well: str, bad: str) -> None:
    assert given.read(f"noise\nname={well}\n", {"name": kind}) == {"name": well}
    for value in (bad, "", "a" * 301):
        with pytest.raises(NotGiven, match="the value name is no"):
            given.read(f"name={value}\n", {"name": kind})


def test_the_last_line_of_a_name_counts_and_others_are_left() -> None:
    out = "snapshot=old\nother=1\nsnapshot=new=er\n"
    assert given.read(out, {"snapshot": "line"}) == {"snapshot": "new=er"}


def test_what_is_missing_is_said_by_its_name_alone() -> None:
    with pytest.raises(NotGiven) as told:
        given.read("password=hunter2hunter2\n", {"snapshot": "word"})
    assert str(told.value) == "gave no value snapshot"


def test_the_latest_value_of_a_run_counts() -> None:
    entries = [
        Entry("a", mark="done", gives={"x": "1", "y": "2"}),
        Entry("b", mark="begun"),
        Entry("b", mark="done", gives={"x": "3"}),
    ]
    assert given.values(entries) == {"x": "3", "y": "2"}


class Forgetful(Model):
    """Jobs end well, and one of them does not say what it promised."""

    def answer(self, wish: Wish) -> Any:
        if isinstance(wish, Output):
            raise NotGiven("gave no value snapshot")
        return super().answer(wish)


def test_a_job_without_its_value_is_a_failed_step_and_is_undone() -> None:
    do, undo = OnServer("do"), OnServer("undo")
    steps = (
        Step("a", 1, "one", "a", do, undo=undo),
        Step("b", 2, "one", "b", do, undo=undo, gives=("snapshot",)),
        Step("c", 3, "one", "c", do, undo=undo),
    )
    world = Forgetful(Plan("witten", "try", "a", "", "", "0", steps), {})
    runner = Runner("r1", world.plan, world, world, world.drive)
    runner.begin()
    assert runner.carry_out() == Ended("old")
    assert world.effects() == {"a": "none", "b": "none", "c": "none"}
    (said,) = [entry.said for entry in world.entries() if entry.mark == "failed"]
    assert said == "exit 0 gave no value snapshot"
