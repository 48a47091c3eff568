"""What became of the configuration files that were placed on a server, beside the server's note of what was placed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from eakte_ops.config.record import FILE, HEAD, Identity, Placed, identity_of, placed_of
from eakte_ops.health.facts.reading import lines, question, whole, word
from eakte_ops.health.types import Fact, NotKnown, Site
from eakte_ops.remote.types import Answer, Question, Visit

NoteState: TypeAlias = Literal["ok", "absent", "denied", "odd", "long"]
Kind: TypeAlias = Literal["file", "link", "folder", "other"]

_STATES: Mapping[str, NoteState] = {"ok": "ok", "absent": "absent", "denied": "denied", "odd": "odd", "long": "long"}
_KINDS: Mapping[str, Kind] = {
    "regular file": "file",
    "regular empty file": "file",
    "symbolic link": "link",
    "directory": "folder",
}
_HASH = re.compile(r"[0-9a-f]{64}")
_SECONDS = 10**12
_NAMED = 10


@dataclass(frozen=True, slots=True)
class There:
    """A file that is there. `plain`, `keyed`: its hash as in the note, "" where it was not read.

    `more`: an access list gives more rights than its mode says; only looked for where something moved.
    """

    identity: Identity
    kind: Kind
    plain: str = ""
    keyed: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that is not there, or `hidden` from who asked. `changed`: when its folder did, seconds since 1970."""

    hidden: bool
    changed: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What is noted as placed, by path. `broken`: lines that nobody can read."""

    state: NoteState
    placed: Mapping[str, Placed] = field(default_factory=dict)
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Configuration:
    """`files`: path -> what is there, the note included. `logins`: moment -> who was logged in, None: not known."""

    note: Note
    files: Mapping[str, There | Gone]
    logins: Mapping[int, tuple[str, ...] | None]


def note_path(site: Site) -> str:
    """Where the server's note of what was placed lies."""
    return f"{site.layout.state}/{FILE}"


def named(path: str) -> str:
    """A path as it stands in an answer."""
    return word(path.encode())


def _ask(site: Site) -> Question | None:
    agreed = site.agreed()
    if agreed is None or not site.components:
        return None
    return question("configuration", site.layout.state, *(file.path for file in agreed.files), limit=6, cap=131_072)


def _parse(answer: Answer, _visit: Visit) -> Configuration:
    said = lines(answer)
    if answer.cut:
        raise NotKnown("unreadable", what="too long")
    files: dict[str, There | Gone] = {}
    logins: dict[int, tuple[str, ...] | None] = {}
    hashes: list[tuple[str, str, str]] = []
    more: set[str] = set()
    for kind, *rest in said:
        if kind == "end" and len(rest) == 1 and rest[0] in _STATES:
            for which, sum_, path in hashes:
                files |= _with(files, path, **{which: sum_})
            for path in more:
                files |= _with(files, path, more=True)
            return Configuration(_note(_STATES[rest[0]], said), files, logins)
        if kind == "no-stat":
            raise NotKnown("tool-missing", tool="GNU stat")
        if kind == "file" and len(rest) == 9 and (identity := identity_of(rest[:7])) is not None:
            files[rest[8]] = There(identity, _KINDS.get(rest[7], "other"))
        elif kind == "gone" and len(rest) == 3:
            changed = whole(rest[1], "stat", _SECONDS) if rest[1] else None
            files[rest[2]] = Gone(rest[0] != "absent", changed)
        elif kind in ("plain", "keyed") and len(rest) == 2 and _HASH.fullmatch(rest[0]):
            hashes.append((kind, rest[0], rest[1]))
        elif kind == "more" and len(rest) == 1:
            more.add(rest[0])
        elif kind == "logins" and len(rest) == 2:
            logins[whole(rest[1], "last", _SECONDS)] = () if rest[0] == "known" else None
        elif kind == "login" and len(rest) == 3:
            _login(logins, rest)
    raise NotKnown("unreadable", what="stat")


def _with(files: Mapping[str, There | Gone], path: str, **known: Any) -> dict[str, There | Gone]:
    there = files.get(path)
    return {path: replace(there, **known)} if isinstance(there, There) else {}


def _login(logins: dict[int, tuple[str, ...] | None], said: list[str]) -> None:
    moment, account, origin = whole(said[0], "last", _SECONDS), said[1], said[2]
    so_far = logins.get(moment)
    if so_far is not None and len(so_far) < _NAMED:
        logins[moment] = (*so_far, account if origin == "-" else f"{account} ({origin})")


def _note(state: NoteState, said: Iterator[list[str]]) -> Note:
    if state != "ok":
        return Note(state)
    if next(said, []) != [HEAD]:
        return Note("ok", {}, 1)
    placed: dict[str, Placed] = {}
    twice: set[str] = set()
    broken = 0
    for parts in said:
        one = placed_of(parts)
        if one is None:
            broken += 1
        elif one.path in placed:
            twice.add(one.path)
        else:
            placed[one.path] = one
    return Note("ok", {path: one for path, one in placed.items() if path not in twice}, broken + len(twice))


CONFIGURATION = Fact("configuration", _ask, _parse)
