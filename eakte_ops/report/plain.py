"""Text that a server may have had a hand in, made fit for a mail: one line, bounded, nothing that steers a reader."""

from __future__ import annotations

import re
import unicodedata

_SPACES = frozenset({"Zs", "Zl", "Zp"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS_IN_A_ROW = 2
_STAND_IN = "\ufffd"

# Mail programs make links of addresses by themselves. Those of the machine itself stand in our own next steps.
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15})://(?!(?:127\.0\.0\.1|localhost)(?:[:/][^@]*)?(?:[\s,;)]|$))")
_WWW = re.compile(r"(?i)\bwww\.")


def plain(text: str, longest: int = 300) -> str:
    """`text` as one line of at most `longest` characters.

    Line ends and runs of spaces become a space; control, bidirectional and other unseen characters a stand-in; more
    than two combining marks in a row are dropped; addresses of the web are broken so that nobody can click on them.
    """
    kept: list[str] = []
    marks = 0
    for character in text[: longest * 4]:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        if kind in _SPACES or character in "\t\n\r\v\f":
            kept.append(" ")
        elif kind in _UNSEEN:
            kept.append(_STAND_IN)
        else:
            kept.append(character)
    line = re.sub(f"{_STAND_IN}+", _STAND_IN, " ".join("".join(kept).split()))
    line = _WWW.sub("www[.]", _SCHEME.sub(r"\1[:]//", line))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
