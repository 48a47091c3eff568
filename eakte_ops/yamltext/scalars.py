"""What an unquoted word means: YAML 1.2 core, minus everything that surprises people.

`NO`, `on` and `yes` are text, so are `22:30`, dates, and digits with a leading zero (official keys, telephone
numbers). A number that does not fit 64 bits, and `.inf` or `.nan`, stay text as well: no field wants them.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TypeAlias

Scalar: TypeAlias = "str | int | float | bool | None"

_FIXED: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MAY_BE_NUMBER = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_OTHER_BASE = re.compile(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)


def resolve(word: str) -> Scalar:
    """The value of an unquoted word."""
    if word in _FIXED:
        return _FIXED[word]
    if word[0] not in _MAY_BE_NUMBER or len(word) > 64:
        return word
    if _INTEGER.fullmatch(word):
        return int(word)
    if _OTHER_BASE.fullmatch(word):
        return int(word, 0)
    if _FLOAT.fullmatch(word) and not word.lstrip("+-").isdigit():
        number = float(word)
        return number if isfinite(number) else word
    return word
