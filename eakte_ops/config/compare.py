"""A rendered file against what lies on the server, in words that hold no secret, whatever the server's text is.

Pure. What of the server's lines may be shown is settled in guard.py; of a secret only that it is another one is said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from eakte_ops.config import guard
from eakte_ops.config.align import align
from eakte_ops.config.fetch import Lying
from eakte_ops.config.foreign import Foreign, foreign
from eakte_ops.config.guard import Shown
from eakte_ops.config.lines import Theirs, Wanted, theirs, wanted
from eakte_ops.config.record import Placed
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.withhold import Values
from eakte_ops.remote import cleaning
from eakte_ops.secret.value import Secret

MOST_LINES = 5_000
"""Lines of a server's file that are laid beside the template's."""

State: TypeAlias = Literal["same", "different", "missing", "not compared"]
Side: TypeAlias = Literal["both", "server", "template"]
Because: TypeAlias = Literal["", "unknown", "looks", "value", "long", "unseen"]
Told: TypeAlias = Literal["", "written", "changed", "closed"]
Note: TypeAlias = Literal[
    "exposed", "crlf", "bom", "not ended", "ended", "long", "lines", "confidential", "unread", "partial"
]
Notes: TypeAlias = tuple[tuple[Note, str], ...]
"""What is to be said of a text as a whole, each with a number or a word where there is one."""
Since: TypeAlias = Literal["", "placed", "edited"]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of both, or of one side. `server`, `template`: its numbers there, from 1; 0: it has none there.

    `text`: what is shown of it, "" where it is `withheld`; `told`: what is said of the secrets in it; `names`: which
    ones these are, or which one was found in a line that is withheld for it.
    """

    side: Side
    server: int
    template: int
    text: str
    withheld: Because = ""
    told: Told = ""
    names: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the row says that something is different."""
        return self.side != "both"


@dataclass(frozen=True, slots=True)
class Differs:
    """What stat says of a file, and what it should be."""

    what: Literal["kind", "owner", "group", "mode"]
    server: str
    template: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One file on one server. `stat`: what is different beside the text; `notes`: about the text as a whole. `changed`:
    secrets that differ; `closed`: those that could not be opened, so the file is never "same".

    `since`: whether it is as it was put there ("placed"), was changed afterwards ("edited"), or "" nobody knows.
    """

    rendered: Rendered
    state: State
    stat: tuple[Differs, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: Notes = ()
    changed: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    since: Since = ""
    placed: Placed | None = None

    @property
    def asked_for(self) -> bool:
        """Whether local IT is asked for a file that is not there: it may have solved that in another way."""
        return self.state == "missing" and self.rendered.proposal

    @property
    def exposed(self) -> bool:
        """Whether everybody on the server may use a file that is not for everybody."""
        return any(note == "exposed" for note, _ in self.notes)


def compare(
    rendered: Rendered, lying: Lying, secrets: Mapping[str, Secret], values: Values, placed: Placed | None = None
) -> Compared:
    """How far what lies there is from what should. `secrets`: those of the town that could be opened; `values`: the
    same, to be looked for; `placed`: what the server noted of the file. Raises UsageError where a form can not carry
    the value of a secret.
    """
    if lying.kind == "absent":
        return Compared(rendered, "missing", placed=placed)
    if lying.kind in ("closed", "unread"):
        return Compared(rendered, "not compared", notes=(("unread", lying.why),), placed=placed)
    stat = tuple(_stat(rendered, lying))
    if lying.kind == "other":
        return Compared(rendered, "different", stat, placed=placed)
    exposed: Notes = (("exposed", ""),) if _exposed(rendered, lying) else ()
    since = _since(lying, placed)
    if lying.data is None or rendered.partial:
        why: Notes = (("partial", ""),) if rendered.partial else (("unread", lying.why),)
        return Compared(rendered, "not compared", stat, notes=(*exposed, *why), since=since, placed=placed)
    closed = tuple(name for name in rendered.secrets if name not in secrets)
    rows, notes = _text(rendered, lying, secrets, values)
    differs = bool(notes) or any(row.differs for row in rows)
    changed = tuple(sorted({name for row in rows if row.told == "changed" for name in row.names}))
    if rendered.confidential:
        rows, changed, notes = (), (), (("confidential", ""),) if differs else ()
    state: State = "different" if differs or stat else "not compared" if closed else "same"
    return Compared(rendered, state, stat, rows, (*exposed, *notes), changed, closed, since, placed)


def _stat(rendered: Rendered, lying: Lying) -> Iterator[Differs]:
    if lying.kind == "other":
        yield Differs("kind", lying.what, "regular file")
    found = lying.identity
    if found is None:
        return
    if found.owner != rendered.account:
        yield Differs("owner", _word(found.owner), rendered.account)
    if found.group != rendered.group:
        yield Differs("group", _word(found.group), rendered.group)
    if int(found.mode, 8) != rendered.mode:
        yield Differs("mode", f"{int(found.mode, 8):04o}", f"{rendered.mode:04o}")


def _word(said: str) -> str:
    return cleaning.line(said, 40)


def _exposed(rendered: Rendered, lying: Lying) -> bool:
    """Whether others than owner and group may do what they should not with a file that holds secrets."""
    found = int(lying.identity.mode, 8) if lying.identity else 0
    return bool(rendered.secrets or rendered.confidential) and bool(found & 0o007 & ~rendered.mode)


def _since(lying: Lying, placed: Placed | None) -> Since:
    """Whether the file holds what was put there."""
    if placed is None or not lying.whole or lying.data is None:
        return ""
    found = hashlib.sha256(lying.data).hexdigest() if placed.kind == "plain" else lying.keyed
    if not found:
        return ""
    return "placed" if found == placed.hash else "edited"


def _text(
    rendered: Rendered, lying: Lying, secrets: Mapping[str, Secret], values: Values
) -> tuple[tuple[Row, ...], Notes]:
    """The lines side by side, and what is different about the text as a whole."""
    assert lying.data is not None
    there, here = foreign(lying.data), wanted(rendered, secrets)
    if not lying.whole:
        return (), (("long", str(lying.identity.size if lying.identity else 0)),)
    if len(there.lines) > MOST_LINES:
        return (), (("lines", str(len(there.lines))),)
    everybody = rendered.mode & (int(lying.identity.mode, 8) if lying.identity else 0) & 0o004
    rows = _rows(there.lines, here, values, for_all=bool(everybody))  # who closed a file may have had a reason
    return tuple(rows), tuple(_notes(rendered, there, here))


def _notes(rendered: Rendered, there: Foreign, here: Sequence[Wanted]) -> Iterator[tuple[Note, str]]:
    if there.bom:
        yield "bom", ""
    if there.crlf:
        yield "crlf", str(there.crlf)
    last = rendered.pieces[-1] if rendered.pieces else "\n"
    ended = isinstance(last, str) and last.endswith("\n")
    if there.lines and here and there.ended != ended:
        yield ("ended" if there.ended else "not ended"), ""


def _rows(lines: Sequence[bytes], here: Sequence[Wanted], values: Values, *, for_all: bool) -> Iterator[Row]:
    """All lines of both sides; where neighbours have no counterpart, the server's first. `for_all`: may all read it?"""
    there = theirs(lines)
    shown = guard.shown(there, here, values, for_all=for_all)
    pairs = align(
        len(there),
        len(here),
        lambda a, b: there[a].raw == here[b].filled,
        lambda a, b: _weight(there[a], here[b]),
    )
    kept: list[Row] = []
    for a, b in pairs:
        if a is None and b is not None:
            kept.append(Row("template", 0, b + 1, here[b].shown))
            continue
        if a is not None and b is None:
            yield _theirs(a, shown[a])
            continue
        assert a is not None
        assert b is not None
        yield from kept
        kept = []
        yield from _pair(a, b, there[a], here[b], shown[a])
    yield from kept


def _theirs(a: int, shown: Shown) -> Row:
    return Row("server", a + 1, 0, shown.text, shown.why, names=(shown.secret,) if shown.secret else ())


def _pair(a: int, b: int, line: Theirs, here: Wanted, shown: Shown) -> Iterator[Row]:
    """Two lines that belong together: one row if they are the same, else two."""
    if line.raw == here.filled:
        yield Row("both", a + 1, b + 1, here.shown)
        return
    ours, held = Row("template", 0, b + 1, here.shown), here.held_in(line.raw) if here.shape_of(line.raw) else None
    if held == "closed":
        yield Row("both", a + 1, b + 1, here.shown, told=held, names=here.names)
    elif held is not None:
        yield Row("server", a + 1, 0, here.shown, told=held, names=here.names)
        yield replace(ours, told=held, names=here.names)
    elif here.bare == line.bare and not shown.text:
        yield Row("server", a + 1, 0, "", "unseen")
        yield ours
    else:
        yield _theirs(a, shown)
        yield ours


def _weight(line: Theirs, here: Wanted) -> int:
    """How well a line of the server and one of the template go together."""
    if line.raw == here.filled:
        return 20 if line.bare else 5
    if here.names and here.shape_of(line.raw):
        return 16
    if line.bare and line.bare == here.bare:
        return 12
    return 8 if line.keyed.path and line.keyed.path == here.keyed.path else 0
