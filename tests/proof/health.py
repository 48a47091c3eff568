"""Every fault that the lab can plant is found as the only finding, with the right owner.

Each is planted alone in a town that is well, and mended before the next one. What the tests plant is the same, several
faults at once that do not hide each other (`tests/lab/test_health_scenarios.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from tests.lab.looks import EXPECTED, TOWN, health, named, until_well
from tests.proof.line import Line


def prove(say: Callable[[Line], None]) -> None:
    """All scenarios, in the lab of this machine, which is booted for it. Needs root."""
    lab = Lab(patience=120.0)
    lab.up((), lambda folder: Context(project=folder))
    operations = lab.places.operations
    lab.mend(None, TOWN, None)
    for scenario, expected in EXPECTED.items():
        until_well(operations, TOWN)
        try:
            lab.break_it(scenario, TOWN, None, lambda folder: Context(project=folder))
            status, found = health(operations, TOWN)
        finally:
            lab.mend(None, TOWN, None)
        seen = "; ".join(" ".join(filter(None, each)) for each in named(found)) or "nothing"
        well = named(found) == [expected] and status == (3 if scenario == "changed-host-key" else 1)
        say(Line("Faults", scenario, f"{seen}; status {status}", well))
