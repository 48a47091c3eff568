"""`configs drift --all` on the lab, looked and judged, against a bare paramiko pool with the same text: CPU and wall.

The lab must be up (`eakte-ops lab up`). Each side runs in a process of its own, turn by turn; the templates are read
before the clock starts, as the inventory is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from turns import medians

from eakte_ops.cli.context import CONTEXT, Account
from eakte_ops.health.engine import Stop
from eakte_ops.remote.connection import Connector

ROUNDS = 15
THREADS = 64


def stops(account: Account) -> list[Stop]:
    from eakte_ops.cli.health import stops_at
    from eakte_ops.health.checks.drift import DRIFT

    CONTEXT.begin(None, False)
    found, _idle = stops_at(list(CONTEXT.inventory().towns.values()), [DRIFT], account)
    return found


def ours(account: Account) -> tuple[float, float]:
    from eakte_ops.health.checks.drift import DRIFT
    from eakte_ops.health.engine import look_at
    from eakte_ops.health.findings import findings

    there = stops(account)
    began, cpu = time.perf_counter(), time.process_time()
    looks = list(look_at(there, [DRIFT], Connector(handshakes=16), threads=THREADS))
    found = findings(looks)
    measured = time.perf_counter() - began, time.process_time() - cpu
    if found or len(looks) != len(there):
        raise SystemExit(f"the lab is not well: {[each.identity for each in found]}")
    return measured


def bare(account: Account) -> tuple[float, float]:
    from bare import ask_all

    from eakte_ops.health import catalogue
    from eakte_ops.health.checks.drift import DRIFT
    from eakte_ops.remote.exchange import no_secrets
    from eakte_ops.remote.posix import Posix

    there = [(stop.target, stop.site) for stop in stops(account) if stop.site is not None]
    texts = [Posix().ask(catalogue.questions([DRIFT], site), "0" * 32, 30.0, no_secrets) for _target, site in there]
    began, cpu = time.perf_counter(), time.process_time()
    ask_all([target for target, _site in there], texts, THREADS)
    return time.perf_counter() - began, time.process_time() - cpu


def child(side: str) -> None:
    account: Account = "work" if side.endswith("person") else "look"
    wall, cpu = (ours if side.startswith("ours") else bare)(account)
    print(json.dumps({"wall": wall, "cpu": cpu}))


def main() -> None:
    program = str(Path(sys.executable).parent / "eakte-ops")
    said = subprocess.run([program, "lab", "status", "--json"], check=True, capture_output=True, text=True)
    environment = {"EAKTE_OPS_PROJECT": json.loads(said.stdout)["project"]}
    sides = ("ours as the night", "bare as the night", "ours as a person", "bare as a person")
    middle = medians(__file__, sides, ROUNDS, environment=environment)
    for side, each in middle.items():
        print(f"{side}: wall {each['wall']:.2f} s · client CPU {each['cpu']:.2f} s")
    for who in ("as the night", "as a person"):
        wall, cpu = (middle[f"ours {who}"][key] / middle[f"bare {who}"][key] for key in ("wall", "cpu"))
        print(f"{who}: ratio wall {wall:.2f} (at most 1.2) · ratio CPU {cpu:.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
    else:
        main()
