"""How a value is written in the syntax of a file. A form refuses what the syntax can not carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from eakte_ops.errors import UsageError

Form: TypeAlias = Callable[[str, str], str]
"""Value and what it is (for the error, which never holds the value) -> text."""

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LAST_OF_BMP = 0xFFFF
_HALVES = re.compile("[\ud800-\udfff]")


def yaml(value: str, what: str) -> str:
    """A double-quoted YAML scalar; everything that is not printable is escaped (YAML 1.2, 7.3.1). Raises UsageError."""
    if _HALVES.search(value):
        raise _refused(what, "can not be written in YAML: it has halves of characters")
    return '"' + "".join(_SHORT.get(char) or (char if _is_plain(char) else _escaped(char)) for char in value) + '"'


def _is_plain(char: str) -> bool:
    return char.isprintable() and ord(char) <= _LAST_OF_BMP  # older readers of YAML take nothing beyond


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\U{code:08X}" if code > _LAST_OF_BMP else f"\\u{code:04X}"


def line(value: str, what: str) -> str:
    """The value as it is, where the rest of the line belongs to it. Raises UsageError."""
    if not value.isprintable() or value != value.strip():
        raise _refused(
            what, "can not stand in a line of its own: it has blanks at an end or characters that are not printable"
        )
    return value


def _refused(what: str, why: str) -> UsageError:
    return UsageError(f"{what} {why}", way_out="choose a value of printable characters")


def properties(value: str, _what: str) -> str:
    """The value of a key in a Java properties file (java.util.Properties.load)."""
    text = "".join(_property_char(char) for char in value)
    return f"\\{text}" if text.startswith(" ") else text


def _property_char(char: str) -> str:
    if char in "\\\n\r\t\f":
        return {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}[char]
    if " " <= char <= "~":
        return char
    return "".join(f"\\u{unit:04X}" for unit in _utf16(char))


def _utf16(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def conf(value: str, what: str) -> str:
    """A quoted value in postgresql.conf (PostgreSQL, 20.1.1). Raises UsageError."""
    return "'" + line(value, what).replace("\\", "\\\\").replace("'", "''") + "'"


FORMS: Mapping[str, Form] = {"yaml": yaml, "line": line, "properties": properties, "conf": conf}
"""The filters of templates that write a value; a secret can only stand behind one of them."""
