"""What somebody with a laptop has to know of a server to work there by hand: how to log in, what to look at. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.remote.posix import quote

if TYPE_CHECKING:
    from eakte_ops.inventory.model import Installed, JumpHost, Server, Town
    from eakte_ops.product.model import Layout, Probe

_USUAL_PORT = 22


@dataclass(frozen=True, slots=True)
class Look:
    """A command that shows whether a part works. `expect`: what is to be seen: active, answer, up, contains, open."""

    component: str
    command: str
    expect: str
    text: str = ""


def ssh(town: Town, server: Server) -> str:
    """The command that logs in as the account of people at work, trusting the town's own host keys alone."""
    account = town.profile.layout[server.platform].work_account
    words = ["ssh", "-T", *_trust(town), *_port(server.port)]
    jump = town.jump_of(server)
    if jump is not None:
        words += ["-o", quote(f"ProxyCommand={_through(town, jump)}")]
    return " ".join([*words, f"{account}@{server.address}"])


def layout(town: Town, server: Server) -> Layout:
    """Where things lie there."""
    return town.profile.layout[server.platform]


def looks(town: Town, server: Server, components: Collection[str] = ()) -> Iterator[Look]:
    """Commands that show whether the components there work (only `components`, if any are named)."""
    for part in town.installed(server):
        if components and part.name not in components:
            continue
        unit = part.component.unit[server.platform]
        yield Look(part.name, f"systemctl is-active {quote(unit)}", "active")
        for probe in part.component.probes:
            if (found := _probe(part, probe)) is not None:
                yield found


def _probe(part: Installed, probe: Probe) -> Look | None:
    """None for what needs a password or more than a line."""
    if probe.kind not in ("health", "index", "page", "port"):
        return None
    port = part.ports[probe.port]
    if probe.kind == "port":
        return Look(part.name, f"timeout 5 bash -c '</dev/tcp/127.0.0.1/{port}' && echo open", "open")
    command = f"curl -sS --max-time 20 {quote(f'http://127.0.0.1:{port}{probe.path}')}"
    if probe.kind == "page":
        return Look(part.name, command, "contains", probe.contains)
    return Look(part.name, command, "up" if probe.kind == "health" else "answer")


def _through(town: Town, jump: JumpHost) -> str:
    from eakte_ops.inventory.model import JUMP_ACCOUNT

    return " ".join(["ssh", *_trust(town), *_port(jump.port), "-W", "%h:%p", f"{JUMP_ACCOUNT}@{jump.address}"])


def _trust(town: Town) -> list[str]:
    file = f"inventories/{town.id}.known_hosts"
    return ["-o", f"UserKnownHostsFile={file}", "-o", "StrictHostKeyChecking=yes"]


def _port(port: int) -> list[str]:
    return [] if port == _USUAL_PORT else ["-p", str(port)]
