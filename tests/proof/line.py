"""What a proof says of one case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`part`: of the proof; `what`: the case; `outcome`: what was seen; `well`: whether it is as it should be."""

    part: str
    what: str
    outcome: str
    well: bool
