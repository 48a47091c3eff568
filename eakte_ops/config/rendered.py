"""What rendering gives: text with named places for secrets, so that most of the program never holds one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.config.forms import FORMS
from eakte_ops.errors import Refused
from eakte_ops.secret.value import Secret

if TYPE_CHECKING:
    from eakte_ops.config.template import Template

RevealSecret: TypeAlias = Callable[[str], Secret]
"""Name of a secret of the town -> the secret. Raises UsageError or Refused."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a secret in a text. `form`: how its value is written there, a key of forms.FORMS."""

    secret: str
    form: str

    def __str__(self) -> str:
        return f"‹secret {self.secret}›"


Pieces: TypeAlias = tuple[str | Slot, ...]


def between_slots(pieces: Pieces) -> list[str]:
    """The texts before, between and behind the places of secrets, "" where there is none: one more than places."""
    parts = [""]
    for piece in pieces:
        if isinstance(piece, Slot):
            parts.append("")
        else:
            parts[-1] += piece
    return parts


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it is put on a server. `data` holds its secrets and is shown nowhere.

    `open`: everybody on the server may read it, so the night compares what it holds.
    """

    path: str
    mode: int
    data: bytes = field(repr=False)

    @property
    def open(self) -> bool:
        """Whether everybody on the server may read it."""
        return bool(self.mode & 0o004)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file for one server. `account` and `group`: whose it is there; `path`: where.

    `proposal`: it belongs to root, so local IT is asked to put it there.
    """

    town: str
    server: str
    template: Template
    path: str
    account: str
    group: str
    mode: int
    pieces: Pieces

    @property
    def proposal(self) -> bool:
        """Whether local IT has to put it there."""
        return self.template.head.owner == "root"

    @property
    def partial(self) -> bool:
        """Whether the text holds no more than what is documented of the file: it is shown, and never becomes a file."""
        return self.template.head.partial

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of the secrets it holds, sorted."""
        return tuple(sorted({piece.secret for piece in self.pieces if isinstance(piece, Slot)}))

    @property
    def confidential(self) -> bool:
        """Whether nothing of the file may be shown."""
        return self.template.head.secret

    def masked(self) -> str:
        """The text with every secret by its name."""
        return "".join(map(str, self.pieces))

    def lines(self) -> Iterator[Pieces]:
        """The text line by line, without line ends; a secret never ends a line."""
        line: list[str | Slot] = []
        for piece in self.pieces:
            if isinstance(piece, Slot):
                line.append(piece)
                continue
            *ended, last = piece.split("\n")
            for each in ended:
                yield (*line, each) if each else tuple(line)
                line = []
            if last:
                line.append(last)
        if line:
            yield tuple(line)

    def content(self, reveal: RevealSecret) -> Content:
        """The file itself. Raises UsageError for a secret that its form can not carry, and what `reveal` raises.

        Raises Refused where the template holds only a part of the file: put in place, it would take away the rest.
        """
        if self.partial:
            raise Refused(
                f"{self.template.file} holds only what is documented of {self.path}, and never becomes that file",
                way_out="take over the file of a server as a whole first: eakte-ops config adopt TOWN FILE",
            )
        text = "".join(
            FORMS[piece.form](reveal(piece.secret).reveal(), piece.secret) if isinstance(piece, Slot) else piece
            for piece in self.pieces
        )
        return Content(self.path, self.mode, text.encode())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the text with the places of secrets, as hexadecimal digits: the same text, the same value.

        It says nothing about the values of secrets; the hash of their age files does (Vault.fingerprint).
        """
        said = [[piece.secret, piece.form] if isinstance(piece, Slot) else piece for piece in self.pieces]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()
