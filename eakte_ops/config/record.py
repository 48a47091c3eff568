"""What place.sh noted on a server about each file it put there: STATE/placed, read back. The server may be hostile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["plain", "keyed"]
FILE = "placed"
KEY = "placed.key"
HEAD = "placed 1"
"""First line of the note: its name and the version of its form."""

_KINDS: Mapping[str, Kind] = {"plain": "plain", "keyed": "keyed"}
_HASH = re.compile(r"[0-9a-f]{64}")
_MODE = re.compile(r"[0-7]{3,4}")
_MOMENT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_PARTS = 12


@dataclass(frozen=True, slots=True)
class Identity:
    """What the file system says of a file. `mode`: octal digits; `modified`, `changed`: seconds since 1970, as text,
    to nine places: `changed` moves with everything that is done to the file, and nobody but root's clock sets it."""

    mode: str
    owner: str
    group: str
    size: int
    inode: int
    modified: str
    changed: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A file as it was put there. `kind`: whether `hash` is SHA-256 of the file, or of the server's key and the file.

    `when`: seconds since 1970, the server's clock; `by`: the run that did it.
    """

    path: str
    kind: Kind
    hash: str
    identity: Identity
    when: int
    by: str


def identity_of(parts: list[str]) -> Identity | None:
    """From seven texts: mode, owner, group, size, inode, modified, changed. None where they are none."""
    if len(parts) != 7:
        return None
    mode, owner, group, size, inode, modified, changed = parts
    numbers = size.isascii() and size.isdigit() and inode.isascii() and inode.isdigit() and len(size + inode) < 60
    if not (numbers and _MODE.fullmatch(mode) and _MOMENT.fullmatch(modified) and _MOMENT.fullmatch(changed)):
        return None
    return Identity(mode, owner, group, int(size), int(inode), modified, changed)


def placed_of(parts: list[str]) -> Placed | None:
    """One line of the note, cut at its tabs. None where it is none."""
    if len(parts) != _PARTS or parts[1] not in _KINDS or not _HASH.fullmatch(parts[2]):
        return None
    identity = identity_of(parts[3:10])
    if identity is None or not (parts[10].isascii() and parts[10].isdigit() and len(parts[10]) <= 12):
        return None
    return Placed(parts[0], _KINDS[parts[1]], parts[2], identity, int(parts[10]), parts[11])
