"""Whole copies of a store, made while others read and write it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from eakte_ops.errors import MachineFailed, UsageError
from eakte_ops.store.trouble import as_sentences


def copy(path: Path, to: Path, *, replace: bool = False) -> None:
    """Write the store in `path` to `to` as it is at one moment: a single file, mode 0600, checked after writing.

    Nobody is held up by it. `to` appears when it is whole. Raises UsageError where it exists (unless `replace`)
    or has no folder, MachineFailed where it can not be written or is not right when it is read again; then nothing is
    left behind.
    """
    if to.is_dir():
        raise UsageError("this is a folder, and a backup is a file", place=str(to), way_out="name a file in it")
    if not to.parent.is_dir():
        raise UsageError(f"there is no folder {to.parent}", place=str(to), way_out="name a file in a folder there is")
    part = to.with_name(f"{to.name}.{os.getpid()}.part")
    _reserve(to, replace)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _write(path, part)
        _verify(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(to)
        _sync_folder(to.parent)
    except BaseException as problem:
        for left in (part, *([] if replace else [to])):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise _not_written(to, problem) from problem
        raise


def _reserve(to: Path, replace: bool) -> None:
    """Take the name, so that two copies never write to the same one."""
    if replace:
        return
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as there:
        raise UsageError(
            "there is such a file already, and a backup overwrites none", place=str(to), way_out="choose another name"
        ) from there
    except OSError as problem:
        raise _not_written(to, problem) from problem


def _not_written(to: Path, problem: OSError) -> MachineFailed:
    return MachineFailed(f"the copy can not be written ({problem.strerror}); the store itself is whole", place=str(to))


def _write(path: Path, part: Path) -> None:
    with (
        as_sentences(part),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)) as source,
        closing(sqlite3.connect(part, isolation_level=None)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, readable from read-only places too


def _verify(part: Path) -> None:
    with (
        as_sentences(part),
        closing(sqlite3.connect(f"{part.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as written,
    ):
        said = [str(row[0]) for row in written.execute("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        raise MachineFailed(f"the copy is not what was written ({said[0]}); the store itself is whole", place=str(part))


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
