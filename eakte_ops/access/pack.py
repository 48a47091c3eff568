"""The access pack: one sh script per machine that local IT reads, installs, checks and takes back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from eakte_ops.access.grant import Folder, Grant, OwnFile, jump_grant, server_grant
from eakte_ops.access.keys import sha256_hex, spoken
from eakte_ops.access.rules import Access
from eakte_ops.access.sudo import sudoers
from eakte_ops.access.units import CLAIM, MARK, RUNNER
from eakte_ops.errors import EakteError
from eakte_ops.inventory.model import JumpHost, Server, Town

_END = "END_OF_TEXT"


@dataclass(frozen=True, slots=True)
class Pack:
    """A finished script. The same inventory, access.yml and program give the same text, byte for byte."""

    grant: Grant
    text: str
    town_name: str
    address: str

    def numbered(self, version: int) -> Pack:
        """The same content under another number: a new number alone makes no installed pack out of date."""
        return _pack(replace(self.grant, version=version), self.town_name, self.address)

    @property
    def host(self) -> str:
        """The machine it is for."""
        return self.grant.host

    @property
    def version(self) -> int:
        """`issue` of access.yml."""
        return self.grant.version

    @property
    def sha256(self) -> str:
        """64 hexadecimal digits, as sha256sum prints them."""
        return sha256_hex(self.text.encode("utf-8"))

    @property
    def spoken(self) -> str:
        """The same in groups of four, to be read out on the phone."""
        return spoken(self.sha256)

    @property
    def filename(self) -> str:
        """The name under which it is handed over."""
        return f"{self.host}.sh"


def packs(town: Town, access: Access) -> tuple[Pack, ...]:
    """All packs of a town: its jump hosts, then its servers, in the order of the inventory. Raises NotSupported."""
    return (
        *(jump_pack(town, jump, access) for jump in town.said.jump_hosts),
        *(server_pack(town, server, access) for server in town.said.servers),
    )


def server_pack(town: Town, server: Server, access: Access) -> Pack:
    """The pack of one server. Raises NotSupported for a platform that has none."""
    grant = server_grant(town, server, access)
    return _pack(grant, town.said.municipality.name, server.address)


def jump_pack(town: Town, jump: JumpHost, access: Access) -> Pack:
    """The pack of one jump host."""
    return _pack(jump_grant(town, jump, access), town.said.municipality.name, jump.address)


def _pack(grant: Grant, town: str, address: str) -> Pack:
    own = "server" if grant.kind == "server" else "jump"
    parts = [_head(grant, town, address), _values(grant), *_texts(grant), _lists(grant)]
    text = "\n".join([*parts, shell_text("common"), shell_text(own), shell_text("main")])
    return Pack(grant, text, town, address)


@cache
def shell_text(name: str) -> str:
    """The text of text/NAME.sh."""
    return (files("eakte_ops.access") / "text" / f"{name}.sh").read_text(encoding="utf-8")


def _head(grant: Grant, town: str, address: str) -> str:
    file = f"{grant.host}.sh"
    return f"""#!/bin/sh
# Access pack {grant.version} of {town} for the {grant.kind} {grant.host} ({address})
#
# For local IT, which owns this machine and may change or take back all of this at any time.
# FREIGABE-{grant.town}.md says in German what is granted and why, and holds the SHA-256 of this file:
#     sha256sum {file}       compare it with that page, or have it read out on the phone
#
#     sh {file} facts        changes nothing; prints host keys and basic data to send back
#     sh {file} check        changes nothing; says what differs from this pack
#     sh {file} install      as root; may be repeated at any time, also after an interruption
#     sh {file} uninstall    as root; takes the rights away, never data
{_done(grant)}#
# It does not edit sshd_config (it says so if something is in the way there), starts and stops no software, opens no
# connection, downloads nothing and deletes no data. Files that are not its own are left alone, but for one line per
# account in /etc/cron.deny where cron is open to everybody.{_rotates(grant)}
#
# To read: 1 what is granted, as the texts that are put in place; 2 the lists of files and folders; 3 the tools;
# 4 install, check, uninstall; 5 where it begins.
"""


def _done(grant: Grant) -> str:
    """What the head says of the word that ends work on a server which was handed over."""
    if grant.kind == "jump host":
        return ""
    return f'#     sh {grant.host}.sh done "WORDS"   as root; tells the centre that your work on this machine is done\n'


def _rotates(grant: Grant) -> str:
    """What the head says of the one thing that runs by itself afterwards."""
    timers = [unit.name for unit in grant.own_units if unit.timer]
    return f" {timers[0]} rotates the software's own logs\n# every day, as the account eakte." if timers else ""


def _values(grant: Grant) -> str:
    units = " ".join(unit.name for unit in grant.units)
    values = f"""{_title("1 What is granted")}

TOWN='{grant.town}'
HOST='{grant.host}'
VERSION={grant.version}
MARK='{MARK}'
FROM='{" ".join(grant.from_addresses)}'
"""
    if grant.kind == "jump host":
        return values
    own = " ".join(unit.name for unit in grant.own_units)
    timer = " ".join(unit.name for unit in grant.own_units if unit.timer)
    return f"{values}UNITS='{units}'\nOWN_UNITS='{own}'\nTIMER='{timer}'\n"


def _texts(grant: Grant) -> list[str]:
    """Every file of the pack as a shell function that prints it."""
    short = {name: name.removeprefix("eakte-") for name in grant.keys}
    found = [_text(f"keys_{short[name]}", f"Keys that are let in as {name}", text) for name, text in grant.keys.items()]
    if grant.kind == "jump host":
        return found
    found.append(_text("sudo", "The sudo list", sudoers("eakte-ops", [unit.name for unit in grant.units])))
    found.append(_text("signers", "Whose signature under a release counts (ssh-keygen -Y verify)", grant.signers))
    found.append(_text("claim", "What claims a job of the centre, as the account eakte-ops", shell_text("eakte-claim")))
    found.append(_text("runner", "What carries out a job of the centre, as the account eakte", shell_text("eakte-run")))
    found += [_text(_function(unit.name), f"The unit {unit.name}", unit.text) for unit in grant.all_units]
    return found


def _text(name: str, title: str, text: str) -> str:
    lines = text.splitlines()
    if _END in lines:
        raise EakteError(f"a text of the access pack holds the line {_END}")
    if not lines:
        return f"# {title}: none\ntext_{name}() {{ :; }}\n"
    return f"# {title}\ntext_{name}() {{\n    cat <<'{_END}'\n{text}{_END}\n}}\n"


def _function(unit: str) -> str:
    return "unit_" + unit.removeprefix("eakte-").removesuffix(".service").replace("-", "_").replace(".", "_")


def _lists(grant: Grant) -> str:
    """Functions that call what they are given (put, check) for every file or folder."""
    root = [_folder(folder) for folder in grant.folders if folder.root]
    parts = [_title("2 Files and folders: $1 is called with each") + "\n", _list("root_folders", root)]
    if grant.kind == "server":
        own = [_folder(folder) for folder in grant.folders if not folder.root]
        own_files = [_folder(file) for file in grant.own_files]
        plain = [
            '"$1" text_signers 0644 /etc/eakte-ops/allowed_signers',
            f'"$1" text_claim 0755 {CLAIM}',
            f'"$1" text_runner 0755 {RUNNER}',
        ]
        units = [f'"$1" text_{_function(unit.name)} 0644 /etc/systemd/system/{unit.name}' for unit in grant.all_units]
        parts += [
            _list("own_folders", own),
            _list("own_files", own_files),
            _list("plain_files", plain),
            _list("unit_files", units),
        ]
    return "\n".join(parts)


def _title(text: str) -> str:
    return f"# -- {text} ".ljust(119, "-")


def _folder(each: Folder | OwnFile) -> str:
    return f'"$1" {each.owner} {each.group} {each.mode} {each.path}'


def _list(name: str, lines: list[str]) -> str:
    return f"{name}() {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"
