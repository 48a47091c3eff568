"""The text of a file on a server, line by line, so that it can be compared and shown: hostile, whatever it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

WIDEST = 300
"""Characters of one line that are shown."""

_BOM = b"\xef\xbb\xbf"
# Controls, format characters (bidirectional and zero-width ones among them), what is not assigned, odd blanks.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_OURS = "‹›"  # what we say ourselves stands between them


@dataclass(frozen=True, slots=True)
class Foreign:
    """`lines`: without their ends. `crlf`: how many ended as on Windows; `bom`: a mark stands before the first;
    `ended`: the last line has an end, or there is none.
    """

    lines: tuple[bytes, ...] = field(repr=False)
    crlf: int
    bom: bool
    ended: bool


def foreign(data: bytes) -> Foreign:
    """A text cut at its line feeds."""
    lines = data.removeprefix(_BOM).split(b"\n")
    ended = not lines[-1]
    if ended:
        lines.pop()
    crlf = sum(line.endswith(b"\r") for line in lines)
    return Foreign(tuple(line.removesuffix(b"\r") for line in lines), crlf, data.startswith(_BOM), ended)


def decoded(line: bytes) -> str:
    """The line as text; bytes that are no UTF-8 become surrogates, as Python has them in names of files."""
    return line.decode("utf-8", "surrogateescape")


def visible(line: bytes | str) -> str:
    """One line with nothing hidden in it: what can not be seen, or looks like our own words, is named by its number.

    At most WIDEST characters of it, and then how many there are.
    """
    text = decoded(line) if isinstance(line, bytes) else line
    shown = "".join(_seen(char) for char in text[:WIDEST])
    return shown if len(text) <= WIDEST else f"{shown}… ‹{len(text)}›"


def _seen(char: str) -> str:
    if char in " \t" or (char not in _OURS and unicodedata.category(char) not in _UNSEEN):
        return char
    code = ord(char)
    return f"‹{code - 0xDC00:02X}›" if 0xDC80 <= code <= 0xDCFF else f"‹U+{code:04X}›"


def bare(text: str) -> str:
    """The text without anything that can not be seen and with single blanks: equal where people see no difference."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or _plain(char))
    return " ".join("".join(kept).split())


def _plain(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN
