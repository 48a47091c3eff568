"""Public keys as OpenSSH writes them: reading, judging, and the line that lets one in."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Name of the type -> length of the whole key in bytes, None where it varies (the name of an application is part of it).
KINDS: dict[str, int | None] = {
    "ssh-ed25519": 51,
    "ecdsa-sha2-nistp256": 104,
    "ecdsa-sha2-nistp384": 136,
    "ecdsa-sha2-nistp521": 172,
    "sk-ssh-ed25519@openssh.com": None,
    "sk-ecdsa-sha2-nistp256@openssh.com": None,
}
_HOST_KINDS = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: `kind` as in its first word, `blob` the decoded second word. No comment: it may name a person."""

    kind: str
    blob: bytes

    def __str__(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode('ascii')}"

    @property
    def fingerprint(self) -> str:
        """SHA256:..., as ssh-keygen -l shows it."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def sha256_hex(content: bytes) -> str:
    """64 hexadecimal digits, as sha256sum prints them."""
    return hashlib.sha256(content).hexdigest()


def spoken(digest: str) -> str:
    """Hexadecimal digits in groups of four, to be read out on the phone."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def read_key(text: str) -> PublicKey:
    """A key of a person or of the night. Raises ValueError with a sentence for what must not be in access.yml."""
    words = text.split(" ")
    if "PRIVATE KEY" in text:
        raise ValueError("this is a PRIVATE key; it must not be here, and counts as known to others from now on")
    if len(words) == 1 or not words[1]:
        raise ValueError('a public key is expected: its type and its text, as in "ssh-ed25519 AAAA..."')
    if words[0] in ("ssh-rsa", "ssh-dss", "rsa-sha2-256", "rsa-sha2-512"):
        raise ValueError(f"keys of type {words[0]} are not granted; make one with: ssh-keygen -t ed25519")
    if words[0] not in KINDS:
        raise ValueError(f'unknown type of key "{words[0]}"; known: {", ".join(KINDS)}')
    if len(words) > 2:
        raise ValueError("nothing may follow the key: a comment would carry a name into every town")
    key = _decoded(words[0], words[1])
    if (length := KINDS[key.kind]) is not None and len(key.blob) != length:
        raise ValueError(f"the key has {len(key.blob)} bytes, a {key.kind} key has {length}; it was cut or altered")
    return key


def read_host_key(text: str) -> PublicKey:
    """A host key as a server says it. Raises ValueError with a sentence."""
    words = text.split(" ")
    if len(words) != 2 or words[0] not in _HOST_KINDS:
        raise ValueError("no host key of a type that is used here")
    return _decoded(words[0], words[1])


def _decoded(kind: str, text: str) -> PublicKey:
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the text of the key is no base64; was it broken into lines?") from None
    fields = _fields(blob)
    if len(fields) < 2 or fields[0] != kind.encode("ascii"):
        raise ValueError(f"the text of the key is not that of a {kind} key; it was cut or altered")
    return PublicKey(kind, blob)


def _fields(blob: bytes) -> list[bytes]:
    """The fields of a key blob, each with its length before it (RFC 4253, 6.6); none if they do not fill it exactly."""
    fields, at = [], 0
    while at < len(blob):
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        if end > len(blob) or at + 4 > len(blob):
            return []
        fields.append(blob[at + 4 : end])
        at = end
    return fields


def login_line(key: PublicKey, expires: date, addresses: Sequence[str]) -> str:
    """A line of authorized_keys: a shell without terminal, forwarding, agent or X11, from `addresses`, until `expires`.

    `expires` is the last day; sshd gets the first moment of the next one, in the server's time zone (sshd(8)).
    """
    return f"restrict,{_bounds(expires, addresses)} {key}"


def jump_line(key: PublicKey, expires: date, addresses: Sequence[str], targets: Sequence[str]) -> str:
    """A line for a jump host: no shell, only channels to `targets` (`HOST:PORT`).

    `restrict` alone would forbid the way through; `port-forwarding` gives it back and `permitopen` bounds it. It would
    also give back listening there (ssh -R), so `permitlisten` leaves a port on which only root may listen.
    """
    ways = ",".join(f'permitopen="{target}"' for target in targets)
    only = f'restrict,port-forwarding,{ways},permitlisten="localhost:1",command="/bin/false"'
    return f"{only},{_bounds(expires, addresses)} {key}"


def _bounds(expires: date, addresses: Sequence[str]) -> str:
    after = expires + timedelta(days=1)
    return f'from="{",".join(addresses)}",expiry-time="{after:%Y%m%d}"'
