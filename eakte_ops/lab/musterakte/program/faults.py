"""What can be broken on purpose. A file in /var/lib/eakte/faults holds each fault, so that it outlives a restart."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from . import common, documents, index, states, web
from .area import page_path
from .db import Database

FAULTS = {  # name -> subject when none is given
    "service-lying": "dms",
    "service-down": "dms",
    "aggregate-lies": "dms",
    "up-but-nested-down": "rendition",
    "queue-stuck": "RENDITION",
    "index-read-only": "index",
    "index-red": "index",
    "hash-mismatch": "documents",
    **dict.fromkeys(states.STATES, "database"),
}
ARGUS_LIMIT = 15.0
Open = Callable[[], Database]


def switched_on() -> list[tuple[str, str]]:
    """(name, subject) of each fault that is on."""
    folder = common.VAR / "faults"
    parted = (path.name.partition(".") for path in sorted(folder.iterdir()))
    return [(name, subject) for name, _, subject in parted if name in FAULTS]


def switch_on(name: str, subject: str, database: Open) -> str:
    """Break it; breaking twice changes nothing. Returns name and subject."""
    subject = subject or FAULTS[name]
    if not re.fullmatch(r"[A-Za-z-]{1,40}", subject):
        raise common.StartError(f"{subject!r} is no service or queue")
    path = common.fault_file(name, subject)
    if not path.exists():
        if name == "service-down" and subject not in _ports():
            raise common.StartError(f"servicewatcher-sw.yml switches on no service {subject}")
        path.write_text(_apply(name, subject, database))
        _await_argus(name, subject, is_open=False)
    return f"{name}.{subject}"


def switch_off(name: str, subject: str, database: Open) -> list[str]:
    """Mend one fault, all of one name, or `all`; what is not broken needs nothing."""
    chosen = [found for found in switched_on() if name in ("all", found[0]) and subject in ("", found[1])]
    for found in chosen:
        path = common.fault_file(*found)
        _undo(found[0], path.read_text(), database)
        path.unlink()
        _await_argus(*found, is_open=True)
    return [".".join(found) for found in chosen]


def _apply(name: str, subject: str, database: Open) -> str:
    """Do what a file alone does not; returns what mending must know."""
    if name in states.STATES:
        with database().transaction() as cursor:
            note = states.STATES[name][0](cursor)
            # There before anything is altered: this may be interrupted, and undoing what was not done does no harm.
            common.fault_file(name, subject).write_text(note)
        return note
    if name == "queue-stuck":
        with database().transaction() as cursor:
            cursor.execute(
                "INSERT INTO oscpmqueue (queuename, osid, created, lock_service) "
                "SELECT %s, min(object_id), now() - interval '6 hours', %s FROM osobject "
                "HAVING min(object_id) IS NOT NULL RETURNING messageguid",
                (subject, f"{subject.lower()}:8070/dead"),
            )
            row = cursor.fetchone()
        if row is None:
            raise common.StartError("there is no document whose work could be stuck: load samples first")
        return str(row[0])
    if name == "index-read-only":
        _block(True)
    if name == "hash-mismatch":
        with database().transaction() as cursor:
            cursor.execute("SELECT min(object_id) FROM osobject")
            object_id = cursor.fetchone()[0]
        if object_id is None:
            raise common.StartError("there is no document to alter: load samples first")
        page = page_path(object_id, 0)
        first = page.read_bytes()[0]
        note = f"{object_id} {first}"
        # What mending must know is there before anything is altered: this may be interrupted.
        common.fault_file(name, subject).write_text(note)
        _set_first_byte(page, first ^ 0xFF)
        documents.check(database())
        return note
    return ""


def _undo(name: str, note: str, database: Open) -> None:
    if name in states.STATES:
        with database().transaction() as cursor:
            states.STATES[name][1](cursor, note)
    elif name == "queue-stuck":
        with database().transaction() as cursor:
            cursor.execute("UPDATE oscpmqueue SET lock_service = NULL WHERE messageguid = %s::uuid", (note,))
    elif name == "index-read-only":
        _block(False)
    elif name == "hash-mismatch":
        object_id, first = map(int, note.split())
        _set_first_byte(page_path(object_id, 0), first)
        documents.check(database())


def _set_first_byte(page: Path, value: int) -> None:
    with page.open("r+b") as file:
        file.write(bytes([value]))


def _block(on: bool) -> None:
    port = common.config("index").get("http.port", 8041)
    password = index.read_users()["elastic"]
    url = f"http://127.0.0.1:{port}/_all/_settings"
    try:
        web.call("PUT", url, {index.BLOCK: on or None}, user="elastic", password=password)
    except OSError as error:
        raise common.StartError(f"the index does not answer on this host: {error}") from error


def _ports() -> dict[str, int]:
    """Port of each service that is switched on."""
    entries = common.config("services")["services"]
    return {entry["name"]: entry["port"] for entry in entries if entry["instances"]}


def _await_argus(name: str, subject: str, is_open: bool) -> None:
    """Wait until a service that was to fall or to come back has done so."""
    if name != "service-down":
        return
    if is_open and not web.is_open(common.config("services-common")["port"]):
        return  # nobody is there to bring it back before the service-manager starts
    end = time.monotonic() + ARGUS_LIMIT
    while web.is_open(_ports()[subject]) != is_open:
        if time.monotonic() > end:
            raise common.StartError(
                f"{subject}: the service-manager did not follow in {ARGUS_LIMIT:g} s: is it running?"
            )
        time.sleep(0.1)
