"""A store as sweeps leave it, made in a moment: looks at the towns of the sample inventory with results of our own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eakte_ops.cli.context import migrations
from eakte_ops.errors import TimedOut
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.checks.reach import unreachable
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.findings import told
from eakte_ops.health.memory import keep, sweeps, towns
from eakte_ops.health.types import Judged, Result
from eakte_ops.remote.types import Target
from eakte_ops.store import Store
from tests.unit.health import well

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)  # a Tuesday, 11:42 in Berlin
NEEDS = keep.Needs(open_after=1, close_after=1, nightly_open_after=1, nightly_close_after=1)


def ago(**span: float) -> float:
    """Unix seconds of that long before NOW."""
    return (NOW - timedelta(**span)).timestamp()


def page(verdict: Any = "ok", said: str = "fine", seconds: float = 0.4) -> tuple[str, Result]:
    """What the gateway's page says."""
    values = {"page": "/osrest", "seconds": seconds, "limit": 2.0, "http": 500, "contains": "x"}
    return ("gateway.answer", Result(verdict, "gateway", said, values))


def disk(percent: float, subject: str = "/var", verdict: Any = "ok") -> tuple[str, Result]:
    """How full a file system is."""
    values = {"used_percent": percent, "free": 10**9, "wanted": 10**8}
    return ("disk.space", Result(verdict, subject, "fine" if verdict == "ok" else "full", values))


def reached(verdict: Any = "ok") -> tuple[str, Result]:
    """Whether the server could be reached."""
    if verdict == "ok":
        return ("reachable", Result("ok", "", "reached", {"seconds": 0.2}))
    return ("reachable", unreachable(TimedOut(server="x", phase="connect", seconds=20.0)))


class Remembered:
    """The store of an operations folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "state").mkdir(exist_ok=True)
        self.store = Store.open(folder / "state" / "store.db", migrations())

    def look(self, at: float, town: str, kind: Any = "full", **said: Iterable[tuple[str, Result]]) -> None:
        """A sweep at `at` over one town; `said`: server (with _ for -) -> check and result. Others are asked, too."""
        known = well.inventory().towns[town]
        looks = []
        for server in known.said.servers:
            target = Target(server.name, server.address, "eakte-look", Path("known_hosts"))
            results = tuple(said.get(server.name.replace("-", "_"), [reached()]))
            lost = any((check, result.verdict) == ("reachable", "critical") for check, result in results)
            state: Any = "unreachable" if lost else "looked"
            judged = tuple(
                Judged(town, server.name, check, result.owner or CHECKS[check].owner, result)
                for check, result in results
            )
            stop = Stop(known, server, target, well.site(server.name))
            looks.append(ServerLook(stop, state, datetime.fromtimestamp(at, UTC), judged))
        with self.store.writing() as rows:
            sweep = sweeps.begin(rows, kind, True, at, "ops", "", len(looks))
            towns.remember(rows, at, known)
            keep.keep(rows, at, known, looks, told(looks), NEEDS)
            sweeps.end(rows, sweep, at + 5, ())

    def close(self) -> None:
        """Give the file back."""
        self.store.close()
