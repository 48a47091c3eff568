"""Numbered SQL files of a room, in order. They are only ever added, never changed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

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


def migrations_of(room: str, package: str) -> tuple[Migration, ...]:
    """The files `schema/NNN_name.sql` of `package`, in order."""
    found = []
    for file in files(package).joinpath("schema").iterdir():
        if (named := _NAME.fullmatch(file.name)) is not None:
            found.append(Migration(room, int(named[1]), named[2], file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda step: step.number))
