"""Schema steps, their record in osmaintenance, and whether release, schema and licence fit together."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from . import common
from .db import Database

_NAMES = uuid.UUID("6f2b7f0e-0d0c-4d0a-9d4c-6d757374a6e0")  # our own name space for version 5 GUIDs


def step_files() -> list[Path]:
    """The numbered SQL files of this release, in order."""
    return sorted((common.HOME / "schema").glob("[0-9][0-9][0-9]_*.sql"))


def applied(cursor: Any) -> list[str]:
    """Names of the steps that the database has seen."""
    cursor.execute("SELECT to_regclass('osmaintenance')")
    if cursor.fetchone()[0] is None:
        return []
    cursor.execute("SELECT description FROM osmaintenance ORDER BY description")
    return [str(row[0]) for row in cursor.fetchall()]


def upgrade(database: Database) -> list[str]:
    """Run the missing steps as role `eakte`, each with its record in one transaction; returns their names."""
    release = common.manifest()["release"]
    done = []
    for path in step_files():
        with database.transaction() as cursor:
            cursor.execute("SET ROLE eakte")
            if path.stem not in applied(cursor):
                cursor.execute(path.read_text())
                guids = str(uuid.uuid5(_NAMES, path.stem)), str(uuid.uuid5(_NAMES, release))
                cursor.execute(
                    "INSERT INTO osmaintenance (osmaintguid, description, osverguid, release) VALUES (%s, %s, %s, %s)",
                    (guids[0], path.stem, guids[1], release),
                )
                done.append(path.stem)
            cursor.execute("RESET ROLE")
    with database.transaction() as cursor:
        cursor.execute("SET ROLE eakte")
        cursor.execute("INSERT INTO oslicense (release) VALUES (%s) ON CONFLICT DO NOTHING", (release,))
        cursor.execute("RESET ROLE")
    return done


def fits(cursor: Any) -> list[str]:
    """The schema steps, if they and the licence are this release's; StartError otherwise."""
    have, want = applied(cursor), [path.stem for path in step_files()]
    if have != want:
        raise common.StartError(f"the schema does not fit: database {have}, this release {want}")
    check_licence(cursor)
    return have


def check_licence(cursor: Any) -> None:
    """A licence does not go back: one of a later release makes the earlier programs refuse."""
    own = common.manifest()["release"]
    cursor.execute("SELECT release FROM oslicense")
    found = [str(row[0]) for row in cursor.fetchall()]
    if own not in found:
        raise common.StartError(f"no licence for {own}")
    later = [release for release in found if _key(release) > _key(own)]
    if later:
        raise common.StartError(f"the licence was raised to {', '.join(later)} and does not go back to {own}")


def valid_until(cursor: Any) -> str:
    """The last day of this release's licence, as ISO date."""
    cursor.execute("SELECT valid_until FROM oslicense WHERE release = %s", (common.manifest()["release"],))
    return str(cursor.fetchone()[0])


def _key(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))
