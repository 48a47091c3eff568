"""What was done, in the order in which it was done. A run's state is a fold over its entries; no field holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Phase: TypeAlias = Literal["do", "undo"]
Mark: TypeAlias = Literal["begun", "done", "failed", "unclear", "decided-done", "decided-not-begun"]
Turn: TypeAlias = Literal["opened", "taken-over", "going-back", "return-decided", "abandoned", "closed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. About a step: `mark` of one attempt at a phase, with the values it gave; `said`: what was seen.

    About the whole run: `step` is "" and `turn` says what; `token`: the fence token from there on.
    """

    step: str = ""
    phase: Phase = "do"
    attempt: int = 1
    mark: Mark | None = None
    turn: Turn | None = None
    token: int = 0
    gives: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


class Journal(Protocol):
    """The journal of one run."""

    def write(self, entry: Entry) -> None:
        """Returns when the entry is on disk, here and on the lock server; raises, and then nothing may be started."""

    def entries(self) -> Sequence[Entry]:
        """All entries in the order in which they were written."""
