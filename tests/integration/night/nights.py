"""A night on paper, and the process that makes a sweep of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from eakte_ops.cli.context import migrations
from eakte_ops.health.memory import findings
from eakte_ops.health.memory.known import Known
from eakte_ops.store import Rows, Store
from tests.integration.remote.sshd import Sshd

ROOT = Path(__file__).parents[3]
CHECKS = ("reachable", "login.time", "clock.offset")


class Night:
    """A job for sweeping.py: towns are added, then it is started."""

    def __init__(self, folder: Path, sshd: Sshd) -> None:
        self.folder, self.sshd = folder, sshd
        self.store = folder / "store.db"
        self.job: dict[str, object] = {"store": str(self.store), "checks": CHECKS, "servers": []}

    def well(self, count: int) -> None:
        known = self.sshd.folder / "known_hosts"
        key = (self.sshd.folder / "host.pub").read_text().split()
        lines = known.read_text()
        for number in range(count):
            address = f"127.3.0.{number + 1}"
            line = f"[{address}]:{self.sshd.port} {key[0]} {key[1]}\n"
            if line not in lines:
                with known.open("a") as file:
                    file.write(line)
            self.add(address, self.sshd.port)

    def add(self, address: str, port: int, sshd: Sshd | None = None, *, town: int | None = None) -> None:
        """One more server, in a town of its own or in that one."""
        of = sshd or self.sshd
        servers = self.job["servers"]
        assert isinstance(servers, list)
        user, number = of.target().user, len(servers) if town is None else town
        servers.append({"town": number, "address": address, "port": port, "user": user, "folder": str(of.folder)})

    def start(self, **more: object) -> subprocess.Popen[str]:
        file = self.folder / "job.json"
        file.write_text(json.dumps({**self.job, **more}))
        return subprocess.Popen(
            [sys.executable, "-m", "tests.integration.night.sweeping", str(file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def run(self, **more: object) -> tuple[int, str, str]:
        process = self.start(**more)
        out, err = process.communicate(timeout=110)
        return process.returncode, out, err

    @contextmanager
    def rows(self) -> Iterator[Rows]:
        with closing(Store.open(self.store, migrations())) as store:
            assert store.check() == ()
            with store.reading() as rows:
                yield rows

    def open(self) -> list[Known]:
        with self.rows() as rows:
            return list(findings.current(rows))
