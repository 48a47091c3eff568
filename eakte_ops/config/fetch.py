"""Asking a server, as the account of people at work, what lies where configuration belongs; the answer is hostile.

What comes back may hold secrets of the town: it is shown by nothing but compare.py, which says what may be shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from eakte_ops.config.record import HEAD, Identity, Placed, identity_of, placed_of
from eakte_ops.remote import cleaning
from eakte_ops.remote.types import Answer, Question, Script

QUESTION = "config.files"
MOST = 262_144
"""Bytes that are read of one file; templates are shorter."""

_MOST_IN_ALL = 6_000_000
_LIMIT_S = 15.0
_MOST_NAMES = 500
_FRAME = 400_000  # the note, the names, and a line for each file
_HASH = 64

Kind: TypeAlias = Literal["file", "absent", "closed", "other", "unread"]


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies at a path. `closed`: the account may not know; `unread`: no word came of it, and `why` says why.

    `data`: of a file, None where it was not read; without `whole` only its beginning. `keyed`: SHA-256 of the server's
    key and the file (record.py). `what`: of something else, the kind.
    """

    path: str
    kind: Kind
    identity: Identity | None = None
    data: bytes | None = field(default=None, repr=False)
    keyed: str = ""
    what: str = ""
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether all of the file was read."""
        return self.data is not None and len(self.data) <= MOST


@dataclass(frozen=True, slots=True)
class Name:
    """Something in a folder. `path`: cleaned, to be shown; `raw`: as the server said it; `kind`: one letter of find."""

    path: str
    raw: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that one server answered. `names`: of the folders; `unseen`: folders in which not everything could be seen.

    `placed`: what the server noted of files that were put in place, by path.
    """

    files: Mapping[str, Lying]
    names: tuple[Name, ...]
    unseen: tuple[str, ...]
    placed: Mapping[str, Placed]


@cache
def _text() -> str:
    return files(__package__).joinpath("fetch.sh").read_text("utf-8")


def question(paths: Sequence[str], folders: Sequence[str], state: str) -> Question:
    """What lies at `paths` and, by name, below `folders`? `state`: the folder of our own state (Layout.state)."""
    words = (
        f"state={state}",
        f"most={MOST + 1}",
        *(f"file={path}" for path in paths),
        *(f"folder={folder}" for folder in folders),
    )
    cap = min(_MOST_IN_ALL, _FRAME + len(paths) * (MOST * 4 // 3 + 1_000))
    return Question(QUESTION, Script({"posix": _text()}, words), _LIMIT_S, cap)


def read(paths: Sequence[str], folders: Sequence[str], answer: Answer) -> Found:
    """What `question` was answered with; nothing is taken for granted, and what did not come is `unread`."""
    lines = list(_lines(answer))
    why = "" if lines and lines[-1] == ["end"] else _why(answer)
    by_kind: dict[str, dict[str, list[str]]] = {}
    for kind, *rest in lines:
        by_kind.setdefault(kind, {}).setdefault(rest[0] if rest else "", rest[1:])
    lying = {path: _lying(path, str(at), by_kind, why) for at, path in enumerate(paths)}
    names, unseen = _names(folders, by_kind.get("names", {}), why)
    return Found(lying, names, unseen, _placed(by_kind.get("note", {})))


def _lines(answer: Answer) -> Iterator[list[str]]:
    raw = answer.out.split(b"\n")
    raw.pop()  # what has no end did not come whole
    for line in raw:
        yield line.decode("ascii", "replace").split("\t")


def _why(answer: Answer) -> str:
    if answer.cut:
        return "there is more than is read at once"
    return answer.why or cleaning.line(answer.err, 120) or "the answer is not whole"


def _lying(path: str, at: str, by_kind: Mapping[str, Mapping[str, list[str]]], why: str) -> Lying:
    if at in by_kind.get("absent", {}):
        return Lying(path, "absent")
    if at in by_kind.get("closed", {}):
        return Lying(path, "closed")
    if at in (other := by_kind.get("other", {})):
        return Lying(path, "other", what=cleaning.line(" ".join(other[at]), 40))
    identity = identity_of(list(by_kind.get("file", {}).get(at, ())))
    if identity is None:
        return Lying(path, "unread", why=why or "the answer is not whole")
    data = _bytes(by_kind.get("data", {}).get(at, []))
    keyed = "".join(by_kind.get("keyed", {}).get(at, ()))
    keyed = keyed if len(keyed) == _HASH else ""
    return Lying(path, "file", identity, data, keyed, why="" if data is not None else why)


def _bytes(parts: list[str]) -> bytes | None:
    if len(parts) != 1:
        return None
    try:
        return base64.b64decode(parts[0], validate=True)
    except (binascii.Error, ValueError):
        return None


def _names(folders: Sequence[str], said: Mapping[str, list[str]], why: str) -> tuple[tuple[Name, ...], tuple[str, ...]]:
    found: dict[bytes, Name] = {}
    unseen: list[str] = []
    for at, folder in enumerate(folders):
        closed, *coded = said.get(str(at), [""])
        listed = _bytes(coded)
        if listed is None or closed != "0" or (listed and not listed.endswith(b"\0")):
            unseen.append(folder)
        for entry in (listed or b"").split(b"\0")[:-1]:
            kind, _, path = entry.partition(b"\t")
            found.setdefault(path, Name(cleaning.line(path), path, cleaning.line(kind, 1)))
    if len(found) > _MOST_NAMES:
        unseen += [folder for folder in folders if folder not in unseen]
    return tuple(found[path] for path in sorted(found)[:_MOST_NAMES]), tuple(unseen)


def _placed(said: Mapping[str, list[str]]) -> Mapping[str, Placed]:
    """The note stands in the answer as `note <TAB> base64`."""
    raw = _bytes([next(iter(said), "")]) or b""
    head, *lines = raw.decode("utf-8", "replace").split("\n")
    notes = (placed_of(line.split("\t")) for line in lines) if head == HEAD else ()
    return {note.path: note for note in notes if note is not None}
