"""The local IT of the lab's towns: root inside its own hosts, through namespaces, without any network or account.

Only what a town's local IT would do goes through here (installing the access pack, faults that root causes); everything
the centre does goes over SSH with the centre's keys.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import TimedOut, Unreachable
from eakte_ops.lab.command import run
from eakte_ops.lab.machine import leader_of
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import Host

_ENVIRONMENT = ("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8")


@dataclass(frozen=True, slots=True)
class LocalIT:
    """Root at the console of one host."""

    places: Places
    host: Host

    def argv(self, *words: str) -> list[str]:
        """A command of the machine that runs `words` as root inside the host. Raises: Unreachable if it is not up."""
        leader = leader_of(self.places, self.host)
        if leader is None:
            raise Unreachable(server=self.host.name, said="is not running", way_out="eakte-ops lab up")
        return ["nsenter", f"--target={leader}", "--all", "--root", "--wd", "--", *_ENVIRONMENT, "HOME=/root", *words]

    def script(self, text: str, *args: str, limit: float = 120.0) -> str:
        """Run a sh script as root, `args` as $1, $2 ...; gives its stdout. Raises: CommandFailed."""
        whole = f'main() {{\n{text}\n}}\nmain "$@" </dev/null\n'
        return run(self.argv("sh", "-s", "--", *args), stdin=whole, limit=limit, place=self.host.name)

    def put(self, path: str, text: str, mode: str = "0644") -> None:
        """Write a file as root, whole or not at all."""
        part = shlex.quote(f"{path}.part")
        where = shlex.quote(path)
        command = f"mkdir -p $(dirname {where}) && cat >{part} && chmod {mode} {part} && mv {part} {where}"
        run(self.argv("sh", "-c", command), stdin=text, place=self.host.name)

    def wait_until_up(self, limit: float = 60.0, clock: Clock = SYSTEM) -> str:
        """Wait until systemd has started everything; gives its word: `running` or `degraded`."""
        end = clock.monotonic() + limit
        while clock.monotonic() < end:
            said = self.system_state()
            if said in {"running", "degraded"}:
                return said
            clock.sleep(0.1)
        raise TimedOut(server=self.host.name, seconds=limit, phase="systemd to finish its start")

    def system_state(self) -> str:
        """systemd's word for the state of the host: starting, running, degraded ...; `down` if it is not up."""
        try:
            said = self.script("systemctl is-system-running 2>/dev/null || true", limit=10.0)
        except Unreachable:
            return "down"
        return said.strip() or "starting"
