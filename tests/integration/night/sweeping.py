"""A sweep in a process of its own: towns on loopback, with the real connections and a real store.

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
from typing import Any

from eakte_ops.cli.context import CONTEXT, migrations
from eakte_ops.cli.main import _ended
from eakte_ops.health import catalogue
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.memory.keep import Needs
from eakte_ops.health.sweep import Order, Sweep
from eakte_ops.inventory.model import Server, Town
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.types import Target
from eakte_ops.store import Store
from tests.unit.health import well

NEEDS = Needs(1, 1, 1, 1)


def town(number: int) -> Town:
    """Herdecke once more, under another name."""
    return replace(well.inventory().towns["herdecke"], id=f"town-{number}")


def stops(job: dict[str, Any]) -> list[Stop]:
    """The servers as the job names them: {"town": number, "address", "port", "user", "folder"}."""
    hosts = [town(0).said.servers[0].model_copy(update={"name": f"server-{n}"}) for n in range(len(job["servers"]))]
    by_town: dict[int, list[Server]] = {}
    for host, server in zip(hosts, job["servers"], strict=True):
        by_town.setdefault(server["town"], []).append(host)
    towns = {
        number: replace(town(number), said=town(number).said.model_copy(update={"servers": tuple(here)}))
        for number, here in by_town.items()
    }
    return [_stop(towns[server["town"]], host, server) for host, server in zip(hosts, job["servers"], strict=True)]


def _stop(of: Town, host: Server, server: dict[str, Any]) -> Stop:
    folder = Path(server["folder"])
    target = Target(
        host.name,
        server["address"],
        server["user"],
        folder / "known_hosts",
        port=server["port"],
        identity=folder / "id",
    )
    return Stop(of, host, target, replace(well.site("herdecke-box"), town=of.id, server=host.name, granted=None))


def say_looked(look: ServerLook) -> None:
    """One line as soon as a server is done."""
    print("looked", look.stop.server.name, look.state, f"{look.seconds:.1f}", flush=True)


def main() -> int:
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    CONTEXT.begin(None, debug=False)
    try:
        with closing(Store.open(Path(job["store"]), migrations())) as store:
            order = Order(
                kind=job.get("kind", "light"),
                whole=True,
                stops=stops(job),
                checks=catalogue.chosen(job["checks"]) if job.get("checks") else catalogue.light(),
                needs=NEEDS,
                until=time.monotonic() + job.get("seconds", 120),
                server_seconds=job.get("server_seconds", 30),
                threads=job.get("threads", 8),
            )
            for swept in Sweep(store, Connector(), order, looked=say_looked).towns():
                print("kept", swept.town.id, flush=True)
    except Exception as problem:
        return int(_ended(problem))
    print("megabytes", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
