"""What a server says it offers is bounded and cleaned before anybody sees it."""

from __future__ import annotations

import socket
from typing import Any

import paramiko
import pytest

from eakte_ops.remote.wire import Wire


def offer(*lists: list[str]) -> Any:
    """What follows the type of a KEXINIT (RFC 4253, section 7.1), read from its begin."""
    said = paramiko.Message()
    said.add_bytes(bytes(16))
    for names in lists:
        said.add_list(names)
    for _languages in range(2):
        said.add_list([])
    said.add_boolean(False)
    said.add_int(0)
    read: Any = paramiko.Message(said.asbytes())
    read.seqno = 0
    return read


def test_names_are_bounded_cleaned_and_without_pseudo_names() -> None:
    ours, theirs = socket.socketpair()
    wire = Wire(ours)
    evil = ["\x1b[2Jaes\u202e128-cbc", "x" * 500, *(f"c{number}" for number in range(500))]
    kex = ["curve25519-sha256", "ext-info-s", "kex-strict-s-v00@openssh.com"]
    with pytest.raises(paramiko.ssh_exception.IncompatiblePeer):
        wire._parse_kex_init(
            offer(kex, ["ssh-none"], evil, ["aes128-ctr"], ["hmac-sha1"], ["hmac-sha1"], ["none"], ["none"])
        )
    ours.close()
    theirs.close()
    assert wire.offered.key_exchanges == ("curve25519-sha256",)
    assert wire.offered.ciphers[0] == "aes128-cbc"
    assert "aes128-ctr" in wire.offered.ciphers
    assert len(wire.offered.ciphers) == 65
    assert all(len(name) <= 64 and name.isprintable() for name in wire.offered.ciphers)
    assert wire.offered.macs == ("hmac-sha1",)
