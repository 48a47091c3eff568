"""paramiko's Transport as it is used here: pinned algorithms, bounded packets, no threads or log lines left over."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any, cast

import paramiko
from paramiko.common import MSG_CHANNEL_CLOSE
from paramiko.message import Message
from paramiko.packet import Packetizer
from paramiko.transport import Transport

from eakte_ops.remote import cleaning
from eakte_ops.remote.types import Offered

# Without a handler Python prints paramiko's errors, with text of the server in them, on our stderr.
_logger = logging.getLogger("paramiko")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False
_logger.setLevel(logging.CRITICAL + 1)

KEX = (
    "mlkem768x25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
)
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512")
HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_RSA = ("rsa-sha2-512", "rsa-sha2-256")

# RFC 4253 section 6.1 asks for 35,000; OpenSSH takes 256 KiB. A length beyond that is an attack on our memory.
MAX_PACKET = 256 * 1024
# What may come before the line "SSH-2.0-...".
MAX_BANNER = 16 * 1024
# Bytes a server may send ahead of our reading: bounds the memory of a fleet.
WINDOW = 256 * 1024
KEEPALIVE_S = 15


class _Packets(Packetizer):
    """Refuses lengths no honest server sends and starts no timer thread (the deadlines are kept in login.py)."""

    _before_banner = 0

    def start_handshake(self, timeout: float) -> None:
        """Nothing: paramiko's timer is a thread that outlives a connection which stalls in the key exchange."""

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """As in paramiko, at most MAX_PACKET bytes."""
        if n > MAX_PACKET:
            raise paramiko.SSHException(f"packet of {n} bytes")
        return super().read_all(n, check_rekey)

    def readline(self, timeout: float) -> str:
        """As in paramiko; all lines before the version line together are bounded."""
        said = super().readline(timeout)
        self._before_banner += len(said)
        if self._before_banner > MAX_BANNER:
            raise paramiko.SSHException("too much text before the version line")
        return said

    def _read_timeout(self, timeout: float) -> bytes:
        self._before_banner += 1
        if self._before_banner > MAX_BANNER // 16:
            raise paramiko.SSHException("too much text before the version line")
        return bytes(cast(Any, super())._read_timeout(timeout))


_HANDLERS: dict[int, Any] = cast(Any, Transport)._channel_handler_table
_PEER_CLOSED = "eakte_peer_closed"


def on_peer_close(channel: paramiko.Channel, told: Callable[[], object]) -> None:
    """When the other side closes `channel`, call `told` instead of answering at once: the owner closes it later."""
    setattr(channel, _PEER_CLOSED, told)


def _closed_by_peer(channel: Any, message: Any) -> None:
    told = getattr(channel, _PEER_CLOSED, None)
    if told is None:
        channel._handle_close(message)
    else:
        told()


_MOST_NAMES = 64
_LONGEST_NAME = 64  # RFC 4251, section 6
_NO_ALGORITHM = ("ext-info-", "kex-strict-")


def _names(*lists: Sequence[str]) -> tuple[str, ...]:
    found = dict.fromkeys(cleaning.line(name, _LONGEST_NAME) for names in lists for name in names[:_MOST_NAMES])
    return tuple(name for name in found if name and not name.startswith(_NO_ALGORITHM))


class Wire(Transport):
    """A Transport that remembers which key exchange was agreed, and what the server offered: paramiko forgets both."""

    _channel_handler_table = {**_HANDLERS, MSG_CHANNEL_CLOSE: _closed_by_peer}
    agreed_kex = ""
    remote_cipher: str
    agreed_on_strict_kex: bool
    offered = Offered()
    _engine: Any = None

    @property
    def kex_engine(self) -> Any:
        """The engine at work, None before and after."""
        return self._engine

    @kex_engine.setter
    def kex_engine(self, engine: Any) -> None:
        self._engine = engine
        if engine is not None:
            kind = type(engine)
            self.agreed_kex = getattr(kind, "name", "") or kind.__name__.removeprefix("Kex").lower() + "-sha256"

    def _parse_kex_init(self, m: Any) -> None:
        said = cast(Any, self)._really_parse_kex_init(Message(m.asbytes()))
        self.offered = Offered(
            _names(said["kex_algo_list"]),
            _names(said["server_key_algo_list"]),
            _names(said["client_encrypt_algo_list"], said["server_encrypt_algo_list"]),
            _names(said["client_mac_algo_list"], said["server_mac_algo_list"]),
        )
        cast(Any, super())._parse_kex_init(m)


def host_key_order(known: Sequence[str]) -> tuple[str, ...]:
    """The algorithms to ask for: those of the keys we know first, so that an honest server shows one of these."""
    wanted = [name for kind in known for name in (_RSA if kind == "ssh-rsa" else (kind,))]
    return tuple(dict.fromkeys([name for name in wanted if name in HOST_KEYS] + list(HOST_KEYS)))


def transport(sock: Any, known: Sequence[str]) -> Wire:
    """A Wire over `sock` (a socket or a jump.Tunnel), not started. `known`: types of the known host keys, in order."""
    made = Wire(sock, default_window_size=WINDOW, strict_kex=True, packetizer_class=_Packets)
    options = made.get_security_options()
    options.kex = _offered(KEX, options.kex)
    options.ciphers = _offered(CIPHERS, options.ciphers)
    options.digests = _offered(MACS, options.digests)
    options.key_types = host_key_order(known)
    made.daemon = True
    return made


def _offered(allowed: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """An allow list in our order, as far as this paramiko knows the names: a new weak default can not slip in."""
    return tuple(name for name in allowed if name in known)


def end(made: Wire, sock: Any) -> None:
    """Close at once and wait for paramiko's thread; never raises. The shutdown wakes a thread blocked on the socket.

    It is closed only after that thread: the next connection gets its number, and the thread would wait on that one.
    """
    with contextlib.suppress(OSError):  # never connected, or gone already
        sock.shutdown(socket.SHUT_RDWR)
    if made.is_alive():
        made.join(2.0)
    made.close()
    sock.close()
