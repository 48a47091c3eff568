"""Which lines of a file on a server may be shown.

In a file that holds secrets, or that not everybody on the server may read, a line is shown only where it provably
holds none: it is blank, or equal to a line of the rendered file (which is shown with its secrets by name), or differs
from one only in the value at a plain place. That is a path of keys at which the template has a value, with no secret in
any line at it, and whose last key is that of no line with a secret. Even there the value must be plain (no comment, no
structure, nothing that goes on below) and of the kind that the template has there, a number, yes or no, or an address:
any other word may be a password in the wrong line. And nothing is shown that a secret of the town is found in, whose
keys are called as secrets are, that looks like a secret, or that may be the rest of a value begun above.

In any other file lines are shown unless they look as if they held a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from eakte_ops.config.foreign import visible
from eakte_ops.config.keys import LONGEST, Keyed, Path
from eakte_ops.config.lines import Theirs, Wanted
from eakte_ops.config.withhold import Values, looks_secret

Why: TypeAlias = Literal["", "unknown", "looks", "value", "long"]
"""Why a line is withheld: the template does not know it, it looks like a secret, a secret of the town is in it, it is
too long to be looked through."""

_CLOSED = {
    '"': re.compile(r'"(?:[^"\\]|\\.)*"'),
    "'": re.compile(r"'(?:[^']|'')*'"),
    "{": re.compile(r"\{.*\}"),
    "[": re.compile(r"\[.*\]"),
}
_PLAIN = re.compile(r"""[^\s"'{}\[\]|>&*!%@`#,?:-][^"'#{}]*|-?[0-9][^"'#{}]*|"[^"\\#]*"|'[^'#]*'|\*|""")
"""One value that ends where the line ends: no comment, no structure, nothing that goes on below."""
_KINDS = (
    re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?"),
    re.compile(r"(?i)true|false|yes|no|on|off|null|~|"),
    re.compile(
        r"\*|(?:[a-z]{2,9}(?::[a-z]{2,12})?://)?(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+|\[?[0-9a-f]*:[0-9a-f:]+\]?|localhost)(?::[0-9]{1,5})?"
        r"/?"
    ),
)
"""What the value of a plain place may be: a number, yes or no, an address."""
_ARMOUR_BEGINS, _ARMOUR_ENDS = "-----BEGIN ", "-----END "


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be said of a line: its text, or why there is none; `secret`: the name of the one found in it."""

    text: str = ""
    why: Why = ""
    secret: str = ""


def shown(lines: Sequence[Theirs], wanted: Sequence[Wanted], values: Values, *, for_all: bool = True) -> list[Shown]:
    """For each line of a server's file what may be said of it. `wanted`: the rendered file; `values`: to be found;
    `for_all`: whether everybody on the server may read it.
    """
    strict = not for_all or any(line.names for line in wanted)
    return list((_strict if strict else _lenient)(lines, _Known.of(wanted), values))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a rendered file says: its lines, its plain places, and the keys of its secrets."""

    lines: Mapping[bytes, str]
    plain: Mapping[tuple[Path, str], Collection[str]]
    secret_names: frozenset[str]

    @classmethod
    def of(cls, wanted: Sequence[Wanted]) -> _Known:
        held = [line for line in wanted if line.names]
        secret = {line.keyed.path for line in held}
        places = [line.keyed for line in wanted if line.keyed.value and line.keyed.path not in secret]
        return cls(
            {line.filled: line.shown for line in wanted if line.filled is not None},
            _by_place(places),
            frozenset(_folded(line.keyed.name) for line in held if line.keyed.path),
        )

    def plainly(self, line: Keyed) -> bool:
        """Whether a line stands at a plain place."""
        return (line.path, line.lead) in self.plain and _folded(line.name) not in self.secret_names

    def alike(self, line: Keyed) -> bool:
        """Whether what stands there is of the kind that the template has there."""
        value = _unquoted(line.value)
        ours = self.plain.get((line.path, line.lead), ())
        return any(kind.fullmatch(value) and any(map(kind.fullmatch, ours)) for kind in _KINDS)


def _by_place(places: Iterable[Keyed]) -> Mapping[tuple[Path, str], Collection[str]]:
    values: dict[tuple[Path, str], set[str]] = {}
    for place in places:
        values.setdefault((place.path, place.lead), set()).add(_unquoted(place.value))
    return values


def _unquoted(value: str) -> str:
    bare = value.strip(" \t")
    return bare[1:-1] if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'" else bare


def _folded(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _strict(lines: Sequence[Theirs], known: _Known, values: Values) -> Iterator[Shown]:
    begun = False  # a value that the lines below may go on with
    for line in lines:
        text, place = line.text, line.keyed
        if line.raw in known.lines:
            begun = False
            yield Shown(known.lines[line.raw])
            continue
        if not text.strip(" \t"):
            yield Shown()
            continue
        if withheld := _found(text, values):
            yield withheld
        elif begun or not known.plainly(place) or not _PLAIN.fullmatch(place.value.strip()) or not known.alike(place):
            yield Shown(why="unknown")
        elif looks_secret(text, place.path):
            yield Shown(why="looks")
        else:
            yield Shown(visible(text))
        begun = begun or _goes_on(place.value if place.path else text.strip().lstrip("- "))


def _found(text: str, values: Values) -> Shown | None:
    """What is said of a line that no rule lets through, None where one may."""
    if len(text) > LONGEST:
        return Shown(why="long")
    name = values.found_in(text)
    return Shown(why="value", secret=name) if name else None


def _goes_on(value: str) -> bool:
    """Whether a value may have its end in a later line."""
    if value.endswith("\\"):
        return True
    if value[:1] in _CLOSED:
        return _CLOSED[value[0]].fullmatch(value.partition(" #")[0].strip()) is None
    return value[:1] in ("&", "!", "?", "(", "`")


def _lenient(lines: Sequence[Theirs], known: _Known, values: Values) -> Iterator[Shown]:
    armoured, under = False, _Under()
    for line in lines:
        text, place = line.text, line.keyed
        below = under.holds(text)
        armoured = armoured or _ARMOUR_BEGINS in text
        plainly = known.plainly(place)
        if line.raw in known.lines:
            under.rest = ""
            yield Shown(known.lines[line.raw])
        elif withheld := _found(text, values):
            under.begin(text, place)
            yield withheld
        elif looks_secret(*((place.value, ()) if plainly else (text, place.path))):
            under.begin(text, place)
            yield Shown(why="looks")
        elif armoured or below:
            yield Shown(why="looks")
        else:
            yield Shown(visible(text))
        if _ARMOUR_ENDS in text:
            armoured = False


@dataclass(slots=True)
class _Under:
    """What may belong to a line that looks as if it held a secret: lines deeper than it, or the rest of its value.

    `column`: of the line, -1 where there is none; `dashed`: it is of a list; `rest`: its value goes on in the next
    line, or nobody can say where it ends.
    """

    column: int = -1
    dashed: bool = False
    rest: Literal["", "line", "all"] = ""

    def holds(self, text: str) -> bool:
        """Whether a line belongs to it. Lines have to come in their order."""
        bare = text.strip()
        if not bare:
            return False
        rest = self.rest
        if rest == "line" and not bare.endswith("\\"):
            self.rest = ""
        column = _column(text)
        listed = column == self.column and bare.startswith("-") and not self.dashed
        if column <= self.column and not listed and not bare.startswith("#"):
            self.column = -1
        return self.column >= 0 or rest != ""

    def begin(self, text: str, place: Keyed) -> None:
        """A line that looks as if it held a secret."""
        bare = text.strip()
        if bare.startswith("#") or self.rest == "all":
            return
        if self.column < 0:
            self.column, self.dashed = _column(text), bare.startswith("-")
        value = place.value.strip() if place.path else bare.lstrip("- ")
        odd = any(bare.replace("\\" + quote, "").count(quote) % 2 for quote in "\"'")
        if odd or (_goes_on(value) and not value.endswith("\\")):
            self.rest = "all"
        elif bare.endswith(("\\", ":", "=", "|", ">", "?")) or not value:
            self.rest = "line"


def _column(text: str) -> int:
    return len(text) - len(text.lstrip())
