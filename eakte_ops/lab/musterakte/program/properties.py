"""Reads a Java properties file, as java.util.Properties.load does."""

from __future__ import annotations

import re
from pathlib import Path

from . import common

_PAIR = re.compile(r"((?:\\.|[^\\=:\s])*)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|u|.)", re.DOTALL)
_CHARS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def read(path: Path) -> dict[str, str]:
    """Key -> value; StartError names the file and what is wrong with it."""
    text = common.read_text(path)
    try:
        pairs = [_PAIR.fullmatch(line) for line in _logical(text)]
        return {_plain(pair[1]): _plain(pair[2]) for pair in pairs if pair}
    except ValueError as error:  # a lone half of a character is one, too
        raise common.StartError(f"{path}: an escape \\u is none") from error


def _logical(text: str) -> list[str]:
    """The lines without comments; one that ends in an odd number of backslashes goes on in the next."""
    found: list[str] = []
    goes_on = False
    for line in re.split(r"\r\n|\r|\n", text):
        part = line.lstrip(" \t\f")
        if not goes_on and (not part or part[0] in "#!"):
            continue
        if goes_on:
            found[-1] += part
        else:
            found.append(part)
        goes_on = (len(part) - len(part.rstrip("\\"))) % 2 == 1
        if goes_on:
            found[-1] = found[-1][:-1]
    return found


def _plain(text: str) -> str:
    """Without escapes; two of them may be the halves of one character."""
    plain = _ESCAPE.sub(_unescaped, text)
    return plain.encode("utf-16-be", "surrogatepass").decode("utf-16-be")


def _unescaped(found: re.Match[str]) -> str:
    word = found[1]
    if word == "u":
        raise ValueError("four hexadecimal digits are missing")
    return chr(int(word[1:], 16)) if len(word) > 1 else _CHARS.get(word, word)
