"""What SQLite complains of, as sentences with place and way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eakte_ops.errors import Busy, EakteError, MachineFailed, ProgramFault

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MACHINE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it can not be written (rights of the file, or a file system that is read-only)",
    sqlite3.SQLITE_IOERR: "the disk does not read or write (full, over its quota, or failing)",
    sqlite3.SQLITE_CANTOPEN: "it can not be opened (rights of file and folder, or a full disk)",
    sqlite3.SQLITE_PERM: "it may not be used (rights of the file)",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_TOOBIG: "a value is too big for it",
}
_NO_TEXT = "Could not decode to UTF-8"
"""How Python's sqlite3 begins what it says of a text that was damaged; it gives no code with it."""
_DAMAGE_WAY_OUT = (
    "eakte-ops store check says what is damaged; move the file with its -wal and -shm aside "
    "and put the last backup in its place (docs/how-to/store.md)"
)


def told(error: sqlite3.Error, path: Path) -> EakteError:
    """`error` of the store in `path` for people: Busy, MachineFailed, or ProgramFault for a mistake of this program."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    place = str(path)
    if code in _BUSY:
        return Busy(
            "another command is writing and did not come to an end in time; nothing was written",
            place=place,
            way_out="try again in a moment; if it stays, see which eakte-ops is running on this machine",
        )
    if code in _DAMAGED or str(error).startswith(_NO_TEXT):
        return MachineFailed(f"the store is damaged ({error})", place=place, way_out=_DAMAGE_WAY_OUT)
    if code in _MACHINE:
        return MachineFailed(f"{_MACHINE[code]}; nothing stored before is lost", place=place)
    return ProgramFault(place=place, kind=f"{type(error).__name__}: {error}")


@contextmanager
def as_sentences(path: Path) -> Iterator[None]:
    """Within this block every complaint of SQLite about `path` is raised as an EakteError."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, path) from error
    except UnicodeDecodeError as error:  # SQLite's complaint quotes what is damaged, so it can not be read itself
        raise MachineFailed(
            "the store is damaged (its tables can not be read)", place=str(path), way_out=_DAMAGE_WAY_OUT
        ) from error
