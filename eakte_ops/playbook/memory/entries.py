"""Journals: the lines of each run in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eakte_ops.playbook.written import Written, read_all

if TYPE_CHECKING:
    from eakte_ops.store import Rows


def append(rows: Rows, run: str, number: int, line: str) -> None:
    """Add the line of that number, counted from 0. One that is there already is a fault of the program: it raises."""
    rows.run("INSERT INTO entry (run, number, line) VALUES (?, ?, ?)", (run, number, line))


def lines(rows: Rows, run: str) -> tuple[str, ...]:
    """All lines of a run."""
    return tuple(row[0] for row in rows.all("SELECT line FROM entry WHERE run = ? ORDER BY number", (run,)))


def of(rows: Rows, run: str) -> tuple[Written, ...]:
    """All entries of a run, with their times."""
    return read_all(lines(rows, run))


def replace(rows: Rows, run: str, kept: Sequence[str]) -> None:
    """Make `kept` the journal of a run: what its lock server knows, when it was taken over."""
    rows.run("DELETE FROM entry WHERE run = ?", (run,))
    rows.many("INSERT INTO entry (run, number, line) VALUES (?, ?, ?)", [(run, n, line) for n, line in enumerate(kept)])
