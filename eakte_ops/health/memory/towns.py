"""Towns as they were when they were last looked at, so that whoever only reads needs no inventory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eakte_ops.health.memory.known import TownKnown

if TYPE_CHECKING:
    from sqlite3 import Row

    from eakte_ops.inventory.model import Town
    from eakte_ops.store import Rows


def remember(rows: Rows, _at: float, town: Town) -> None:
    """Take the town as the inventory describes it now. When it was looked at is noted when that look is kept."""
    said = town.said
    content = (
        town.id,
        town.name,
        said.language,
        said.release,
        said.ring,
        json.dumps(said.windows.model_dump(mode="json", by_alias=True)),
        json.dumps(said.availability.model_dump(mode="json", by_alias=True)),
        json.dumps({role: {"mail": each.mail, "phone": each.phone} for role, each in said.contacts.items()}),
        json.dumps([server.name for server in said.servers]),
    )
    rows.run(
        """INSERT INTO town (id, name, language, release, ring, windows, availability, contacts, servers)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,
        language = excluded.language, release = excluded.release, ring = excluded.ring, windows = excluded.windows,
        availability = excluded.availability, contacts = excluded.contacts, servers = excluded.servers""",
        content,
    )


def looked(rows: Rows, at: float, town: str) -> None:
    """Its servers were asked, the first of them at `at`."""
    rows.run("UPDATE town SET looked = ? WHERE id = ?", (at, town))


def known(rows: Rows, town: str | None = None) -> tuple[TownKnown, ...]:
    """All towns by id, or the one of that id."""
    found = rows.all("SELECT * FROM town ORDER BY id") if town is None else _one(rows, town)
    return tuple(
        TownKnown(
            row["id"],
            row["name"],
            row["language"],
            row["release"],
            row["ring"],
            json.loads(row["windows"]),
            json.loads(row["availability"]),
            json.loads(row["contacts"]),
            tuple(json.loads(row["servers"])),
            row["looked"],
        )
        for row in found
    )


def _one(rows: Rows, town: str) -> list[Row]:
    return rows.all("SELECT * FROM town WHERE id = ?", (town,))
