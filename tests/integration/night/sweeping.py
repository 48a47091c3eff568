"""A sweep in a process of its own: towns of one server each, on loopback, with the real connections and a real store.

`python -m tests.integration.night.sweeping JOB.json`; the job names the folder and the servers. Status as `sweep`'s.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from eakte_ops.cli.context import CONTEXT, migrations
from eakte_ops.cli.main import _ended
from eakte_ops.health import catalogue
from eakte_ops.health.engine import Stop
from eakte_ops.health.memory.keep import Needs
from eakte_ops.health.sweep import Order, Sweep
from eakte_ops.inventory.model import Town
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.types import Target
from eakte_ops.store import Store
from tests.unit.health import well

NEEDS = Needs(1, 1, 1, 1)


def town(number: int) -> Town:
    """Herdecke once more, under another name."""
    return replace(well.inventory().towns["herdecke"], id=f"town-{number}")


def stops(job: dict[str, object]) -> list[Stop]:
    """One server per town, as the job names them: {"address", "port", "user", "folder"}."""
    found = []
    for number, server in enumerate(job["servers"]):
        of_one = town(number)
        folder = Path(server["folder"])
        target = Target(
            f"server-{number}",
            server["address"],
            server["user"],
            folder / "known_hosts",
            port=server["port"],
            identity=folder / "id",
        )
        host = of_one.said.servers[0].model_copy(update={"name": f"server-{number}"})
        renamed = replace(of_one, said=of_one.said.model_copy(update={"servers": (host,)}))
        site = replace(well.site("herdecke-box"), town=renamed.id, server=host.name, granted=None)
        found.append(Stop(renamed, host, target, site))
    return found


def main() -> int:
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    CONTEXT.begin(None, debug=False)
    try:
        with closing(Store.open(Path(job["store"]), migrations())) as store:
            order = Order(
                kind="light",
                whole=True,
                stops=stops(job),
                checks=catalogue.chosen(job["checks"]) if job.get("checks") else catalogue.light(),
                needs=NEEDS,
                until=time.monotonic() + job.get("seconds", 120),
                server_seconds=job.get("server_seconds", 30),
                threads=job.get("threads", 8),
            )
            made = Sweep(store, Connector(), order)
            for swept in made.towns():
                print(swept.town.id, swept.looks[0].state, f"{swept.looks[0].seconds:.1f}", flush=True)
    except Exception as problem:
        return int(_ended(problem))
    print("megabytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
