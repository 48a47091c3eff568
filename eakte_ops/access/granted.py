"""Asking a server what is granted there, and reading the answer. Judged in compare.py."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from eakte_ops.access.grant import Grant
from eakte_ops.access.pack import Pack, server_pack, shell_text
from eakte_ops.access.rules import Access
from eakte_ops.access.sudo import sudoers
from eakte_ops.access.units import CLAIM, LOGROTATE, LOGS_UNIT, RUNNER
from eakte_ops.inventory.model import Server, Town
from eakte_ops.remote.types import Question, Script

QUESTION = "access.granted"
PACK_COPY = "/etc/eakte-ops/pack.sh"
SUDOERS = "/etc/sudoers.d/eakte-ops"
UNITS = "/etc/systemd/system"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the pack grants on one server. `files`: path -> (mode, text). `revoked`: key -> whose it was."""

    pack: Pack
    files: Mapping[str, tuple[str, str]]
    revoked: Mapping[str, str]

    @property
    def grant(self) -> Grant:
        """The pack's content as values."""
        return self.pack.grant


@dataclass(frozen=True, slots=True)
class Seen:
    """A file or folder as stat shows it. `sum`: SHA-256 of a file's content, "" where it was not read."""

    owner: str
    group: str
    mode: str
    size: int
    kind: str
    sum: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a server says is granted there. Everything in here was said by that server and is as hostile as it is.

    `accounts`: name -> (home, shell, user id). `paths`: None is missing. `hidden`: can not be seen by who asked.
    `sudo`: lines of `sudo -n -l`, None where it was not asked. `units`: name -> property -> value.
    """

    pack: Mapping[str, object]
    accounts: Mapping[str, tuple[str, str, str]]
    groups: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[str, ...]]
    key_files: tuple[str, ...]
    paths: Mapping[str, Seen | None]
    hidden: frozenset[str]
    units: Mapping[str, Mapping[str, str]]
    unit_files: tuple[str, ...]
    setuid: tuple[str, ...]
    linger: tuple[str, ...]
    sudo: tuple[str, ...] | None
    stop: str | None


def expected(town: Town, server: Server, access: Access) -> Expected:
    """What has to be granted on a server. Raises NotSupported where there is no pack for its platform."""
    pack = server_pack(town, server, access)
    grant = pack.grant
    files = {
        PACK_COPY: ("644", pack.text),
        "/etc/eakte-ops/allowed_signers": ("644", grant.signers),
        CLAIM: ("755", shell_text("eakte-claim")),
        RUNNER: ("755", shell_text("eakte-run")),
        SUDOERS: ("440", sudoers("eakte-ops", [unit.name for unit in grant.units])),
        **{f"{UNITS}/{unit.name}": ("644", unit.text) for unit in grant.all_units},
        **{
            f"{account.home}/.ssh/authorized_keys": ("644", grant.keys[account.name])
            for account in grant.accounts
            if account.name in grant.keys
        },
    }
    revoked = {str(held.key.public): f"{held.holder} at {held.key.machine}" for held in access.revoked(town.id)}
    return Expected(pack, files, revoked)


def granted_question(wanted: Expected, *, sudo: bool = False) -> Question:
    """What to ask. `sudo`: also the list of the account that asks; for people only, since the town's log notes it."""
    grant = wanted.grant
    words = [
        *(f"account={account.name}" for account in grant.accounts),
        *(f"path={path}" for path in (*wanted.files, *grant.places)),
        *(f"path={LOGROTATE}" for unit in grant.all_units if unit.name == LOGS_UNIT),
        *(f"unit={unit.name}" for unit in grant.all_units),
        *(["sudo"] if sudo else []),
    ]
    return Question(QUESTION, Script({"posix": shell_text("granted")}, args=tuple(words)), limit=10.0)


def read_granted(out: bytes) -> Granted:
    """What `granted_question` was answered with. Raises ValueError with a sentence if it is not whole."""
    lines = out.decode("utf-8", "replace").splitlines()
    if not lines or lines[-1] != "end":
        raise ValueError("the list of what is granted did not arrive whole")
    by_kind: dict[str, list[str]] = defaultdict(list)
    for line in lines[:-1]:
        kind, _, rest = line.partition(" ")
        by_kind[kind].append(rest)
    return Granted(
        pack=_pack("\n".join(by_kind["pack"])),
        accounts=dict(entry for line in by_kind["account"] if (entry := _account(line))),
        groups={name: tuple(groups.split()) for name, _, groups in (g.partition(" ") for g in by_kind["groups"])},
        keys=_keys(by_kind["key"]),
        key_files=tuple(by_kind["key-file"]),
        paths=_paths(by_kind),
        hidden=frozenset(by_kind["hidden"]),
        units=_units(by_kind["unit"]),
        unit_files=tuple(by_kind["unit-file"]),
        setuid=tuple(by_kind["setuid"]),
        linger=tuple(by_kind["linger"]),
        sudo=tuple(by_kind["sudo"]) if "sudo" in by_kind else None,
        stop=by_kind["stop"][0] if by_kind["stop"] else None,
    )


def _pack(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _account(line: str) -> tuple[str, tuple[str, str, str]] | None:
    fields = line.split(":")
    return (fields[0], (fields[5], fields[6], fields[2])) if len(fields) == 7 else None


def _keys(lines: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        name, _, key = line.partition(" ")
        if key.strip() and not key.lstrip().startswith("#"):
            found[name].append(key)
    return {name: tuple(keys) for name, keys in found.items()}


def _paths(by_kind: Mapping[str, list[str]]) -> dict[str, Seen | None]:
    sums = {path: digest for path, _, digest in (line.rpartition(" ") for line in by_kind.get("sum", []))}
    found: dict[str, Seen | None] = dict.fromkeys(by_kind.get("missing", []))
    for line in by_kind.get("path", []):
        words = line.split(" ", 5)
        if len(words) == 6 and words[4].isdecimal():
            path, owner, group, mode, size, kind = words
            found[path] = Seen(owner, group, mode, int(size[:18]), kind, sums.get(path, ""))
    return found


def _units(lines: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in lines:
        name, _, rest = line.partition(" ")
        key, _, value = rest.partition("=")
        found[name][key] = value
    return found
