"""Faults in what was seen of servers, on the way to them and on them, and of those who hear of them."""

from __future__ import annotations

import base64
import shlex
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext

from eakte_ops.lab.keys import NIGHT
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.scenarios.catalogue import SCENARIOS
from eakte_ops.lab.towns import host_named
from tests.canary.desk import Desk
from tests.canary.faults import NOT_WELL, Fault, Try, changed, file_at, folder_at, mistake, nothing
from tests.canary.faults_centre import mistyped
from tests.canary.folder import SERVER, TOWN, mangled, ssh_pair
from tests.canary.installed import forget, install
from tests.integration.report.postmen import Box, free_port, mail_server, talking

_SERVICES = "/etc/eakte/service-manager/config/application-prod.yml"
_GATEWAY = "/etc/eakte/gateway/config/application-prod.yml"


def _morning(desk: Desk) -> AbstractContextManager[object]:
    """The digests of this morning were not made yet."""
    with closing(sqlite3.connect(desk.folder / "state/store.db")) as store, store:
        store.execute("DELETE FROM digest")
    return nullcontext()


def _mail(desk: Desk, port: int) -> AbstractContextManager[object]:
    """The mail server is another one."""
    _morning(desk)
    settings = desk.folder / "eakte-ops.yml"
    return changed(settings, lambda text: text.replace(f"port: {desk.known['mail']}", f"port: {port}"))


def _echo(caller: socket.socket, over: threading.Event) -> None:
    """A mail server that repeats the login in its refusals: as it came, and in clear text."""
    heard = b""
    caller.sendall(b"220 hello\r\n")
    while not over.is_set() and (line := caller.recv(4096).strip()):
        word = line.split()[0].upper()
        if word == b"EHLO":
            caller.sendall(b"250-hello\r\n250 AUTH PLAIN\r\n")
        elif word == b"AUTH":
            heard = line + b" " + base64.b64decode(line.split()[-1]).rpartition(b"\0")[2]
            caller.sendall(b"235 welcome\r\n")
        else:
            caller.sendall(b"550 you said " + heard + b"\r\n")


@contextmanager
def _repeating(desk: Desk) -> Iterator[None]:
    with talking(_echo) as port, _mail(desk, port):
        yield


@contextmanager
def _refusing(desk: Desk) -> Iterator[None]:
    with mail_server(None, login=True, box=Box(password="another")) as (_box, port), _mail(desk, port):
        yield


def _no_mail(desk: Desk) -> AbstractContextManager[object]:
    return _mail(desk, free_port())


def _login(desk: Desk, name: str) -> AbstractContextManager[object]:
    settings = desk.folder / "eakte-ops.yml"
    return changed(
        settings, lambda text: text.replace("keys/night", f"keys/{name}").replace("keys/centre-admin", f"keys/{name}")
    )


def _stranger(desk: Desk) -> AbstractContextManager[object]:
    """The servers know none of our keys."""
    if not (desk.folder / "keys/stranger").exists():
        ssh_pair(desk.folder / "keys/stranger")
    return _login(desk, "stranger")


def _mistyped_login(desk: Desk) -> AbstractContextManager[object]:
    return _login(desk, mangled(desk.folder / f"keys/{NIGHT}", desk.folder / "keys/login-mistyped").name)


@contextmanager
def _nobody_there(desk: Desk) -> Iterator[None]:
    """The address of the server is one where none is, and we are not patient."""
    town, settings = desk.folder / f"inventories/{TOWN}.yml", desk.folder / "eakte-ops.yml"
    with (
        changed(town, lambda text: text.replace("address: 192.0.2.42", "address: 192.0.2.43")),
        changed(settings, lambda text: text.replace("server_seconds: 30", "server_seconds: 2")),
    ):
        yield


@contextmanager
def _no_password(desk: Desk) -> Iterator[None]:
    sealed = desk.folder / f"inventories/{TOWN}.secrets/osrest-password.age"
    kept = sealed.rename(sealed.with_suffix(".gone"))
    try:
        yield
    finally:
        kept.rename(sealed)


@contextmanager
def _of_two_lines(desk: Desk) -> Iterator[None]:
    """A password that a file which takes one line can not carry."""
    desk.type("secret set {town} elastic-password", ends=(0,), stdin="centre/hook-key")
    try:
        yield
    finally:
        desk.type("secret set {town} elastic-password", ends=(0,), stdin=f"{TOWN}/elastic-password")


@contextmanager
def _by_hand(desk: Desk) -> Iterator[None]:
    """Somebody changed a password in a file on the server, and wrote one into a file that all may read there."""
    local_it = LocalIT(Places(), host_named(SERVER))
    services, gateway = (local_it.script(f"cat {path}") for path in (_SERVICES, _GATEWAY))
    password = next(line for line in services.splitlines() if line.startswith("  password: "))
    other = f"  password: '{desk.canaries['changed by hand'].text}'"
    _write(local_it, _SERVICES, services.replace(password, other))
    _write(local_it, _GATEWAY, f"{gateway}spring:\n  datasource:\n    password: {desk.canaries['put there'].text}\n")
    try:
        yield
    finally:
        _write(local_it, _SERVICES, services)
        _write(local_it, _GATEWAY, gateway)
        install(desk)


@contextmanager
def _not_installed(desk: Desk) -> Iterator[None]:
    forget()
    try:
        yield
    finally:
        install(desk)


def _write(local_it: LocalIT, path: str, text: str) -> None:
    """In its place, so that owner and mode stay."""
    local_it.script(f"printf %s {shlex.quote(text)} >{path}")


def _broken(scenario: str) -> Fault:
    """A fault of the lab, seen by a sweep that makes the round trip and tells by mail and hook what is critical."""

    @contextmanager
    def plant(desk: Desk) -> Iterator[None]:
        desk.type(f"lab break {scenario} --server {SERVER}", ends=(0,))
        try:
            yield
        finally:
            desk.type(f"lab mend {scenario} --server {SERVER}", ends=(0,))

    page = "digests show --html {out}/" + f"{scenario}.html"
    words = ("sweep {town}", "digests send", page, "findings list --all --json")
    tries = tuple(Try(each, (0, 1, 3)) for each in words)
    return Fault(f"lab: {scenario}", plant, tries, "servers", 2 if scenario == "service-down" else 0)


_SEND = (Try("--debug digests send", (1,)), Try("--debug digests list --json", (1,)))
_LOOK = (
    Try("--debug sweep {town}"),
    Try("--debug health {town} --json"),
    Try("--debug access check {town}"),
    Try("--debug config diff {town}"),
)
_COMPARE = (
    Try("--debug config diff {town}", (1,)),
    Try("--debug config adopt {town} service-manager/application-prod.yml", (0,)),  # a secret stays a name
    Try("--debug config adopt {town} gateway/application-prod.yml", (7,)),
    Try("--debug config diff {town} --json", (1,)),
    Try("--debug configs drift {town}", (1,)),
    Try("--debug sweep {town}", (1,)),
)

FAULTS = (
    Fault(
        "a store of garbage",
        file_at("state/store.db", b"no store " * 2000),
        (Try("--debug digests send"), Try("--debug status")),
        "memory",
        1,
    ),
    Fault(
        "a folder as store",
        folder_at("state/store.db"),
        (Try("--debug store check"), Try("--debug findings list"), Try("--debug sweep {town}")),
        "memory",
        1,
    ),
    Fault("a mail server that refuses us", _refusing, _SEND, "memory"),
    Fault("a mail server that repeats what it hears", _repeating, _SEND, "memory"),
    Fault("no mail server", _no_mail, _SEND, "memory", 0),
    Fault(
        "mistakes of the program while sending",
        _morning,
        (
            mistake("smtplib:SMTP.auth_plain", "--debug digests send"),
            mistake("smtplib:SMTP.docmd", "--debug digests send"),
        ),
        "memory",
        1,
    ),
    Fault("servers that do not know us", _stranger, _LOOK, "servers", 1),
    Fault("a night key with a typing mistake", _mistyped_login, _LOOK, "servers", 1),
    Fault("a server that is not there", _nobody_there, _LOOK, "servers", 1),
    Fault("a password that was never set", _no_password, (*_LOOK[:2], _LOOK[3]), "servers", 1),
    Fault("no identity for the round trip", mistyped, (*_LOOK[:2], _LOOK[3]), "servers", 1),
    Fault("a password of two lines", _of_two_lines, (Try("--debug config diff {town}"),), "servers"),
    Fault("passwords that were changed on the server", _by_hand, _COMPARE, "servers", 3),
    Fault(
        "Ctrl-C during a look",
        nothing,
        tuple(
            Try(words, (0, 1, 3, 130), {"interrupted": after})
            for after in (0.8, 0.6, 1.2)
            for words in ("--debug sweep {town}", "--debug config diff {town}", "--debug health {town}")
        ),
        "servers",
        2,
    ),
    Fault(
        "mistakes of the program during a look",
        nothing,
        (
            mistake("eakte_ops.remote.session:SshConnection.talk", "--debug sweep {town}", ends=(3,)),
            mistake("eakte_ops.config.withhold:_written", "--debug config diff {town}", ends=NOT_WELL),
            mistake("eakte_ops.remote.posix:wrap", "--debug health {town}", ends=(3,)),
            mistake("eakte_ops.remote.session:SshConnection.talk", "--debug config diff {town}", ends=NOT_WELL),
            mistake("eakte_ops.remote.tails:read", "--debug logs {town} service-manager"),
            mistake(
                "eakte_ops.remote.typed:Lines.carry_out",
                "--debug shell {server} --why watched",
                stdin=f"{TOWN}/database-password",
            ),
        ),
        "servers",
        2,
    ),
    Fault(
        "mistakes of the program while a town is installed",
        _not_installed,
        (
            mistake("eakte_ops.config.place:base64.encodebytes", "--debug lab up {town}", ends=NOT_WELL),
            mistake("eakte_ops.remote.session:SshConnection.talk", "--debug lab up {town}", ends=NOT_WELL),
            Try("--debug lab up {town}", (130,), {"interrupted": 2.0}),
        ),
        "servers",
        0,
    ),
    *map(_broken, SCENARIOS),
)
