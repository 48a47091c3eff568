"""Through a jump host: one connection for all, as strict, and its faults are told apart from the server's."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import (
    AuthenticationFailed,
    ConnectionRefused,
    EakteError,
    HostKeyChanged,
    HostKeyUnknown,
    JumpHostFailed,
    LineLost,
    TimedOut,
)
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.fleet import Errand, visit_all
from eakte_ops.remote.login import Limits
from eakte_ops.remote.offer import accepts
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Target
from tests.contract.transport import ECHO, exchange
from tests.integration.remote.sshd import Proxy, Sshd, free_port, keygen, running, until

pytestmark = pytest.mark.usefixtures("no_thread_left")


@pytest.fixture
def connector(no_config: SshConfig) -> Connector:
    return Connector(ssh_config=no_config, limits=Limits(banner=2, key_exchange=2, jump_host=2))


@pytest.fixture
def jump(sshd: Sshd, tmp_path: Path) -> Iterator[Sshd]:
    with running(tmp_path / "jump", like=sshd) as server:
        yield server


def behind(sshd: Sshd, jump: Target | Sshd, **changes: object) -> Target:
    via = jump if isinstance(jump, Target) else jump.target("hattingen-jump")
    return sshd.target("hattingen-db", via=via, **changes)


def works(connector: Connector, target: Target) -> None:
    class One:
        def connect(self, *_plays: object) -> object:
            return connector(target, monotonic() + 20)

    assert exchange(One(), ECHO)["echo"].out == b"it is all right\n"


def test_a_jump_host_with_the_form_that_a_town_grants(sshd: Sshd, tmp_path: Path, connector: Connector) -> None:
    with running(tmp_path / "jump", like=sshd) as jump:
        key = (jump.folder / "id.pub").read_text()
        options = f'restrict,port-forwarding,permitopen="{sshd.address}:{sshd.port}",command="/bin/false"'
        (jump.folder / "authorized_keys").write_text(f"{options} {key}")
        works(connector, behind(sshd, jump))
        with pytest.raises(JumpHostFailed, match="hattingen-jump"):
            connector(behind(sshd, jump, port=free_port("127.0.0.1")), monotonic() + 20)


def test_what_a_server_behind_offers_is_its_own_word(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    with running(tmp_path / "jump", like=sshd, more="MACs hmac-sha2-512") as jump:
        connection = connector(behind(sshd, jump), monotonic() + 20)
        connection.close()
    assert len(connection.visit.offered.macs) > 1


def test_one_connection_serves_all_servers_behind_it(sshd: Sshd, jump: Sshd, connector: Connector) -> None:
    gate = threading.Barrier(8)

    def visit(_number: int) -> str:
        connection = connector(behind(sshd, jump), monotonic() + 20)
        gate.wait(20)
        connection.close()
        return connection.visit.host_key

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(visit, range(8)))) == 1
    assert jump.log.count("Accepted publickey") == 1
    works(connector, behind(sshd, jump))
    assert jump.log.count("Accepted publickey") == 2


def test_the_key_of_a_server_behind_is_confirmed_as_well(
    sshd: Sshd, jump: Sshd, connector: Connector, tmp_path: Path
) -> None:
    other = keygen(tmp_path / "other").with_suffix(".pub").read_text()
    mine = (jump.folder / "host.pub").read_text()
    lines = {"jump": f"[{jump.address}]:{jump.port} {mine}", "server": f"[{sshd.address}]:{sshd.port} {other}"}
    known = tmp_path / "known_hosts"

    known.write_text(lines["jump"])
    target = behind(sshd, jump.target("hattingen-jump", known_hosts=known), known_hosts=known)
    with pytest.raises(HostKeyUnknown, match=r"^hattingen-db: shows"):
        connector(target, monotonic() + 20)
    known.write_text(lines["jump"] + lines["server"])
    with pytest.raises(HostKeyChanged, match=r"^hattingen-db: the host key CHANGED"):
        connector(target, monotonic() + 20)


def test_the_key_of_the_jump_host_is_confirmed_first(
    sshd: Sshd, jump: Sshd, connector: Connector, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"[{jump.address}]:{jump.port} {keygen(tmp_path / 'other').with_suffix('.pub').read_text()}")
    target = behind(sshd, jump.target("hattingen-jump", known_hosts=known))
    with pytest.raises(HostKeyChanged, match=r"^hattingen-db: hattingen-jump: the host key CHANGED"):
        connector(target, monotonic() + 20)
    known.write_text("")
    with pytest.raises(HostKeyUnknown, match=r"^hattingen-db: hattingen-jump: shows"):
        connector(target, monotonic() + 20)
    assert "direct-tcpip" not in jump.log


@pytest.mark.parametrize(
    ("more", "said"),
    [("AllowTcpForwarding no", "rohibited"), ("PermitOpen 192.0.2.99:22", "rohibited")],
)
def test_a_jump_host_that_opens_nothing(sshd: Sshd, connector: Connector, tmp_path: Path, more: str, said: str) -> None:
    with running(tmp_path / "jump", like=sshd, more=more) as jump, pytest.raises(JumpHostFailed, match=said):
        connector(behind(sshd, jump), monotonic() + 20)


def test_a_refusal_is_one_for_every_server_that_asks_at_the_same_time(
    sshd: Sshd, connector: Connector, tmp_path: Path
) -> None:
    def visit(_number: int) -> type[BaseException]:
        with pytest.raises(EakteError) as raised:
            connector(behind(sshd, jump), monotonic() + 20)
        return raised.type

    with running(tmp_path / "jump", like=sshd, more="AllowTcpForwarding no") as jump, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(visit, range(24))) == {JumpHostFailed}


def test_faults_of_the_jump_host_are_its_own(sshd: Sshd, jump: Sshd, connector: Connector, tmp_path: Path) -> None:
    def fails(via: Target, seconds: float = 20.0) -> EakteError:
        with pytest.raises(EakteError) as raised:
            connector(behind(sshd, via), monotonic() + seconds)
        assert str(raised.value).startswith("hattingen-db: hattingen-jump: ")
        return raised.value

    good = jump.target("hattingen-jump")
    assert type(fails(replace(good, port=free_port("127.0.0.1")))) is ConnectionRefused
    assert type(fails(replace(good, identity=keygen(tmp_path / "x")))) is AuthenticationFailed
    with Proxy(say=b"") as silent:
        assert type(fails(silent.target(jump, name="hattingen-jump"), 1.0)) is TimedOut
    with Proxy(refuse_first=99) as gone:
        assert type(fails(gone.target(jump, name="hattingen-jump"), 3.0)) is LineLost


def test_a_silent_jump_host_costs_each_server_its_own_deadline(sshd: Sshd, jump: Sshd, connector: Connector) -> None:
    def visit(seconds: float) -> float:
        began = monotonic()
        with pytest.raises(TimedOut):
            connector(target, began + seconds)
        return monotonic() - began - seconds

    with Proxy(say=b"") as silent, ThreadPoolExecutor(6) as pool:
        target = behind(sshd, silent.target(jump, name="hattingen-jump"))
        assert all(late < 2 for late in pool.map(visit, [0.5, 0.5, 1.0, 1.0, 1.5, 1.5]))


def test_max_startups_of_the_jump_host_is_waited_out(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    with running(tmp_path / "jump", like=sshd, more="MaxStartups 1:100:1") as jump, ExitStack() as stack:
        # Somebody holds the only place for an unfinished login, and leaves once others were turned away.
        holder = stack.enter_context(socket.create_connection((jump.address, jump.port)))
        assert holder.recv(100).startswith(b"SSH-2.0")

        def leave() -> None:
            until(lambda: re.search("MaxStartups|drop connection|beginning", jump.log) is not None)
            holder.close()

        leaver = threading.Thread(target=leave)
        leaver.start()
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _n: works(connector, behind(sshd, jump)), range(6)))
        leaver.join(10)
        assert not leaver.is_alive()


def test_a_jump_host_that_dies_takes_its_servers_along_and_the_next_visit_finds_it_again(
    sshd: Sshd, jump: Sshd, connector: Connector
) -> None:
    with Proxy(jump) as proxy:
        via = proxy.target(jump, name="hattingen-jump")
        first = connector(behind(sshd, via), monotonic() + 20)
        second = connector(behind(sshd, via), monotonic() + 20)
    with pytest.raises(LineLost):
        list(first.talk(b"exit\n", deadline=monotonic() + 5, cap=100))
    first.close()
    works(connector, behind(sshd, jump))
    second.close()


def test_a_server_behind_a_jump_host_that_goes_silent(sshd: Sshd, jump: Sshd, connector: Connector) -> None:
    with Proxy(sshd, down=3_000, then="stall") as proxy:
        target = replace(proxy.target(sshd), via=jump.target("hattingen-jump"))
        began = monotonic()
        connection = connector(target, began + 3)
        with pytest.raises(TimedOut):
            list(connection.talk(b"head -c 100000 /dev/zero\n", deadline=began + 4, cap=1_000_000))
        assert monotonic() - began < 6
        connection.close()


def test_keys_are_asked_for_through_a_jump_host(sshd: Sshd, jump: Sshd, connector: Connector) -> None:
    public = (sshd.folder / "id.pub").read_text()
    assert accepts(behind(sshd, jump), public, monotonic() + 20, connector=connector)
    assert not accepts(
        behind(sshd, jump), (sshd.folder / "host.pub").read_text(), monotonic() + 20, connector=connector
    )


def test_proxy_jump_of_ssh_config_is_used_where_the_inventory_names_none(
    sshd: Sshd, jump: Sshd, tmp_path: Path
) -> None:
    from tests.integration.remote.sshd import user

    file = tmp_path / "ssh_config"
    file.write_text(
        f"Host hattingen-jump\n HostName {jump.address}\n Port {jump.port}\n IdentityFile {jump.folder}/id\n"
        f"Host {sshd.address}\n ProxyJump {user()}@hattingen-jump\n"
    )
    works(Connector(ssh_config=SshConfig(user=str(file), system="/dev/null")), sshd.target())
    assert jump.log.count("Accepted publickey") == 1


def test_a_server_that_is_done_ends_no_other_behind_the_same_jump_host(
    sshd: Sshd, jump: Sshd, connector: Connector
) -> None:
    """sshd ends a connection on which data comes for a channel that is closed: with it all other servers' lines."""
    errands = [Errand(behind(sshd, jump), (ECHO.question,), 30.0) for _ in range(12)]
    for _round in range(4):
        with closing(visit_all(errands, connector, threads=12)) as outcomes:
            assert [outcome.error for outcome in outcomes] == [None] * 12
