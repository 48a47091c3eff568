"""Faults that lie in the database: each gives what mending must know, and takes it back."""

from __future__ import annotations

import json
from typing import Any

from . import common

REVERTED = 25
LICENCE_DAYS = 5
STUCK_MINUTES = 360

# What names a document: forgotten in this order, put back in the other one.
_FORGET = {
    "osftslog": "DELETE FROM osftslog AS gone WHERE object_id > %s RETURNING to_jsonb(gone)",
    "osdochash": "DELETE FROM osdochash AS gone WHERE object_id > %s RETURNING to_jsonb(gone)",
    "osobject": "DELETE FROM osobject AS gone WHERE object_id > %s RETURNING to_jsonb(gone)",
}
_REMEMBER = {
    "osobject": "INSERT INTO osobject SELECT * FROM jsonb_populate_recordset(null::osobject, %s::jsonb)",
    "osdochash": "INSERT INTO osdochash SELECT * FROM jsonb_populate_recordset(null::osdochash, %s::jsonb)",
    "osftslog": "INSERT INTO osftslog SELECT * FROM jsonb_populate_recordset(null::osftslog, %s::jsonb)",
}


def full_text_stuck(cursor: Any) -> str:
    """A document was handed to the full text hours ago, and no job for it is left."""
    cursor.execute(
        "UPDATE osftslog SET date1 = %s, date2 = NULL, flag2 = 0 FROM osftslog AS old "
        "WHERE old.object_id = osftslog.object_id AND old.object_id = (SELECT min(object_id) FROM osftslog) "
        "RETURNING jsonb_build_object('id', old.object_id, 'date1', old.date1, 'date2', old.date2, 'flag2', old.flag2)",
        (common.minutes() - STUCK_MINUTES,),
    )
    row = cursor.fetchone()
    if row is None:
        raise common.StartError("there is no document whose full text could be missing: load samples first")
    return json.dumps(row[0])


def full_text_again(cursor: Any, note: str) -> None:
    """As it was."""
    cursor.execute(
        "UPDATE osftslog SET date1 = %(date1)s, date2 = %(date2)s, flag2 = %(flag2)s WHERE object_id = %(id)s",
        json.loads(note),
    )


def licence_ends(cursor: Any) -> str:
    """The licence of this release ends in five days."""
    release = common.manifest()["release"]
    cursor.execute("SELECT valid_until FROM oslicense WHERE release = %s", (release,))
    note = str(cursor.fetchone()[0])
    cursor.execute("UPDATE oslicense SET valid_until = current_date + %s WHERE release = %s", (LICENCE_DAYS, release))
    return note


def licence_renewed(cursor: Any, note: str) -> None:
    """As it was."""
    cursor.execute("UPDATE oslicense SET valid_until = %s WHERE release = %s", (note, common.manifest()["release"]))


def leave_index(cursor: Any) -> str:
    """A temporary index of an update stays."""
    cursor.execute("CREATE INDEX IF NOT EXISTS tmp_osobject_created ON osobject (created)")
    return ""


def drop_index(cursor: Any, _note: str) -> None:
    """As it was."""
    cursor.execute("DROP INDEX IF EXISTS tmp_osobject_created")


def revert(cursor: Any) -> str:
    """The database is that of some documents ago, as after a snapshot that was put back; the files stay."""
    cursor.execute("SELECT object_id FROM osobject ORDER BY 1 DESC OFFSET %s LIMIT 1", (REVERTED,))
    row = cursor.fetchone()
    if row is None:
        raise common.StartError("there are too few documents to forget some: load samples first")
    cursor.execute("SELECT last_value FROM osobject_object_id_seq")
    kept: dict[str, Any] = {"newest": int(row[0]), "last": int(cursor.fetchone()[0])}
    for table, text in _FORGET.items():
        cursor.execute(text, (kept["newest"],))
        kept[table] = [found[0] for found in cursor.fetchall()]
    cursor.execute("SELECT setval('osobject_object_id_seq', %s)", (kept["newest"],))
    return json.dumps(kept)


def go_on(cursor: Any, note: str) -> None:
    """As it was. Nothing was stored meanwhile under a forgotten number: its page files were in the way."""
    kept = json.loads(note)
    for text in _FORGET.values():
        cursor.execute(text, (kept["newest"],))
    for table, text in _REMEMBER.items():
        cursor.execute(text, (json.dumps(kept[table]),))
    cursor.execute("SELECT setval('osobject_object_id_seq', %s)", (kept["last"],))


STATES = {
    "fulltext-stuck": (full_text_stuck, full_text_again),
    "licence-ends": (licence_ends, licence_renewed),
    "leftover-index": (leave_index, drop_index),
    "documents-ahead": (revert, go_on),
}
"""Fault -> how it is caused and undone, each in one transaction."""
