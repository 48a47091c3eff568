"""A real sshd on loopback, as the current user, and a small TCP proxy that misbehaves on demand."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eakte_ops.remote.types import Target

_CONFIG = """
ListenAddress {address}:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
PermitUserRC no
MaxStartups 200
LogLevel VERBOSE
# bash under sshd reads ~/.bashrc on its first level only: the tests do not depend on what is in there.
SetEnv SHLVL=2
{more}
"""


def keygen(path: Path, kind: str = "ed25519", *more: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path), *more], check=True)
    return path


def user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Poll a condition."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@dataclass
class Sshd:
    """A running server. `folder` holds its keys, the client's identity `id` and the `known_hosts` of its town."""

    folder: Path
    address: str
    port: int
    process: subprocess.Popen[bytes]

    def target(self, name: str = "server", **changes: object) -> Target:
        made = Target(
            name=name,
            address=self.address,
            user=user(),
            known_hosts=self.folder / "known_hosts",
            port=self.port,
            identity=self.folder / "id",
        )
        return replace(made, **changes)

    def trust(self, name: str, key: Path | None = None) -> None:
        """Write a host key under `name` ("[address]:port") into known_hosts."""
        public = (key or self.folder / "host").with_suffix(".pub").read_text()
        with (self.folder / "known_hosts").open("a") as file:
            file.write(f"{name} {public}")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")


@contextlib.contextmanager
def running(
    folder: Path, *, more: str = "", address: str = "127.0.0.1", kind: str = "ed25519", like: Sshd | None = None
) -> Iterator[Sshd]:
    """Start an sshd in `folder`. `like`: takes over that one's identity, authorized keys and known_hosts."""
    folder.mkdir(parents=True, exist_ok=True)
    keygen(folder / "host", kind)
    if like is None:
        keygen(folder / "id")
        shutil.copy(folder / "id.pub", folder / "authorized_keys")
        (folder / "known_hosts").touch()
    else:
        for name in ("id", "id.pub", "authorized_keys"):
            shutil.copy(like.folder / name, folder / name)
        (folder / "known_hosts").symlink_to(like.folder / "known_hosts")
    port = free_port(address)
    (folder / "config").write_text(_CONFIG.format(address=address, port=port, folder=folder, more=more))
    (folder / "log").touch()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
    assert sshd, "openssh-server is not installed"
    process = subprocess.Popen([sshd, "-D", "-f", str(folder / "config"), "-E", str(folder / "log")])
    try:
        server = Sshd(folder, address, port, process)
        until(lambda: "Server listening" in server.log or process.poll() is not None)
        assert process.poll() is None, server.log
        server.trust(f"[{address}]:{port}")
        yield server
    finally:
        process.terminate()
        process.wait(10)


class Proxy:
    """Stands before a server. Each direction of a connection passes up to a limit of bytes, then it is cut or stalls.

    `say`: sent instead of asking the server at all. `seen`: connections so far.
    """

    def __init__(
        self,
        server: Sshd | None = None,
        *,
        up: int | None = None,
        down: int | None = None,
        then: str = "cut",
        say: bytes | None = None,
        refuse_first: int = 0,
    ) -> None:
        self._server = server
        self._limits = {"up": up, "down": down}
        self._then = then
        self._say = say
        self._refuse = refuse_first
        self.seen = 0
        self.passed = {"up": 0, "down": 0}
        self._socks: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Proxy:
        self._begin(self._accept)
        return self

    def __exit__(self, *_raised: object) -> None:
        for sock in [self._listener, *self._socks]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def target(self, server: Sshd, **changes: object) -> Target:
        """The server as it is reached through here, with its own host key."""
        server.trust(f"[127.0.0.1]:{self.port}")
        return server.target(address="127.0.0.1", port=self.port, **changes)

    def _begin(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _from = self._listener.accept()
            except OSError:
                return
            self.seen += 1
            self._socks.append(client)
            if self.seen <= self._refuse:
                client.close()
            elif self._say is not None:
                with contextlib.suppress(OSError):
                    client.sendall(self._say)
            elif self._server is not None:
                server = socket.create_connection((self._server.address, self._server.port))
                self._socks.append(server)
                self._begin(self._pass, "up", client, server)
                self._begin(self._pass, "down", server, client)

    def _pass(self, way: str, source: socket.socket, sink: socket.socket) -> None:
        limit = self._limits[way]
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                room = len(data) if limit is None else limit - passed
                sink.sendall(data[:room])
                passed += min(room, len(data))
                self.passed[way] = passed
                if room < len(data):
                    if self._then == "stall":
                        return
                    break
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
