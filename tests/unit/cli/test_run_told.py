"""How a run ended, as exit status: leaving and pausing by Ctrl-C are said as interruptions, not as well."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from eakte_ops.cli.run_told import tell
from eakte_ops.errors import EakteError, TimedOut
from eakte_ops.playbook.drive import Left
from eakte_ops.playbook.memory.runs import Run
from eakte_ops.playbook.parts import Outcome, Parts
from eakte_ops.playbook.runner import Paused

RUN = Run("2026-11-24-witten-ab12", "witten", "a" * 64, 0.0, 0.0, "anna", "desk", "why", "", ("witten-gw",))
PARTS = cast(Parts, SimpleNamespace(name="Witten"))


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ({"error": Left("left the run")}, 130),
        ({"result": Paused(), "interrupted": True}, 130),
        ({"result": Paused()}, 5),
        ({"error": TimedOut(server="witten-gw", seconds=5, phase="connect")}, 3),
        ({"error": EakteError("x")}, 1),
    ],
)
def test_status(ending: dict[str, Any], status: int) -> None:
    assert tell(PARTS, Outcome(RUN, **ending)) == status
