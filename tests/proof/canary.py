"""Invariant 8: secrets reach neither argv nor environments, logs, journals, plans, diffs, reports or exceptions.

The secrets of a town of the lab, of the centre, and the keys of both are values that nothing else holds. Every command
is typed in every format and language, well and under every fault, those of the lab included. Meanwhile and afterwards
the values are looked for in every spelling: in what is said, in the words and the environment of every process of this
machine and of the servers, in every file that changed here or there, in the store, in journals and in the properties of
units. Where a secret has to be, the owner and the mode of the file are looked at. Which commands there are is asked of
the program itself: the tests fail as long as one is not in the table (`tests/canary/table.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from eakte_ops.cli.context import Context
from eakte_ops.lab.lab import Lab
from tests.canary.desk import Ran
from tests.canary.lab import HELD, in_lab
from tests.proof.line import Line


def prove(say: Callable[[Line], None]) -> None:
    """The whole table and all faults, in the lab of this machine, which is booted for it. Needs root."""
    lab = Lab(patience=120.0)
    lab.up((), lambda folder: Context(project=folder))

    def heard(part: str, ran: Ran, wrong: list[str]) -> None:
        say(Line(part, f"`{ran.typed}`", "; ".join([f"status {ran.status}", *wrong]), not wrong))

    with tempfile.TemporaryDirectory(prefix="proof-") as scratch, in_lab(lab, Path(scratch)) as driven:
        driven.desk.heard = heard
        driven.well(whole=True)
        driven.faulty(whole=True)
        before = set(driven.desk.leaks)
        driven.end()
        found = sorted(set(driven.desk.leaks) - before)
        say(Line("At the end", "all files, journals, units and the store", "; ".join(found) or "no secret", not found))
        held = driven.held()
        say(Line("At the end", "files of the servers that hold a secret", f"{len(held)}, as meant", held == HELD))
    seen = driven.desk.watch.summary
    told = f"{seen['started']} programs were started, of {seen['unseen']} the words could not be read"
    again = f"all processes {seen['rounds']} times, every {seen['mean_ms']:g} ms, {seen['longest_ms']:g} ms at worst"
    say(Line("The watch", "processes", f"{told}; {again}", seen["unseen"] <= seen["started"] / 50))
