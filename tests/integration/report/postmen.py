"""Real mail servers on loopback: one that takes mail, and some that do not behave."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "eakte", "canary-smtp-3f9d"


@dataclass(frozen=True)
class Papers:
    """A certificate for `localhost` and the CA that signed it; `other_ca`: one that did not."""

    ca: Path
    other_ca: Path
    certificate: Path
    key: Path

    @property
    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


def papers(folder: Path, name: str = "localhost") -> Papers:
    """Made by openssl, as a centre would make them."""
    for ca in ("ca", "other"):
        _openssl(
            folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=test {ca}",
            "-keyout", f"{ca}.key", "-out", f"{ca}.pem",
        )  # fmt: skip
    _openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", "mx.key", "-out", "mx.csr"
    )
    (folder / "mx.ext").write_text(f"subjectAltName=DNS:{name}\n")
    _openssl(
        folder, "x509", "-req", "-in", "mx.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "mx.ext", "-out", "mx.pem",
    )  # fmt: skip
    return Papers(folder / "ca.pem", folder / "other.pem", folder / "mx.pem", folder / "mx.key")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@dataclass
class Box:
    """What a mail server took: receivers and mails. `refuse`: receivers it does not know; `password`: of USER."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    password: str = PASSWORD

    @property
    def to(self) -> list[str]:
        return sorted(to for to, _ in self.taken)

    @property
    def idents(self) -> list[str]:
        return [str(mail["Message-ID"]) for _, mail in self.taken]

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.encrypted.append(session.ssl is not None)
        mail = message_from_bytes(envelope.content, policy=POLICY)
        self.taken += [(str(address), mail) for address in envelope.rcpt_tos]  # type: ignore[misc]
        return "250 taken"

    def authenticator(self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        login, password = data.login.decode(), data.password.decode()
        self.logins.append((login, password))
        return AuthResult(success=(login, password) == (USER, self.password), handled=False)


@contextlib.contextmanager
def mail_server(
    papers_: Papers | None,
    port: int = 0,
    *,
    login: bool = False,
    box: Box | None = None,
    without: Collection[str] = (),
) -> Iterator[tuple[Box, int]]:
    """Takes mail on 127.0.0.1, with STARTTLS where there are `papers_`, and with `login` from USER alone, but not by
    the ways `without`."""
    kept = box or Box()
    more: dict[str, Any] = {}
    if papers_ is not None:
        more |= {"tls_context": papers_.context, "require_starttls": True}
    if login:
        encrypted = papers_ is not None
        more |= {"authenticator": kept.authenticator, "auth_required": encrypted, "auth_require_tls": encrypted}
        more |= {"auth_exclude_mechanism": without}
    server = Controller(kept, hostname="127.0.0.1", port=port or free_port(), **more)
    server.start()
    try:
        yield kept, server.port
    finally:
        server.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@contextlib.contextmanager
def talking(speak: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A server that treats each caller with `speak` until the event is set; gives its port."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    callers: list[threading.Thread] = []

    def one(caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            speak(caller, over)

    def serve() -> None:
        while not over.is_set():
            try:
                caller, _ = listener.accept()
            except TimeoutError:
                continue
            callers.append(threading.Thread(target=one, args=(caller,)))
            callers[-1].start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        thread.join()
        for each in callers:
            each.join()
        listener.close()


def says_nothing(_caller: socket.socket, over: threading.Event) -> None:
    """Accepts and never answers."""
    over.wait()


def drips(caller: socket.socket, over: threading.Event) -> None:
    """Goes on talking, a character at a time, and never comes to the end of the line."""
    while not over.wait(0.05):
        caller.sendall(b"2")


def never_ends_its_greeting(caller: socket.socket, over: threading.Event) -> None:
    """Sends line after line of one greeting, as fast as they are read."""
    lines = (b"220-" + b"x" * 4000 + b"\r\n") * 50
    while not over.is_set():
        caller.sendall(lines)


def drips_in_the_handshake(caller: socket.socket, over: threading.Event) -> None:
    """Behaves until STARTTLS, then sends the encrypted greeting a character at a time."""
    caller.sendall(b"220 hello\r\n")
    caller.recv(1000)
    caller.sendall(b"250-hello\r\n250 STARTTLS\r\n")
    caller.recv(1000)
    caller.sendall(b"220 go ahead\r\n")
    caller.recv(4000)
    caller.sendall(b"\x16\x03\x03\x40\x00")
    while not over.wait(0.05):
        caller.sendall(b"\x02")


def no_encryption(caller: socket.socket, over: threading.Event) -> None:
    """A server, or somebody in between, that does not offer STARTTLS."""
    caller.sendall(b"220 hello\r\n")
    while not over.is_set() and (line := caller.recv(1000)):
        caller.sendall(b"250 hello\r\n" if line[:4].upper() in (b"EHLO", b"HELO") else b"250 as you like\r\n")
