"""The second net under the type: values that were revealed are replaced by their name wherever text leaves us."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

_SHORTEST = 6
"""Shorter pieces are left: replacing every `a` would hide nothing and garble everything."""

_RUN = re.compile("[A-Za-z0-9]{12,}")
"""So long a run of letters and digits of a value is known by itself: whatever quotes and escapes the rest, it stays."""


class Scrubber:
    """Knows the revealed values of this process, in memory only."""

    def __init__(self) -> None:
        self._forms: dict[str, str] = {}
        self._changing = threading.Lock()

    def add(self, name: str, value: str) -> None:
        """From now on `clean` replaces `value` by the name."""
        with self._changing:
            if value not in self._forms:
                # A new dict each time: `clean` in another thread goes on reading the old one.
                self._forms = {**self._forms, **{form: name for form in forms(value) if len(form) >= _SHORTEST}}

    def clean(self, text: str) -> str:
        """`text` with every revealed value, also encoded or one line of it, replaced by `<secret NAME>`."""
        forms = self._forms
        for form in sorted((form for form in forms if form in text), key=len, reverse=True):
            text = text.replace(form, f"<secret {forms[form]}>")
        return text


def forms(value: str) -> Iterator[str]:
    """How programs write a value: as it is, in JSON, Python, an address, base64, hexadecimal digits; its lines; its
    longer runs of letters and digits, also within base64 of more than the value."""
    raw = value.encode("utf-8", "surrogatepass")
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield quote(value, safe="", errors="replace")
    yield base64.b64encode(raw).decode()
    yield raw.hex()
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines())
    for run in _RUN.findall(value):
        yield run
        yield from _within_base64(run.encode("ascii"))


def _within_base64(raw: bytes) -> Iterator[str]:
    """The characters that stand for `raw` alone, wherever it begins: six bits each, those at its ends are shared."""
    for before in range(3):
        bits = 8 * (before + len(raw))
        yield base64.b64encode(b"\0" * before + raw).decode()[-(-8 * before // 6) : bits // 6]


SCRUBBER = Scrubber()
"""The one of this process; every place where text leaves it (cli/output, audit, reports) passes text through."""
