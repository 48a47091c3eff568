"""Canaries: secret values that nothing else holds, and by what they are known again, however they are written."""

from __future__ import annotations

import base64
import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 12
"""Characters of a value that are enough to know it by: no other text has them by chance, and a part of it leaks too."""

_RUN = re.compile(rb"[A-Za-z0-9]{%d,}" % PIECE)
_LETTERS = string.ascii_letters + string.digits
_UNWRAPPED = b"\0\t\n\r "
AWKWARD = "\"'\\ \\n$(id)`id`%s{{7*7}}&<b>;#:äöüß€"
"""Stands in the middle of values: what shells, YAML, JSON, SQL, HTML and formats of texts trip over."""


@dataclass(frozen=True, slots=True)
class Canary:
    """`name`: `town/name` of a secret, or what key it is."""

    name: str
    value: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The value as it is stored."""
        return self.value.decode("utf-8")

    def pieces(self) -> tuple[bytes, ...]:
        """Parts by which it is known: begin and end of what it has in longer runs of letters and digits, which every
        way of writing leaves as they are; of a value that has none (a key) some bytes here and there."""
        runs = [match.group() for match in _RUN.finditer(self.value)]
        if not runs:
            return tuple(self.value[at : at + PIECE] for at in range(0, len(self.value) - PIECE + 1, PIECE - 2))
        return tuple(dict.fromkeys((runs[0][:PIECE], runs[-1][-PIECE:])))


def canary(name: str, awkward: str = AWKWARD) -> Canary:
    """A new value: two random halves with `awkward` between them."""
    return Canary(name, f"Canary-{_random()}{awkward}{_random()}".encode())


def _random() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(PIECE + 2))


def age_key(file: Path) -> Canary:
    """The private key in an age identity file."""
    (line,) = (line for line in file.read_bytes().splitlines() if line.startswith(b"AGE-SECRET-KEY-"))
    return Canary(file.name, line.removeprefix(b"AGE-SECRET-KEY-"))


def ssh_key(file: Path) -> Canary:
    """The secret half of an OpenSSH Ed25519 private key: 32 bytes, found in the file in base64 like everywhere."""
    body = base64.b64decode(b"".join(file.read_bytes().splitlines()[1:-1]))
    public = base64.b64decode(file.with_suffix(".pub").read_bytes().split()[1])[-32:]
    end = body.rindex(public)  # behind the secret half the public one stands once more (PROTOCOL.key of OpenSSH)
    return Canary(file.name, body[end - 32 : end])


@dataclass(frozen=True, slots=True)
class Sight:
    """A canary was seen. `form`: how it was written; `place`: where."""

    canary: str
    form: str
    place: str

    def __str__(self) -> str:
        return f"{self.canary}, {self.form}, in {self.place}"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Looks for canaries in anything. Line ends, blanks and NUL are looked through: what was wrapped is found too."""

    needles: tuple[tuple[str, str, bytes], ...]

    @classmethod
    def of(cls, *canaries: Canary) -> Eyes:
        """Eyes for these values."""
        for each in canaries:
            if not each.pieces():
                raise ValueError(f"{each.name} is too short to be known by anything")
        found = (
            (each.name, form, needle) for each in canaries for piece in each.pieces() for form, needle in _forms(piece)
        )
        return cls(tuple(dict.fromkeys(found)))

    def seen(self, data: bytes, place: str) -> list[Sight]:
        """Each canary in `data`, in the first form in which it is found there."""
        unwrapped = data.translate(None, _UNWRAPPED)
        lower = unwrapped.lower()
        texts = {"as it is": data, "in letters": lower, "in hex": lower, "in base64": unwrapped}
        found: dict[str, str] = {}
        for name, form, needle in self.needles:
            if name not in found and needle in texts[form]:
                found[name] = form
        return [Sight(name, form, place) for name, form in found.items()]


def _forms(piece: bytes) -> Iterator[tuple[str, bytes]]:
    """How a piece can be written, and the text that `Eyes.seen` looks it up in: letters in any case."""
    yield ("in letters", piece.lower()) if piece.isalnum() else ("as it is", piece)
    yield "in hex", piece.hex().encode()
    for offset in range(3):
        # What stands before and behind it changes the first and the last characters; those between are its own.
        whole = base64.b64encode(b"\0" * offset + piece)
        own = whole[(0, 2, 3)[offset] : len(whole.rstrip(b"=")) - (1 if (offset + len(piece)) % 3 else 0)]
        yield "in base64", own
        yield "in base64", own.translate(bytes.maketrans(b"+/", b"-_"))
