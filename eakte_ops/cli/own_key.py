"""Which key of access.yml the person who sits here has: by the identity of the settings, else by the agent."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.errors import Refused

if TYPE_CHECKING:
    from eakte_ops.access.keys import PublicKey
    from eakte_ops.access.rules import Access

_PATIENCE_S = 5


@dataclass(frozen=True, slots=True)
class OwnKey:
    """`holder`: whose it is by access.yml. `file`: the private key, None: the agent holds it."""

    holder: str
    public: PublicKey
    file: Path | None


def own_key(access: Access, town: str, identity: Path | None) -> OwnKey | None:
    """The key for work at `town` that is at hand here; None where there is none. Nobody is asked for a passphrase."""
    held = {each.key.public.fingerprint: each for each in access.granted(town, "work")}
    for text, file in _at_hand(identity):
        public = _read(text)
        if public is not None and (found := held.get(public.fingerprint)) is not None:
            return OwnKey(found.holder, public, file)
    return None


@contextmanager
def to_sign_with(key: OwnKey) -> Iterator[Path]:
    """What ssh-keygen takes to sign with it: the private key, or for the agent's a file with the public one."""
    if key.file is not None:
        yield key.file
        return
    with tempfile.TemporaryDirectory(prefix="eakte-ops-") as folder:
        public = Path(folder, "key.pub")
        public.write_text(f"{key.public}\n", encoding="ascii")
        yield public


def must_have(key: OwnKey | None, town: str) -> OwnKey:
    """The same. Raises Refused where there is none."""
    if key is None:
        raise Refused(
            f"no key for work at {town} is at hand here",
            way_out="name yours: --key FILE, or load it into the agent (ssh-add -l); access.yml has to hold it",
        )
    return key


def _at_hand(identity: Path | None) -> Iterator[tuple[str, Path | None]]:
    """Public keys as texts, each with its private file."""
    if identity is not None:
        beside = identity.with_name(f"{identity.name}.pub")
        try:
            yield beside.read_text("ascii"), identity
        except (OSError, UnicodeDecodeError):
            # Without the public half beside it: only a key without a passphrase tells it unasked.
            yield _said_by("ssh-keygen", "-y", "-P", "", "-f", str(identity)), identity
        return
    for line in _said_by("ssh-add", "-L").splitlines():
        yield line, None


def _read(text: str) -> PublicKey | None:
    from eakte_ops.access.keys import read_key

    try:
        return read_key(" ".join(text.split()[:2]))
    except ValueError:
        return None


def _said_by(*words: str) -> str:
    """What a program of OpenSSH prints; "" where it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
