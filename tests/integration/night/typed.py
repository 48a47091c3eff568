"""An operations folder on paper, and the processes in which commands are typed there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eakte_ops.cli.context import migrations
from eakte_ops.health.memory import findings, sweeps
from eakte_ops.health.memory.known import Known, Sweep
from eakte_ops.store import Rows, Store
from tests.unit.health import well

ROOT = Path(__file__).parents[3]
TOWNS = ("witten", "herdecke", "hattingen")
SERVERS = [server.name for town in TOWNS for server in well.inventory().towns[town].said.servers]


class Desk:
    """Three towns, all well. `script` changes what servers do, `now` the time at which commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self.script: dict[str, Any] = {}
        (folder / "inventories").mkdir(parents=True)
        for name in ("access.yml", "inventories/_defaults.yml", *(f"inventories/{town}.yml" for town in TOWNS)):
            shutil.copy(ROOT / name, folder / name)
        access = folder / "access.yml"
        access.write_text(access.read_text("utf-8").replace(", gevelsberg", ""), "utf-8")
        self.settings()

    def settings(self, *more: str) -> None:
        """eakte-ops.yml, with further lines."""
        text = (ROOT / "eakte-ops.yml").read_text("utf-8")
        lines = ("findings: {open_after: 1, close_after: 1}", *more)
        (self.folder / "eakte-ops.yml").write_text("\n".join([text, *lines, ""]), "utf-8")

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)

    def start(self, *words: str, limited: Callable[[], None] | None = None) -> subprocess.Popen[str]:
        """Type a command."""
        script = self.folder / "script.json"
        script.write_text(json.dumps({"now": self.now.isoformat(), "servers": SERVERS, **self.script}))
        return subprocess.Popen(
            [sys.executable, "-m", "tests.integration.night.paper", script, "--project", self.folder, *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            preexec_fn=limited,  # noqa: PLW1509  # no thread of ours runs then
        )

    def run(self, *words: str, limited: Callable[[], None] | None = None) -> tuple[int, str, str]:
        """Type a command and wait for its end: status, stdout, stderr."""
        with self.start(*words, limited=limited) as process:
            out, err = process.communicate(timeout=110)
        return process.returncode, out, err

    @contextmanager
    def rows(self) -> Iterator[Rows]:
        """What is remembered; the store must be whole."""
        with closing(Store.open(self.folder / "state/store.db", migrations())) as store:
            assert store.check() == ()
            with store.reading() as rows:
                yield rows

    def open(self) -> dict[tuple[str, str, str], Known]:
        """The open findings, by server, check and subject."""
        with self.rows() as rows:
            return {known.identity[1:]: known for known in findings.current(rows)}

    def last(self) -> Sweep:
        """The newest sweep."""
        with self.rows() as rows:
            made = sweeps.last(rows)
        assert made is not None
        return made


def until_said(process: subprocess.Popen[str], word: str) -> str:
    """Read what the process says until a line holds `word`."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if word in line:
            return said
    raise AssertionError(f"{word!r} was never said: {said}")
