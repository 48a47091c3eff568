"""The file itself: SQLite with a write-ahead log, safe against kill -9 and a second writer."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

from eakte_ops.errors import MachineFailed
from eakte_ops.store.migrations import Migration
from eakte_ops.store.rights import file_mode, opened
from eakte_ops.store.trouble import as_sentences

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]

_PATIENCE_S = 10.0
"""How long a second writer waits for the first."""
_MAKING_S = 300.0
"""How long is waited while another process brings the tables up to date."""
_LOG_BYTES = 64 * 1024 * 1024
"""To which the write-ahead log is cut back after a large transaction."""
_BATCH_PAGES = 2000
"""Free pages that are given back in one go; a writer waits that long at most."""
_TURN_S = 0.12
"""Whoever waits to write looks again every 0.1 s (SQLite's own busy handler): a pause of this lets it go first."""


class Rows:
    """One transaction: what is read in it belongs together, what is written in it is kept together or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def over(self) -> None:
        """The transaction has ended: whoever goes on with it has made a mistake, and hears so."""
        del self._connection

    def run(self, sql: str, values: Values = ()) -> int:
        """Carry out one statement; give the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, values: Values = ()) -> int:
        """Carry out one INSERT; give the id of the new row."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def many(self, sql: str, rows: Sequence[Values]) -> None:
        """Carry out one statement for each of `rows`."""
        self._connection.executemany(sql, rows)

    def all(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a SELECT; fields by name or number."""
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a SELECT."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row


class Store:
    """An open store. Not for more than one thread. What SQLite complains of is raised as an EakteError."""

    def __init__(self, path: Path, connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
        self.path = path
        self._connection = connection
        self._migrations = tuple(migrations)

    @classmethod
    def open(cls, path: Path, migrations: Sequence[Migration], *, read_only: bool = False) -> Store:
        """Open the store in `path`, made if need be (folder 0700, file 0600, or of a group: rights.py) and
        brought up to date.

        Before the first missing step of a store that exists a copy is made beside it: `store.db.before-health-002`.
        `read_only`: needs a store that exists; it is written only if steps are missing, and is readable on a full or
        read-only disk too. Raises UsageError (newer than this program), Fault (a step was changed), MachineFailed
        (disk, rights, damage), Busy (locked for longer than 10 s).
        """
        if read_only:
            return cls._to_read(path, migrations)
        try:
            with as_sentences(path):
                _must_be_there(path)
                return cls(path, _open_made(path, migrations), migrations)
        except OSError as problem:
            raise MachineFailed(
                f"the store can not be opened ({problem.strerror}); nothing stored before is lost", place=str(path)
            ) from problem

    @classmethod
    def _to_read(cls, path: Path, migrations: Sequence[Migration]) -> Store:
        from eakte_ops.store.steps import applied, missing, refuse

        with as_sentences(path):
            connection = _connect_to_read(path)
            with _closed_if_it_fails(connection):
                found = applied(connection)
                refuse(migrations, found, path)
            if not missing(migrations, found):
                return cls(path, connection, migrations)
            connection.close()
        cls.open(path, migrations).close()
        with as_sentences(path):
            return cls(path, _connect_to_read(path), migrations)

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """A transaction that sees one state of the store and changes nothing; it waits for nobody."""
        with as_sentences(self.path):
            self._connection.execute("BEGIN")
            rows = Rows(self._connection)
            try:
                yield rows
            finally:
                rows.over()
                self._undo()

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """A transaction that is on disk when the block ends; nothing of it is, when the block raises."""
        with as_sentences(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            rows = Rows(self._connection)
            try:
                yield rows
                rows.over()
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # what is told is why, not what came of it
                    self._undo()
                raise

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file, as sentences; nothing where all is well. Reads all of it."""
        from eakte_ops.store.steps import applied, differences, missing

        with as_sentences(self.path):
            damage = [str(row[0]) for row in self._connection.execute("PRAGMA integrity_check(20)")]
            orphans = Counter(str(row[0]) for row in self._connection.execute("PRAGMA foreign_key_check"))
            found = applied(self._connection)
        said = [f"damaged: {line}" for line in damage if line != "ok"]
        said += [f"table {table}: {count} rows refer to what is not there" for table, count in orphans.items()]
        said += differences(self._migrations, found)
        said += [f"step {step.called} ({step.name}) is missing" for step in missing(self._migrations, found)]
        folder = self.path.parent.resolve()
        right, mode = file_mode(folder), self.path.stat().st_mode & 0o777
        if mode & ~right:
            said.append(f"others on this machine can use the file (mode {mode:04o}); chmod {right:o} {self.path}")
        if folder.stat().st_mode & (0o022 if right == 0o600 else 0o002):
            said.append(f"others on this machine can put another file in its place; chmod go-w {folder}")
        return tuple(said)

    def backup(self, to: Path) -> None:
        """Write a copy to `to` as the store is now, while others go on. Raises as `copies.copy`: never overwrites."""
        from eakte_ops.store.copies import copy

        copy(self.path, to)

    def give_back(self) -> int:
        """Give pages that are no longer used back to the file system, some at a time; gives the number of bytes."""
        given = 0
        with as_sentences(self.path):
            while (free := self._number("freelist_count")) > 0:
                # As a script: a statement without columns is stepped once, which gives back a single page.
                self._connection.executescript(f"PRAGMA incremental_vacuum({_BATCH_PAGES})")
                now = self._number("freelist_count")
                given += free - now
                if now >= free:
                    break
                self.let_others_write()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return given * self._number("page_size")

    def let_others_write(self) -> None:
        """Between two of many transactions in a row, which without a pause nobody would get in between."""
        time.sleep(_TURN_S)

    def forget_copies(self, before: float) -> tuple[Path, ...]:
        """Delete the copies made before steps of tables that are older than `before` (Unix seconds); gives them."""
        old = [
            copy
            for copy in sorted(self.path.parent.glob(f"{self.path.name}.before-*"))
            if copy.stat().st_mtime < before
        ]
        for copy in old:
            copy.unlink()
        return tuple(old)

    def close(self) -> None:
        """Give the file back."""
        with suppress(sqlite3.Error):  # all that was to be kept is on disk since its COMMIT
            self._connection.close()

    def _number(self, pragma: str) -> int:
        return int(self._connection.execute(f"PRAGMA {pragma}").fetchone()[0])

    def _undo(self) -> None:
        if self._connection.in_transaction:  # after some complaints SQLite has undone it by itself
            self._connection.execute("ROLLBACK")


def _must_be_there(path: Path) -> None:
    """Folder and file with rights for nobody else, or for the group that the folder was given to (rights.py).

    The files that SQLite adds beside it get the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(opened(path, os.O_RDWR))


def _open_made(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """A connection to an up to date store; one process at a time makes a new one or brings an old one up to date."""
    from eakte_ops.store.steps import applied, bring_up_to_date, missing, refuse

    if path.stat().st_size > 0:
        connection = _connect(path)
        with _closed_if_it_fails(connection):
            found = applied(connection)
            refuse(migrations, found, path)
            if not missing(migrations, found):
                return connection
        connection.close()
    from eakte_ops.store.lock import held

    with held(path.with_name("store.lock"), "the store", "making its tables", patience=_MAKING_S):
        connection = _connect(path)
        with _closed_if_it_fails(connection):
            bring_up_to_date(connection, path, migrations)
            return connection


@contextmanager
def _closed_if_it_fails(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_S)
    with _closed_if_it_fails(connection):
        connection.row_factory = sqlite3.Row
        if path.stat().st_size == 0:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise MachineFailed(
                f"the file system can not hold a store that two commands use at once (log: {mode})",
                place=str(path),
                way_out="the state folder has to lie on a disk of this machine, not on a network file system",
            )
        for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = FAST"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that can not write. Where its side files can not be made (a full or read-only disk) and nothing
    waits in the log, the file is read as it is."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _opened_to_read(uri)
    except sqlite3.OperationalError:
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size > 0:
            raise
        return _opened_to_read(f"{uri}&immutable=1")


def _opened_to_read(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_PATIENCE_S)
    with _closed_if_it_fails(connection):
        connection.row_factory = sqlite3.Row
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    return connection
