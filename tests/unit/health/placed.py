"""Configuration files on paper: what was placed on a server, and what configuration.sh prints when it looks there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eakte_ops.config.record import HEAD, placed_of
from eakte_ops.health.agreed import Agreed, AgreedFile

OPEN = AgreedFile("/etc/eakte/gateway/config/application-prod.yml", "gateway/application-prod.yml", component="gateway")
SECRET = AgreedFile("/etc/eakte/index/application-es.yml", "index/application-es.yml", secret=True, component="index")
RARE = AgreedFile("/etc/eakte/logs/rotation.conf", "logs/rotation.conf")
AGREED = Agreed((OPEN, SECRET, RARE))
NOTE = "/var/lib/eakte-ops/placed"
WHEN = 1_795_330_000
LATER = WHEN + 5_000


def sum_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class File:
    """A file as stat shows it. `text`: what it holds; `read`: whether whoever asks may; `more`: by an access list."""

    mode: str = "644"
    owner: str = "eakte-ops"
    group: str = "eakte"
    size: int = 100
    inode: int = 7
    modified: str = f"{WHEN - 1}.123456789"
    changed: str = f"{WHEN}.000000001"
    kind: str = "regular file"
    text: str = "as agreed"
    read: bool = True
    more: bool = False

    @property
    def identity(self) -> str:
        return "\t".join(
            map(str, (self.mode, self.owner, self.group, self.size, self.inode, self.modified, self.changed))
        )


def as_placed(file: AgreedFile, *, person: bool = False) -> File:
    """How a file is right after it was placed, as the night sees it or a `person`."""
    return File(mode="640", read=person) if file.secret else File()


def noted(file: AgreedFile, **changed: Any) -> str:
    """The line of the note about a file. `changed`: fields of File as it was placed; `hash`, `kind`, `when`, `by`."""
    words = {key: changed.pop(key) for key in ("hash", "kind", "when", "by") if key in changed}
    placed = replace(as_placed(file), **changed)
    kind = words.get("kind", "keyed" if file.secret else "plain")
    hash_ = words.get("hash", sum_of(kind + placed.text))
    return f"{file.path}\t{kind}\t{hash_}\t{placed.identity}\t{words.get('when', WHEN)}\t{words.get('by', 'run-17')}"


def seen(
    *,
    agreed: Agreed = AGREED,
    person: bool = False,
    there: Mapping[AgreedFile, File | str] | None = None,
    note: tuple[str, ...] | None = None,
    head: str = HEAD,
    state: str = "ok",
    note_file: File | None = None,
    logins: str = "",
) -> bytes:
    """What configuration.sh prints. `there`: what differs from as_placed, "absent" or "denied" with or without a time.

    `note`: its lines instead of those that fit; `logins`: lines about these.
    """
    lines = ["file\t755\troot\troot\t1\t1\t1.000000000\t1.000000000\tdirectory\t/"]
    hashes = []
    told = note if note is not None else tuple(noted(file) for file in agreed.files)
    if state not in ("absent",):
        own = note_file or File(mode="640", group="eakte-look")
        lines.append(f"file\t{own.identity}\t{own.kind}\t{NOTE}")
    for file in agreed.files:
        one = (there or {}).get(file, as_placed(file, person=person))
        if isinstance(one, str):
            word, _, changed = one.partition(" ")
            lines.append(f"gone\t{word}\t{changed}\t{file.path}")
            continue
        lines += [f"file\t{one.identity}\t{one.kind}\t{file.path}", *([f"more\t{file.path}"] if one.more else [])]
        placed = next((p for each in told if (p := placed_of(each.split("\t"))) and p.path == file.path), None)
        if placed and one.read and one.kind == "regular file" and (placed.kind == "plain" or person):
            hashes.append(f"{placed.kind}\t{sum_of(placed.kind + one.text)}\t{file.path}")
    tail = [head, *told] if state == "ok" else []
    return "\n".join([*lines, *hashes, *filter(None, [logins]), f"end\t{state}", *tail, ""]).encode()
