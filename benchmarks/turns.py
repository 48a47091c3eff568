"""Sides that are measured turn by turn, each time in a process of its own, and the medians of what they say."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Figures: TypeAlias = Mapping[str, float]


def turn(file: str, side: str, *words: str, environment: Mapping[str, str] | None = None) -> dict[str, float]:
    """What `file --child SIDE WORDS` says as the last line of its stdout: a JSON object of figures."""
    argv = [sys.executable, file, "--child", side, *words]
    everything = {**os.environ, **(environment or {})}
    done = subprocess.run(argv, check=False, capture_output=True, text=True, env=everything)
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def medians(
    file: str, sides: Sequence[str], rounds: int, *words: str, environment: Mapping[str, str] | None = None
) -> dict[str, Figures]:
    """Each of `sides` in `rounds` rounds; the median of each figure."""
    seen: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, measured in seen.items():
            measured.append(turn(file, side, *words, environment=environment))
    return {side: middle(measured) for side, measured in seen.items()}


def middle(measured: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    return {key: statistics.median(each[key] for each in measured) for key in measured[0]}
