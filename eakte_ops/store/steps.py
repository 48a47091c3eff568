"""Brings the tables up to date: each step in one transaction, after a copy of what was there before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from eakte_ops.errors import Fault, UsageError
from eakte_ops.store.copies import copy
from eakte_ops.store.migrations import Migration

Applied: TypeAlias = Mapping[tuple[str, int], str]
"""Room and number of each step in the file, with the SHA-256 of its text."""

_RECORD = """CREATE TABLE migration (
    room TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied INTEGER NOT NULL,
    PRIMARY KEY (room, number)) WITHOUT ROWID"""


def applied(connection: sqlite3.Connection) -> Applied:
    """The steps that the file holds; none for a new one."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration'").fetchone() is None:
        return {}
    return {(row[0], row[1]): row[2] for row in connection.execute("SELECT room, number, sha256 FROM migration")}


def differences(known: Sequence[Migration], found: Applied) -> Iterator[str]:
    """Sentences for what makes a store unusable for this program: steps it does not know, or knows otherwise."""
    ours = {(step.room, step.number): step for step in known}
    newer = [f"{room}-{number:03d}" for room, number in sorted(found) if (room, number) not in ours]
    if newer:
        yield f"made by a newer version of eakte-ops: its steps {', '.join(newer)} are not known here"
    for key, step in ours.items():
        if key in found and found[key] != step.sha256:
            yield f"step {step.called} ({step.name}) was another one when it was applied: a released step was changed"


def refuse(known: Sequence[Migration], found: Applied, path: Path) -> None:
    """Raise for a store that this program must not use: UsageError where it is newer, Fault where a step differs."""
    for said in differences(known, found):
        if said.startswith("made by"):
            raise UsageError(
                f"the store was {said}",
                place=str(path),
                way_out="use that version, or put back the copy it made before: store.db.before-*",
            )
        raise Fault(said, place=str(path), way_out="install the released version of eakte-ops; the store is unharmed")


def missing(known: Sequence[Migration], found: Applied) -> list[Migration]:
    """The steps that the file does not hold yet, in order."""
    return [step for step in known if (step.room, step.number) not in found]


def bring_up_to_date(connection: sqlite3.Connection, path: Path, known: Sequence[Migration]) -> None:
    """Apply what is missing. The caller makes sure that nobody else does so at the same time."""
    found = applied(connection)
    refuse(known, found, path)
    if not found:
        _must_be_empty(connection, path)
    steps = missing(known, found)
    if found and steps:
        copy(path, path.with_name(f"{path.name}.before-{steps[0].called}"), replace=True)
    for step in steps:
        _apply(connection, path, step)


def _must_be_empty(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise UsageError(
            "there are tables in this file, but no record of the steps that made them: it is no store of eakte-ops",
            place=str(path),
            way_out="move it away; a new one is made",
        )


def _apply(connection: sqlite3.Connection, path: Path, step: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration'").fetchone() is None:
            connection.execute(_RECORD)
        for statement in statements(step.sql):
            connection.execute(statement)
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise Fault(f"step {step.called} leaves rows without what they refer to; it was undone", place=str(path))
        connection.execute(
            "INSERT INTO migration VALUES (?, ?, ?, ?, CAST(strftime('%s', 'now') AS INTEGER))",
            (step.room, step.number, step.name, step.sha256),
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(sql: str) -> Iterator[str]:
    """The single statements of `sql`: `executescript` would commit before the first of them."""
    *pieces, last = sql.split(";")
    gathered = ""
    for piece in pieces:
        gathered += piece + ";"
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""
    rest = gathered + last
    if any(line.strip() and not line.strip().startswith("--") for line in rest.splitlines()):
        yield rest
