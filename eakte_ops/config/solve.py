"""Which values of a template would give the text that a server holds."""

from __future__ import annotations

import re
import secrets as random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, TypeAlias

from eakte_ops.config.known import Part
from eakte_ops.config.rendered import Pieces, Slot
from eakte_ops.config.sandbox import pieces_of
from eakte_ops.config.source import fits, found_between, lines_of
from eakte_ops.config.template import STUMBLES, Template
from eakte_ops.config.values import limit_of
from eakte_ops.inventory.rules.configuration import objection
from eakte_ops.inventory.vocabulary import Limit

Said: TypeAlias = int | float | str | bool

_MOST_WAYS = 256
"""Combinations of values of few choices, and of readings of one text, that are tried."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,17}\.[0-9]{1,17}(?:e[+-]?[0-9]{1,3})?", re.ASCII)


Held: TypeAlias = tuple[tuple[Slot, str], ...]
"""Places of secrets, each with what a text has there: to be compared, and shown to nobody."""


@dataclass(frozen=True, slots=True)
class Solved:
    """`values`: all values of a template with which it gives a text; `held`: what the text has at places of secrets."""

    values: Mapping[str, Said]
    held: Held = field(repr=False)


class Solver:
    """Looks for the values of one template on one server."""

    def __init__(self, template: Template, seen: Mapping[str, Any], current: Mapping[str, Said]) -> None:
        """`seen`: what the template sees there; `current`: the values as they are now."""
        self._template, self._seen, self._current = template, seen, current
        self._limits = {name: limit_of(value) for name, value in template.head.values.items()}
        self.beyond: set[str] = set()

    def solve(self, text: Sequence[str]) -> Solved | None:
        """The values that give exactly these lines (each with its end), the places of secrets left out; None: none.

        Afterwards `beyond` names values that would have to be what they may not be.
        """
        for values in islice(self._candidates(text), _MOST_WAYS):
            held = held_at(self.lines(values), text)
            if held is None:
                continue
            wrong = {name for name, value in values.items() if not self._may_be(name, value)}
            if not wrong:
                return Solved(values, held)
            self.beyond |= wrong
        return None

    def _may_be(self, name: str, value: Said) -> bool:
        return objection(self._limits[name], value) is None and (not isinstance(value, str) or value.isprintable())

    def lines(self, values: Mapping[str, Said]) -> tuple[Pieces, ...] | None:
        """What the template gives with these values; None where it gives nothing."""
        try:
            text = self._template.body.render({**self._seen, "values": Part("values", values)})
        except STUMBLES:
            return None
        return lines_of(pieces_of(text))

    def _candidates(self, text: Sequence[str]) -> Iterator[Mapping[str, Said]]:
        free = [name for name, limit in self._limits.items() if not _few(limit)]
        for chosen in islice(self._choices(), _MOST_WAYS):
            for asked in (free, *([name] for name in free if len(free) > 1), []):
                yield from self._read(chosen, asked, text)

    def _choices(self) -> Iterator[Mapping[str, Said]]:
        """Settings of the values of few choices; those that change little come first."""
        names = [name for name, limit in self._limits.items() if _few(limit)]
        ways = [_first(self._current[name], _few(self._limits[name])) for name in names]
        places = islice(product(*(range(len(way)) for way in ways)), 16 * _MOST_WAYS)
        for at in sorted(places, key=lambda at: sum(place > 0 for place in at)):
            yield {**self._current, **{name: way[place] for name, way, place in zip(names, ways, at, strict=True)}}

    def _read(
        self, chosen: Mapping[str, Said], asked: Sequence[str], text: Sequence[str]
    ) -> Iterator[Mapping[str, Said]]:
        """`chosen` with the values `asked` as they stand in the text."""
        signs = {name: _sign(self._limits[name]) for name in asked}
        lines = self.lines({**chosen, **signs})
        if lines is None or len(lines) != len(text):
            return
        found: dict[str, set[str]] = {}
        for line, here in zip(lines, text, strict=True):
            names, parts = _taken_apart(line, {str(sign): name for name, sign in signs.items()})
            between = found_between(parts, here)
            if between is None or ("" in names and any(names)):  # where a secret ends nobody can say
                return
            for name, raw in zip(names, between, strict=True):
                if name:
                    found.setdefault(name, set()).add(raw)
        readings = {name: _readings(raw, self._limits[name]) for name, raw in found.items()}
        for ways in product(*readings.values()):
            yield {**chosen, **dict(zip(readings, ways, strict=True))}


def held_at(lines: Sequence[Pieces] | None, text: Sequence[str]) -> Held | None:
    """What a text has at the places of secrets; None where it is not these lines but for them."""
    if lines is None or len(lines) != len(text):
        return None
    held: list[tuple[Slot, str]] = []
    for line, here in zip(lines, text, strict=True):
        between = fits(line, here)
        if between is None:
            return None
        held += zip((piece for piece in line if isinstance(piece, Slot)), between, strict=True)
    return tuple(held)


def _few(limit: Limit) -> tuple[Said, ...]:
    """The choices of a value that has few, else ()."""
    return (False, True) if limit.kind == "yes or no" else limit.choices


def _first(value: Said, choices: tuple[Said, ...]) -> tuple[Said, ...]:
    return (value, *(each for each in choices if each != value))


def _sign(limit: Limit) -> Said:
    """A value that stands nowhere else, to be found again in what is rendered with it."""
    if limit.kind == "text":
        return f"x{random.token_hex(8)}x"
    return 10**14 + random.randbelow(9 * 10**14)


def _taken_apart(line: Pieces, signs: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The names of the values in a line, "" for a secret, and what stands before, between and behind them."""
    names, parts = [], [""]
    pattern = re.compile(f"({'|'.join(signs)})") if signs else None
    for piece in line:
        if isinstance(piece, Slot):
            names.append("")
            parts.append("")
            continue
        first, *rest = pattern.split(piece) if pattern else [piece]
        parts[-1] += first
        names += [signs[sign] for sign in rest[::2]]
        parts += rest[1::2]
    return names, parts


def _readings(raws: set[str], limit: Limit) -> list[Said]:
    """What a value may be that stands in a text in these ways."""
    readings = [set(_of_one(raw, limit)) for raw in raws]
    return sorted(set.intersection(*readings), key=str)


def _of_one(raw: str, limit: Limit) -> Iterator[Said]:
    if limit.kind == "text":
        yield raw
        yield raw.replace("''", "'").replace("\\\\", "\\")
        if "\\" in raw:
            yield _joined(_ESCAPED.sub(_unescaped, raw))
    elif _INTEGER.fullmatch(raw):
        yield int(raw)
    elif limit.kind == "number" and _NUMBER.fullmatch(raw):
        yield float(raw)


_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


def _unescaped(found: re.Match[str]) -> str:
    """A sign as forms.yaml and forms.properties write it."""
    if sign := found[3]:
        return _SHORT.get(sign, sign)
    code = int(found[1] or found[2], 16)
    return chr(code) if code <= 0x10FFFF else ""


def _joined(text: str) -> str:
    """Text in which halves of characters that follow each other are one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
