"""One value more, or another one, in the text of a YAML file: everything else stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from eakte_ops.inventory.plain import says
from eakte_ops.yamltext import Document, Path, read
from eakte_ops.yamltext.scalars import resolve

Said: TypeAlias = int | float | str | bool

_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\n]|\'\')*\'')
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")


def with_values(text: str, path: Path, values: Mapping[str, Said]) -> str | None:
    """The text of a file that says `values` in the mapping at `path`; None where that is no small insertion.

    What is not there on the way is made. The result was read again: it says exactly this, and else what it said.
    """
    for name, value in values.items():
        now = read(text, "")
        if now.mistakes or not isinstance(now.data, dict):
            return None
        wanted = _said_also(now.data, (*path, name), value)
        right = (changed for changed in _ways(text, now, (*path, name), value) if _says(changed, wanted))
        found = next(right, None)
        if found is None:
            return None
        text = found
    return text


def _says(text: str, wanted: object) -> bool:
    document = read(text, "")
    return not document.mistakes and document.data == wanted


def _ways(text: str, document: Document, path: Path, value: Said) -> Iterator[str]:
    """Changes that may be right; the nicest comes first."""
    if says(document.data, path):
        yield from _other_word(text, document, path, value)
        return
    there = next(length for length in range(len(path) - 1, -1, -1) if says(document.data, path[:length]))
    first, *below = path[there:]
    if any(isinstance(step, int) for step in path[there:]):
        return
    words = scalar(value)
    for each in reversed(below):
        words = f"{{{key(each)}: {words}}}"
    yield from _one_more(text, document, path[:there], f"{key(first)}: {words}")


def _other_word(text: str, document: Document, path: Path, value: Said) -> Iterator[str]:
    """Another scalar in place of the one at `path`, if that stands on one line."""
    at = _offset(text, *document.place(path))
    raw = document.raw(path)
    quoted = _QUOTED.match(text, at)
    if raw and text.startswith(raw, at):
        yield f"{text[:at]}{scalar(value)}{text[at + len(raw) :]}"
    elif raw is None and quoted:
        yield f"{text[:at]}{scalar(value)}{text[quoted.end() :]}"


def _one_more(text: str, document: Document, path: Path, entry: str) -> Iterator[str]:
    """One entry more in the mapping at `path`: behind its bracket, or in a line of its own."""
    line, column = document.place(path)
    at = _offset(text, line, column)
    end = "\r\n" if "\r\n" in text else "\n"
    if text[at : at + 1] == "{":
        more = re.match(r"\s*\}", text[at + 1 :]) is None
        yield f"{text[: at + 1]}{entry}{', ' if more else ''}{text[at + 1 :]}"
    elif not path:
        yield f"{text if text.endswith(end) else text + end}{entry}{end}"
    else:
        keys = [document.place((*path, key), key=True)[0] for key in _keys(document.data, path)]
        # Below the key that the mapping belongs to, so that no comment loses its entry; in a list below the first key.
        for below in (document.place(path, key=True)[0] + 1, *keys[1:2]):
            if below <= text.count("\n") + 1:
                begin = _offset(text, below, 1)
                yield f"{text[:begin]}{' ' * (column - 1)}{entry}{end}{text[begin:]}"


def _keys(data: Any, path: Path) -> list[str]:
    for step in path:
        data = data[step]
    return list(data) if isinstance(data, dict) else []


def _offset(text: str, line: int, column: int) -> int:
    """Where in `text` a place is; both count from 1."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at + column - 1


def scalar(value: Said) -> str:
    """A value as one writes it in these files: text in quotes."""
    return json.dumps(value, ensure_ascii=False)


def key(step: str | int) -> str:
    """A key as one writes it."""
    word = str(step)
    return word if _KEY.fullmatch(word) and isinstance(resolve(word), str) else scalar(word)


def _said_also(data: object, path: Path, value: Said) -> object:
    """The data with one value more."""
    if not path:
        return value
    first, *rest = path
    if isinstance(data, list) and isinstance(first, int):
        return [_said_also(each, tuple(rest), value) if at == first else each for at, each in enumerate(data)]
    known = data if isinstance(data, dict) else {}
    return {**known, str(first): _said_also(known.get(str(first)), tuple(rest), value)}
