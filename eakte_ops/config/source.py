"""A template's text beside what it renders, chunk by chunk; text of a server written so that it renders as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eakte_ops.config.rendered import Pieces, Slot, between_slots
from eakte_ops.config.sandbox import pieces_of
from eakte_ops.config.template import STUMBLES, Template
from eakte_ops.yamltext.characters import hidden_in

_HEAD_END = "#}"
_MARK = "# Adopted "
_PARTIAL = re.compile(r"partial:\s*true\s*(#.*)?")
_AS_IT_IS = "\n\t"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a template's text, and the lines that they give, each with its end: () where they give none."""

    source: str
    lines: tuple[Pieces, ...]


def head_and_body(text: str) -> tuple[str, str]:
    """A template's text up to the line that ends its head, this included, and the rest."""
    lines = text.split("\n")
    end = next(at for at, line in enumerate(lines) if line.strip() == _HEAD_END)
    return "\n".join([*lines[:end], _HEAD_END, ""]), "\n".join(lines[end + 1 :])


def chunks(template: Template, seen: Mapping[str, Any]) -> tuple[Chunk, ...]:
    """The smallest runs of lines of a template's text of which each gives whole lines by itself. `seen`: what it sees.

    A loop or a condition over several lines is one of them.
    """
    head, body = head_and_body(template.text)
    whole = _text(template, template.text, seen)
    if whole is None:
        return ()
    ends = [(len(body), whole)]
    for end in reversed([found.end() for found in re.finditer("\n", body[:-1])]):
        text = _text(template, head + body[:end], seen)
        if text is not None and text[-1:] in ("", "\n") and ends[-1][1].startswith(text):
            ends.append((end, text))
    return tuple(_between(body, ends[::-1]))


def _between(body: str, ends: list[tuple[int, str]]) -> Iterator[Chunk]:
    start, before = 0, ""
    for end, text in ends:
        yield Chunk(body[start:end], lines_of(pieces_of(text[len(before) :])))
        start, before = end, text


def _text(template: Template, text: str, seen: Mapping[str, Any]) -> str | None:
    """What the beginning of a template renders, with marks for secrets; None where it ends within something."""
    try:
        return replace(template, text=text).body.render(seen)
    except STUMBLES:
        return None


def lines_of(pieces: Pieces) -> tuple[Pieces, ...]:
    """Rendered text cut behind each line feed; the last line may have none."""
    lines: list[list[str | Slot]] = [[]]
    for piece in pieces:
        for part in [piece] if isinstance(piece, Slot) else with_ends(piece):
            lines[-1].append(part)
            if isinstance(part, str) and part.endswith("\n"):
                lines.append([])
    return tuple(tuple(line) for line in lines if line)


def with_ends(text: str) -> list[str]:
    """Text cut behind each line feed, and nowhere else."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def fits(line: Pieces, text: str) -> tuple[str, ...] | None:
    """What stands in `text` at the places of a line's secrets, if it is that line but for them; else None."""
    return found_between(between_slots(line), text)


def found_between(parts: list[str], text: str) -> tuple[str, ...] | None:
    """What stands in `text` between parts that follow each other from its begin to its end; None if they do not.

    Of several ways the first is taken; the time does not depend on how many there are.
    """
    first, *rest = parts
    if not rest:
        return () if text == first else None
    if not text.startswith(first):
        return None
    *between, last = rest
    found, at = [], len(first)
    for part in between:
        next_ = text.find(part, at)
        if next_ < 0:
            return None
        found.append(text[at:next_])
        at = next_ + len(part)
    if len(text) - len(last) < at or not text.endswith(last):
        return None
    return (*found, text[at : len(text) - len(last)])


def literal(line: Pieces) -> str:
    """A rendered line as a template says it: its text as it is, its secrets by their names."""
    return "".join(
        f'{{{{ secret["{piece.secret}"] | {piece.form} }}}}' if isinstance(piece, Slot) else escaped(piece)
        for piece in line
    )


def escaped(text: str) -> str:
    """Text as a template says it: nothing in it means anything, and nobody has to look for what can not be seen."""
    return "".join(_sign(char, text[at + 1 : at + 2]) for at, char in enumerate(text))


def _sign(char: str, after: str) -> str:
    if _hidden(char):
        code = ord(char)
        name = f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
        return f'{{{{ "{name}" }}}}'
    if char == "{" and (after in ("", "{", "%", "#") or _hidden(after)):
        return '{{ "{" }}'
    return char


def _hidden(char: str) -> bool:
    return char not in _AS_IT_IS and (not char.isprintable() or bool(hidden_in(char)))


def adopted_head(template: Template, mark: str) -> str:
    """The head of a town's own template made from `template`, with its last line. `mark`: when, by whom, from where.

    `replaces` stays that of an own one: what the centre has changed since is still to be looked at.
    """
    head, _ = head_and_body(template.text)
    begin, *lines = head.split("\n")
    if template.head.partial:
        lines = [line for line in lines if not _PARTIAL.fullmatch(line)]
    new = [f"{_MARK}{mark}", *([] if template.town else [f"replaces: {template.sum}"])]
    return "\n".join([begin, *new, *(line for line in lines if not line.startswith(_MARK))])
