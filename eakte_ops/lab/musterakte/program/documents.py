"""Documents: the hash rule, and the order of record and file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from . import common
from .area import AREA, page_path
from .db import Database
from .web import Problem

GOOD, DIFFERS, MISSING = 1, 2, 3  # osdochash.last_check_state; 0 is "never checked"


def hash_of(pages: Sequence[bytes]) -> str:
    """osdochash.oshash: SHA-256 of each page in upper-case hex, joined in page order, SHA-256 of that."""
    joined = "".join(hashlib.sha256(page).hexdigest().upper() for page in pages)
    return hashlib.sha256(joined.encode()).hexdigest().upper()


def read_pages(object_id: int, count: int) -> list[bytes]:
    """The content of all page files; FileNotFoundError when one is missing."""
    return [page_path(object_id, page).read_bytes() for page in range(count)]


def write_pages(object_id: int, pages: Sequence[bytes], sync: bool = True) -> None:
    """Write all page files, each complete or not there. FileExistsError: another document's page is not replaced."""
    page_path(object_id, 0).parent.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(pages):
        path = page_path(object_id, number)
        unfinished = path.with_suffix(".new")
        with unfinished.open("wb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        finally:
            unfinished.unlink()


def add_record(cursor: Any, title: str, pages: Sequence[bytes], age_minutes: int = 0) -> int:
    """Insert object and hash; returns the new object id."""
    cursor.execute(
        "INSERT INTO osobject (title, pages, created) VALUES (%s, %s, now() - make_interval(mins => %s)) "
        "RETURNING object_id",
        (title, len(pages), age_minutes),
    )
    object_id = int(cursor.fetchone()[0])
    cursor.execute(
        "INSERT INTO osdochash (object_id, object_type, osguid, oshash) "
        "SELECT object_id, object_type, osguid, %s FROM osobject WHERE object_id = %s",
        (hash_of(pages), object_id),
    )
    return object_id


def enqueue(cursor: Any, object_ids: Sequence[int]) -> None:
    """Queue full text and rendition for documents whose files are complete."""
    cursor.execute(
        "INSERT INTO oscpmqueue (queuename, osid) "
        "SELECT queue, id FROM unnest(%s::int[]) AS id, unnest(ARRAY['FULLTEXTIDX', 'RENDITION']) AS queue",
        (list(object_ids),),
    )
    cursor.execute(
        "INSERT INTO osftslog (object_id, date1) SELECT id, %s FROM unnest(%s::int[]) AS id "
        "ON CONFLICT (object_id) DO UPDATE SET date1 = excluded.date1, flag2 = 0",
        (common.minutes(), list(object_ids)),
    )


def store(database: Database, title: str, pages: Sequence[bytes]) -> dict[str, Any]:
    """Store a document: the record first, then the files, then the work that follows from them."""
    with database.transaction() as cursor:
        object_id = add_record(cursor, title, pages)
    try:
        write_pages(object_id, pages)
    except OSError as error:
        with database.transaction() as cursor:
            cursor.execute("DELETE FROM osobject WHERE object_id = %s", (object_id,))
        raise Problem(507, f"pages not stored: {error.strerror}") from error
    with database.transaction() as cursor:
        enqueue(cursor, [object_id])
    AREA.stored(object_id)
    return {"id": f"{object_id:08X}", "pages": len(pages), "hash": hash_of(pages)}


def read(database: Database, object_id: int) -> dict[str, Any]:
    """A document with its pages as text; Problem 404 when unknown, 500 when a file is missing."""
    with database.transaction() as cursor:
        cursor.execute(
            "SELECT title, created, pages, oshash FROM osobject JOIN osdochash USING (object_id) WHERE object_id = %s",
            (object_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise Problem(404, f"no document {object_id:08X}")
    try:
        pages = [page.decode(errors="replace") for page in read_pages(object_id, row[2])]
    except OSError as error:
        raise Problem(500, f"page file of {object_id:08X}: {error.strerror}") from error
    return {"id": f"{object_id:08X}", "title": row[0], "created": row[1].isoformat(), "hash": row[3], "pages": pages}


def delete(database: Database, object_id: int) -> None:
    """Delete a document: the record first, so that none ever points to a missing file."""
    with database.transaction() as cursor:
        cursor.execute("DELETE FROM osobject WHERE object_id = %s RETURNING pages", (object_id,))
        row = cursor.fetchone()
        if row is None:
            raise Problem(404, f"no document {object_id:08X}")
        cursor.execute("DELETE FROM osftslog WHERE object_id = %s", (object_id,))
        cursor.execute("INSERT INTO oscpmqueue (queuename, osid) VALUES ('FULLTEXTDELETE', %s)", (object_id,))
    for page in range(row[0]):
        page_path(object_id, page).unlink(missing_ok=True)


def check(database: Database, limit: int | None = None) -> dict[str, Any]:
    """Recompute hashes, the longest unchecked first, and record the result in osdochash.

    A document younger than 10 s is left for the next time: its files may be on their way.
    """
    with database.transaction() as cursor:
        cursor.execute(
            "SELECT object_id, pages, oshash FROM osobject JOIN osdochash USING (object_id) "
            "WHERE created < now() - interval '10 seconds' ORDER BY last_check_time NULLS FIRST, object_id LIMIT %s",
            (limit,),
        )
        rows = cursor.fetchall()
    states = [(object_id, _state(object_id, pages, oshash)) for object_id, pages, oshash in rows]
    with database.transaction() as cursor:
        cursor.execute(
            "UPDATE osdochash SET last_check_time = now(), last_check_state = state "
            "FROM unnest(%s::int[], %s::int[]) AS seen (id, state) WHERE object_id = id "
            "RETURNING object_id, last_check_state",
            ([object_id for object_id, _ in states], [state for _, state in states]),
        )
        still_there = cursor.fetchall()  # a document deleted meanwhile is not missing
    named = {
        kind: sorted(f"{number:08X}" for number, state in still_there if state == kind) for kind in (DIFFERS, MISSING)
    }
    return {"checked": len(still_there), "bad": named[DIFFERS], "missing": named[MISSING]}


def _state(object_id: int, pages: int, expected: str) -> int:
    try:
        return GOOD if hash_of(read_pages(object_id, pages)) == expected else DIFFERS
    except OSError:
        return MISSING
