"""`eakte-ops` in a process of its own, as it is typed, against a fleet on paper whose servers can misbehave.

`python -m tests.integration.night.paper SCRIPT.json WORD...`; the script names the time and what servers do.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import eakte_ops.clock
from eakte_ops.clock import Clock

SCRIPT: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
NOW = datetime.fromisoformat(SCRIPT["now"])
eakte_ops.clock.SYSTEM = Clock(now=lambda: NOW)  # before anybody takes the usual one

from eakte_ops.cli.context import CONTEXT  # noqa: E402
from eakte_ops.cli.main import run  # noqa: E402
from eakte_ops.remote import fake  # noqa: E402
from eakte_ops.remote.fake import FakeFleet, FakeServer  # noqa: E402
from eakte_ops.remote.types import Connection, Target  # noqa: E402
from tests.unit.health import well  # noqa: E402


class Fleet:
    """Servers that are well but for the script: `waits`: server -> file that it waits for; `fills`: server -> file that
    takes all room that is left; `down`: server -> component that does not run."""

    def __init__(self) -> None:
        self._fleet = FakeFleet({server: _server(server) for server in SCRIPT["servers"]})
        self._ended = threading.Event()

    def __call__(self, target: Target, deadline: float) -> Connection:
        """See `types.Connect`."""
        gate = SCRIPT.get("waits", {}).get(target.name)
        while gate and not Path(gate).exists() and not self._ended.wait(0.01):
            pass
        if filler := SCRIPT.get("fills", {}).get(target.name):
            fill(Path(filler))
        return self._fleet(target, deadline)

    def abort(self) -> None:
        """Nobody waits any more."""
        self._ended.set()


def _server(name: str) -> FakeServer:
    known = well.site(name)
    answers = well.outputs(known)
    if component := SCRIPT.get("down", {}).get(name):
        stopped: dict[str, Any] = {component: {"ActiveState": "failed", "SubState": "failed"}}
        answers["units"] = well.units(known, **stopped)
    return FakeServer(dict(answers), visit=well.VISIT)


def fill(file: Path) -> None:
    """Leave nothing free on the disk of `file`."""
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 512)


if __name__ == "__main__":
    fake.time = SimpleNamespace(time=lambda: well.NOW.timestamp() + 1, monotonic=time.monotonic)  # type: ignore[attr-defined]
    CONTEXT.connect = Fleet
    del sys.argv[1]
    run()
