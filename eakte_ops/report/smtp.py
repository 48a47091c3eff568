"""By mail: one connection for each, encrypted, with an end of its own however slowly the server goes on talking."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from eakte_ops.errors import EakteError
from eakte_ops.report.ways import NotSent
from eakte_ops.secret.scrub import SCRUBBER

if TYPE_CHECKING:
    from eakte_ops.inventory.settings import MailSettings
    from eakte_ops.report.queue import Claimed
    from eakte_ops.secret.value import Secret

_BEHIND_S = 5.0
"""A wait for one answer ends so long after the connection is cut: never, unless the cut does not wake it."""
_MOST_SAID = 256 * 1024
"""Bytes that a server may say."""
_CLOSING = 421
"""The server takes nothing more for now (RFC 5321, 4.2.3)."""


@dataclass(frozen=True, slots=True)
class ByMail:
    """A mail server. `folder`: the operations folder; `password` is asked for when the server wants it."""

    said: MailSettings
    folder: Path
    password: Callable[[str], Secret]

    @property
    def seconds(self) -> float:
        """In all, from the first connection to the server's last word."""
        return self.said.timeout_seconds

    def __call__(self, claimed: Claimed) -> None:
        """Hand the mail over on a connection of its own. Raises NotSent."""
        try:
            with self._open() as server:
                self._log_in(server)
                server.sendmail(self.said.sender, [claimed.message.address], claimed.content)
        except (OSError, EakteError, smtplib.SMTPException, _TimeIsUp) as problem:
            raise self._not_sent(problem) from None

    def _not_sent(self, problem: Exception) -> NotSent:
        """The sentence, and whether another mail would fare no better. What a server says about a login is not
        repeated: it may hold what was sent to it."""
        down = True
        match problem:
            case smtplib.SMTPRecipientsRefused():
                code, words = next(iter(problem.recipients.values()))
                said, down = f"says {code} {_decoded(words)}", code == _CLOSING
            case smtplib.SMTPAuthenticationError():
                said = f"does not accept the login ({problem.smtp_code})"
            case smtplib.SMTPResponseException():
                said = f"says {problem.smtp_code} {_decoded(problem.smtp_error)}"
                down = problem.smtp_code == _CLOSING or not isinstance(problem, smtplib.SMTPDataError)
            case smtplib.SMTPNotSupportedError():
                said = f"does not offer what is needed: {problem}"
            case ssl.SSLCertVerificationError():
                said = f"shows a certificate that is not accepted: {problem.verify_message}"
            case TimeoutError() | _TimeIsUp():
                said = f"gave no answer within {self.seconds:g} s"
            case EakteError():
                said = f"was not asked, the password can not be opened: {problem}"
            case _:
                why = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
                said = f"can not be used: {why}"
        return NotSent(f"the mail server {said}", way_down=down)

    @contextmanager
    def _open(self) -> Iterator[smtplib.SMTP]:
        """A connection that is cut when its time is up, however slowly the server goes on talking."""
        until = time.monotonic() + self.seconds
        server = self._connection(until)
        cut = threading.Event()

        def at_the_end() -> None:
            cut.set()
            _cut(server)

        alarm = threading.Timer(max(0.0, until - time.monotonic()), at_the_end)
        alarm.daemon = True
        alarm.start()
        try:
            self._greet(server)
            yield server
            with suppress(OSError, smtplib.SMTPException):  # the mail was taken: how the server says goodbye is its own
                server.quit()
        except (OSError, smtplib.SMTPException) as problem:
            if cut.is_set() or time.monotonic() >= until:
                raise _TimeIsUp from problem
            raise
        finally:
            alarm.cancel()
            _let_go(server)

    def _connection(self, until: float) -> _Smtp | _SmtpTls:
        name = socket.gethostname()  # not getfqdn, which asks name servers
        if self.said.tls == "implicit":
            server: _Smtp | _SmtpTls = _SmtpTls(name, _left(until), self._context())
        else:
            server = _Smtp(name, _left(until))
        server.until = until
        server._host = self.said.host  # the name that the certificate has to bear
        return server

    def _greet(self, server: smtplib.SMTP) -> None:
        code, said = server.connect(self.said.host, self.said.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        if self.said.tls == "starttls":
            server.starttls(context=self._context())

    def _context(self) -> ssl.SSLContext:
        file = str(self.folder / Path(self.said.ca).expanduser()) if self.said.ca else None
        try:
            context = ssl.create_default_context(cafile=file)
        except OSError as problem:
            raise NotSent(f"the CA file {file} can not be used: {problem.strerror or problem}", way_down=True) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self.said.secret is None:
            return
        secret = self.password(self.said.secret)
        value = secret.reveal()
        # The form in which it travels is scrubbed as well.
        SCRUBBER.add(secret.name, base64.b64encode(f"\0{self.said.user}\0{value}".encode()).decode())
        server.login(_Utf8(self.said.user), _Utf8(value))


class _Utf8(str):
    """A login as smtplib sends it: in UTF-8 (RFC 4616, 2), where smtplib knows ASCII alone."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """In UTF-8, whatever is asked for."""
        return super().encode("utf-8", errors)


class _TimeIsUp(Exception):
    """The connection was cut by us."""


class _Bounded:
    """What the server says on one connection, as smtplib reads it; one that does not stop talking is cut off."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file = file
        self._left = left

    def readline(self, size: int) -> bytes:
        """One line. Raises ConnectionError."""
        line = self._file.readline(size)
        self._left -= len(line)
        if self._left < 0:
            raise ConnectionError("it says more than belongs into a mail's dialogue")
        return line

    def close(self) -> None:
        """As the file."""
        self._file.close()


class _Listening(smtplib.SMTP):
    """Reads answers of the server up to `_MOST_SAID` bytes before and after the encryption."""

    def auth_plain(self, challenge: Any = None) -> str:
        """As smtplib."""
        return _Utf8(super().auth_plain(challenge))

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib, which would keep whatever comes until there is no memory left."""
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"), _MOST_SAID)
        return super().getreply()


class _Smtp(_Listening):
    """A client whose connecting ends in time, over all addresses of the name together.

    `wire`: the connection below any encryption, by which it can be cut from another thread.
    """

    until: float
    _host: str
    wire: socket.socket | None = None

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(local_hostname=name, timeout=seconds)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        raw = _connected(host, port, self.until)
        self.wire = raw.dup()
        return raw


class _SmtpTls(_Listening, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    until: float
    _host: str
    wire: socket.socket | None = None

    def __init__(self, name: str, seconds: float, context: ssl.SSLContext) -> None:
        self._checked = context
        super().__init__(local_hostname=name, timeout=seconds, context=context)

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        raw = _connected(host, port, self.until)
        self.wire = raw.dup()
        return self._checked.wrap_socket(raw, server_hostname=self._host)


def _connected(host: str, port: int, until: float) -> socket.socket:
    problem: OSError = TimeoutError()
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(_left(until))
            opened.connect(address)
            opened.settimeout(_left(until) + _BEHIND_S)
        except OSError as failed:
            opened.close()
            problem = failed
            continue
        return opened
    raise problem


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cut(server: _Smtp | _SmtpTls) -> None:
    """Wake whoever waits for this connection."""
    if server.wire is not None:
        with suppress(OSError):
            server.wire.shutdown(socket.SHUT_RDWR)


def _let_go(server: _Smtp | _SmtpTls) -> None:
    server.close()
    if server.wire is not None:
        server.wire.close()


def _decoded(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
