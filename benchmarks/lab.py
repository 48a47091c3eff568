"""`health` on the lab against a bare paramiko pool that sends the same text to the same hosts: CPU and wall.

The lab must be up (`eakte-ops lab up`). Each side runs in a process of its own, turn by turn; medians are compared.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from eakte_ops.remote.fleet import Errand

ROUNDS = 7


def errands() -> list[Errand]:
    """What `health --all` asks, for every server of the lab."""
    from eakte_ops.access.load import load_access
    from eakte_ops.cli.context import CONTEXT
    from eakte_ops.health import catalogue
    from eakte_ops.health.engine import stops_of

    checks = catalogue.chosen([])
    towns = CONTEXT.inventory().towns
    access = load_access(CONTEXT.folder, towns)
    stops = stops_of(towns.values(), lambda town, server: CONTEXT.target(town, server, "look"), access, CONTEXT.library)
    return [Errand(stop.target, catalogue.questions(checks, stop.site), 30.0) for stop in stops if stop.site]


def ours(work: list[Errand]) -> tuple[float, float]:
    from eakte_ops.remote.connection import Connector
    from eakte_ops.remote.fleet import visit_all

    began, cpu = time.perf_counter(), time.process_time()
    bad = [outcome.error for outcome in visit_all(work, Connector(handshakes=16), threads=64) if outcome.error]
    measured = time.perf_counter() - began, time.process_time() - cpu
    if bad:
        raise SystemExit(f"a server failed: {bad[0]}")
    return measured


def bare(work: list[Errand]) -> tuple[float, float]:
    from bare import ask_all

    from eakte_ops.remote.exchange import no_secrets
    from eakte_ops.remote.posix import Posix

    texts = [Posix().ask(errand.questions, "0" * 32, 30.0, no_secrets) for errand in work]
    began, cpu = time.perf_counter(), time.process_time()
    ask_all([errand.target for errand in work], texts, 64)
    return time.perf_counter() - began, time.process_time() - cpu


def child(side: str) -> None:
    work = errands()
    wall, cpu = {"ours": ours, "bare": bare}[side](work)
    print(json.dumps({"wall": wall, "cpu": cpu, "servers": len(work)}))


def main() -> None:
    program = str(Path(sys.executable).parent / "eakte-ops")
    said = subprocess.run([program, "lab", "status", "--json"], check=True, capture_output=True, text=True)
    environment = {**os.environ, "EAKTE_OPS_PROJECT": json.loads(said.stdout)["project"]}
    seen: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        for side, measured in seen.items():
            argv = [sys.executable, __file__, "--child", side]
            done = subprocess.run(argv, check=True, capture_output=True, text=True, env=environment)
            measured.append(json.loads(done.stdout))
    servers = int(seen["ours"][0]["servers"])
    middle = {
        side: {key: statistics.median(m[key] for m in all_) for key in m0}
        for side, all_ in seen.items()
        for m0 in all_[:1]
    }
    for side, each in middle.items():
        cpu = each["cpu"] / servers * 1000
        print(f"{side}: {servers} servers: wall {each['wall']:.2f} s · client CPU {cpu:.1f} ms per server")
    print(
        f"ratio CPU {middle['ours']['cpu'] / middle['bare']['cpu']:.2f} (at most 1.5) · "
        f"ratio wall {middle['ours']['wall'] / middle['bare']['wall']:.2f} (at most 1.2)"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
    else:
        main()
