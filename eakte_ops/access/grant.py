"""What a town grants on one machine, as values: the pack is made from them, and what is there is compared with them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Literal

from eakte_ops.access.keys import jump_line, login_line
from eakte_ops.access.rules import Access, Held
from eakte_ops.access.sudo import commands
from eakte_ops.access.units import (
    Unit,
    component_unit,
    job_unit,
    logs_folder,
    next_releases,
    rotation_folder,
    rotation_units,
)
from eakte_ops.errors import NotSupported, UsageError
from eakte_ops.inventory.model import JUMP_ACCOUNT, Installed, JumpHost, Server, Town
from eakte_ops.product.model import Layout

_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9._-]+)+")
HOMES = "/etc/eakte-ops/home"
NAMESPACE = "eakte-release"
"""Namespace of signatures under releases (ssh-keygen -Y)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with owner, group and mode (octal digits). `root`: all folders above it belong to root, so root may set
    it right; otherwise it lies where `owner` may write, and is made as `owner`."""

    path: str
    owner: str
    group: str
    mode: str
    root: bool


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file in a place that `owner` may write, with owner, group and mode (octal digits). It is made empty, as
    `owner`; what is written into it later is not the pack's."""

    path: str
    owner: str
    group: str
    mode: str


@dataclass(frozen=True, slots=True)
class Account:
    """A system account and the groups it is in besides its own. `shell` "" is nologin."""

    name: str
    home: str
    shell: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """All that is granted on one machine. `keys`: account -> text of its authorized_keys. `units`: of the components;
    `own_units`: of what serves them, jobs and the log rotation."""

    town: str
    host: str
    kind: Literal["server", "jump host"]
    version: int
    from_addresses: tuple[str, ...]
    accounts: tuple[Account, ...]
    keys: dict[str, str]
    folders: tuple[Folder, ...]
    own_files: tuple[OwnFile, ...] = ()
    units: tuple[Unit, ...] = ()
    own_units: tuple[Unit, ...] = ()
    sudo: tuple[str, ...] = ()
    signers: str = ""

    @property
    def all_units(self) -> tuple[Unit, ...]:
        """Every unit file that the pack puts in place."""
        return (*self.units, *self.own_units)

    @property
    def places(self) -> tuple[str, ...]:
        """The paths of all folders and own files."""
        return (*(folder.path for folder in self.folders), *(file.path for file in self.own_files))


def server_grant(town: Town, server: Server, access: Access) -> Grant:
    """What is granted on a server. Raises NotSupported for a platform without an access pack."""
    layout = town.profile.layout.get(server.platform)
    if layout is None or server.platform != "linux":
        raise NotSupported(f"an access pack for {server.platform} ({server.name})", place=str(town.file.name))
    jump = town.jump_of(server)
    addresses = access.addresses if jump is None else (jump.inside or jump.address,)
    parts = _parts(town, server)
    _only_plain_paths(town, server, parts)
    units = tuple(
        component_unit(part, layout, [earlier.component.unit["linux"] for earlier in parts[:at]])
        for at, part in enumerate(parts)
    )
    work, look, software = layout.work_account, layout.look_account, layout.software_account
    return Grant(
        town=town.id,
        host=server.name,
        kind="server",
        version=access.version,
        from_addresses=addresses,
        accounts=(
            Account(software, "/nonexistent", ""),
            Account(work, f"{HOMES}/{work}", "/bin/sh", (software, look)),
            Account(look, f"{HOMES}/{look}", "/bin/sh"),
        ),
        keys={
            work: _login_keys(access.granted(town.id, "work"), addresses),
            look: _login_keys(access.granted(town.id, "look"), addresses),
        },
        folders=_folders(parts, layout),
        own_files=(
            # Not for the software: who can open it can hold the lock.
            OwnFile(f"{layout.state}/ops.flock", work, work, "0600"),
            OwnFile(f"{layout.state}/last-look", work, look, "0664"),
        ),
        units=units,
        own_units=(job_unit(layout), *(rotation_units(layout) if parts else ())),
        sudo=commands([unit.name for unit in units]),
        signers=_signers(access),
    )


def jump_grant(town: Town, jump: JumpHost, access: Access) -> Grant:
    """What is granted on a jump host: a way to the sshd of the town's servers behind it, and no shell."""
    behind = [server for server in town.said.servers if server.jump == jump.name]
    targets = [f"{_bracketed(server.address)}:{server.port}" for server in behind]
    lines = [
        f"{_who(held)}\n{jump_line(held.key.public, held.key.last_day, access.addresses, targets)}\n"
        for held in access.granted(town.id)
    ]
    return Grant(
        town=town.id,
        host=jump.name,
        kind="jump host",
        version=access.version,
        from_addresses=access.addresses,
        accounts=(Account(JUMP_ACCOUNT, f"{HOMES}/{JUMP_ACCOUNT}", ""),),
        keys={JUMP_ACCOUNT: "".join(lines) if targets else ""},
        folders=_homes(JUMP_ACCOUNT),
    )


def _parts(town: Town, server: Server) -> list[Installed]:
    """The components that the server has in the town's release or in one of the next, in the order of their start."""
    known = {
        name: part for release in next_releases(town) for name, part in town.profile.components_of(release).items()
    }
    parts = []
    for name, part in known.items():
        if (said := server.components.get(name)) is not None and "linux" in part.unit:
            parts.append(Installed(name, part, {**part.ports, **said.ports}, {**part.places, **said.places}, {}))
    return sorted(parts, key=lambda part: (part.component.order, part.name))


def _only_plain_paths(town: Town, server: Server, parts: list[Installed]) -> None:
    """A path stands in a script that runs as root: nothing in it may mean anything to a shell, to systemd or to tar."""
    for part in parts:
        for name, path in part.places.items():
            if not _PLAIN_PATH.fullmatch(path) or any(step in (".", "..") for step in path.split("/")):
                raise UsageError(
                    f"{server.name}: the place {name} of {part.name} can not stand in an access pack: {path!r}",
                    place=town.file.name,
                    way_out="an absolute path of letters, digits, hyphens, dots and underscores is needed",
                )


def _folders(parts: list[Installed], layout: Layout) -> tuple[Folder, ...]:
    work, look, software = layout.work_account, layout.look_account, layout.software_account
    top = posixpath.dirname(layout.releases)
    folders = [
        *_homes(work, look),
        Folder(posixpath.dirname(layout.granted + "/x"), "root", "root", "0755", root=True),
        Folder("/usr/local/lib/eakte-ops", "root", "root", "0755", root=True),
        Folder(top, work, software, "0755", root=True),
        # The names of the releases are no secret and are looked at by the night; the releases are 2750.
        Folder(layout.releases, work, software, "2755", root=False),
        Folder(layout.configuration, "root", "root", "0755", root=True),
        # Search, not list: the night account sees how full the disks below are, and no name of a file.
        Folder(layout.data, software, software, "0751", root=True),
        Folder(layout.logs, "root", "root", "0755", root=True),
        Folder(layout.state, work, software, "0755", root=True),
        Folder(f"{layout.state}/jobs", work, software, "2750", root=False),
        Folder(f"{layout.state}/lock", work, software, "2750", root=False),
    ]
    if parts:
        folders.append(Folder(logs_folder(layout), work, software, "2751", root=True))
        folders.append(Folder(rotation_folder(layout), software, software, "0750", root=False))
    for part in parts:
        folders += _part_folders(part, layout)
    seen: dict[str, Folder] = {}
    for folder in folders:
        seen.setdefault(folder.path, folder)
    return tuple(seen.values())


def _part_folders(part: Installed, layout: Layout) -> list[Folder]:
    work, look, software = layout.work_account, layout.look_account, layout.software_account
    listed = sorted(p for p in part.places.values() if p.startswith(f"{layout.configuration}/{part.name}/"))
    folders = [
        Folder(f"{layout.logs}/{part.name}", software, look, "2750", root=True),
        # Search, not list: the night account asks stat about a file it knows by name. Files with secrets are 0640.
        Folder(f"{layout.configuration}/{part.name}", work, software, "2751", root=True),
        # The names in such a folder are no secret and are looked at by the night; the files are 0640.
        *(Folder(path, work, software, "2755", root=False) for path in listed),
    ]
    for path in sorted(part.places.values()):
        if path.startswith(layout.data + "/"):
            folders.append(Folder(path, software, software, "0750", root=False))
        elif not path.startswith((layout.configuration + "/", layout.logs + "/", "/run/")):
            folders.append(Folder(path, software, software, "0750", root=True))
    return folders


def _homes(*accounts: str) -> tuple[Folder, ...]:
    """Homes belong to root: an account can not add a key to itself, nor leave a profile that the next login reads."""
    tops = ("/etc/eakte-ops", HOMES)
    paths = [*tops, *(path for name in accounts for path in (f"{HOMES}/{name}", f"{HOMES}/{name}/.ssh"))]
    return tuple(Folder(path, "root", "root", "0755", root=True) for path in paths)


def _login_keys(held: tuple[Held, ...], addresses: tuple[str, ...]) -> str:
    return "".join(f"{_who(each)}\n{login_line(each.key.public, each.key.last_day, addresses)}\n" for each in held)


def _who(held: Held) -> str:
    return f"# {held.holder} at {held.key.machine}, until {held.key.expires}"


def _signers(access: Access) -> str:
    return "".join(
        f'{signer.name} namespaces="{NAMESPACE}",valid-before="{signer.expires.replace("-", "")}235959" {signer.key}\n'
        for signer in access.said.signers
    )


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
