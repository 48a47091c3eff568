"""Brings one file to a server: whole or not at all, with its mode, once or many times, under token and stop switch."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from eakte_ops.errors import Refused
from eakte_ops.playbook.acts import Fenced, Held
from eakte_ops.product.model import Layout
from eakte_ops.remote import cleaning, ops
from eakte_ops.remote.posix import quote
from eakte_ops.remote.types import Answer, Connection, Question, Script

MOST = 1_000_000
"""Bytes of one file. It travels inside the text of an exchange, which a shell holds in memory."""
_SLOW_BYTES_S = 20_000
"""A line that carries less than this a second is too slow for a change."""
_LIMIT_S = 30.0
_END = "END_OF_FILE"
_MODE = re.compile(r"0[0-7]{3}\Z")
_SAID = re.compile(r"(delivered|same)\Z|(fenced|refused) ?(.*)\Z")


class TooLarge(Refused):
    """A file is larger than what travels this way."""

    message = "{to} has {size:,} bytes, and no more than {most:,} are sent to a server inside a run"
    hint = "what is so large is no configuration: it comes with a release, or local IT puts it there"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file on its way. `data` holds its secrets; `own`: its folder is of this run alone and made where it is
    missing; `note`: one line for the system journal of the town."""

    to: str
    mode: str
    data: bytes
    token: int
    note: str
    own: bool = False

    def __repr__(self) -> str:
        return f"<file for {self.to}>"


@cache
def _functions() -> str:
    text = files(__package__).joinpath("deliver.sh").read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return "\n".join([ops.text("ops"), *lines])


def script(parcel: Parcel, layout: Layout) -> str:
    """The sh text that puts it in its place, for standard input alone: it holds the file and its hash.

    Raises TooLarge; ValueError for a path or mode that is none.
    """
    if len(parcel.data) > MOST:
        raise TooLarge(to=parcel.to, size=len(parcel.data), most=MOST)
    if not _MODE.match(parcel.mode) or not parcel.to.startswith("/") or not parcel.to.isprintable():
        raise ValueError(f"no path and mode: {parcel.to!r} {parcel.mode!r}")
    given = {
        "granted": layout.granted,
        "held": str(int(parcel.token)),
        "to": parcel.to,
        "mode": parcel.mode,
        "own": "1" if parcel.own else "",
        "note": ops.one_line(parcel.note),
        "sum": sha256(parcel.data).hexdigest(),
    }
    lines = [f"{name}={quote(value)}" for name, value in given.items()]
    data = base64.encodebytes(parcel.data).decode("ascii")
    return "\n".join([*lines, _functions(), f"deliver <<'{_END}'\n{data}{_END}", ""])


def deliver(connection: Connection, parcel: Parcel, layout: Layout, *, server: str) -> bool:
    """Put a file in its place; False if it was there already, with its mode.

    Raises Fenced, Held (the stop switch, a full disk: with the reason), TooLarge, CommandFailed where the server gave
    no answer that can be read, Unreachable where the line broke (then the file is the old or the new one).
    """
    limit = _LIMIT_S + len(parcel.data) / _SLOW_BYTES_S
    question = Question("deliver", Script({"posix": script(parcel, layout)}), limit=limit, cap=1_000)
    answer = ops.ask(connection, question)
    return _told(answer, parcel, server)


def _told(answer: Answer, parcel: Parcel, server: str) -> bool:
    said = _SAID.match(cleaning.line(answer.out))
    if answer.status != 0 or said is None:
        raise ops.failed(server, Question(f"sending {parcel.to}", Script({})), answer)
    well, denied, why = said.groups()
    if denied == "fenced":
        raise Fenced(why, server=server)
    if denied == "refused":
        raise Held(f"{why} ({parcel.to})", server=server)
    return bool(well == "delivered")
