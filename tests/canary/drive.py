"""Drives a desk through the table and the faults."""

from __future__ import annotations

import json
from collections.abc import Collection

from tests.canary.desk import Desk
from tests.canary.faults import Fault
from tests.canary.table import Row


def well(desk: Desk, rows: Collection[Row], *, whole: bool) -> None:
    """Type what the rows say, one after the other. `whole`: in every way, not only the first."""
    desk.part = "Well"
    for row in rows:
        for words in row.typed(whole=whole):
            if "{finding}" in words:
                desk.known["finding"] = _finding(desk)
            if "{plan}" in words:
                desk.known["plan"] = _plan(desk)
            out = "terminal" if row.terminal else "file"
            desk.type(
                words,
                ends=row.ends,
                stdin=row.stdin.format_map(desk.known),
                tells=row.tells.format_map(desk.known),
                out=out,
            )


def faulty(desk: Desk, faults: Collection[Fault], *, whole: bool) -> None:
    """Plant one fault after the other, and type what runs into it. `whole`: all of it, not only the sample."""
    for fault in faults:
        tries = fault.tries if whole else fault.tries[: fault.sample]
        if not tries:
            continue
        desk.part = f"Fault: {fault.name}"
        with fault.plant(desk):
            for each in tries:
                desk.type(each.words, ends=each.ends, **each.how)


def _finding(desk: Desk) -> str:
    """The number of an open finding."""
    ran = desk.type("findings list {town} --all --json", ends=(1,))
    return str(next(each["id"] for each in json.loads(ran.out)["findings"] if each["ended"] is None))


def _plan(desk: Desk) -> str:
    """The hash of a plan that was made."""
    return str(json.loads(desk.type("plans list --json").out)["plans"][0]["hash"])
