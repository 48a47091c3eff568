"""The values that are remembered, as the rest of the program sees them. Times are Unix seconds of the operations host.

Nothing here needs the inventory or the checks: whoever only reads (status, digest, findings) starts in a blink.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.health.types import Identity, Language, Owner, Verdict

Kind: TypeAlias = Literal["full", "light"]
How: TypeAlias = Literal["well", "gone"]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a finding says in one language, filled in when it was last seen. `clerks`: "" where they notice nothing."""

    title: str
    said: str
    todo: str
    clerks: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody has taken a finding on. `who`: "" once the name was deleted for age. `until`: then it is told again."""

    who: str
    why: str
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Known:
    """A finding. `id` is what people type. `began`: the first bad look in a row; `opened`: when it became a finding.

    `seen`: the last look that showed it; `unsure`: a later look that could not tell, None if there is none.
    `ended`: None while it is open; `how`: it is well again, or its server, town or check is gone.
    `cause`: the finding whose mere consequence it is now, by identity; such a one is not told by itself.
    """

    id: int
    town: str
    server: str
    check: str
    subject: str
    owner: Owner
    verdict: Verdict
    began: float
    opened: float
    seen: float
    unsure: float | None
    ended: float | None
    how: How | None
    cause: Identity | None
    text: Mapping[Language, Wording]
    values: Mapping[str, Any] = field(default_factory=dict)
    ack: Ack | None = None

    @property
    def identity(self) -> Identity:
        """Town, server, check, subject."""
        return (self.town, self.server, self.check, self.subject)

    @property
    def place(self) -> str:
        """The server, else the town, else the centre itself."""
        return self.server or self.town or "centre"

    def acknowledged(self, at: float) -> bool:
        """Whether somebody has it in hand at that moment."""
        return self.ack is not None and at < self.ack.until


@dataclass(frozen=True, slots=True)
class Change:
    """What a look did to the findings. `worse`: from warning to critical; an acknowledgement ends with it."""

    kind: Literal["opened", "worse", "better", "closed"]
    at: float
    finding: Known


WRONG_FILE = "the file of the town is wrong"
"""Why the servers of a town are missed that nobody could set out for."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A server that a sweep did not reach before its own end, and why."""

    town: str
    server: str
    why: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """`whole`: over all towns. `ended`: None while it runs, or because it was killed. `looked`: servers that
    answered."""

    id: int
    kind: Kind
    whole: bool
    began: float
    ended: float | None
    host: str
    commit: str
    servers: int
    looked: int
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, slots=True)
class TownKnown:
    """A town as it was when it was last looked at. `windows`, `availability`: plain data as in the inventory file.

    `contacts`: role -> {"mail", "phone"}. `looked`: begin of the last sweep that looked at it, None if none did.
    """

    id: str
    name: str
    language: Language
    release: str
    ring: int
    windows: Mapping[str, Any]
    availability: Mapping[str, Any]
    contacts: Mapping[str, Mapping[str, str]]
    servers: tuple[str, ...]
    looked: float | None


@dataclass(frozen=True, slots=True)
class State:
    """How a subject was judged from `since` to `until`, in `looks` looks without a change of verdict and sentence.

    `said`: the sentence of the last of these looks. `waits`: unknown, but nobody has anything to do about it yet.
    """

    town: str
    server: str
    check: str
    subject: str
    verdict: Verdict
    waits: bool
    owner: Owner
    said: Mapping[Language, str]
    since: float
    until: float
    looks: int


@dataclass(frozen=True, slots=True, order=True)
class SeriesName:
    """A figure of which there is a history."""

    server: str
    check: str
    subject: str
    figure: str
