"""A real sshd on loopback for the benchmarks: one daemon that answers on all of 127.0.0.0/8, ended with the program."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.remote.types import Target

_CONFIG = """\
ListenAddress 0.0.0.0:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
MaxStartups 1000
MaxSessions 100
LogLevel QUIET
SetEnv SHLVL=2
PasswordAuthentication no
{more}Match Address *,!127.0.0.0/8
    DenyUsers *
"""


@dataclass(frozen=True)
class Sshd:
    """`targets(n)`: that many servers, each on an address of its own."""

    folder: Path
    port: int

    def targets(self, count: int) -> list[Target]:
        addresses = [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)]
        key = (self.folder / "host.pub").read_text().split()[:2]
        known = self.folder / "known_hosts"
        known.write_text("".join(f"[{address}]:{self.port} {' '.join(key)}\n" for address in addresses))
        user = pwd.getpwuid(os.getuid()).pw_name
        return [
            Target(f"server-{n}", address, user, known, self.port, identity=self.folder / "key")
            for n, address in enumerate(addresses)
        ]


@contextmanager
def sshd(folder: Path, more: str = "") -> Iterator[Sshd]:
    """Start it, wait until it answers, end it. `more`: lines of its configuration."""
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "authorized_keys").write_text((folder / "key.pub").read_text())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(_CONFIG.format(port=port, folder=folder, more=more))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
    daemon = subprocess.Popen([program, "-D", "-f", str(folder / "config")])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Sshd(folder, port)
    finally:
        daemon.terminate()
        daemon.wait()
