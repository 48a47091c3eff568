"""The lines of both sides: a rendered file's, with their secrets where these could be opened, and a server's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from eakte_ops.config.foreign import WIDEST, bare, decoded
from eakte_ops.config.forms import FORMS
from eakte_ops.config.keys import LONGEST, Keyed, keyed
from eakte_ops.config.rendered import Pieces, Rendered, Slot, between_slots
from eakte_ops.secret.value import Secret

Held: TypeAlias = Literal["written", "changed", "closed"]
"""How the secrets of a line are on the server: the same in another form, others, or one is closed to us."""


@dataclass(frozen=True)
class Wanted:
    """One line. `shown`: with its secrets by name. `filled`: as it is on the server, None where one is closed.

    `names`: of its secrets. `fixed`: what stands before, between and behind them. `forms`: ways of writing the one.
    """

    shown: str
    keyed: Keyed
    names: tuple[str, ...] = ()
    filled: bytes | None = field(default=None, repr=False)
    fixed: tuple[bytes, ...] = ()
    forms: frozenset[bytes] = field(default=frozenset(), repr=False)

    def shape_of(self, line: bytes) -> bool:
        """Whether a line is this one but for its secrets; what has nothing around the secret is like any line."""
        first, *between, last = self.fixed or (b"", b"")
        if not self.names or not (first.strip() or last.strip()):
            return False
        if len(line) < len(first) + len(last) or not line.startswith(first) or not line.endswith(last):
            return False
        rest = line[len(first) : len(line) - len(last)]
        for part in between:
            at = rest.find(part)
            if at < 0:
                return False
            rest = rest[at + len(part) :]
        return True

    def held_in(self, line: bytes) -> Held:
        """How the secrets are in a line of this shape that is not this very line."""
        if self.filled is None:
            return "closed"
        inner = line[len(self.fixed[0]) : len(line) - len(self.fixed[-1])]
        return "written" if inner.strip() in self.forms else "changed"

    @cached_property
    def bare(self) -> str | None:
        """What people see of it."""
        return None if self.filled is None else bare(decoded(self.filled))


@dataclass(frozen=True, slots=True)
class Theirs:
    """A line of a server's file. It may hold any secret; `bare` is what people would see of it, "" of a long one."""

    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    keyed: Keyed = field(repr=False)
    bare: str = field(repr=False)


def theirs(lines: Iterable[bytes]) -> list[Theirs]:
    """The lines of a server's file, as they lie there."""
    raw = list(lines)
    texts = [decoded(line) for line in raw]
    bares = (bare(text) if len(text) <= LONGEST else "" for text in texts)
    return [Theirs(*parts) for parts in zip(raw, texts, keyed(texts), bares, strict=True)]


def wanted(rendered: Rendered, secrets: Mapping[str, Secret]) -> list[Wanted]:
    """All lines. `secrets`: those that could be opened. Raises UsageError where a form can not carry a value."""
    lines = list(rendered.lines())
    places = keyed("".join(map(str, line)) for line in lines)
    return [_wanted(line, place, secrets) for line, place in zip(lines, places, strict=True)]


def _wanted(line: Pieces, place: Keyed, secrets: Mapping[str, Secret]) -> Wanted:
    text = "".join(map(str, line))
    shown = text if len(text) <= WIDEST else f"{text[:WIDEST]}… ‹{len(text)}›"
    slots = [piece for piece in line if isinstance(piece, Slot)]
    if not slots:
        return Wanted(shown, place, filled=text.encode())
    names = tuple(dict.fromkeys(slot.secret for slot in slots))
    filled = None
    if secrets.keys() >= set(names):
        filled = "".join(_written(piece, secrets) if isinstance(piece, Slot) else piece for piece in line).encode()
    forms = _forms(secrets[names[0]].reveal()) if filled is not None and len(slots) == 1 else frozenset()
    return Wanted(shown, place, names, filled, tuple(map(str.encode, between_slots(line))), forms)


def _written(slot: Slot, secrets: Mapping[str, Secret]) -> str:
    return FORMS[slot.form](secrets[slot.secret].reveal(), slot.secret)


def _forms(value: str) -> frozenset[bytes]:
    """The ways in which people write one value: bare, or in quotes."""
    ways = (value, f'"{value}"', f"'{value}'", FORMS["yaml"](value, ""), FORMS["properties"](value, ""))
    return frozenset(way.encode("utf-8", "surrogatepass") for way in ways)
