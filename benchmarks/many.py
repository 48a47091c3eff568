"""An operations folder of many towns whose servers are all this machine: addresses of loopback behind one sshd."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inventory import PARTS
from loopback import Sshd

from eakte_ops.inventory.samples import samples_folder
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.session import SshConnection
from eakte_ops.remote.types import Target

_SETTINGS = """\
centre:
  name: Benchmark
  contact: {{mail: centre@centre.example}}
night: {{identity: {identity}}}
limits: {{threads: {threads}, handshakes: 16, server_seconds: 120}}
"""


class Myself(Connector):
    """Logs in as whoever runs the benchmark: the accounts of the product do not exist here."""

    def __call__(self, target: Target, deadline: float) -> SshConnection:
        return super().__call__(replace(target, user=getpass.getuser()), deadline)


def mine(targets: Sequence[Target]) -> list[Target]:
    """The same for targets."""
    return [replace(target, user=getpass.getuser()) for target in targets]


def operations(folder: Path, daemon: Sshd, towns: Sequence[str], servers: int, threads: int) -> None:
    """Make it in `folder`: each of `towns` has `servers` servers, the components of the product spread over them."""
    inventories = folder / "inventories"
    inventories.mkdir(parents=True)
    defaults = (samples_folder() / "inventories" / "_defaults.yml").read_text("utf-8")
    (inventories / "_defaults.yml").write_text(defaults, "utf-8")
    access = (samples_folder() / "access.yml").read_text("utf-8")
    (folder / "access.yml").write_text(access.replace("towns: [witten, herdecke]", "towns: all"), "utf-8")
    settings = _SETTINGS.format(identity=daemon.folder / "key", threads=threads)
    (folder / "eakte-ops.yml").write_text(settings, "utf-8")
    key = " ".join((daemon.folder / "host.pub").read_text().split()[:2])
    for number, town in enumerate(towns):
        places = [address(number * servers + at) for at in range(servers)]
        (inventories / f"{town}.yml").write_text(_town(number, town, places, daemon.port), "utf-8")
        known = "".join(f"[{place}]:{daemon.port} {key}\n" for place in places)
        (inventories / f"{town}.known_hosts").write_text(known, "utf-8")


def address(number: int) -> str:
    """An address of loopback for each server."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"


def _town(number: int, town: str, places: Sequence[str], port: int) -> str:
    lines = [
        f'municipality: {{key: "{10_000_000 + number}", name: {town.title()}, full_name: Stadt {town.title()}}}',
        f"ring: {number % 10}",
        f'contacts: {{local-it: {{mail: it@{town}.example, phone: "+49 221 4710 100"}}}}',
        "secrets: [database-password]",
        "servers:",
    ]
    for at, place in enumerate(places):
        parts = _parts(at, len(places))
        lines += [
            f"  - name: {town}-server-{at}",
            f"    address: {place}",
            f"    port: {port}",
            f"    components: {{{', '.join(f'{part}: {{}}' for part in parts)}}}",
        ]
    return "\n".join(lines) + "\n"


def _parts(at: int, servers: int) -> Sequence[str]:
    if servers == 1:
        return ("database", *PARTS)
    return ("database",) if at == 0 else PARTS[at - 1 :: servers - 1]
