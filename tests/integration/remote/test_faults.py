"""Lines that break, stall or flood: every point of interruption, none of which may hang or half-execute anything."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import ConnectionRefused, LineLost, TimedOut, Unreachable
from eakte_ops.remote import posix
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.exchange import Exchange, shell_for
from eakte_ops.remote.login import Limits
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Answer, Question, Script, Target
from tests.integration.remote.sshd import Proxy, Sshd, running, until

pytestmark = pytest.mark.usefixtures("no_thread_left")


@pytest.fixture
def connector(no_config: SshConfig) -> Connector:
    return Connector(ssh_config=no_config, limits=Limits(banner=1.0, key_exchange=1.0, login=3.0))


def failure(connector: Connector, target: Target, seconds: float = 5.0) -> tuple[Unreachable, float]:
    began = monotonic()
    with pytest.raises(Unreachable) as raised:
        connector(target, began + seconds)
    return raised.value, monotonic() - began


# -- servers that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("say", "kind", "phase"),
    [
        (b"", TimedOut, "banner"),
        (b"SSH-2.0-OpenSSH_9.2", TimedOut, "banner"),
        (b"Welcome!\r\n", TimedOut, "banner"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", TimedOut, "key exchange"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\x00\x00\x01\x00", TimedOut, "key exchange"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\x7f\xff\xff\xf4" + b"x" * 500, LineLost, "key exchange"),
        (b"SSH-1.5-old\r\n", None, ""),
        (b"HTTP/1.1 400 Bad Request\r\n" * 200, LineLost, "banner"),
        (b"x" * 5_000_000, LineLost, "banner"),
        (b"x\n" * 1_000_000, LineLost, "banner"),
    ],
    ids=[
        "silent",
        "half a banner",
        "greeting",
        "banner only",
        "half a packet",
        "huge packet",
        "ssh 1",
        "http",
        "flood",
        "lines",
    ],
)
def test_what_is_no_ssh_server_costs_its_own_time_only(
    sshd: Sshd, connector: Connector, say: bytes, kind: type[Unreachable] | None, phase: str
) -> None:
    with Proxy(say=say) as proxy:
        error, seconds = failure(connector, proxy.target(sshd))
    assert kind is None or type(error) is kind
    assert error.values.get("phase", "") == phase
    assert seconds < 4.5


def test_the_deadline_comes_before_the_limit_of_a_phase(sshd: Sshd, no_config: SshConfig) -> None:
    with Proxy(say=b"") as proxy:
        error, seconds = failure(Connector(ssh_config=no_config), proxy.target(sshd), 0.5)
    assert isinstance(error, TimedOut)
    assert 0.4 < seconds < 2


def test_a_network_that_swallows_everything(connector: Connector, sshd: Sshd) -> None:
    import socket

    # A full backlog on loopback answers no SYN: what a dropping firewall looks like from here.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        error, seconds = failure(connector, sshd.target(port=port), 1.0)
        for caller in callers:
            caller.close()
    assert isinstance(error, TimedOut)
    assert error.values["phase"] in ("connect", "banner")
    assert seconds < 3


# -- a good server behind a bad line -----------------------------------------------------------------------------------


def touches(folder: Path, count: int = 6) -> list[Question]:
    """Questions that leave a trace each, all in one exchange."""
    text = "touch {}/{}; head -c 1000 /dev/zero"
    return [Question(f"touch {n}", Script({"posix": text.format(folder, n)})) for n in range(count)]


def visit(
    connector: Connector, target: Target, questions: list[Question], seconds: float
) -> list[Answer] | Unreachable:
    """Connect and ask within `seconds` each; the answers, or why there was no connection."""
    try:
        connection = connector(target, monotonic() + 20)
    except (LineLost, TimedOut) as error:
        return error
    try:
        return list(Exchange(connection, shell_for("posix"), questions, budget=20, deadline=monotonic() + seconds))
    finally:
        connection.close()


@pytest.mark.parametrize("then", ["cut", "stall"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_every_point_of_interruption(sshd: Sshd, no_config: SshConfig, tmp_path: Path, way: str, then: str) -> None:
    parts = 16 if then == "cut" else 9
    with Proxy(sshd) as proxy:
        target = proxy.target(sshd)
        told = visit(Connector(ssh_config=no_config), target, touches(tmp_path), 20)
        assert isinstance(told, list)
        assert [answer.status for answer in told] == [0] * 6
        total = proxy.passed[way]
    connector = Connector(ssh_config=no_config, limits=Limits(banner=0.3, key_exchange=0.3, login=0.5))
    seen = set()
    for part in range(parts):
        folder = tmp_path / f"part-{part}"
        folder.mkdir()
        with Proxy(sshd, **{way: total * part // parts}, then=then) as proxy:
            began = monotonic()
            told = visit(connector, proxy.target(sshd), touches(folder), 1.0)
        assert monotonic() - began < 12
        if isinstance(told, list):
            seen.add("exchange")
            assert len(told) == 6
            # Upwards the text is not there as a whole: not one section may have been carried out.
            assert way == "down" or (not list(folder.iterdir()) and {answer.status for answer in told} == {None})
        else:
            seen.add(told.values["phase"])
            assert not list(folder.iterdir())
    # The server says its banner also where it hears nothing of us.
    assert seen >= {"key exchange", "exchange"} | ({"banner"} if (way, then) != ("up", "stall") else set())


@pytest.mark.parametrize("shell", [("dash", "-s"), ("bash", "--posix", "-s")], ids=["dash", "bash"])
def test_a_cut_text_executes_nothing_wherever_it_is_cut(shell: tuple[str, ...]) -> None:
    text = posix.wrap("echo one\necho 'two\\n' \"$(echo three)\"\nif true; then\n  echo four\nfi\n")
    whole = subprocess.run(shell, input=text, capture_output=True, check=True).stdout
    assert whole in {b"one\ntwo\\n three\nfour\n", b"one\ntwo\n three\nfour\n"}
    complete = text.index(b"; main") + len(b"; main")
    for length in range(len(text)):
        out = subprocess.run(shell, input=text[:length], capture_output=True, check=False).stdout
        assert out == b"" or (out == whole and length >= complete)


def test_a_session_that_is_killed_in_the_middle_leaves_answers_and_the_reason(
    tmp_path: Path, connector: Connector
) -> None:
    with running(tmp_path / "server") as server:
        connection = connector(server.target(), monotonic() + 20)
        questions = [
            Question("first", Script({"posix": "echo here"})),
            Question("kills", Script({"posix": 'kill -9 "$(ps -o ppid= -p "$(ps -o ppid= -p $PPID)")"; sleep 9'})),
            Question("never", Script({"posix": "echo never"})),
        ]
        pid = connection.transport.sock.getpeername()
        assert pid
        asked = Exchange(connection, shell_for("posix"), questions, budget=9, deadline=monotonic() + 10)
        answers = []
        for answer in asked:
            answers.append(answer)
            if answer.question == "first":
                # The server's process for this session dies, as in a crash or a reboot.
                child = subprocess.run(
                    ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
                ).stdout.split()
                for each in child:
                    subprocess.run(["kill", "-9", each], check=True)
        assert answers[0].out == b"here\n"
        assert answers[2].status is None
        assert answers[2].why == "line lost"
        assert isinstance(asked.broken, LineLost)
        assert asked.broken.values["phase"] == "exchange"
        connection.close()


def test_a_server_that_stops_in_mid_output_costs_the_deadline(sshd: Sshd, connector: Connector) -> None:
    with Proxy(sshd, down=60_000, then="stall") as proxy:
        connection = connector(proxy.target(sshd), monotonic() + 20)
        questions = [
            Question("small", Script({"posix": "echo small"})),
            Question("large", Script({"posix": "head -c 200000 /dev/zero"}), cap=300_000),
        ]
        began = monotonic()
        asked = Exchange(connection, shell_for("posix"), questions, budget=9, deadline=began + 1)
        small, large = asked
        assert small.out == b"small\n"
        assert large.status is None
        assert large.why == "no answer before the deadline"
        assert 0 < len(large.out) < 200_000
        assert isinstance(asked.broken, TimedOut)
        assert monotonic() - began < 4
        connection.close()


def test_abort_ends_whatever_is_under_way(sshd: Sshd, no_config: SshConfig) -> None:
    connector = Connector(ssh_config=no_config)
    errors: list[Exception] = []

    def attempt(target: Target) -> None:
        try:
            connector(target, monotonic() + 60)
        except Unreachable as error:
            errors.append(error)

    with Proxy(say=b"") as silent, Proxy(say=b"SSH-2.0-x\r\n") as half:
        threads = [threading.Thread(target=attempt, args=(each.target(sshd),)) for each in (silent, half)]
        for thread in threads:
            thread.start()
        until(lambda: silent.seen + half.seen == 2)
        began = monotonic()
        connector.abort()
        for thread in threads:
            thread.join(10)
        assert monotonic() - began < 3
    assert len(errors) == 2
    with pytest.raises(LineLost):
        connector(sshd.target(), monotonic() + 5)


def test_a_server_that_goes_away_between_two_talks(tmp_path: Path, connector: Connector) -> None:
    with running(tmp_path / "server") as server, Proxy(server) as proxy:
        connection = connector(proxy.target(server), monotonic() + 20)
        target = connection.target
    asked = Exchange(connection, shell_for("posix"), touches(tmp_path, 2), budget=5, deadline=monotonic() + 5)
    assert [answer.why for answer in asked] == ["line lost"] * 2
    connection.close()
    with pytest.raises(ConnectionRefused):
        connector(target, monotonic() + 5)
