"""What is known about one age file: whom it was made for, when its value was last changed, who must no longer know it.

X25519 recipients are anonymous in the file itself, so this is the only way to tell who can open it. The record holds
no secret; its hash ties it to the age file beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from eakte_ops import yamltext
from eakte_ops.errors import InvalidFile
from eakte_ops.secret.files import TownFolder, write
from eakte_ops.secret.recipients import Key, Recipient, Who


class Opener(BaseModel):
    """One for whom the age file was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Who
    key: Key


class Leaver(BaseModel):
    """One who was removed but knows the value until it is changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    known_to: Who
    since: date


class Record(BaseModel):
    """The record of one secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    changed: datetime = Field(description="When the value was last changed, UTC.")
    sha256: Annotated[str, yamltext.form("[0-9a-f]{64}", "64 hexadecimal digits")]
    recipients: tuple[Opener, ...]
    must_change: tuple[Leaver, ...] = ()


def openers(recipients: Iterable[Recipient]) -> tuple[Opener, ...]:
    """Recipients as a record names them."""
    return tuple(Opener(who=recipient.who, key=recipient.key) for recipient in recipients)


def fingerprint(sealed: bytes) -> str:
    """SHA-256 of an age file, hexadecimal."""
    return hashlib.sha256(sealed).hexdigest()


def read(folder: TownFolder, name: str) -> Record | None:
    """The record of a secret, None if there is none. Raises InvalidFile."""
    file = folder.record(name)
    if not file.exists():
        return None
    record, mistakes = yamltext.validate(yamltext.load(file, folder.shown(file)), Record)
    if record is None:
        raise InvalidFile(mistakes)
    return record


def store(folder: TownFolder, name: str, record: Record) -> None:
    """Write the record of a secret."""
    lines = [
        f"# Written by eakte-ops secret: who can open {name}.age, and what is still to be done. No secret stands here.",
        f"changed: {record.changed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"sha256: {json.dumps(record.sha256)}",
        "recipients:",
        *(f"  - {{who: {json.dumps(one.who)}, key: {json.dumps(one.key)}}}" for one in record.recipients),
    ]
    if record.must_change:
        lines.append("must_change:")
        lines.extend(
            f"  - {{known_to: {json.dumps(one.known_to)}, since: {one.since.isoformat()}}}"
            for one in record.must_change
        )
    write(folder.record(name), ("\n".join(lines) + "\n").encode())
