"""A town's mail names no command of a program that the town does not have."""

from __future__ import annotations

import pytest

from eakte_ops.health import wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.report.parts import without_commands

STEPS = {
    (check.name, language, key): wording.general(step, language)
    for check in CHECKS.values()
    for language, text in check.text.items()
    for key, step in {"": text.todo, **text.todos}.items()
    if check.owner == "local-it"
}


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("is the machine up? eakte-ops access who witten", "is the machine up?"),
        ("Fingerabdruck vorlesen lassen, dann: eakte-ops access accept witten DATEI", "Fingerabdruck vorlesen lassen"),
        ("the units come from: eakte-ops access pack witten, then install", "the units come from, then install"),
        ("unknown is not well: see why (eakte-ops checks queue.age)", "unknown is not well: see why"),
        ("order a larger disk", "order a larger disk"),
    ],
)
def test_commands_are_left_out(step: str, left: str) -> None:
    assert without_commands(step) == left


@pytest.mark.parametrize("step", STEPS.values(), ids=[" ".join(key) for key in STEPS])
def test_no_step_for_local_it_keeps_one(step: str) -> None:
    left = without_commands(step)
    assert "eakte-ops " not in left
    assert left.strip()
    assert not left.endswith((":", ",", "(", " "))
