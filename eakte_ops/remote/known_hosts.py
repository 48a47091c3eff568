"""The town's own known_hosts file: the only source of trust in host keys (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
import hmac
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eakte_ops.errors import HostKeyChanged, HostKeyRevoked, HostKeyUnknown, UsageError

_PORT = 22


def fingerprint(blob: bytes) -> str:
    """`SHA256:...` of a public key blob, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def name_of(address: str, port: int) -> str:
    """The name under which a server stands in the file."""
    return address if port == _PORT else f"[{address}]:{port}"


@dataclass(frozen=True, slots=True)
class _Entry:
    names: tuple[str, ...]
    kind: str
    blob: bytes

    def holds(self, name: str) -> bool:
        """OpenSSH's rule: one negated match excludes, otherwise any match includes."""
        included = False
        for pattern in self.names:
            if pattern.startswith("!"):
                if _matches(pattern[1:], name):
                    return False
            elif _matches(pattern, name):
                included = True
        return included


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("|1|"):
        return _hashed(pattern, name)
    # Only * and ? are special to OpenSSH; brackets are part of `[address]:port`.
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def _hashed(pattern: str, name: str) -> bool:
    salt, _, digest = pattern[3:].partition("|")
    try:
        expected = base64.b64decode(digest, validate=True)
        made = hmac.new(base64.b64decode(salt, validate=True), name.lower().encode(), hashlib.sha1).digest()
    except binascii.Error:
        return False
    return hmac.compare_digest(made, expected)


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """The parsed file. Host certificates (`@cert-authority`) are not trusted here and stay unread."""

    plain: dict[str, tuple[_Entry, ...]] = field(default_factory=dict)
    patterned: tuple[_Entry, ...] = ()
    revoked: tuple[_Entry, ...] = ()

    def keys(self, name: str) -> tuple[tuple[str, bytes], ...]:
        """All confirmed keys of a server as (type, blob), in the order of the file."""
        found = [*self.plain.get(name.lower(), ()), *(entry for entry in self.patterned if entry.holds(name))]
        return tuple((entry.kind, entry.blob) for entry in found)

    def confirm(self, server: str, name: str, kind: str, blob: bytes) -> None:
        """Return when `blob` is a confirmed key of `name`.

        Raises HostKeyRevoked, HostKeyUnknown (no key known) or HostKeyChanged (others are known).
        """
        shown = f"{kind} {fingerprint(blob)}"
        if any(entry.blob == blob and entry.holds(name) for entry in self.revoked):
            raise HostKeyRevoked(server=server, found=shown)
        known = self.keys(name)
        if not known:
            raise HostKeyUnknown(server=server, found=shown)
        if not any(hmac.compare_digest(blob, trusted) for _kind, trusted in known):
            expected = [f"{key} {fingerprint(trusted)}" for key, trusted in known if key == kind] or [
                f"{key} {fingerprint(trusted)}" for key, trusted in known
            ]
            raise HostKeyChanged(server=server, expected=" or ".join(expected), found=shown)


def parse(text: str, place: str = "known_hosts") -> KnownHosts:
    """Read the text of a known_hosts file. A line that is none raises UsageError: trust is never read by half."""
    plain: dict[str, tuple[_Entry, ...]] = {}
    patterned: list[_Entry] = []
    revoked: list[_Entry] = []
    for marker, entry in _entries(text, place):
        if marker == "@revoked":
            revoked.append(entry)
        elif all(not set(name) & set("*?!|") for name in entry.names):
            for name in entry.names:
                plain[name.lower()] = (*plain.get(name.lower(), ()), entry)
        else:
            patterned.append(entry)
    return KnownHosts(plain, tuple(patterned), tuple(revoked))


def _entries(text: str, place: str) -> Iterator[tuple[str, _Entry]]:
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        marker = fields.pop(0) if fields[0].startswith("@") else ""
        if marker == "@cert-authority":
            continue
        try:
            names, kind, encoded = fields[:3]
            blob = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise _not_read(place, number) from None
        length = int.from_bytes(blob[:4], "big")
        if marker not in ("", "@revoked") or blob[4 : 4 + length] != kind.encode():
            raise _not_read(place, number)
        yield marker, _Entry(tuple(names.split(",")), kind, blob)


def _not_read(place: str, number: int) -> UsageError:
    return UsageError(
        "this is no line of a known_hosts file",
        place=f"{place}:{number}",
        way_out="write the file anew with: eakte-ops access accept TOWN FILE",
    )


_cache: dict[Path, tuple[tuple[int, int, int], KnownHosts]] = {}
_cache_lock = threading.Lock()


def load(path: Path) -> KnownHosts:
    """The file at `path`, parsed once per version of it. A missing file holds no keys: every host is unknown."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return KnownHosts()
    version = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
    with _cache_lock:
        cached = _cache.get(path)
        if cached is None or cached[0] != version:
            cached = (version, parse(path.read_text("utf-8", "replace"), str(path)))
            _cache[path] = cached
    return cached[1]
