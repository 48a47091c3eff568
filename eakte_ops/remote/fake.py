"""A fleet on paper, for the tests of all rooms. Speaks the real frames, opens nothing, never sleeps."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from eakte_ops.errors import EakteError, LineLost, NameUnknown, OutputCut, TimedOut
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.types import Dialect, Offered, Phase, Reveal, Script, Shell, Target, Visit


@dataclass(frozen=True, slots=True)
class Reply:
    """What a question gives. `status` None: it runs into its limit."""

    out: bytes = b""
    status: int | None = 0
    err: bytes = b""


Scripted: TypeAlias = Reply | bytes | str | Callable[[str], Reply]
"""A reply; bytes or text are its stdout with status 0; a function is given the section's text."""


OFFERED = Offered(("curve25519-sha256",), ("ssh-ed25519",), ("aes128-gcm@openssh.com",), ("hmac-sha2-256",))


@dataclass(slots=True)
class FakeServer:
    """How a server behaves.

    `answers`: by question name. `refuses`: raised by connect. `silent_in`: the phase in which it stops talking (it
    costs the deadline, which is over at once here). `breaks_after`: the line is lost after so many answers.
    `noise`: what its profile prints before anything else.
    """

    answers: Mapping[str, Scripted] = field(default_factory=dict)
    refuses: EakteError | None = None
    silent_in: Phase | None = None
    breaks_after: int | None = None
    noise: bytes = b""
    visit: Visit = field(
        default_factory=lambda: Visit(
            login_s=0.05,
            host_key="ssh-ed25519 SHA256:fake",
            kex="curve25519-sha256",
            cipher="aes128-gcm@openssh.com",
            began=time.time(),
            offered=OFFERED,
        )
    )


class FakeFleet:
    """A `types.Connect`. `servers`: by target name; a name that is not there does not resolve.

    `asked`: (server, question) in the order of asking; `sent`: all text that a server was given.
    """

    def __init__(self, servers: Mapping[str, FakeServer] | None = None) -> None:
        self.servers = dict(servers or {})
        self.asked: list[tuple[str, str]] = []
        self.sent: dict[str, str] = {}
        self.open = 0

    def __call__(self, target: Target, deadline: float) -> FakeConnection:
        """See `types.Connect`."""
        server = self.servers.get(target.name)
        if server is None:
            raise NameUnknown(server=target.name, address=target.address)
        if server.refuses is not None:
            raise server.refuses
        if server.silent_in is not None and server.silent_in != "exchange":
            raise TimedOut(server=target.name, seconds=30, phase=server.silent_in)
        self.open += 1
        return FakeConnection(self, target, server)

    @staticmethod
    def shell_for(dialect: Dialect) -> Shell:
        """Both dialects: here a Windows server can be asked."""
        return Posix() if dialect == "posix" else PlayedPowerShell()


class PlayedPowerShell(Posix):
    """Asks with the texts for PowerShell, in frames that only FakeConnection understands."""

    dialect: Dialect = "powershell"

    def section(self, script: Script, reveal: Reveal) -> str:
        """Arguments and secrets as a PowerShell script would get them: readable in tests, run by nobody."""
        given = [f"${variable} = '{reveal(name)}'" for variable, name in script.secrets.items()]
        return "\n".join([*given, f"# args: {script.args!r}", script.text["powershell"]])


class FakeConnection:
    """See `types.Connection`."""

    def __init__(self, fleet: FakeFleet, target: Target, server: FakeServer) -> None:
        self.target = target
        self.visit = server.visit
        self._fleet = fleet
        self._server = server
        self._closed = False

    def talk(self, stdin: bytes, *, deadline: float, cap: int) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        """See `types.Connection`."""
        text = _unwrapped(stdin)
        self._fleet.sent[self.target.name] = self._fleet.sent.get(self.target.name, "") + text
        taken = 0
        for stream, data in self._play(text):
            taken += len(data)
            if taken > cap:
                raise OutputCut("", server=self.target.name, command="the exchange", code=0, cap=cap)
            yield stream, data

    def _play(self, text: str) -> Iterator[tuple[Literal["out", "err"], bytes]]:
        name = self.target.name
        if self._server.noise:
            yield "out", self._server.noise
        if self._server.silent_in == "exchange":
            raise TimedOut(server=name, seconds=30, phase="exchange")
        marker = _MARKER.search(text)
        assert marker is not None
        for count, call in enumerate(_CALL.finditer(text)):
            number, out_cap, err_cap, section, question = call.groups()
            if count == self._server.breaks_after:
                raise LineLost(server=name, phase="exchange")
            self._fleet.asked.append((name, question))
            reply = self._reply(question, section.replace("'\\''", "'"))
            mark = marker[1]
            yield "out", f"{mark}<{number}\n".encode() + reply.out[: int(out_cap)]
            yield "err", f"{mark}<{number}\n".encode() + reply.err[: int(err_cap)] + f"{mark}>{number}\n".encode()
            yield "out", f"{mark}>{number} {'killed' if reply.status is None else reply.status}\n".encode()

    def _reply(self, question: str, section: str) -> Reply:
        scripted = self._server.answers[question]
        if isinstance(scripted, Reply):
            return scripted
        if callable(scripted):
            return scripted(section)
        return Reply(scripted.encode() if isinstance(scripted, str) else scripted)

    def close(self) -> None:
        """See `types.Connection`."""
        if not self._closed:
            self._closed = True
            self._fleet.open -= 1
            self.visit = replace(self.visit, ended=time.time())


_MARKER = re.compile(r"^m='([0-9a-f]+)'$", re.MULTILINE)
_CALL = re.compile(r"^ask (\d+) \d+ (\d+) (\d+) '((?:[^']|'\\'')*)' # (.*)$", re.MULTILINE)
_WRAPPED = re.compile(rb"main\(\) \{ eval \"\$\(printf %b '([^']*)'\)\"; \}; main </dev/null; exit\n\Z")
_ESCAPE = re.compile(r"\\(n|\\|0047)")


def _unwrapped(stdin: bytes) -> str:
    """The text inside the one line of `posix.wrap`."""
    found = _WRAPPED.match(stdin)
    if found is None:
        raise ValueError("this is no text of an exchange")
    signs = {"n": "\n", "\\": "\\", "0047": "'"}
    return _ESCAPE.sub(lambda escape: signs[escape[1]], found[1].decode())


def questions_of(sent: str) -> Sequence[str]:
    """The names of the questions in a text that was sent (`FakeFleet.sent`)."""
    return [call[5] for call in _CALL.finditer(sent)]
