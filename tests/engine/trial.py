"""One town of the lab on which runs are interrupted: what is old, what is new, and whether anything is in between.

`config apply`: somebody edited two files on two servers (that is *old*), the templates say otherwise (*new*). A
handover: the software runs and the page is open (*old*), or all of it is held and down (*new*).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.machine import kill
from eakte_ops.lab.towns import host_named
from tests.engine.stage import Moment, Staged, staged

TOWN = "witten"
SERVERS = ("witten-app", "witten-db", "witten-gw", "witten-index")
FILES = {
    "witten-gw": "/etc/eakte/gateway/config/application-prod.yml",
    "witten-index": "/etc/eakte/index/elasticsearch.yml",
}
STATE = "/var/lib/eakte-ops"
PATIENCE_S = 90.0
WHY = "a trial of the engine"
Act = Literal["config apply", "handover begin", "handover end"]


@dataclass
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its --json."""
        return json.loads(self.out)


@dataclass
class Trial:
    """The town, and the operations folder of the centre at work there."""

    lab: Lab
    operations: Path
    scratch: Path
    number: int = 0
    edits: int = 0
    log: list[str] = field(default_factory=list)

    # -- the centre -------------------------------------------------------------------------------------------------
    def ours(self, *words: str, project: Path | None = None) -> Said:
        """`eakte-ops WORDS`, without a terminal."""
        program = Path(sys.executable).with_name("eakte-ops")
        done = subprocess.run(
            [program, "--project", project or self.operations, *words],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip
        self.log.append(f"{' '.join(words)}: {done.returncode}")
        return Said(done.returncode, done.stdout, done.stderr)

    def plan(self, act: Act) -> str:
        """Make the plan of `act`; gives its hash."""
        until = ("--until", "6h") if act == "handover begin" else ()
        said = self.ours(*act.split(), TOWN, *until, "--why", WHY)
        assert said.status == 0, said.out + said.err
        return said.err.rpartition("plans run ")[2].split()[0]

    @contextmanager
    def held_at(self, plan: str, where: int | str = 0, moment: Moment = "before") -> Iterator[Staged]:
        """The plan carried out until that wish (see child.py)."""
        with self.staged(["plans", "run", plan, *self.rules(plan)], where, moment) as running:
            yield running

    @contextmanager
    def staged(self, words: list[str], where: int | str = 0, moment: Moment = "before") -> Iterator[Staged]:
        """Any command that carries out a run, until that wish."""
        self.number += 1
        with staged(self.operations, self.scratch / f"run-{self.number}", words, where, moment) as running:
            yield running

    def rules(self, plan: str) -> list[str]:
        """Windows are tried elsewhere: here their rule is broken in the open, whatever day it is."""
        needs = self.ours("plans", "show", plan, "--json").data["plan"]["needs"]
        return ["--outside-window", "--agreed-with", "local-it", "--why", WHY] if needs["window"] else []

    def run_of(self, plan: str) -> dict[str, Any] | None:
        """The run of that plan, None where none was begun."""
        for run in self.ours("runs", "list", TOWN, "--json").data["runs"]:
            found: dict[str, Any] = self.ours("runs", "show", run["id"], "--json").data
            if found["plan"].startswith(plan):
                return found
        return None

    def finished(self, plan: str) -> str:
        """Go on with the run of `plan` until it is over or asks; gives where it stands, "none" where none was begun."""
        end = time.monotonic() + PATIENCE_S
        while (run := self.run_of(plan)) is not None and run["standing"] in ("forth", "back", "never-begun"):
            if run["standing"] == "never-begun":
                return "none"
            said = self.ours("runs", "resume", run["id"])
            if said.status not in (0, 4, 5):
                assert time.monotonic() < end, said.out + said.err
                time.sleep(0.5)
        return "none" if run is None else str(run["standing"])

    # -- the servers ------------------------------------------------------------------------------------------------
    def root(self, server: str, text: str) -> str:
        """A script of local IT on a server."""
        return self.lab.local_it(host_named(server)).script(text)

    def edit(self) -> None:
        """Somebody edits both files by hand."""
        self.edits += 1
        for server, path in FILES.items():
            self.root(server, f"echo '# edit {self.edits}' >>{path}")

    def files(self) -> str:
        """What the files are: old, new, or in between, and then what each of them is."""
        found = {}
        for server, path in FILES.items():
            text = self.root(server, f"cat {path}")
            found[server] = (
                "new" if "# edit" not in text else "old" if text.endswith(f"# edit {self.edits}\n") else "odd"
            )
        kinds = set(found.values())
        return kinds.pop() if len(kinds) == 1 else f"{found}"

    def service(self) -> str:
        """Whether all of the software is up and open (old), or held and down (new), or what each server says."""
        ask = (
            f"[ -e {STATE}/hold ] && h=held || h=free; [ -e {STATE}/notice ] && n=notice || n=open; "
            "u=$(systemctl is-active $(systemctl list-unit-files 'eakte-*.service' --no-legend | cut -d ' ' -f 1 "
            "| grep -v -e eakte-job -e eakte-logs) | sort -u | tr '\\n' ' '); echo \"$h $n $u\""
        )
        found = {server: " ".join(self.root(server, ask).split()) for server in SERVERS}
        open_ = dict.fromkeys(SERVERS, "free open active")
        down = {server: f"held {'notice' if server == 'witten-gw' else 'open'} inactive" for server in SERVERS}
        return "old" if found == open_ else "new" if found == down else f"{found}"

    def until_up(self) -> None:
        """All components answer again."""
        end = time.monotonic() + PATIENCE_S
        while True:
            said = self.ours("health", TOWN, "--json")
            left = [each for each in said.data["findings"] if each["check"] != "config.drift"]
            if not left:
                return
            assert time.monotonic() < end, left
            time.sleep(0.5)

    def leftovers(self) -> list[str]:
        """What a run has left on the servers that is not meant to stay after one."""
        found = []
        for server in SERVERS:
            said = self.root(
                server,
                f"cd {STATE} && ls -d incoming/* lock/holder 2>/dev/null; "
                "find /etc/eakte \\( -name '.*.part' -o -name '*.new' \\)",
            )
            found += [f"{server}: {line}" for line in said.splitlines()]
        return found

    # -- faults -----------------------------------------------------------------------------------------------------
    @contextmanager
    def line_cut(self, server: str) -> Iterator[None]:
        """Nobody reaches this server."""
        link = f"vb-{server}"[:15]
        subprocess.run(["ip", "link", "set", link, "down"], check=True)
        try:
            yield
        finally:
            subprocess.run(["ip", "link", "set", link, "up"], check=True)

    def power_off(self, server: str) -> None:
        """The machine loses its power."""
        kill(self.lab.places, host_named(server))

    def power_on(self) -> None:
        """Whatever is off is booted."""
        self.lab.boot((TOWN,))

    @contextmanager
    def disk_full(self, server: str) -> Iterator[None]:
        """No room is left on this server, for anybody."""
        self.root(server, "fallocate -l 100G /filled 2>/dev/null; cat /dev/zero >>/filled 2>/dev/null || true")
        try:
            yield
        finally:
            self.root(server, "rm -f /filled")

    @contextmanager
    def stop_switch(self) -> Iterator[None]:
        """The town wants no change."""
        for server in SERVERS:
            self.root(server, "echo 'audit until Friday' >/etc/eakte-ops/stop")
        try:
            yield
        finally:
            for server in SERVERS:
                self.root(server, "rm -f /etc/eakte-ops/stop")

    @contextmanager
    def clock_off(self, server: str) -> Iterator[None]:
        """The clock of a server is an hour fast; only the processes of the software and of the centre there see it."""
        self.lab.break_it("clock-off", TOWN, server, _context)
        try:
            yield
        finally:
            self.lab.mend("clock-off", TOWN, server)


def _context(folder: Path) -> Any:
    from eakte_ops.cli.context import Context

    return Context(project=folder)
