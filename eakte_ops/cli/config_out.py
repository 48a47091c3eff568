"""Writes rendered files below a folder: whole or not at all, over nothing that is not its own, through no link."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from eakte_ops.errors import MachineFailed, UsageError

SUMS = "SHA256SUMS"
"""Names all files beside it; by it a folder is known again as one that was written here and not touched since."""

_MARK = "# written by eakte-ops config render; sha256sum -c SHA256SUMS"
_WAY_OUT = "name a folder that does not exist yet, or remove what is in it"


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files` (path below `folder` -> text); folders 0700, files 0600.

    The folder changes from what it was to this at once; in it may only lie what was written by this before and not
    changed since. Raises UsageError, MachineFailed.
    """
    try:
        there = _must_be_ours(folder)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as aside:
            fresh, old = Path(aside) / "new", Path(aside) / "old"
            _fill(fresh, files)
            if there:
                folder.rename(old)
            try:
                fresh.rename(folder)
            except OSError:
                if there:
                    old.rename(folder)
                raise
    except OSError as problem:
        raise MachineFailed(f"nothing could be written: {problem.strerror}", place=str(folder)) from problem


def _fill(fresh: Path, files: Mapping[str, str]) -> None:
    sums = [_MARK]
    fresh.mkdir(0o700)
    for name, text in sorted(files.items()):
        data = text.encode()
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}")
        for above in reversed(Path(name).parents[:-1]):
            (fresh / above).mkdir(0o700, exist_ok=True)
        _write(fresh / name, data)
    _write(fresh / SUMS, "\n".join([*sums, ""]).encode())


def _write(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _must_be_ours(folder: Path) -> bool:
    """Whether the folder is there. Raises UsageError where something in it is not what was written here."""
    if not folder.parent.is_dir():
        raise UsageError(f"there is no folder {folder.parent}", place="--out", way_out="make it first")
    try:
        kind = folder.lstat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(kind):
        what = "a link" if stat.S_ISLNK(kind) else "no folder"
        raise UsageError(f"{folder} is {what}; nothing was written", place="--out", way_out=_WAY_OUT)
    if foreign := _foreign(folder):
        raise UsageError(
            f"{foreign} in {folder} was not written by this command, or changed since; nothing was written",
            place="--out",
            way_out=_WAY_OUT,
        )
    return True


def _foreign(folder: Path) -> str:
    """Something in the folder that is not as it was written; "" where all is, or nothing is there."""
    found = {path.relative_to(folder).as_posix(): path for path in _below(folder)}
    if not found:
        return ""
    sums = _sums(folder / SUMS) if SUMS in found else {}
    for name, path in sorted(found.items()):
        if name != SUMS and (not _is_file(path) or hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(name)):
            return name
    return "" if sums else SUMS


def _below(folder: Path) -> Iterator[Path]:
    """All that lies below and is no folder; links are not followed."""
    for where, folders, files in os.walk(folder):
        yield from (Path(where) / name for name in files)
        yield from (path for name in folders if (path := Path(where) / name).is_symlink())


def _sums(file: Path) -> dict[str, str]:
    if not _is_file(file):
        return {}
    mark, *lines = file.read_text("utf-8", "replace").splitlines() or [""]
    if mark != _MARK:
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)
