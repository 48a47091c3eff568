"""Our side of the login: a private key file that only we can read, or keys of the agent."""

from __future__ import annotations

import base64
import io
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from eakte_ops.errors import IdentityUnsafe, UsageError

_KINDS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_cache: dict[Path, tuple[tuple[int, ...], paramiko.PKey | None]] = {}
_cache_lock = threading.Lock()


def load(path: Path) -> paramiko.PKey | None:
    """The private key in `path`; None where it is encrypted (then only an agent can use it).

    Raises IdentityUnsafe where others can read it, UsageError where it is missing or no key. Parsed once per version.
    """
    try:
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            version = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
            _private(path, seen)
            with _cache_lock:
                cached = _cache.get(path)
            if cached is not None and cached[0] == version:
                return cached[1]
            key = _parse(path, file.read(1 << 20).decode("utf-8", "replace"))
    except OSError as broken:
        raise UsageError(
            f"the identity file can not be read ({broken.strerror})",
            place=str(path),
            way_out="look at `identity` in the settings of the centre",
        ) from broken
    with _cache_lock:
        _cache[path] = (version, key)
    return key


def _private(path: Path, seen: os.stat_result) -> None:
    if seen.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or seen.st_uid not in (0, os.geteuid()):
        raise IdentityUnsafe(file=str(path), mode=f"{stat.S_IMODE(seen.st_mode):04o}, owner {seen.st_uid}")


def _parse(path: Path, text: str) -> paramiko.PKey | None:
    for kind in _KINDS:
        try:
            return kind.from_private_key(io.StringIO(text))
        except paramiko.PasswordRequiredException:
            return None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise UsageError(
        "this is no private key of a kind that is used here (ed25519, ecdsa, rsa)",
        place=str(path),
        way_out="make one with: ssh-keygen -t ed25519",
    )


def _public_blob(path: Path) -> bytes | None:
    """The public key beside an encrypted private key: which of the agent's keys is meant."""
    try:
        return base64.b64decode(path.with_name(path.name + ".pub").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None


@contextmanager
def keys(identities: tuple[Path, ...], *, use_agent: bool = True) -> Iterator[list[paramiko.PKey]]:
    """The keys to offer, in order: those files that can be opened, then the agent's.

    With files named, the agent serves only for those among them that are encrypted. The agent's connection lasts as
    long as the context.
    """
    found: list[paramiko.PKey] = []
    wanted: set[bytes] = set()
    for path in identities:
        key = load(path)
        if key is not None:
            found.append(key)
        elif (blob := _public_blob(path)) is not None:
            wanted.add(blob)
    if not use_agent or "SSH_AUTH_SOCK" not in os.environ or (identities and not wanted):
        yield found
        return
    try:
        agent = paramiko.Agent()
    except paramiko.SSHException:  # an agent that does not answer is as good as none
        yield found
        return
    try:
        held = agent.get_keys()
        yield found + [key for key in held if not identities or key.asbytes() in wanted]
    finally:
        agent.close()
