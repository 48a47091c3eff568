"""Many loopback servers (one sshd, many addresses) through the real `sweep` into a store, against the bare pool.

Usage: sweep_scale.py [--bad | --asked] [SERVERS]... (default: 100 300 1000). Towns of four servers; all of them are
this machine, so sshd works on the same cores. They replay answers by which all is well; --bad: what this machine
answers, a night on which every server of every town has findings by the dozen; --asked: each of them really runs the
scripts. Each side runs in a process of its own, turn by turn.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import swept
from loopback import sshd
from many import Myself, mine, operations
from replay import program, record_bad, record_well
from turns import Figures, medians, turn

ROUNDS = {100: 3, 300: 2}
"""Turns of each side; 1 for more servers."""
SERVERS = 4
THREADS = 64


def child(side: str, folder: str) -> None:
    swept.prepare(lambda: Myself(handshakes=16))
    measured: dict[str, float] = {}
    if side == "well":
        record_well(Path(folder).parent, swept.asked())
    elif side == "bad":
        record_bad(Path(folder).parent, swept.asked())
    elif side == "bare":
        work = swept.errands()
        targets = mine([errand.target for errand in work])
        work = [replace(errand, target=target) for errand, target in zip(work, targets, strict=True)]
        measured = swept.bare(work, THREADS)
    else:
        with tempfile.TemporaryDirectory(dir=folder) as report:
            (Path(folder) / "state").mkdir(mode=0o700)
            measured = swept.measured(Path(report) / "report")
            measured["store"] = sum(file.stat().st_size for file in (Path(folder) / "state").iterdir()) / 1e6
            (Path(folder) / "state").rename(Path(report) / "state")
    print(json.dumps(measured))


def run(made: Path, count: int, night: str) -> dict[str, Figures]:
    """Both sides with `count` servers."""
    with sshd(made, "" if night == "asked" else f"ForceCommand {program(made)}\n") as daemon:
        folder = made / "operations"
        operations(folder, daemon, [f"town-{n}" for n in range(count // SERVERS)], SERVERS, THREADS)
        environment = {"EAKTE_OPS_PROJECT": str(folder)}
        if night != "asked":
            turn(__file__, night, str(folder), environment=environment)
        return medians(__file__, ("ours", "bare"), ROUNDS.get(count, 1), str(folder), environment=environment)


def main() -> None:
    night = next((word.removeprefix("--") for word in sys.argv[1:] if word in ("--asked", "--bad")), "well")
    counts = [int(word) for word in sys.argv[1:] if word.isdigit()] or [100, 300, 1000]
    walls, processor = [], []
    for count in counts:
        with tempfile.TemporaryDirectory() as made:
            middle = run(Path(made), count, night)
        for side, each in middle.items():
            wall, cpu = each["wall"] / count * 1000, each["cpu"] / count * 1000
            print(
                f"{count} servers, {side}: wall {each['wall']:.1f} s, {wall:.1f} ms per server · "
                f"client CPU {cpu:.1f} ms per server · {each['megabytes']:.0f} MB"
            )
        ours, bare = middle["ours"], middle["bare"]
        print(
            f"{count} servers: ratio wall {ours['wall'] / bare['wall']:.2f} (at most 1.3) · ratio CPU "
            f"{ours['cpu'] / bare['cpu']:.2f} · store {ours['store']:.1f} MB",
            flush=True,
        )
        walls.append(ours["wall"])
        processor.append(ours["cpu"])
    if len(counts) > 1:
        said = (
            f"{what} {slope(counts, figures) * 1000:.1f} ms" for what, figures in (("wall", walls), ("CPU", processor))
        )
        print(f"one more server costs: {', '.join(said)} (slope from {counts[0]} to {counts[-1]})")


def slope(counts: list[int], figures: list[float]) -> float:
    """Of the line through all points with the least squares of its distances."""
    middle, mean = sum(counts) / len(counts), sum(figures) / len(figures)
    over = sum((count - middle) * (figure - mean) for count, figure in zip(counts, figures, strict=True))
    return over / sum((count - middle) ** 2 for count in counts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
