"""The town's known_hosts file: what accepting keys changes in it. OpenSSH's format (sshd(8)), one name per line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from eakte_ops.access.keys import PublicKey, read_host_key
from eakte_ops.errors import InvalidFile, Mistake

State = Literal["new", "same", "CHANGED", "gone", "REVOKED"]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What becomes of one key type of one host. `old`: the keys confirmed so far, `new`: what was sent back."""

    host: str
    kind: str
    state: State
    old: tuple[PublicKey, ...] = ()
    new: PublicKey | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file; `keys` is None for what is left as it is (comments, @revoked, other hosts)."""

    text: str
    name: str = ""
    key: PublicKey | None = None
    revoked: bool = False


def must_be_plain(text: str, place: str) -> None:
    """Raise InvalidFile unless each line of the file names one host openly, so that replacing a key replaces it.

    A line with several names, a pattern or a hashed name could keep an old key in force unseen.
    """
    mistakes = []
    for number, text_line in enumerate(text.splitlines(), 1):
        words = text_line.split()
        if not words or words[0].startswith("#") or words[0] == "@revoked":
            continue
        if set(words[0]) & set(",*?!|") or words[0].startswith("@") or _read(text_line).key is None:
            mistakes.append(Mistake(place, number, 1, "", "one open name and one host key are expected in each line"))
    if mistakes:
        raise InvalidFile(mistakes)


def changes(text: str, names: Mapping[str, str], sent: Mapping[str, Sequence[PublicKey]]) -> tuple[KeyChange, ...]:
    """What writing the keys that were sent would change. `names`: host -> its name in the file.

    A type that the file holds and the host no longer has is `gone`. A key marked @revoked in the file is REVOKED and
    must not be accepted.
    """
    lines = [_read(line) for line in text.splitlines()]
    revoked = {line.key for line in lines if line.revoked}
    found = []
    for host, keys in sent.items():
        known = [line.key for line in lines if line.key and not line.revoked and line.name == names[host]]
        for key in keys:
            old = tuple(each for each in known if each.kind == key.kind)
            state: State = "new" if not old else "same" if key in old else "CHANGED"
            found.append(KeyChange(host, key.kind, "REVOKED" if key in revoked else state, old, key))
        kinds = {key.kind for key in keys}
        found += [KeyChange(host, key.kind, "gone", (key,)) for key in known if key.kind not in kinds]
    return tuple(found)


def rewritten(text: str, names: Mapping[str, str], sent: Mapping[str, Sequence[PublicKey]]) -> str:
    """The file with the keys of these hosts replaced; all other lines stay as they are."""
    replaced = {names[host] for host in sent}
    kept = [line.text for line in map(_read, text.splitlines()) if line.revoked or line.name not in replaced]
    if not kept:
        kept = [
            "# Host keys confirmed with local IT; written by: eakte-ops access accept. OpenSSH's known_hosts format."
        ]
    added = [f"{names[host]} {key}" for host, keys in sent.items() for key in keys]
    return "\n".join([*kept, *added]) + "\n"


def write_atomically(file: Path, text: str) -> None:
    """Write `file` whole or not at all, and return when it is on disk."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", delete=False, encoding="utf-8") as new:
        try:
            new.write(text)
            new.flush()
            os.fchmod(new.fileno(), 0o644)
            os.fsync(new.fileno())
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(text: str) -> _Line:
    words = text.split()
    revoked = bool(words) and words[0] == "@revoked"
    if revoked:
        words = words[1:]
    if len(words) < 3 or words[0].startswith(("#", "@")):
        return _Line(text)
    try:
        key = read_host_key(f"{words[1]} {words[2]}")
    except ValueError:
        return _Line(text)
    return _Line(text, words[0], key, revoked)
