"""What we are measured against: paramiko as plainly as it can be used, in a plain pool, sending the same text."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import paramiko

from eakte_ops.remote.types import Target

COMMAND = "exec /bin/sh -s"


def _into(via: Target, target: Target, key: paramiko.PKey) -> tuple[paramiko.Transport, paramiko.Channel]:
    jump = paramiko.Transport(socket.create_connection((via.address, via.port), 20))
    jump.start_client(timeout=20)
    jump.auth_publickey(via.user, key)
    return jump, jump.open_channel("direct-tcpip", (target.address, target.port), ("127.0.0.1", 0))


def ask(target: Target, text: bytes) -> bytes:
    """Connect, log in, one exec with `text` on stdin, all output."""
    key = paramiko.Ed25519Key.from_private_key_file(str(target.identity))
    jump = None
    if target.via is not None:
        jump, sock = _into(target.via, target, key)
    else:
        sock = socket.create_connection((target.address, target.port), 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(sock)
    try:
        transport.start_client(timeout=20)
        transport.auth_publickey(target.user, key)
        channel = transport.open_session()
        channel.exec_command(COMMAND)
        channel.sendall(text)
        channel.shutdown_write()
        answer = channel.makefile("rb").read()
        channel.recv_exit_status()
        return answer
    finally:
        transport.close()
        if jump is not None:
            jump.close()


def ask_all(targets: Sequence[Target], texts: Sequence[bytes], threads: int) -> list[bytes]:
    """All of them through a pool of `threads`."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(ask, targets, texts))
