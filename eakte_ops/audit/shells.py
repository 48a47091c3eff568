"""What was typed in a shell on a server: a file per shell, for its person alone, bound to the audit by its hash.

Each line is on disk before it is sent. What came back is not kept: it may hold anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eakte_ops.audit.trail import Entry
from eakte_ops.clock import Clock
from eakte_ops.errors import AuditRefused

FOLDER = "shells"
"""Below the state folder."""

END = "shell.end"
"""What the entry at the end of a shell is called in the audit."""


class Session:
    """The file of one shell. Raises AuditRefused where it can not be written; then nothing must be sent."""

    def __init__(self, state: Path, server: str, clock: Clock) -> None:
        self._clock = clock
        self._sum = hashlib.sha256()
        self.lines = 0
        self.file = state / FOLDER / f"{clock.now():%Y-%m-%dT%H%M%S}-{server}-{secrets.token_hex(2)}.jsonl"
        try:
            # Where a group shares the state folder, each of its people must be able to begin a file of their own.
            mode = state.stat().st_mode & 0o7777
            with suppress(FileExistsError):
                self.file.parent.mkdir(mode=0o700)
                self.file.parent.chmod(mode)
            self._handle = os.open(
                self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as problem:
            raise self._refused(problem) from None

    @property
    def name(self) -> str:
        """The file, as the audit names it."""
        return f"{FOLDER}/{self.file.name}"

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._sum.hexdigest()

    def begin(self, **said: Any) -> None:
        """The first line: who, where, why."""
        self._write({"mark": "begin", **said})

    def typed(self, line: str, folder: str) -> None:
        """A line that is about to be sent, and the folder in which it is carried out."""
        self.lines += 1
        self._write({"mark": "line", "number": self.lines, "folder": folder, "line": line})

    def ended(self, said: str) -> None:
        """How that line ended, as far as it is known."""
        self._write({"mark": "ended", "number": self.lines, "said": said})

    def close(self) -> None:
        """Nothing more is written."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _write(self, content: dict[str, Any]) -> None:
        at = self._clock.now().isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, **content}, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        try:
            if os.write(self._handle, line) != len(line):
                raise OSError(28, "No space left on device")
            os.fsync(self._handle)
        except OSError as problem:
            raise self._refused(problem) from None
        self._sum.update(line)

    def _refused(self, problem: OSError) -> AuditRefused:
        return AuditRefused(problem.strerror or str(problem), file=str(self.file))


@dataclass(frozen=True, slots=True)
class Examined:
    """What of the files does not fit the audit, and which could not be read by this account."""

    faults: tuple[str, ...]
    unread: tuple[str, ...]


def examine(state: Path, entries: Iterable[Entry]) -> Examined:
    """Every shell that ended, its file beside what the audit says of it."""
    faults: list[str] = []
    unread: list[str] = []
    for entry in entries:
        name, told = entry.details.get("file"), entry.details.get("sha256")
        if entry.what != END or not isinstance(name, str):
            continue
        file = state / FOLDER / Path(name).name
        try:
            seen = hashlib.sha256(file.read_bytes()).hexdigest()
        except FileNotFoundError:
            faults.append(f"{file}  is gone: what was typed in the shell that ended {entry.at[:19]}Z")
        except OSError as problem:
            unread.append(f"{file} can not be read here ({problem.strerror}); whether it fits is not known")
        else:
            if seen != told:
                faults.append(f"{file}  was altered since its shell ended {entry.at[:19]}Z")
    return Examined(tuple(faults), tuple(unread))
