"""~/.ssh/config fills what the inventory leaves open. Fabric's Config knows where those files lie and reads them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabric import Config
from paramiko.ssh_exception import SSHException

from eakte_ops.errors import NotSupported, UsageError
from eakte_ops.remote.types import Target


@dataclass(frozen=True, slots=True)
class Route:
    """A target with nothing left open. `known_as`: the name to look for in known_hosts."""

    address: str
    port: int
    user: str
    identities: tuple[Path, ...]
    known_as: str
    via: Target | None


class SshConfig:
    """The ssh_config of this machine, read at the first use and then kept.

    `user` and `system`: the files; a missing file is an empty one. Only HostName, Port, User, IdentityFile,
    HostKeyAlias and ProxyJump are used: nothing there can weaken host keys or algorithms.
    """

    def __init__(self, user: str = "~/.ssh/config", system: str = "/etc/ssh/ssh_config") -> None:
        self._files = {"user_ssh_path": user, "system_ssh_path": system}
        self._lock = threading.Lock()
        self._config: Any = None

    def route(self, target: Target) -> Route:
        """Resolve `target`. What the target says wins. Raises NotSupported for a ProxyCommand."""
        found = self._lookup(target.address or target.name)
        if found.get("proxycommand", "none") != "none" and target.via is None:
            raise NotSupported("ProxyCommand in ~/.ssh/config", place=target.name)
        address = target.address or str(found.get("hostname", target.name))
        port = target.port
        if not target.address and port == 22:
            port = _port(str(found.get("port", 22)))
        identities = (target.identity,) if target.identity else self._identities(found)
        return Route(
            address=address,
            port=port,
            user=target.user or str(found.get("user", "")),
            identities=identities,
            known_as=str(found.get("hostkeyalias", "")),
            via=target.via or self._jump(target, str(found.get("proxyjump", "none"))),
        )

    def _lookup(self, host: str) -> dict[str, Any]:
        try:
            return self._looked_up(host)
        except (SSHException, ValueError, OSError) as problem:
            files = " or ".join(self._files.values())
            raise UsageError(
                f"{files} can not be read ({problem})",
                way_out="`ssh -G NAME` says what is wrong there; what the inventory says needs no such file",
            ) from problem

    def _looked_up(self, host: str) -> dict[str, Any]:
        with self._lock:
            if self._config is None:
                # Lazy: fabric.py and fabric.yaml of the user are none of our business, only the ssh files are.
                config = Config(lazy=True, **self._files)
                config.load_ssh_config()
                self._config = config.base_ssh_config
            return dict(self._config.lookup(host))

    @staticmethod
    def _identities(found: dict[str, Any]) -> tuple[Path, ...]:
        paths = (Path(name).expanduser() for name in found.get("identityfile", ()))
        return tuple(path for path in paths if path.exists())

    @staticmethod
    def _jump(target: Target, said: str) -> Target | None:
        if said == "none":
            return None
        if "," in said:
            raise NotSupported("a chain of several jump hosts in ~/.ssh/config", place=target.name)
        user, _, host = said.rpartition("@")
        name, _, port = host.rpartition(":") if host.count(":") == 1 else (host, "", "")
        return Target(
            name=name,
            address="",
            user=user or target.user,
            known_hosts=target.known_hosts,
            port=int(port) if port.isdecimal() else 22,
        )


def _port(said: str) -> int:
    if not said.isdecimal():
        raise UsageError(f'~/.ssh/config: a number is expected after Port, found "{said}"')
    return int(said)
