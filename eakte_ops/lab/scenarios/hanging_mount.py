"""A file system over FUSE that takes every request and never answers one. Argument: where to mount it.

Runs inside the host with nothing but Python. Requests that were read stay "sent", so callers hang and, once killed,
stay in state D: exactly what a dead network share does. The end of this process frees them.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys

_HEADER = struct.Struct("<IIQQIIIHH")  # len, opcode, unique, nodeid, uid, gid, pid, extensions, padding
_INIT = 26


def main(place: str) -> None:
    """Mount, tell systemd, then read requests for ever."""
    fuse = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"archive.example:/share", place.encode(), b"fuse.sshfs", 2 | 4, options.encode()):
        raise OSError(ctypes.get_errno(), f"mount {place}")
    while True:
        request = os.read(fuse, 1 << 20)
        _, opcode, unique, *_ = _HEADER.unpack_from(request)
        if opcode == _INIT:
            os.write(fuse, _init_reply(unique))
            _ready()


def _init_reply(unique: int) -> bytes:
    """fuse_out_header and fuse_init_out of protocol 7.31 (linux/fuse.h)."""
    answer = struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 9, 65536, 1, 0, 0, 0)
    return struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer


def _ready() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


if __name__ == "__main__":
    main(sys.argv[1])
