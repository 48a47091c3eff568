"""What a server says is hostile text: bounded, decoded and freed of everything that moves a terminal."""

from __future__ import annotations

import re
import unicodedata

# ECMA-48: OSC, DCS, SOS, PM and APC strings up to their terminator; CSI sequences; any other two-character escape.
_SEQUENCES = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
_KEPT = "\n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def text(raw: bytes, limit: int = 65_536) -> str:
    """At most `limit` bytes of `raw` as printable text.

    UTF-8 with replacement characters; escape sequences, control and format characters (bidirectional controls and
    zero-width signs among them) are removed, tabs and newlines kept, `\\r\\n` and `\\r` become `\\n`.
    """
    said = raw[:limit].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if said.isascii() and said.isprintable():
        return said
    said = _SEQUENCES.sub("", said)
    return "".join(sign for sign in said if sign in _KEPT or unicodedata.category(sign) not in _HIDDEN)


def line(raw: bytes | str, limit: int = 300) -> str:
    """`raw` as one line for messages: cleaned, blanks and line breaks folded, at most `limit` characters."""
    data = raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace")
    said = " ".join(text(data, limit * 4).split())
    return said if len(said) <= limit else said[: limit - 1] + "…"
