"""A plan comes back from its text exactly as it was, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eakte_ops.errors import NotSupported
from eakte_ops.playbook.read_plan import NoPlan, read_plan
from tests.unit.playbook.sample_plan import sample

PLAN = sample()


def changed(**said: Any) -> str:
    """The text of the plan with other fields."""
    return json.dumps({**json.loads(PLAN.text()), **said})


def step_changed(number: int, **said: Any) -> str:
    plain = json.loads(PLAN.text())
    plain["steps"][number] |= said
    return json.dumps(plain)


def test_a_plan_survives_its_text() -> None:
    assert read_plan(PLAN.text(), PLAN.hash) == PLAN


def test_how_it_is_laid_out_does_not_matter() -> None:
    assert read_plan(json.dumps(json.loads(PLAN.text()), indent=4)).hash == PLAN.hash


def test_it_is_read_from_what_show_prints_with_its_hash_compared() -> None:
    shown = {"schema": "eakte-ops/plan", "version": 1, "hash": PLAN.hash, "plan": json.loads(PLAN.text())}
    assert read_plan(json.dumps(shown)) == PLAN
    shown["plan"]["town"] = "hattingen"
    with pytest.raises(NoPlan, match="was altered"):
        read_plan(json.dumps(shown))


def test_another_hash_than_the_expected_one_is_refused() -> None:
    with pytest.raises(NoPlan, match=f"should have the hash 000000000000 and has {PLAN.hash[:12]}"):
        read_plan(PLAN.text(), "0" * 64)


def test_another_format_is_refused_and_names_the_version_that_can() -> None:
    with pytest.raises(NotSupported, match="format 7") as caught:
        read_plan(changed(format=7, tool="3.2.0", something_new=True))
    assert "eakte-ops 3.2.0" in caught.value.way_out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '"plan"',
        changed(more="than is known"),
        changed(steps=None),
        changed(steps=[{}]),
        changed(valid_until="tomorrow"),
        changed(valid_until="2026-11-24T22:00:00"),
        changed(valid_until="9999-12-31T23:59:59+00:00"),
        changed(valid_until="0001-01-01T00:00:00+14:00"),
        changed(window={"begin": "soon", "end": "", "latest_start": ""}),
        changed(purpose="restart the gateway\n  1  nothing else is done"),
        changed(made_by="admin-1\x1b[2J"),
        changed(why="\ud800"),
        step_changed(0, title="look\u202ekool"),
        step_changed(0, title_de="sehen\x9b2J"),
        "[" * 200_000,
        step_changed(0, limit="30"),
        step_changed(0, limit=30.0),
        step_changed(0, repeatable=0),
        step_changed(0, do={"instruction": "Format", "disk": "/dev/sda"}),
        step_changed(0, do={"instruction": "Gate"}),
        step_changed(0, do={"text": "true", "account": "root", "instruction": "OnServer", "secrets": {}, "takes": {}}),
        step_changed(0, do=["x"]),
        step_changed(0, undo=7),
        step_changed(0, owner="nobody"),
    ],
)
def test_what_says_more_less_or_something_else_is_no_plan(text: str) -> None:
    with pytest.raises(NoPlan) as caught:
        read_plan(text)
    assert caught.value.way_out


def test_a_field_that_is_missing_is_not_filled_in() -> None:
    plain = json.loads(PLAN.text())
    del plain["why"]
    with pytest.raises(NoPlan, match=r"more or less than this version knows.*0\.1\.0 made it"):
        read_plan(json.dumps(plain))
