"""Where a town's secrets lie, and how they are written: whole or not at all, one writer at a time."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import Busy, UsageError

NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
"""Names of secrets; the same form as in the inventory. No name leaves the folder."""

_WAIT_S = 10.0
_TEMPORARY = ".new-"


@dataclass(frozen=True, slots=True)
class TownFolder:
    """`inventories/TOWN.secrets/`: `recipients.yml`, and for each secret `NAME.age` with its record `NAME.yml`."""

    inventories: Path
    town: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.town):
            raise UsageError("a town is named by small letters, digits and hyphens")

    @property
    def path(self) -> Path:
        """The folder itself; it may not exist yet."""
        return self.inventories / f"{self.town}.secrets"

    @property
    def recipients(self) -> Path:
        """The file that says who can open the secrets."""
        return self.path / "recipients.yml"

    def sealed(self, name: str) -> Path:
        """The age file of a secret. Raises UsageError for what is no name."""
        return self.path / f"{_valid(name)}.age"

    def record(self, name: str) -> Path:
        """The record beside it; it holds no secret."""
        return self.path / f"{_valid(name)}.age.yml"

    def shown(self, path: Path) -> str:
        """A path as people are shown it: `inventories/witten.secrets/...`."""
        return str(path.relative_to(self.inventories.parent))

    def names(self) -> tuple[str, ...]:
        """All secrets that have an age file, sorted."""
        return tuple(sorted(file.stem for file in self.path.glob("*.age") if NAME.fullmatch(file.stem)))

    def strays(self) -> tuple[Path, ...]:
        """Files that do not belong here: remains of an interrupted write, records without secret, anything else."""
        known = {self.recipients} | {path for name in self.names() for path in (self.sealed(name), self.record(name))}
        return tuple(sorted(set(self.path.iterdir()) - known)) if self.path.is_dir() else ()

    @contextmanager
    def writing(self, clock: Clock = SYSTEM) -> Iterator[None]:
        """Only one process writes here at a time. Raises Busy after ten seconds."""
        self.path.mkdir(exist_ok=True)
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            deadline = clock.monotonic() + _WAIT_S
            while not _locked(handle):
                if clock.monotonic() > deadline:
                    raise Busy("somebody else is writing secrets of this town", place=self.shown(self.path))
                clock.sleep(0.1)
            yield
        finally:
            os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: readers see the old file or the new one, also after a power failure."""
    handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            # What lies here is sealed or public, and goes into git: readable as other files of the folder are.
            os.fchmod(opened.fileno(), 0o644)
            os.fsync(opened.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _valid(name: str) -> str:
    if not NAME.fullmatch(name):
        raise UsageError(
            "the name of a secret has small letters, digits, hyphens and dots, for example database-password"
        )
    return name


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
