"""Numbered SQL files of a room, in order. They are only ever added, never changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from eakte_ops.errors import Fault

_NAME = re.compile(r"([0-9]{3})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the tables of `room`; its steps are numbered from 1 without a gap."""

    room: str
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Of the text, to notice that a step was changed after it had been applied."""
        return hashlib.sha256(self.sql.encode("utf-8")).hexdigest()

    @property
    def called(self) -> str:
        """As people read it: health-001."""
        return f"{self.room}-{self.number:03d}"


def migrations_of(room: str, package: str) -> tuple[Migration, ...]:
    """The files `schema/NNN_name.sql` of `package`, in order. Raises Fault where a number is missing or there twice."""
    folder = Path(str(import_module(package).__file__)).parent / "schema"  # importlib.resources costs 40 ms
    found = [
        Migration(room, int(named[1]), named[2], file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.sql"))
        if (named := _NAME.fullmatch(file.name)) is not None
    ]
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise Fault("the steps of the tables are not numbered 1, 2, 3 ... without a gap", place=str(folder))
    return tuple(found)
