"""What the jobs of a run said, as recording.py made it harmless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte_ops.store import Rows


@dataclass(frozen=True, slots=True)
class Output:
    """The ends of what a job said. `at`: Unix seconds at which it was heard here."""

    job: str
    at: float
    out: str
    err: str


def keep(rows: Rows, run: str, output: Output) -> None:
    """Keep the output of a job of `run`; what was heard before of the same job is replaced."""
    rows.run(
        "INSERT INTO output (run, job, at, out, err) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (run, job) DO UPDATE SET at = excluded.at, out = excluded.out, err = excluded.err",
        (run, output.job, output.at, output.out, output.err),
    )


def of(rows: Rows, run: str) -> tuple[Output, ...]:
    """All outputs of a run, in the order in which they were heard."""
    return tuple(
        Output(*row) for row in rows.all("SELECT job, at, out, err FROM output WHERE run = ? ORDER BY at, job", (run,))
    )
