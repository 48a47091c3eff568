"""java.util.Properties.load as its documentation says it; tried against a real Java elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

_BLANKS = " \t\f"
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}


def load(text: str) -> dict[str, str]:
    """Keys and values, in UTF-16 units: a character beyond the first 65,536 is two of them."""
    found = {}
    for line in _logical(text):
        key, value = _cut(line)
        found[_unescaped(key)] = _unescaped(value)
    return found


def _logical(text: str) -> Iterator[str]:
    natural = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    waiting = ""
    for line in natural:
        stripped = line.lstrip(_BLANKS)
        if not waiting and (not stripped or stripped[0] in "#!"):
            continue
        waiting += stripped
        if (len(waiting) - len(waiting.rstrip("\\"))) % 2:
            waiting = waiting[:-1]
            continue
        yield waiting
        waiting = ""
    if waiting:
        yield waiting


def _cut(line: str) -> tuple[str, str]:
    at = 0
    while at < len(line) and line[at] not in f"{_BLANKS}=:":
        at += 2 if line[at] == "\\" else 1
    key, rest = line[:at], line[at:].lstrip(_BLANKS)
    return key, (rest[1:].lstrip(_BLANKS) if rest[:1] in ("=", ":") else rest)


def _unescaped(text: str) -> str:
    made, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            made.append(text[at])
            at += 1
        elif text[at + 1 : at + 2] == "u":
            made.append(chr(int(text[at + 2 : at + 6], 16)))
            at += 6
        else:
            made.append(_ESCAPES.get(text[at + 1 : at + 2], text[at + 1 : at + 2]))
            at += 2
    return "".join(made)
