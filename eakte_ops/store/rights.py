"""Who may use the files of a state folder: one account, or a group of people that the folder was given to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OURS = 0o600
_SHARED = 0o660


def file_mode(folder: Path) -> int:
    """The rights of files in `folder`: of its owner alone, or of its group, too, where the folder is meant for one.

    It is meant for a group where it is writable for it and hands the group on to what is made in it (chmod 2770).
    """
    mode = folder.stat().st_mode
    return _SHARED if mode & stat.S_ISGID and mode & stat.S_IWGRP else _OURS


def opened(file: Path, flags: int, alone: int = _OURS) -> int:
    """A handle of `file`, made if need be with the rights of its folder (rights `alone` in one of a single account),
    whatever the umask says. Raises OSError."""
    handle = os.open(file, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, alone)
    try:
        found = os.fstat(handle)
        if file_mode(file.parent) == _SHARED and found.st_uid == os.geteuid() and not found.st_mode & stat.S_IWGRP:
            os.fchmod(handle, _SHARED)
    except BaseException:
        os.close(handle)
        raise
    return handle
