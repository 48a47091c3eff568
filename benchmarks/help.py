"""`eakte-ops --help` against `python -c "import typer"`, turn by turn in one run: both medians and their ratio."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 21
PYTHON = sys.executable
PROGRAM = str(Path(PYTHON).parent / "eakte-ops")


def seconds(argv: list[str]) -> float:
    """Wall time of one start."""
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(seconds([PROGRAM, "--help"]))
        bare.append(seconds([PYTHON, "-c", "import typer"]))
    a, b = statistics.median(ours), statistics.median(bare)
    print(f"--help {a * 1000:.0f} ms · import typer {b * 1000:.0f} ms · ratio {a / b:.2f} (at most 1.5)")


if __name__ == "__main__":
    main()
