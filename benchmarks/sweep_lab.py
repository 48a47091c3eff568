"""A whole `sweep` of the lab against a bare paramiko pool that sends the same text to the same hosts: CPU and wall.

The lab must be up (`eakte-ops lab up`). Its operations folder is copied, so that its store stays as it is. `fresh`:
into a new store, `used`: into one that knows the towns. Each side runs in a process of its own, turn by turn.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import swept
from turns import medians

ROUNDS = 9
THREADS = 64


def child(side: str, folder: str) -> None:
    state = Path(folder) / "state"
    if side == "fresh":
        state = state.rename(state.with_name("state.used"))
    swept.prepare()
    measured = swept.bare(swept.errands(), THREADS) if side == "bare" else swept.measured(Path(folder) / "report")
    if side == "fresh":
        shutil.rmtree(state.with_name("state"))
        state.rename(state.with_name("state"))
    print(json.dumps(measured))


def main() -> None:
    program = str(Path(sys.executable).parent / "eakte-ops")
    said = subprocess.run([program, "lab", "status", "--json"], check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "operations"
        lab = json.loads(said.stdout)["project"]
        shutil.copytree(lab, folder, ignore=shutil.ignore_patterns("state"))
        (folder / "state").mkdir(mode=0o700)
        environment = {"EAKTE_OPS_PROJECT": str(folder)}
        subprocess.run([program, "--project", str(folder), "sweep"], check=False, capture_output=True)
        middle = medians(__file__, ("fresh", "used", "bare"), ROUNDS, str(folder), environment=environment)
    for side, each in middle.items():
        print(f"{side}: wall {each['wall']:.2f} s · client CPU {each['cpu']:.2f} s · {each['megabytes']:.0f} MB")
    for side in ("fresh", "used"):
        wall, cpu = (middle[side][key] / middle["bare"][key] for key in ("wall", "cpu"))
        print(f"{side} store: ratio wall {wall:.2f} (at most 1.15) · ratio CPU {cpu:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
