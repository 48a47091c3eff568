"""The file itself: SQLite with a write-ahead log, safe against kill -9 and a second writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from eakte_ops.store.migrations import Migration

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Rows:
    """One transaction: what is read in it belongs together, what is written in it is kept together or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

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
    """An open store. Not for more than one thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path, migrations: Sequence[Migration]) -> Store:
        """Open the store in `path` for reading and writing, made if need be and brought up to date."""
        connection = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        store = cls(path, connection)
        for step in migrations:
            connection.executescript(step.sql)
        return store

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """A transaction that sees one state of the store and changes nothing."""
        self._connection.execute("BEGIN")
        try:
            yield Rows(self._connection)
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """A transaction that is on disk when the block ends; nothing of it is, when the block raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Rows(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
