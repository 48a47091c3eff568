"""The values of this room. Text goes in on stdin, bytes come out; nothing here knows a town or a product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

Dialect: TypeAlias = Literal["posix", "powershell"]
Phase: TypeAlias = Literal["name", "connect", "banner", "key exchange", "login", "jump host", "exchange"]


@dataclass(frozen=True, slots=True)
class Script:
    """Text of a NAME.sh / NAME.ps1 file. `args` arrive as $1, $2, ...; `secrets` as variables of this one section.

    `secrets` maps a variable to the NAME of a secret; the value is resolved by the caller's `reveal` at the last
    moment and travels on stdin only, never in an argument list.
    """

    text: Mapping[Dialect, str]
    args: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One section of an exchange. `limit`: seconds until it is killed; `cap`: bytes of stdout kept."""

    name: str
    script: Script
    limit: float = 5.0
    cap: int = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gave. `status` None: there is none, and `why` says in a few words why not
    ("killed at its limit of 5 s", "time budget used up", "line lost", "not asked: no powershell text")."""

    question: str
    status: int | None
    out: bytes = b""
    err: bytes = b""
    cut: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """All this room knows of a server.

    `address` "" and `identity` None leave the choice to ~/.ssh/config and the agent. `known_hosts` is the town's own
    OpenSSH file, the only source of trust. `via` is the jump host, itself a Target with its own keys in that file.
    """

    name: str
    address: str
    user: str
    known_hosts: Path
    port: int = 22
    dialect: Dialect = "posix"
    identity: Path | None = None
    via: Target | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """The algorithms a server offers, by its own words (RFC 4253, 7.1): bounded and cleaned, pseudo names left out.

    Ciphers and MACs of both directions. All empty: not known (there was no key exchange).
    """

    key_exchanges: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """What the connection itself showed, which no script can read. Times of day are Unix seconds of this machine."""

    login_s: float
    host_key: str  # "ssh-ed25519 SHA256:..."
    kex: str
    cipher: str
    began: float
    ended: float = 0.0
    offered: Offered = Offered()


class Connection(Protocol):
    """Transport: one method, one contract suite for every implementation (paramiko, fake)."""

    visit: Visit

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        """Run the dialect's constant command, send `stdin`, yield output as it comes.

        `deadline`: monotonic seconds. `cap`: bytes of both streams, after which OutputCut is raised. Raises
        Unreachable subclasses. The caller may stop iterating at any time; the channel is closed then.
        """
        ...

    def close(self) -> None:
        """Give everything back; never raises, may be called twice."""
        ...


Connect: TypeAlias = Callable[[Target, float], Connection]
"""`connect(target, deadline)`; deadline in monotonic seconds. Raises Unreachable subclasses."""

Reveal: TypeAlias = Callable[[str], str]
"""Gives the value of a secret by its name, for the town at hand."""


class Shell(Protocol):
    """Dialect. Pure: composes text and reads frames back; opens nothing."""

    dialect: Dialect

    def ask(self, questions: Sequence[Question], marker: str, budget: float, reveal: Reveal) -> bytes:
        """The whole text of an exchange. `marker`: random, per exchange; `budget`: seconds for all sections."""
        ...

    def read(
        self,
        stream: Iterable[tuple[Literal["out", "err"], bytes]],
        questions: Sequence[Question],
        marker: str,
    ) -> Iterator[Answer]:
        """Answers as their frames are complete; every question is answered exactly once, in order."""
        ...
