"""Real handshakes: whom we trust, who we are, what is agreed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import (
    AlgorithmsDiffer,
    AuthenticationFailed,
    ConnectionRefused,
    HostKeyChanged,
    HostKeyRevoked,
    HostKeyUnknown,
    IdentityUnsafe,
    NameUnknown,
    NotSupported,
    UsageError,
)
from eakte_ops.remote.connection import Connector, connect
from eakte_ops.remote.offer import accepts
from eakte_ops.remote.session import SshConnection
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Target
from tests.contract.transport import ECHO, exchange
from tests.integration.remote.sshd import Proxy, Sshd, free_port, keygen, running, user

pytestmark = pytest.mark.usefixtures("no_thread_left")


@pytest.fixture
def connector(no_config: SshConfig) -> Connector:
    return Connector(ssh_config=no_config)


def works(connector: Connector, target: Target) -> SshConnection:
    """Connect, ask one question, close; gives the closed connection."""
    connection = connector(target, monotonic() + 20)

    class One:
        def connect(self, *_plays: object) -> SshConnection:
            return connection

    assert exchange(One(), ECHO)["echo"].out == b"it is all right\n"
    return connection


def fingerprint(public: Path) -> str:
    said = subprocess.run(["ssh-keygen", "-l", "-f", str(public)], capture_output=True, text=True, check=True).stdout
    return said.split()[1]


def test_a_visit_tells_what_the_connection_showed(sshd: Sshd, connector: Connector) -> None:
    visit = works(connector, sshd.target()).visit
    assert visit.host_key == f"ssh-ed25519 {fingerprint(sshd.folder / 'host.pub')}"
    assert visit.cipher == "aes128-gcm@openssh.com"
    assert visit.kex in {"curve25519-sha256", "mlkem768x25519-sha256"}
    assert 0 < visit.login_s < 20
    assert visit.began < visit.ended


def test_a_visit_tells_what_the_server_offers_beside_what_was_agreed(
    sshd: Sshd, connector: Connector, tmp_path: Path
) -> None:
    more = "Ciphers +aes128-cbc\nKexAlgorithms +diffie-hellman-group14-sha1\nMACs hmac-sha2-256,hmac-sha1"
    with running(tmp_path / "weak", like=sshd, more=more) as weak:
        offered = works(connector, weak.target()).visit.offered
    assert "aes128-cbc" in offered.ciphers
    assert {"curve25519-sha256", "diffie-hellman-group14-sha1"} <= set(offered.key_exchanges)
    assert not any(name.startswith(("kex-strict", "ext-info")) for name in offered.key_exchanges)
    assert offered.macs == ("hmac-sha2-256", "hmac-sha1")
    assert offered.host_keys == ("ssh-ed25519",)


def test_one_connection_for_one_caller(sshd: Sshd) -> None:
    connection = connect(sshd.target(), monotonic() + 20)
    assert connection.visit.host_key
    connection.close()


def test_the_socket_does_not_wait_for_more_to_send(sshd: Sshd, connector: Connector) -> None:
    import socket

    connection = connector(sshd.target(), monotonic() + 20)
    sock = connection.transport.sock
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    connection.close()


# -- whom we trust ---------------------------------------------------------------------------------------------------


def place(sshd: Sshd) -> str:
    return f"[{sshd.address}]:{sshd.port}"


def host_line(sshd: Sshd) -> str:
    return " ".join((sshd.folder / "host.pub").read_text().split()[:2])


def hashed(name: str) -> str:
    salt = os.urandom(20)
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


def test_an_unknown_host_key_stops_the_work_and_nothing_is_written(
    sshd: Sshd, connector: Connector, tmp_path: Path
) -> None:
    empty = tmp_path / "known_hosts"
    with pytest.raises(HostKeyUnknown) as raised:
        connector(sshd.target(known_hosts=empty), monotonic() + 20)
    assert fingerprint(sshd.folder / "host.pub") in str(raised.value)
    assert not empty.exists()
    assert "Accepted" not in sshd.log.rpartition("Connection from")[2]


@pytest.mark.parametrize("name", ["{address}", "[{address}]:22", "192.0.2.1", "[{address}]:1{port}"])
def test_a_key_under_another_name_or_port_is_not_known(
    sshd: Sshd, connector: Connector, tmp_path: Path, name: str
) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"{name.format(address=sshd.address, port=sshd.port)} {host_line(sshd)}\n")
    with pytest.raises(HostKeyUnknown):
        connector(sshd.target(known_hosts=known), monotonic() + 20)


@pytest.mark.parametrize("how", ["plain", "hashed", "pattern", "list", "commented"])
def test_openssh_known_hosts_forms_are_understood(sshd: Sshd, connector: Connector, tmp_path: Path, how: str) -> None:
    name = place(sshd)
    line = {
        "plain": f"{name} {host_line(sshd)}",
        "hashed": f"{hashed(name)} {host_line(sshd)} comment with words",
        "pattern": f"!other,[127.*]:{sshd.port} {host_line(sshd)}",
        "list": f"192.0.2.1,{name},other\t{host_line(sshd)}",
        "commented": f"# a comment\n\n   {name} {host_line(sshd)}",
    }[how]
    known = tmp_path / "known_hosts"
    known.write_text(f"{line}\n")
    works(connector, sshd.target(known_hosts=known))


def test_known_hosts_written_by_openssh_itself(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"{place(sshd)} {host_line(sshd)}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    assert known.read_text().startswith("|1|")
    works(connector, sshd.target(known_hosts=known))


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_changed_host_key_tells_both_fingerprints(
    sshd: Sshd, connector: Connector, tmp_path: Path, kind: str
) -> None:
    keygen(tmp_path / "old", kind)
    known = tmp_path / "known_hosts"
    known.write_text(f"{place(sshd)} {(tmp_path / 'old.pub').read_text()}")
    with pytest.raises(HostKeyChanged) as raised:
        connector(sshd.target(known_hosts=known), monotonic() + 20)
    assert fingerprint(tmp_path / "old.pub") in str(raised.value)
    assert fingerprint(sshd.folder / "host.pub") in str(raised.value)


def test_a_revoked_key_is_refused_though_it_is_also_listed(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"{place(sshd)} {host_line(sshd)}\n@revoked * {host_line(sshd)}\n")
    with pytest.raises(HostKeyRevoked):
        connector(sshd.target(known_hosts=known), monotonic() + 20)


def test_a_negated_name_is_not_trusted(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"!{place(sshd)},* {host_line(sshd)}\n")
    with pytest.raises(HostKeyUnknown):
        connector(sshd.target(known_hosts=known), monotonic() + 20)


def test_a_certificate_authority_is_no_host_key(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"@cert-authority * {host_line(sshd)}\n")
    with pytest.raises(HostKeyUnknown):
        connector(sshd.target(known_hosts=known), monotonic() + 20)


def test_a_broken_line_is_an_error_with_its_place(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"{place(sshd)} {host_line(sshd)}\nnonsense\n")
    with pytest.raises(UsageError, match="known_hosts:2"):
        connector(sshd.target(known_hosts=known), monotonic() + 20)


@pytest.mark.parametrize("known", ["ed25519", "ecdsa", "rsa"])
def test_the_server_is_asked_for_the_key_we_know(tmp_path: Path, connector: Connector, known: str) -> None:
    more = "\n".join(f"HostKey {keygen(tmp_path / kind, kind)}" for kind in ("ecdsa", "rsa"))
    with running(tmp_path / "server", more=more) as server:
        key = server.folder / "host" if known == "ed25519" else tmp_path / known
        (server.folder / "known_hosts").write_text("")
        server.trust(place(server), key)
        assert works(connector, server.target()).visit.host_key.endswith(fingerprint(key.with_suffix(".pub")))


# -- who we are ------------------------------------------------------------------------------------------------------


def test_a_key_the_server_does_not_know(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    key = keygen(tmp_path / "other")
    with pytest.raises(AuthenticationFailed, match=re.escape(fingerprint(tmp_path / "other.pub"))):
        connector(sshd.target(identity=key), monotonic() + 20)


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_keys_of_other_kinds(tmp_path: Path, connector: Connector, kind: str) -> None:
    with running(tmp_path / "server") as server:
        key = keygen(tmp_path / "key", kind)
        (server.folder / "authorized_keys").write_text((tmp_path / "key.pub").read_text())
        works(connector, server.target(identity=key))


def test_rights_that_are_taken_away_are_noticed_at_the_next_login(tmp_path: Path, connector: Connector) -> None:
    with running(tmp_path / "server") as server:
        public = (server.folder / "id.pub").read_text()
        assert accepts(server.target(), public, monotonic() + 20, connector=connector)
        works(connector, server.target())
        (server.folder / "authorized_keys").write_text("")
        with pytest.raises(AuthenticationFailed):
            connector(server.target(), monotonic() + 20)
        assert not accepts(server.target(), public, monotonic() + 20, connector=connector)


def test_accepts_needs_no_private_key_and_knows_expiry_and_origin(tmp_path: Path, connector: Connector) -> None:
    with running(tmp_path / "server") as server:
        keys = {name: keygen(tmp_path / name).with_suffix(".pub").read_text() for name in ("a", "b", "c", "d")}
        (tmp_path / "a").unlink()
        (server.folder / "authorized_keys").write_text(
            f'restrict {keys["a"]}expiry-time="20200101" {keys["b"]}from="192.0.2.7" {keys["c"]}'
        )
        target = server.target(identity=tmp_path / "missing")
        told = {name: accepts(target, key, monotonic() + 20, connector=connector) for name, key in keys.items()}
        assert told == {"a": True, "b": False, "c": False, "d": False}


def test_accepts_is_as_strict_with_host_keys(sshd: Sshd, connector: Connector, tmp_path: Path) -> None:
    public = (sshd.folder / "id.pub").read_text()
    with pytest.raises(HostKeyUnknown):
        accepts(sshd.target(known_hosts=tmp_path / "none"), public, monotonic() + 20, connector=connector)
    with pytest.raises(UsageError):
        accepts(sshd.target(), "ssh-ed25519 nonsense", monotonic() + 20, connector=connector)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_an_identity_that_others_can_read_is_refused(
    sshd: Sshd, connector: Connector, tmp_path: Path, mode: int
) -> None:
    key = tmp_path / "id"
    key.write_bytes((sshd.folder / "id").read_bytes())
    key.chmod(mode)
    with pytest.raises(IdentityUnsafe, match=f"{mode:04o}"):
        connector(sshd.target(identity=key), monotonic() + 20)


@pytest.mark.parametrize("content", [None, "", "no key"])
def test_an_identity_that_is_none(sshd: Sshd, connector: Connector, tmp_path: Path, content: str | None) -> None:
    key = tmp_path / "id"
    if content is not None:
        key.write_text(content)
        key.chmod(0o600)
    with pytest.raises(UsageError, match="id"):
        connector(sshd.target(identity=key), monotonic() + 20)


def test_no_key_at_all(sshd: Sshd, connector: Connector) -> None:
    with pytest.raises(AuthenticationFailed, match="no key to offer"):
        connector(sshd.target(identity=None), monotonic() + 20)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    sock = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(sock)], stdout=subprocess.DEVNULL)
    from tests.integration.remote.sshd import until

    until(sock.exists)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(sock))
    yield sock
    process.terminate()
    process.wait(10)


@pytest.mark.usefixtures("agent")
def test_the_agent_serves_where_no_file_is_named(sshd: Sshd, connector: Connector) -> None:
    subprocess.run(["ssh-add", "-q", str(sshd.folder / "id")], check=True, capture_output=True)
    works(connector, sshd.target(identity=None))


@pytest.mark.usefixtures("agent")
def test_an_encrypted_file_is_opened_by_the_agent_and_no_other_key_is_offered(
    sshd: Sshd, connector: Connector, tmp_path: Path
) -> None:
    key = tmp_path / "id"
    for name in ("id", "id.pub"):
        (tmp_path / name).write_bytes((sshd.folder / name).read_bytes())
    key.chmod(0o600)
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-N", "passphrase", "-P", "", "-f", str(key)], check=True, capture_output=True
    )
    with pytest.raises(AuthenticationFailed, match="no key to offer"):
        connector(sshd.target(identity=key), monotonic() + 20)
    subprocess.run(["ssh-add", "-q", str(sshd.folder / "id")], check=True, capture_output=True)
    works(connector, sshd.target(identity=key))
    with pytest.raises(AuthenticationFailed, match=re.escape(fingerprint(keygen(tmp_path / "x").with_suffix(".pub")))):
        connector(sshd.target(identity=tmp_path / "x"), monotonic() + 20)


# -- what ~/.ssh/config may fill ---------------------------------------------------------------------------------------


def config(tmp_path: Path, text: str) -> Connector:
    file = tmp_path / "ssh_config"
    file.write_text(text)
    return Connector(ssh_config=SshConfig(user=str(file), system="/dev/null"))


def test_ssh_config_fills_what_is_left_open(sshd: Sshd, tmp_path: Path) -> None:
    connector = config(
        tmp_path,
        f"Host witten-db\n HostName {sshd.address}\n Port {sshd.port}\n User {user()}\n"
        f" IdentityFile {sshd.folder}/id\n",
    )
    works(connector, Target("witten-db", "", "", sshd.folder / "known_hosts"))


def test_several_keys_are_offered_one_after_the_other(sshd: Sshd, tmp_path: Path) -> None:
    wrong = [keygen(tmp_path / name, kind) for name, kind in (("a", "ed25519"), ("b", "rsa"), ("c", "ecdsa"))]
    lines = "".join(f" IdentityFile {path}\n" for path in [*wrong, tmp_path / "missing", sshd.folder / "id"])
    works(config(tmp_path, f"Host *\n{lines}"), sshd.target(identity=None))


def test_ssh_config_can_not_weaken_anything(sshd: Sshd, tmp_path: Path) -> None:
    connector = config(
        tmp_path,
        f"Host *\n HostName 192.0.2.1\n Port 1\n User nobody\n StrictHostKeyChecking no\n"
        f" UserKnownHostsFile {sshd.folder}/known_hosts\n Ciphers aes128-cbc\n",
    )
    works(connector, sshd.target())
    with pytest.raises(HostKeyUnknown):
        connector(sshd.target(known_hosts=tmp_path / "empty"), monotonic() + 20)


def test_a_proxy_command_is_not_run(sshd: Sshd, tmp_path: Path) -> None:
    connector = config(tmp_path, f"Host *\n ProxyCommand touch {tmp_path}/ran\n")
    with pytest.raises(NotSupported):
        connector(sshd.target(), monotonic() + 20)
    assert not (tmp_path / "ran").exists()


# -- what is agreed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "only",
    [
        "Ciphers aes256-cbc",
        "Ciphers 3des-cbc",
        "KexAlgorithms diffie-hellman-group14-sha1",
        "KexAlgorithms diffie-hellman-group14-sha256",
        "Ciphers aes128-ctr\nMACs hmac-sha1",
        "Ciphers aes128-ctr\nMACs hmac-md5",
    ],
)
def test_weak_algorithms_are_not_used_even_where_nothing_else_is_offered(
    tmp_path: Path, connector: Connector, only: str
) -> None:
    with running(tmp_path / "server", more=only) as server, pytest.raises(AlgorithmsDiffer):
        connector(server.target(), monotonic() + 20)


@pytest.mark.parametrize(
    "only", ["Ciphers aes256-gcm@openssh.com", "Ciphers aes256-ctr", "KexAlgorithms ecdh-sha2-nistp384"]
)
def test_good_algorithms_of_second_choice_serve(tmp_path: Path, connector: Connector, only: str) -> None:
    with running(tmp_path / "server", more=only) as server:
        works(connector, server.target())


def test_a_server_without_strict_key_exchange_is_not_talked_to(
    tmp_path: Path, connector: Connector, sshd: Sshd
) -> None:
    import socket
    import threading

    import paramiko

    key = paramiko.Ed25519Key.from_private_key_file(str(sshd.folder / "host"))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        sock, _from = listener.accept()
        transport = paramiko.Transport(sock, strict_kex=False)
        transport.add_server_key(key)
        transport.start_server(event=threading.Event(), server=paramiko.ServerInterface())
        transport.join(10)
        sock.close()

    thread = threading.Thread(target=serve)
    thread.start()
    sshd.trust(f"[127.0.0.1]:{port}")
    with pytest.raises(AlgorithmsDiffer, match="strict key exchange"):
        connector(sshd.target(port=port), monotonic() + 20)
    thread.join(10)
    listener.close()


# -- where nobody is ---------------------------------------------------------------------------------------------------


def test_nobody_listens(sshd: Sshd, connector: Connector) -> None:
    with pytest.raises(ConnectionRefused):
        connector(sshd.target(port=free_port("127.0.0.1")), monotonic() + 20)


def test_a_name_that_does_not_resolve(sshd: Sshd, connector: Connector) -> None:
    with pytest.raises(NameUnknown):
        connector(sshd.target(address="witten-db.invalid"), monotonic() + 20)


def test_a_name_that_resolves(sshd: Sshd, connector: Connector) -> None:
    sshd.trust(f"[localhost]:{sshd.port}")
    works(connector, sshd.target(address="localhost"))


def test_windows_is_said_to_be_unsupported(sshd: Sshd, connector: Connector) -> None:
    with pytest.raises(NotSupported, match="PowerShell"):
        connector(sshd.target(dialect="powershell"), monotonic() + 20)


def test_a_server_that_is_full_is_tried_again(sshd: Sshd, connector: Connector) -> None:
    with Proxy(sshd, refuse_first=2) as proxy:
        works(connector, proxy.target(sshd))
        assert proxy.seen == 3
