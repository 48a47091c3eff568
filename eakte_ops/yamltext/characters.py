"""What must not stand in a file at all: bytes that are no UTF-8, tabs, and characters nobody can see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eakte_ops.errors import Mistake

_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad"  # control characters, no-break space, soft hyphen
    "\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb"  # blanks, joiners, directions
    "\ud800-\udfff\ufffe\uffff\U000e0000-\U000e0fff"  # halves of characters, tags, variation selectors
)
_NOT_ALLOWED = re.compile(f"\t|\r(?!\n)|[{_UNSEEN}]")
_NOT_ALLOWED_ESCAPED = re.compile(f"\r|[{_UNSEEN}]")


def decode(raw: bytes, file: str) -> str | Mistake:
    """The text of a file, or where it stops being UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        byte = raw[error.start]
        return _at(before, len(before), file, f"the byte 0x{byte:02X} is no UTF-8; save the file as UTF-8")


def unwanted(text: str, file: str) -> Iterator[Mistake]:
    """Every character of `text` that may not be there."""
    for found in _NOT_ALLOWED.finditer(text):
        yield _at(text, found.start(), file, _sentence(found.group(), found.start()))


def hidden_in(value: str) -> str:
    """A sentence about the first unseen character that an escape put into a quoted text; else ""."""
    found = _NOT_ALLOWED_ESCAPED.search(value)
    return f"the text holds {_named(found.group())}; leave it out" if found else ""


def _sentence(character: str, offset: int) -> str:
    if character == "\t":
        return 'a tab; write blanks instead (inside double quotes: "\\t")'
    if character == "\r":
        return "a line end of old Macs (CR alone); save the file with LF line ends"
    if character == "\ufeff" and offset == 0:
        return "the file begins with a byte order mark; save it as UTF-8 without one"
    return f"{_named(character)}; remove it or write a plain blank"


def _named(character: str) -> str:
    return f"the character U+{ord(character):04X}, which can not be seen"


def _at(text: str, offset: int, file: str, sentence: str) -> Mistake:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Mistake(file, line, column, "", sentence)
