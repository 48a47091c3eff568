"""The error tree. The class carries exit status and message form; docs/reference/errors.md is made from it.

EakteError
├── UsageError             2   the words typed, or a file of the centre, are wrong
│   └── InvalidFile        2   all mistakes of one or more files at once
├── Unreachable            3   a server could not be reached or asked
│   ├── NameUnknown · ConnectionRefused · TimedOut · LineLost
│   ├── HostKeyUnknown · HostKeyChanged · HostKeyRevoked · AlgorithmsDiffer
│   └── AuthenticationFailed · JumpHostFailed
├── CommandFailed          3   the server was reached; what was asked there ended badly
│   └── OutputCut
├── Fault                 70   the program or this machine failed
│   └── MachineFailed · ProgramFault
├── Busy                   6   somebody else is at work
└── Refused                7   not allowed, not granted or not supported
    ├── NotSupported · IdentityUnsafe · AuditRefused
    └── SudoRefused
        └── SudoPasswordAsked · SudoRuleMissing · SudoNeedsTty
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar


class Status(IntEnum):
    """Exit statuses of every command (design.md section 6)."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    UNREACHABLE = 3
    UNDONE = 4
    DECISION = 5
    BUSY = 6
    REFUSED = 7
    FAULT = 70  # EX_SOFTWARE of sysexits.h
    INTERRUPTED = 130
    UNREAD = 141  # as a program that ends by SIGPIPE: what it found was not read to the end


_WORST_FIRST = (
    Status.FAULT,
    Status.DECISION,
    Status.UNDONE,
    Status.BUSY,
    Status.REFUSED,
    Status.UNREACHABLE,
    Status.USAGE,
    Status.FINDINGS,
)


def worst(statuses: Iterable[Status]) -> Status:
    """The status a command ends with where several hold: 70 5 4 6 7 3 2 1, else 0."""
    seen = set(statuses)
    return next((status for status in _WORST_FIRST if status in seen), Status.OK)


class EakteError(Exception):
    """Base of all errors that are told to a person.

    Subclasses set `message` and `hint`: templates over the keyword values given on construction. `place` says where
    (`inventories/witten.yml:31:7`, a server, a command line word). The sentence says the cause, the hint the way out.
    """

    status: ClassVar[Status] = Status.FINDINGS
    message: ClassVar[str] = "{said}"
    hint: ClassVar[str] = ""

    def __init__(self, said: str = "", *, place: str = "", way_out: str = "", **values: object) -> None:
        self.values = {"said": said, **values}
        self.place = place
        self.said = self.message.format(**self.values)
        self.way_out = way_out or self.hint.format(**self.values)
        super().__init__(f"{place}: {self.said}" if place else self.said)

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (type(self), self.values, self.place, self.way_out))


def _again(kind: type[EakteError], values: dict[str, Any], place: str, way_out: str) -> EakteError:
    return kind(place=place, way_out=way_out, **values)


class UsageError(EakteError):
    """The command line asks for something that does not exist or does not fit together."""

    status = Status.USAGE


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a file: `file:line:column  path: sentence`. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    path: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}  {self.path}: {self.sentence}" if self.path else f"{where}  {self.sentence}"


class InvalidFile(UsageError):
    """Files of the operations folder are wrong; carries ALL mistakes found, not only the first."""

    message = "{said}"

    def __init__(self, mistakes: Iterable[Mistake], files_read: int = 0) -> None:
        self.mistakes = tuple(sorted(mistakes))
        self.files_read = files_read
        wrong = len({mistake.file for mistake in self.mistakes})
        count = len(self.mistakes)
        of = f" of {files_read}" if files_read else ""
        super().__init__(f"{count} error{'s' * (count != 1)} in {wrong}{of} file{'s' * ((files_read or wrong) != 1)}.")

    def __reduce__(self) -> tuple[object, ...]:
        return (InvalidFile, (self.mistakes, self.files_read))


class Unreachable(EakteError):
    """A server could not be reached or did not answer in time."""

    status = Status.UNREACHABLE
    message = "{server}: {said}"


class NameUnknown(Unreachable):
    """The address is a name that does not resolve here."""

    message = '{server}: the name "{address}" does not resolve'
    hint = "look at `address` of the server in the inventory, or at name resolution of this machine"


class ConnectionRefused(Unreachable):
    """Nothing listens on the port, or the network rejects it."""

    message = "{server}: {address} port {port} refuses the connection"
    hint = "is sshd running there, is the port right, does the town's firewall let this machine in?"


class TimedOut(Unreachable):
    """A phase (connect, banner, key exchange, login, exchange) took longer than its limit in seconds."""

    message = "{server}: no answer within {seconds:g} s while waiting for: {phase}"
    hint = "the other servers were not delayed by it; ask local IT of the town whether the server is up"


class LineLost(Unreachable):
    """The connection broke during a phase."""

    message = "{server}: the connection broke during: {phase}"
    hint = "try again; if it stays, the server or the network between is failing"


class HostKeyUnknown(Unreachable):
    """The town's known_hosts file holds no key for this server; nothing was sent to it."""

    message = "{server}: shows a host key that nobody confirmed yet: {found}"
    hint = "have local IT read out the fingerprint, then: eakte-ops access accept TOWN FILE"


class HostKeyChanged(Unreachable):
    """The server shows another key than the confirmed one; nothing was sent to it."""

    message = "{server}: the host key CHANGED: confirmed {expected}, shown {found}"
    hint = "do not go on. Ask local IT by phone whether the machine was set up anew; only then accept the new key"


class HostKeyRevoked(Unreachable):
    """The server shows a key that was marked as revoked; nothing was sent to it."""

    message = "{server}: shows the REVOKED host key {found}"
    hint = "do not go on; tell local IT at once that something answers with a revoked key"


class AlgorithmsDiffer(Unreachable):
    """The server offers none of the algorithms that are allowed here."""

    message = "{server}: no common algorithm: {said}"
    hint = "local IT has to allow a current key exchange and cipher in sshd; weaker ones are not used from here"


class AuthenticationFailed(Unreachable):
    """The server did not let the account in with the key that was offered."""

    message = "{server}: does not let {user} in with the key offered ({said})"
    hint = "is the access pack installed there in this version, is the key expired? eakte-ops access who TOWN"


class JumpHostFailed(Unreachable):
    """The jump host answered, but did not open the way to the server."""

    message = "{server}: the jump host {jump} does not open the way ({said})"
    hint = "look at permitopen of our key on the jump host and at MaxStartups of its sshd"


class CommandFailed(EakteError):
    """A command on a server ended with a status that is not 0."""

    status = Status.UNREACHABLE
    message = "{server}: {command} ended with status {code}: {said}"


class OutputCut(CommandFailed):
    """A server sent more than the cap allows; what came is kept, the rest was thrown away."""

    message = "{server}: {command} sent more than {cap} bytes; the rest was thrown away"


class Busy(EakteError):
    """Somebody else holds the lock; says who, since when and why."""

    status = Status.BUSY


class Fault(EakteError):
    """Not the fault of a server, a file or the words typed."""

    status = Status.FAULT


class MachineFailed(Fault):
    """The operations host itself does not do what is needed: a full disk, missing rights on a file."""

    hint = "this concerns the machine you work on, not a town; set it right and run the command again"


class ProgramFault(Fault):
    """A mistake in this program."""

    message = "this program stumbled over itself ({kind}); that is a fault of the program, not yours"
    hint = "run the command again with --debug right after `eakte-ops` and send what it prints to whoever maintains it"


class Refused(EakteError):
    """Something is not allowed or not granted; nothing was changed."""

    status = Status.REFUSED


class NotSupported(Refused):
    """The thing is known but can not be done yet, on this platform or product."""

    message = "{said} is not supported yet"


class IdentityUnsafe(Refused):
    """A private key or identity file can be read by others."""

    message = "{file} can be read by others (mode {mode})"
    hint = "chmod 600 {file}; if others use this machine, consider the key known to them and replace it"


class AuditRefused(Refused):
    """The audit can not be read or written, so nothing was done."""

    message = "the audit {file} can not be used ({said}), so nothing was done"
    hint = "every change has to be on record first: look at the disk and the rights of that folder"


class SudoRefused(Refused):
    """sudo on a server did not carry out a command."""

    message = "{server}: sudo did not run `{command}`: {said}"
    hint = "eakte-ops access check TOWN shows what differs from the access pack"


class SudoPasswordAsked(SudoRefused):
    """sudo wants a password: the NOPASSWD rule of the access pack is not in force."""

    message = "{server}: sudo asks for a password for `{command}`; the rule of the access pack is not in force"


class SudoRuleMissing(SudoRefused):
    """No sudo rule allows this command."""

    message = "{server}: no sudo rule allows `{command}`"


class SudoNeedsTty(SudoRefused):
    """`requiretty` is set for our account."""

    message = "{server}: sudo wants a terminal (requiretty) for `{command}`"
    hint = "local IT has to add `Defaults:eakte-ops !requiretty`; the access pack does so"
