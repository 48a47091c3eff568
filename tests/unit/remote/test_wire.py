"""How a connection ends: the socket is given back only when nobody waits on it any more."""

from __future__ import annotations

import socket
import threading

from eakte_ops.remote import wire


class _Watched:
    """A socket that notes who closes it while paramiko's thread is still alive."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.recv, self.send, self.settimeout, self.shutdown = sock.recv, sock.send, sock.settimeout, sock.shutdown
        self.made: wire.Wire | None = None
        self.too_early = False

    @property
    def _closed(self) -> bool:
        return self._sock.fileno() < 0

    def close(self) -> None:
        made = self.made
        if made is not None and made.is_alive() and threading.current_thread() is not made:
            self.too_early = True
        self._sock.close()


def test_socket_is_closed_after_the_thread_that_reads_it() -> None:
    # Its number is given to the next connection at once, and the thread would wait for what comes on that one.
    ours, theirs = socket.socketpair()
    with theirs:
        sock = _Watched(ours)
        sock.made = wire.transport(sock, [])
        sock.made.start_client(event=threading.Event())
        theirs.recv(100)
        assert sock.made.is_alive()

        wire.end(sock.made, sock)

        assert not sock.made.is_alive()
        assert sock._closed
        assert not sock.too_early
