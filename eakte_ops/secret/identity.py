"""Identities: the private keys of the one who works here, from a file that nobody else may read."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pyrage

from eakte_ops.errors import IdentityUnsafe, Refused, UsageError
from eakte_ops.secret.age import Identity

AskPassphrase: TypeAlias = Callable[[str], str]
"""Asks the person at the terminal; given the question, returns the passphrase. Raises Refused without a terminal."""

_MOST = 100_000
_MARKS = (b"AGE-SECRET-KEY-", b"AGE-PLUGIN-", b"-----BEGIN", b"age-encryption.org/")


@dataclass(frozen=True, slots=True)
class Identities:
    """What opens age files here. `file`: where they come from; `public`: their age recipients, as far as known."""

    file: Path
    keys: tuple[Identity, ...] = field(repr=False)
    public: tuple[str, ...] = ()


def load(file: Path, ask: AskPassphrase | None = None) -> Identities:
    """The identities in `file`: as `age-keygen` writes them (also protected by `age -p`), or an OpenSSH ed25519 key.

    Raises UsageError (missing, no identity), IdentityUnsafe (readable by others), Refused (not supported).
    """
    raw = _read_safely(file)
    if raw.startswith((b"-----BEGIN AGE ENCRYPTED FILE-----", b"age-encryption.org/")):
        raw = _unlock(raw, file, ask)
    if b"-----BEGIN" in raw:
        return Identities(file, (_ssh(raw, file),), _ssh_public(raw))
    return _age(raw, file)


def create(file: Path) -> str:
    """Make a new age identity in `file` (mode 0600, must not exist) and return its public recipient."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"# public key: {public}\n{identity}\n")
    return public


def _read_safely(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"the identity file can not be opened: {error.strerror}", place=str(file)) from None
    # Asked of the open file, so that nobody can exchange it between the look and the reading.
    seen = os.fstat(handle)
    if not stat.S_ISREG(seen.st_mode):
        os.close(handle)
        raise UsageError("the identity file is no regular file", place=str(file))
    with os.fdopen(handle, "rb") as opened:
        raw = opened.read(_MOST)
        if seen.st_mode & 0o077:
            if not any(mark in raw for mark in _MARKS):  # nobody shall be told to chmod a file that is none
                raise UsageError("this file holds no identity", place=str(file))
            raise IdentityUnsafe(file=str(file), mode=f"{stat.S_IMODE(seen.st_mode):04o}")
        if seen.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
            raise Refused("the identity file belongs to another account", place=str(file))
        return raw


def _unlock(raw: bytes, file: Path, ask: AskPassphrase | None) -> bytes:
    if ask is None:
        raise Refused("the identity is protected by a passphrase, and there is nobody to ask", place=str(file))
    with suppress(pyrage.DecryptError):
        opened: bytes = pyrage.passphrase.decrypt(raw, ask(f"Passphrase of {file}"))
        return opened
    raise Refused("the passphrase does not open the identity", place=str(file))


def _ssh(raw: bytes, file: Path) -> Identity:
    try:
        return pyrage.ssh.Identity.from_buffer(raw)
    except pyrage.IdentityError as error:
        said = str(error)
    if "decrypted first" in said:
        raise Refused(
            "an SSH key protected by a passphrase is not supported as identity",
            place=str(file),
            way_out="make an age identity: age-keygen | age -p > FILE",
        )
    raise UsageError("this private key can not be used: an OpenSSH ed25519 key is needed", place=str(file))


def _ssh_public(raw: bytes) -> tuple[str, ...]:
    """The public half, which stands readable in an OpenSSH private key file (PROTOCOL.key of OpenSSH)."""
    body = b"".join(line for line in raw.split(b"\n") if line and b"-----" not in line)
    rest = base64.b64decode(body).removeprefix(b"openssh-key-v1\0")
    for _field in ("cipher", "kdf", "kdf options"):
        rest = rest[4 + int.from_bytes(rest[:4], "big") :]
    rest = rest[4:]  # number of keys
    public = rest[4 : 4 + int.from_bytes(rest[:4], "big")]
    return (f"ssh-ed25519 {base64.b64encode(public).decode()}",)


def _age(raw: bytes, file: Path) -> Identities:
    keys: list[pyrage.x25519.Identity] = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        key = None
        with suppress(pyrage.IdentityError):
            key = pyrage.x25519.Identity.from_str(word)
        if key is None:
            # The line itself is never shown: it may be a private key with a typing mistake.
            raise UsageError("this line is no age identity (AGE-SECRET-KEY-1...)", place=f"{file}:{number}")
        keys.append(key)
    if not keys:
        raise UsageError("the file holds no identity", place=str(file), way_out="age-keygen -o FILE makes one")
    return Identities(file, tuple(keys), tuple(str(key.to_public()) for key in keys))
