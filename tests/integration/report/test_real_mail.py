"""Digests and alarms by a real mail server: encrypted, checked, at the latest when its time is up; nothing twice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.report import morning
from eakte_ops.report.deliver import Delivered, deliver, ways_of
from eakte_ops.secret.scrub import SCRUBBER
from eakte_ops.secret.value import Secret
from eakte_ops.store import Store
from tests.integration.report.postmen import (
    PASSWORD,
    USER,
    Box,
    Papers,
    drips,
    drips_in_the_handshake,
    free_port,
    mail_server,
    never_ends_its_greeting,
    no_encryption,
    papers,
    says_nothing,
    talking,
)
from tests.unit.memory.looks import said
from tests.unit.report.post import Post, settings

REPO = Path(__file__).parents[3]


def password(name: str) -> Secret:
    return Secret(f"centre/{name}", PASSWORD)


def said_of(port: int, signed: Papers | None, **more: Any) -> Any:
    mail = {"host": "localhost", "port": port, "sender": "eakte@centre.example", "timeout_seconds": 30.0, **more}
    if signed is not None:
        mail.setdefault("ca", str(signed.ca))
    names = ["smtp-password"] if "secret" in more else []
    return settings(mail=mail, secrets={"names": names})


def write(post: Post, said: Any) -> None:
    post.said = said
    made = morning.build(post.store, said, post.now)
    assert len(morning.put(post.store, said, made, post.now)) == 2


def send(post: Post, folder: Path, how: Callable[[str], Secret] = password) -> Delivered:
    return deliver(post.store, post.said, ways_of(post.said, folder, how), all_now=True, clock=post.clock)


def test_digests_arrive_encrypted_with_login_and_can_be_read(post: Post, signed: Papers, tmp_path: Path) -> None:
    with mail_server(signed, login=True) as (box, port):
        write(post, said_of(port, signed, user=USER, secret="smtp-password"))
        assert send(post, tmp_path).sent == 2
    assert box.to == ["betrieb@centre.example", post.town.contacts["local-it"]["mail"]]
    assert box.encrypted == [True, True]
    assert box.logins == [(USER, PASSWORD)] * 2
    mail = box.taken[0][1]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().startswith("KEIN Durchgang.")
    assert "<h1" in page.get_content()
    assert mail["From"] == "Kompetenzzentrum <eakte@centre.example>"
    assert mail["Reply-To"] == "betrieb@centre.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert max(map(len, mail.as_bytes().splitlines())) <= 998  # RFC 5322, 2.1.1


def test_encrypted_from_the_first_byte(post: Post, signed: Papers, tmp_path: Path) -> None:
    from aiosmtpd.controller import Controller

    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=free_port(), ssl_context=signed.context)
    server.start()
    try:
        write(post, said_of(server.port, signed, tls="implicit"))
        assert send(post, tmp_path).sent == 2
    finally:
        server.stop()
    assert len(box.taken) == 2


def test_without_encryption_on_this_machine_alone(post: Post, tmp_path: Path) -> None:
    with mail_server(None) as (box, port):
        write(post, said_of(port, None, tls="none", host="127.0.0.1"))
        assert send(post, tmp_path).sent == 2
    assert box.encrypted == [False, False]


@pytest.mark.parametrize("wrong", ["ca", "machine", "name"])
def test_a_certificate_that_is_not_right_is_refused(
    post: Post, signed: Papers, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, wrong: str
) -> None:
    shown = papers(tmp_path_factory.mktemp("other"), "mx.elsewhere.example") if wrong == "name" else signed
    ca = {"ca": str(signed.other_ca), "machine": "", "name": str(shown.ca)}[wrong]
    with mail_server(shown) as (box, port):
        write(post, said_of(port, None, ca=ca, user=USER, secret="smtp-password"))
        done = send(post, tmp_path)
    assert (done.sent, done.waiting) == (0, 2)
    assert done.trouble[0].startswith("the mail server shows a certificate that is not accepted: ")
    assert box.taken == []
    assert box.logins == []


def test_a_server_without_encryption_gets_neither_mail_nor_password(post: Post, tmp_path: Path) -> None:
    with talking(no_encryption) as port:
        write(post, said_of(port, None, user=USER, secret="smtp-password"))
        done = send(post, tmp_path, lambda _name: pytest.fail("the password was opened"))
    assert done.trouble == (
        "the mail server does not offer what is needed: STARTTLS extension not supported by server.",
    )


def test_a_wrong_password_is_said_and_stands_nowhere(post: Post, signed: Papers, tmp_path: Path) -> None:
    with mail_server(signed, login=True) as (box, port):
        write(post, said_of(port, signed, user=USER, secret="smtp-password"))
        done = send(post, tmp_path, lambda name: Secret(f"centre/{name}", "canary-wrong-17"))
    assert done.trouble == ("the mail server does not accept the login (535)",)
    assert box.taken == []
    for file in post.store.path.parent.glob("store.db*"):
        assert b"canary" not in file.read_bytes()


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
def test_a_password_may_hold_any_character(post: Post, signed: Papers, tmp_path: Path, way: str) -> None:
    box = Box(password="\"'\\ $(id)äöüß€\n2")
    with mail_server(signed, login=True, box=box, without={"PLAIN", "LOGIN"} - {way}) as (_box, port):
        write(post, said_of(port, signed, user=USER, secret="smtp-password"))
        assert send(post, tmp_path, lambda name: Secret(f"centre/{name}", box.password)).sent == 2
    assert box.logins == [(USER, box.password)] * 2


def test_a_server_that_repeats_what_it_hears_leaks_nothing(post: Post, signed: Papers, tmp_path: Path) -> None:
    def echo(caller: socket.socket, over: threading.Event) -> None:
        caller.sendall(b"220 hello\r\n")
        caller.recv(1000)
        caller.sendall(b"250-hello\r\n250 AUTH PLAIN\r\n")
        heard = caller.recv(1000).strip()
        caller.sendall(b"235 welcome\r\n")
        caller.recv(1000)
        caller.sendall(b"550 you said " + heard + b" and " + PASSWORD.encode() + b"\r\n")
        caller.recv(1000)
        caller.sendall(b"250 reset\r\n")
        over.wait()

    with talking(echo) as port:
        write(post, said_of(port, None, tls="none", host="127.0.0.1", user=USER, secret="smtp-password"))
        done = send(post, tmp_path)
    assert done.trouble[0].count("<secret centre/smtp-password>") == 2
    assert SCRUBBER.clean(PASSWORD) == "<secret centre/smtp-password>"
    for file in post.store.path.parent.glob("store.db*"):
        assert PASSWORD.encode() not in file.read_bytes()


def test_a_password_that_can_not_be_opened_keeps_everything(post: Post, signed: Papers, tmp_path: Path) -> None:
    from eakte_ops.errors import Refused

    def closed(_name: str) -> Secret:
        raise Refused("there is no identity to open this file with")

    with mail_server(signed, login=True) as (_box, port):
        write(post, said_of(port, signed, user=USER, secret="smtp-password"))
        done = send(post, tmp_path, closed)
    assert (done.sent, done.waiting) == (0, 2)
    assert "the password can not be opened: there is no identity" in done.trouble[0]


def test_a_server_that_does_not_stop_talking_is_cut_off(post: Post, signed: Papers, tmp_path: Path) -> None:
    with talking(never_ends_its_greeting) as port:
        write(post, said_of(port, signed))
        done = send(post, tmp_path)
    assert "it says more than belongs into a mail's dialogue" in done.trouble[0]
    assert (done.sent, done.waiting) == (0, 2)


@pytest.mark.parametrize("behaviour", [says_nothing, drips, drips_in_the_handshake])
def test_a_server_that_never_comes_to_the_point_costs_its_own_time_once(
    post: Post, signed: Papers, tmp_path: Path, behaviour: Callable[..., None]
) -> None:
    callers: list[object] = []

    def counted(caller: socket.socket, over: threading.Event) -> None:
        callers.append(caller)
        behaviour(caller, over)

    with talking(counted) as port:
        write(post, said_of(port, signed, timeout_seconds=1.0))
        done = send(post, tmp_path)
    assert done.trouble == ("the mail server gave no answer within 1 s",)
    assert done.waiting == 2
    assert len(callers) == 1


def test_a_dead_server_that_comes_back_gets_everything_once(post: Post, signed: Papers, tmp_path: Path) -> None:
    port = free_port()
    write(post, said_of(port, signed))
    post.look(said("critical", "/var"))
    for _ in range(3):
        done = send(post, tmp_path)
        assert (done.sent, done.waiting) == (0, 4)
        assert done.trouble == ("the mail server can not be used: Connection refused",)
        post.now += 600
    with mail_server(signed, port) as (box, _port):
        assert send(post, tmp_path).sent == 4
        assert send(post, tmp_path).sent == 0
    assert len(box.taken) == 4
    assert len(set(box.idents)) == 4


def test_one_receiver_who_is_not_known_holds_up_nobody(post: Post, signed: Papers, tmp_path: Path) -> None:
    with mail_server(signed) as (box, port):
        box.refuse.add("betrieb@centre.example")
        write(post, said_of(port, signed))
        done = send(post, tmp_path)
    assert (done.sent, done.waiting) == (1, 1)
    assert done.trouble == ("the mail server says 550 no such user here",)
    assert box.to == [post.town.contacts["local-it"]["mail"]]


SENDER = """
import sys
from pathlib import Path
from eakte_ops.cli.context import migrations
from eakte_ops.report.deliver import deliver, ways_of
from eakte_ops.store import Store
from tests.integration.report.test_real_mail import password, said_of

store = Store.open(Path(sys.argv[1]), migrations())
said = said_of(int(sys.argv[2]), None, tls="none", host="127.0.0.1", timeout_seconds=float(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
print(deliver(store, said, ways_of(said, Path("."), password), all_now=True).sent, flush=True)
"""


def sender(post: Post, port: int, seconds: float = 30.0) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(post.store.path), str(port), str(seconds)],
        cwd=REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def many(post: Post, count: int) -> None:
    """So many messages wait."""
    from eakte_ops.report import queue

    post.now = time.time()
    with post.store.writing() as rows:
        for number in range(count):
            text = f"Message-ID: <{number}@centre.example>\r\n\r\n{number}\r\n".encode()
            queue.put(rows, post.now, queue.Draft("digest", "mail", "", f"to-{number}@centre.example", "x", text))


def test_several_senders_at_once_send_everything_once(post: Post) -> None:
    many(post, 40)
    with mail_server(None) as (box, port):
        senders = [sender(post, port) for _ in range(3)]
        for each in senders:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        sent = [int(each.communicate()[0]) for each in senders]
    assert sum(sent) == 40
    assert len(box.taken) == len(set(box.idents)) == 40


def test_a_sender_killed_between_queue_and_server_loses_nothing(post: Post) -> None:
    many(post, 3)
    reached = threading.Event()

    def never(caller: socket.socket, over: threading.Event) -> None:
        reached.set()
        over.wait()

    with talking(never) as port:
        killed = sender(post, port)
        assert killed.stdin is not None
        killed.stdin.write("go\n")
        killed.stdin.flush()
        assert reached.wait(30)
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
    assert all(each.state == "waiting" for each in post.messages())
    with mail_server(None) as (box, port):
        post.said = said_of(port, None, tls="none", host="127.0.0.1")
        assert send(post, Path()).sent == 2  # one is in the killed sender's hands until its lease ends
        post.now = time.time() + 91
        assert send(post, Path()).sent == 1
    assert sorted(box.idents) == [f"<{number}@centre.example>" for number in range(3)]


def test_a_sender_killed_after_the_server_took_it_sends_it_twice_under_one_name(post: Post) -> None:
    many(post, 1)
    taken = threading.Event()
    heard: list[bytes] = []

    def takes_and_is_slow_to_say_so(caller: socket.socket, over: threading.Event) -> None:
        caller.sendall(b"220 hello\r\n")
        for answer in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go ahead\r\n"):
            caller.recv(4000)
            caller.sendall(answer)
        while not b"".join(heard).endswith(b"\r\n.\r\n"):
            heard.append(caller.recv(4000))
        taken.set()
        over.wait()

    with talking(takes_and_is_slow_to_say_so) as port:
        killed = sender(post, port)
        assert killed.stdin is not None
        killed.stdin.write("go\n")
        killed.stdin.flush()
        assert taken.wait(30)
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
    with mail_server(None) as (box, port):
        post.said = said_of(port, None, tls="none", host="127.0.0.1")
        post.now = time.time() + 91
        assert send(post, Path()).sent == 1
        assert send(post, Path()).sent == 0
    assert box.idents == ["<0@centre.example>"]
    assert b"<0@centre.example>" in b"".join(heard)


def test_a_store_opened_anew_still_knows_what_waits(post: Post, signed: Papers, tmp_path: Path) -> None:
    write(post, said_of(free_port(), signed))
    send(post, tmp_path)
    with closing(Store.open(post.store.path, migrations())) as again, mail_server(signed) as (box, port):
        said = said_of(port, signed)
        post.now += 600
        assert deliver(again, said, ways_of(said, tmp_path, password), clock=post.clock).sent == 2
    assert len(box.taken) == 2


def test_a_ca_file_that_is_none_is_said(post: Post, tmp_path: Path) -> None:
    with talking(says_nothing) as port:
        for file, why in (("missing.pem", "No such file or directory"), ("eakte-ops.yml", "")):
            (tmp_path / "eakte-ops.yml").write_text("centre: no certificate\n")
            post.said = said_of(port, None, ca=file, tls="implicit")
            if not post.messages():
                write(post, post.said)
            done = send(post, tmp_path)
            assert done.trouble[0].startswith(f"the CA file {tmp_path / file} can not be used: {why}")
