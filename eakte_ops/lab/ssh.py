"""The command line with which a person at work logs in on a host of the lab: OpenSSH with strict host keys."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from eakte_ops.errors import Refused
from eakte_ops.inventory.model import JUMP_ACCOUNT
from eakte_ops.lab.towns import Host, host_named


def _options(key: Path, known_hosts: Path) -> list[str]:
    return [
        "-F",
        "none",
        *("-i", str(key)),
        *("-o", "IdentitiesOnly=yes"),
        *("-o", f"UserKnownHostsFile={known_hosts}"),
        *("-o", "GlobalKnownHostsFile=/dev/null"),
        *("-o", "StrictHostKeyChecking=yes"),
    ]


def person_argv(host: Host, account: str, key: Path, known_hosts: Path, words: Sequence[str]) -> list[str]:
    """`ssh` as `account`, through the jump host where the town has one; `words`: a command, none for a shell.

    Raises: Refused for storage and jump hosts, where the centre has no shell.
    """
    if host.role != "server":
        raise Refused(
            f"{host.name} is a {host.role} host: the centre has no shell there",
            way_out=f"as the town's local IT: eakte-ops lab ssh {host.name} --root",
        )
    options = _options(key, known_hosts)
    through: list[str] = []
    if host.jump:
        way = ["ssh", *options, "-W", "%h:%p", f"{JUMP_ACCOUNT}@{host_named(host.jump).address}"]
        through = ["-o", f"ProxyCommand={shlex.join(way)}"]
    return ["ssh", *options, *through, f"{account}@{host.address}", *(["--", *words] if words else [])]
