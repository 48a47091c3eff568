"""300 servers on loopback (one sshd, many addresses): memory, threads, and CPU and wall against a bare paramiko pool.

Usage: scale.py [SERVERS] [THREADS]. Each side runs in a process of its own, turn by turn; ratios are of the medians.
The client's CPU is this program's own; the servers' CPU is spent by sshd on the same cores, so wall says little here.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from loopback import sshd

from eakte_ops.remote.types import Question, Script, Target

ROUNDS = 2
QUESTIONS = tuple(Question(f"q{n}", Script({"posix": "cat /proc/loadavg; df -P /"})) for n in range(5))


def targets_in(folder: Path, port: int, count: int) -> list[Target]:
    from loopback import Sshd

    return Sshd(folder, port).targets(count)


def ours(targets: list[Target], threads: int) -> dict[str, float]:
    from eakte_ops.remote.connection import Connector
    from eakte_ops.remote.fleet import Errand, visit_all

    most = 0

    def count(_event: object) -> None:
        nonlocal most
        most = max(most, threading.active_count())

    errands = [Errand(target, QUESTIONS, 60.0) for target in targets]
    began, cpu = time.perf_counter(), time.process_time()
    outcomes = list(visit_all(errands, Connector(handshakes=16), threads=threads, emit=count))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    bad = [outcome.error for outcome in outcomes if outcome.error or len(outcome.answers) != len(QUESTIONS)]
    if bad:
        raise SystemExit(f"{len(bad)} servers failed, the first with: {bad[0]}")
    return {"wall": seconds, "cpu": cpu, "threads": most}


def bare(targets: list[Target], threads: int) -> dict[str, float]:
    from bare import ask_all

    from eakte_ops.remote.exchange import no_secrets
    from eakte_ops.remote.posix import Posix

    text = Posix().ask(QUESTIONS, "0" * 32, 60.0, no_secrets)
    began, cpu = time.perf_counter(), time.process_time()
    answers = ask_all(targets, [text] * len(targets), threads)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if not all(b">4 0" in answer for answer in answers):
        raise SystemExit("a bare answer is incomplete")
    return {"wall": seconds, "cpu": cpu, "threads": threads}


def child(side: str, folder: str, port: str, count: str, threads: str) -> None:
    targets = targets_in(Path(folder), int(port), int(count))
    measured = {"ours": ours, "bare": bare}[side](targets, int(threads))
    measured["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measured))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 32
    sides: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    with tempfile.TemporaryDirectory() as name, sshd(Path(name)) as daemon:
        for _ in range(ROUNDS):
            for side, seen in sides.items():
                argv = [sys.executable, __file__, "--child", side, name, str(daemon.port), str(count), str(threads)]
                done = subprocess.run(argv, check=True, capture_output=True, text=True)
                seen.append(json.loads(done.stdout))
    middle = {
        side: {key: statistics.median(each[key] for each in seen) for key in seen[0]} for side, seen in sides.items()
    }
    for side, seen in middle.items():
        print(
            f"{side}: {count} servers, pool of {threads}: wall {seen['wall']:.2f} s · client CPU "
            f"{seen['cpu'] / count * 1000:.1f} ms per server · {seen['megabytes']:.0f} MB · "
            f"{seen['threads']:.0f} threads"
        )
    ratio = {key: middle["ours"][key] / middle["bare"][key] for key in ("cpu", "wall")}
    print(f"ratio CPU {ratio['cpu']:.2f} (at most 1.5) · ratio wall {ratio['wall']:.2f} (at most 1.2)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
