"""Comparing versions as Debian does (deb-version(7)): epoch, upstream version, revision. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest

_PARTS = re.compile(r"([^0-9]*)([0-9]*)", re.ASCII)
_EPOCH = re.compile(r"([0-9]{1,9}):", re.ASCII)


@lru_cache(maxsize=1024)  # many servers have the same software
def older(one: str, other: str) -> bool:
    """Whether `one` is older than `other`."""
    return _key(one) < _key(other)


def _key(version: str) -> tuple[int, _Part, _Part]:
    found = _EPOCH.match(version)
    rest = version[found.end() :] if found else version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return (int(found[1]) if found else 0, _Part(upstream), _Part(revision))


class _Part:
    """Text and numbers in turn: text by characters, `~` before the end and letters before all others."""

    def __init__(self, text: str) -> None:
        self._pieces = [(words, int(number[:18] or "0")) for words, number in _PARTS.findall(text[:200])]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Part) and not self < other and not other < self

    def __hash__(self) -> int:
        return hash(tuple(self._pieces))

    def __lt__(self, other: _Part) -> bool:
        for (words, number), (words_there, number_there) in zip_longest(self._pieces, other._pieces, fillvalue=("", 0)):
            ours, theirs = _order(words), _order(words_there)
            if ours != theirs:
                return ours < theirs
            if number != number_there:
                return number < number_there
        return False


def _order(words: str) -> list[int]:
    """The end counts as 0: after `~`, before everything else."""
    return [*(-1 if sign == "~" else ord(sign) if sign.isalpha() else ord(sign) + 0x110000 for sign in words), 0]
