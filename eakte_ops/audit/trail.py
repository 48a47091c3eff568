"""The audit: who did what, when and why. JSON lines that are only appended, each chained to the one before.

An entry is on disk before the act it tells of: `record` returns when it is, or raises and nothing must be done.
The chain shows every entry that was altered, left out or put in. It can not show that the end was cut off, or that all
of it was written anew: that shows the comparison with what the towns' own journals hold (anchor.py, compare.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from eakte_ops.audit.who import Who, who_is_it
from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import AuditRefused
from eakte_ops.store import rights

FILE = "audit.jsonl"
FIRST = "0" * 64
"""What the first entry names as the hash before it."""
NAME_DIGITS = 12
"""Digits by which a record is known: of the hash of its first entry. They tell another record from an altered one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `at`: UTC, ISO 8601. `town`: "" where none is concerned. `details`: plain JSON, never a secret."""

    at: str
    who: str
    host: str
    what: str
    town: str
    why: str
    details: Mapping[str, Any] = field(default_factory=dict)
    previous: str = FIRST
    hash: str = ""

    def sealed(self) -> str:
        """The hash that belongs to this content."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(_text(content).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold. `line` counts from 1."""

    line: int
    said: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit in one state folder."""

    folder: Path
    clock: Clock = SYSTEM
    who: Who = field(default_factory=who_is_it)

    @property
    def file(self) -> Path:
        """Where the entries stand."""
        return self.folder / FILE

    @property
    def name(self) -> str:
        """By what this record is known in anchors (anchor.py): it changes only where the record is begun anew."""
        first = next(self._lines(), None)
        return (FIRST if first is None else _link(first))[:NAME_DIGITS]

    def anchor(self, entry: Entry) -> str:
        """The line that tells of `entry` in the system journal of a server, for `Order.note`; see anchor.py."""
        from eakte_ops.audit.anchor import line

        return line(entry, self.name)

    def record(self, what: str, *, town: str = "", why: str = "", details: Mapping[str, Any] | None = None) -> Entry:
        """Append one entry; returns when it is on disk. Raises AuditRefused, and then the act must not happen.

        Entries of several programs at once are written one after the other (flock).
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            new = not self.file.exists()
            with _opened(self.file) as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                entry = self._append(stream, what, town, why, dict(details or {}))
            if new:
                _sync_folder(self.folder)
        except OSError as problem:
            raise AuditRefused(problem.strerror or str(problem), file=str(self.file)) from None
        return entry

    def entries(self, town: str = "") -> Iterator[Entry]:
        """All entries that can be read, oldest first, or those that concern one town."""
        for line in self._lines():
            entry = _entry(line)
            if entry is not None and town in ("", entry.town):
                yield entry

    def faults(self) -> Iterator[Fault]:
        """Every place where something was altered, left out, put in or written by halves."""
        before = FIRST
        for number, line in enumerate(self._lines(), 1):
            entry = _entry(line)
            if entry is None:
                yield Fault(number, "is no entry: it was altered, or the machine stopped while it was written")
            else:
                if entry.previous != before:
                    yield Fault(
                        number, "does not follow from the entry before: something was left out, put in or altered"
                    )
                if entry.hash != entry.sealed():
                    yield Fault(number, "was altered: its hash does not fit its content")
            before = _link(line)

    def _append(self, stream: IO[bytes], what: str, town: str, why: str, details: dict[str, Any]) -> Entry:
        last, whole = _last_line(stream)
        now = self.clock.now().isoformat(timespec="milliseconds")
        previous = _link(last) if last else FIRST
        bare = Entry(now, self.who.login, self.who.host, what, town, why, details, previous)
        entry = Entry(**{**asdict(bare), "hash": bare.sealed()})
        # A line that was written by halves stays as it is, as a fault of its own.
        stream.write((b"" if whole else b"\n") + _text(asdict(entry)).encode("utf-8") + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
        return entry

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.file.open("rb") as stream:
                for line in stream:
                    yield line.rstrip(b"\n")
        except FileNotFoundError:
            return
        except OSError as problem:
            raise AuditRefused(problem.strerror or str(problem), file=str(self.file)) from None


def _opened(file: Path) -> IO[bytes]:
    """The file, made for the owner and the group alone if it is new; whatever is written lands at its end."""
    return os.fdopen(rights.opened(file, os.O_RDWR | os.O_APPEND, alone=0o640), "a+b")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_line(stream: IO[bytes]) -> tuple[bytes, bool]:
    """The last line without its end, and whether the file ends with a whole line; b"" for an empty file."""
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        return b"", True
    length = 4096
    while True:
        stream.seek(max(0, size - length))
        tail = stream.read(size)
        whole = tail.endswith(b"\n")
        body = tail[:-1] if whole else tail
        if b"\n" in body or length >= size:
            return body.rpartition(b"\n")[2], whole
        length *= 4


def _link(line: bytes) -> str:
    """What the next entry names as the hash before it."""
    entry = _entry(line)
    return entry.hash if entry is not None else hashlib.sha256(line).hexdigest()


def _entry(line: bytes) -> Entry | None:
    try:
        found = json.loads(line)
        return Entry(**found)
    except (ValueError, TypeError):
        return None


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
