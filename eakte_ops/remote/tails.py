"""The newest part of the text files below a folder on a server, bounded in bytes and files. The answer is hostile."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eakte_ops.errors import CommandFailed, Refused
from eakte_ops.remote import cleaning, numbers
from eakte_ops.remote.types import Answer, Question, Script

QUESTION = "tails"
MOST_FILES = 20
MOST_IN_ALL = 4_000_000
"""Bytes that one server sends."""

_LIMIT_S = 20.0
_KINDS = ("read", "closed", "broken", "left")

Kind: TypeAlias = Literal["read", "closed", "broken", "left"]


@dataclass(frozen=True, slots=True)
class Tail:
    """One file. `read`: `text` is its end, or all of it if `whole`; `closed`: the account may not read it; `broken`: it
    could not be unpacked; `left`: not read because enough was. `changed`: Unix seconds; `size`: bytes as it lies there.
    """

    name: str
    size: int
    changed: float
    kind: Kind
    text: str = field(default="", repr=False)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Tails:
    """What one server answered, the newest file first. `folder`: whether it is there and may be read."""

    zone: tzinfo
    folder: Literal["open", "absent", "closed"]
    files: tuple[Tail, ...]
    odd: int


@cache
def _text() -> str:
    return files(__package__).joinpath("tails.sh").read_text("utf-8")


def question(folder: str, *, bytes_each: int, since: float, note: str) -> Question:
    """Asks for the ends of the files below `folder` that were written after `since` (Unix seconds, 0: whenever).

    `note`: one line that is written to the system journal before anything is read; "" writes none. Pure.
    """
    args = (folder, str(bytes_each), str(MOST_IN_ALL), str(MOST_FILES), str(int(since)), note)
    return Question(QUESTION, Script({"posix": _text()}, args), limit=_LIMIT_S, cap=MOST_IN_ALL // 3 * 4 + 1_000_000)


def read(answer: Answer, server: str) -> Tails:
    """What the answer holds. Raises CommandFailed where it is none, Refused where its journal could not be written."""
    lines = answer.out.decode("ascii", "replace").splitlines()
    if lines[:1] == ["silent"]:
        raise Refused(
            f"{server}: the look could not be announced in its system journal, so nothing was read",
            way_out="local IT: does systemd-journald run, and is there room for it?",
        )
    if answer.status != 0 or not {"end", "absent", "closed"} & set(lines[-1:]):
        said = answer.why or cleaning.line(answer.err) or "the answer is not complete"
        raise CommandFailed(said, server=server, command="reading logs", code=answer.status)
    zone: tzinfo = UTC
    odd, found = 0, []
    for line in lines:
        match line.split("\t"):
            case ["zone", name, offset]:
                zone = _zone(name, offset)
            case ["odd", count]:
                odd = _number(count)
            case ["file", size, changed, name, kind, most, data] if kind in _KINDS:
                bare = Tail("", _number(size), numbers.time(changed) or 0.0, cast(Kind, kind))
                found.append(_tail(bare, name, data, _number(most)))
    folder = cast(Literal["open", "absent", "closed"], {"absent": "absent", "closed": "closed"}.get(lines[-1], "open"))
    return Tails(zone, folder, tuple(found), odd)


def _tail(bare: Tail, name: str, data: str, room: int) -> Tail:
    """With its name and the last `room` bytes of what came, both in base64."""
    try:
        raw = base64.b64decode(data, validate=True)
        said = cleaning.line(base64.b64decode(name, validate=True))
    except binascii.Error:
        return replace(bare, name="?", kind="broken")
    whole = len(raw) <= room
    ours = raw if whole else raw[-room:] if room else b""
    return replace(bare, name=said, text=cleaning.text(ours, len(ours)), whole=whole)


def _number(said: str) -> int:
    return numbers.whole(said) or 0


def _zone(name: str, offset: str) -> tzinfo:
    """The zone that the server names, else what it is off now."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sign, digits = offset[:1], offset[1:]
        if sign not in ("+", "-") or not digits.isdigit() or len(digits) != 4:
            return UTC
        ahead = timedelta(hours=min(14, int(digits[:2])), minutes=int(digits[2:]) % 60)
        return timezone(ahead if sign == "+" else -ahead)
