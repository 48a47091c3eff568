"""What a plan is made from, until when it is valid, and when a second person is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.errors import UsageError
from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.compile import Compiled
from eakte_ops.playbook.inputs import changed, files_of, hashed
from eakte_ops.playbook.make import VALID, Origin, make_plan, needs_second, strictest
from eakte_ops.playbook.plan import Needs, OnServer, Step
from tests.unit.health import well
from tests.unit.playbook.sample_plan import NOW, STEPS, TUE_THU, sample

ORIGIN = Origin("mueller", NOW, "commit 0123456789", clean=True, tool="0.1.0", inputs={})
QUIET = (Step("1", 1, "witten-gw", "look", OnServer("true")),)


def made(steps: tuple[Step, ...] = STEPS, needs: Needs | None = None, hours: Hours = TUE_THU, **origin: Any) -> Any:
    compiled = Compiled("try", "versuchen", steps, needs or Needs())
    return make_plan(compiled, replace(ORIGIN, **origin), "witten", hours, "playbook")


def test_a_plan_that_waits_for_a_window_is_valid_until_it_ends() -> None:
    assert made().valid_until == "2026-11-24T21:00:00+00:00"
    friday = made(now=datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    assert friday.window.begin == "2026-12-01T17:00:00+00:00"
    assert friday.valid_until == "2026-12-01T21:00:00+00:00"


def test_a_plan_that_needs_no_window_is_valid_for_twelve_hours() -> None:
    plan = made(needs=Needs(window=False))
    assert plan.window is None
    assert plan.valid_until == (NOW + VALID).isoformat()


def test_a_window_that_is_far_away_or_missing_prolongs_nothing() -> None:
    far = Hours.of(
        "Europe/Berlin",
        [{"days": ["tue"], "from": "18:00", "until": "22:00"}],
        [{"from": "2026-11-24", "until": "2026-12-20"}],
    )
    plan = made(hours=far)
    assert plan.window.begin == "2026-12-22T17:00:00+00:00"
    assert plan.valid_until == (NOW + VALID).isoformat()
    narrow = Hours.of("Europe/Berlin", [{"days": ["tue"], "from": "18:00", "until": "18:05"}])
    assert made(hours=narrow).window is None


def test_an_operations_folder_that_is_not_committed_needs_a_reason() -> None:
    with pytest.raises(UsageError, match="is not in git: nobody could say later") as caught:
        made(clean=False, commit="not in git")
    assert "--why" in caught.value.way_out
    with pytest.raises(UsageError):
        made(clean=False, commit="not in git", why="  ")
    plan = made(clean=False, commit="not in git", why="the disk fails")
    assert (plan.commit, plan.why) == ("not in git", "the disk fails")


def test_nothing_to_do_is_no_plan() -> None:
    with pytest.raises(UsageError, match="nothing to do in witten"):
        made(steps=())


@pytest.mark.parametrize(
    ("steps", "playbook", "asked", "needed"),
    [
        (STEPS, False, "playbook", False),
        (QUIET, True, "playbook", True),
        (STEPS, False, "stops", True),
        (QUIET, False, "stops", False),
        (QUIET, False, "always", True),
    ],
)
def test_a_second_person_is_needed_by_playbook_or_by_settings(
    steps: Any, playbook: bool, asked: Any, needed: bool
) -> None:
    plan = sample(needs=Needs(window=False, second_person=playbook), steps=steps)
    assert needs_second(plan, asked) is needed


def test_a_town_may_ask_for_more_than_the_centre_never_for_less() -> None:
    assert strictest("playbook", "always") == "always"
    assert strictest("stops", "playbook") == "stops"
    assert strictest("always", "stops") == "always"


def test_the_inputs_are_the_files_it_was_made_from_and_the_age_files_of_its_secrets(tmp_path: Path) -> None:
    town = well.inventory().towns["witten"]
    (tmp_path / "inventories/witten.secrets").mkdir(parents=True)
    found = files_of(tmp_path, town, "playbooks/settings.yml", STEPS)
    assert found == (
        "access.yml",
        "eakte-ops.yml",
        "inventories/_defaults.yml",
        "inventories/witten.known_hosts",
        "inventories/witten.secrets/osrest-password.age",
        "inventories/witten.yml",
        "playbooks/settings.yml",
    )


def test_every_way_in_which_an_input_may_differ_is_told(tmp_path: Path) -> None:
    for name in ("same", "edited", "gone", "linked"):
        (tmp_path / name).write_text(name)
    inputs = hashed(tmp_path, ("same", "edited", "gone", "linked", "new", "missing"))
    assert inputs["missing"] == ""
    (tmp_path / "edited").write_text("something else")
    (tmp_path / "gone").unlink()
    (tmp_path / "linked").rename(tmp_path / "elsewhere")
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "new").write_text("new")
    assert changed(tmp_path, inputs) == (
        "edited was changed",
        "gone was removed",
        "linked was replaced by a link",
        "new was added",
    )


def test_a_link_is_no_input_since_what_it_leads_to_could_be_changed_unseen(tmp_path: Path) -> None:
    """access.yml as a link, and whoever can change the file behind it adds a key after the plan was approved."""
    (tmp_path / "keys").write_text("admin-1")
    (tmp_path / "access.yml").symlink_to("keys")
    with pytest.raises(UsageError, match=r"access\.yml is a link"):
        hashed(tmp_path, ("access.yml",))
    assert changed(tmp_path, {"access.yml": ""}) == ("access.yml was replaced by a link",)
