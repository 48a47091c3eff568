"""The age format: encrypt, decrypt, and what the head of a file says without opening it. Only here is pyrage known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyrage

from eakte_ops.errors import Refused

Identity: TypeAlias = pyrage.x25519.Identity | pyrage.ssh.Identity

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END = b"-----END AGE ENCRYPTED FILE-----"
_VERSION = b"age-encryption.org/v1"
_SSH = "ssh-ed25519"


@dataclass(frozen=True, slots=True)
class Stanza:
    """One recipient as the head of a file shows it. X25519 hides whose it is; ssh-ed25519 carries a short `tag`."""

    kind: str
    tag: str = ""


def stanza_of(key: str) -> Stanza:
    """What the head of a file shows for a public key. Raises ValueError with a sentence if it is no usable key."""
    words = key.split()
    if key.startswith("age1") and len(words) == 1:
        _recipient(key)
        return Stanza("X25519")
    if len(words) >= 2 and words[0] == _SSH:
        _recipient(key)
        digest = hashlib.sha256(base64.b64decode(words[1])).digest()[:4]
        return Stanza(_SSH, base64.b64encode(digest).decode().rstrip("="))
    raise ValueError('a public key begins with "age1" or "ssh-ed25519 "; others are not used here')


def encrypt(value: str, keys: Sequence[str]) -> bytes:
    """The armored age file of `value` for all public `keys` (at least one)."""
    sealed: bytes = pyrage.encrypt(value.encode(), [_recipient(key) for key in keys], armored=True)
    return sealed


def decrypt(sealed: bytes, identities: Sequence[Identity], place: str) -> str:
    """The value of an age file. `place` names the file in errors. Raises Refused; no error ever holds the value."""
    text: str | None = None
    try:
        raw = pyrage.decrypt(sealed, list(identities))
    except pyrage.DecryptError as error:
        said = str(error)
    else:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            # That exception carries the bytes; it must not become the context of another one.
            said = "what it holds is no UTF-8 text"
    if text is None:
        raise _not_opened(said, place)
    return text


def _not_opened(said: str, place: str) -> Refused:
    if "No matching keys" in said:
        return Refused(
            "your identity does not open this file", place=place, way_out="eakte-ops secret check says whose does"
        )
    return Refused(f"the file is damaged ({said})", place=place, way_out="take the last good one from git")


def stanzas(sealed: bytes) -> tuple[Stanza, ...]:
    """The recipients that the head of an age file shows, decoys left out. Raises ValueError if it is no age file."""
    lines = _binary(sealed).split(b"\n")
    if lines[0] != _VERSION:
        raise ValueError("no age file")
    found: list[Stanza] = []
    for line in lines[1:]:
        if line.startswith(b"---"):
            return tuple(found)
        if line.startswith(b"-> "):
            words = line[3:].decode("ascii", "replace").split(" ")
            # "...-grease" are decoys by the standard, so that readers learn to ignore what they do not know.
            if not words[0].endswith("-grease"):
                found.append(Stanza(words[0], words[1] if words[0] == _SSH and len(words) > 1 else ""))
    raise ValueError("the head of the age file has no end")


def _binary(sealed: bytes) -> bytes:
    stripped = sealed.strip()
    if not stripped.startswith(_BEGIN):
        return sealed
    if not stripped.endswith(_END):
        raise ValueError("the age file is cut off")
    try:
        return base64.b64decode(re.sub(rb"\s", b"", stripped[len(_BEGIN) : -len(_END)]), validate=True)
    except binascii.Error:
        raise ValueError("the age file is damaged") from None


def _recipient(key: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    kind = pyrage.ssh.Recipient if key.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(key)
    except pyrage.RecipientError:
        raise ValueError("no valid public key; was it copied completely?") from None
