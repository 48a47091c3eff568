"""The TCP connection: one name look-up and one connect, each within its time, tuned for short questions."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeAlias

from eakte_ops.errors import ConnectionRefused, NameUnknown, TimedOut

_Place: TypeAlias = tuple[socket.AddressFamily, tuple[Any, ...]]

# Three probes of ten seconds after twenty silent ones: a vanished network is noticed within a minute.
_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),  # paramiko leaves Nagle on: an exec takes 49 instead of 5 ms
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in (
            ("TCP_KEEPIDLE", 20),
            ("TCP_KEEPINTVL", 10),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", 30_000),  # ms: unanswered writes, too, end within half a minute
        )
        if hasattr(socket, name)
    ),
)


def resolve(server: str, address: str, port: int, seconds: float) -> list[_Place]:
    """Where `address` is. A literal address asks nobody; a name may take `seconds`.

    Raises NameUnknown or TimedOut (phase "name"). The system's resolver can not be stopped, so a name is looked up in
    a daemon thread that ends with the resolver's own time limit.
    """
    try:
        literal = ipaddress.ip_address(address)
    except ValueError:
        pass
    else:
        family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
        return [(family, (address, port))]
    answers: queue.SimpleQueue[list[_Place] | OSError] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(address, port, answers), daemon=True, name="resolver").start()
    try:
        found = answers.get(timeout=max(0.01, seconds))
    except queue.Empty:
        raise TimedOut(server=server, seconds=round(seconds, 1), phase="name") from None
    if isinstance(found, OSError):
        raise NameUnknown(server=server, address=address) from found
    return found


def _look_up(address: str, port: int, answers: queue.SimpleQueue[list[_Place] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        answers.put(unknown if isinstance(unknown, OSError) else OSError(str(unknown)))
    else:
        answers.put([(family, place) for family, _type, _proto, _name, place in found])


def dial(
    server: str,
    address: str,
    port: int,
    places: list[_Place],
    *,
    deadline: float,
    born: Callable[[socket.socket], None],
) -> socket.socket:
    """A connected socket to the first of `places` that answers before `deadline` (monotonic).

    `born` hears of each socket before it connects: shutting it down from another thread ends the attempt.
    Raises TimedOut (phase "connect") or ConnectionRefused.
    """
    began = monotonic()
    refused: OSError | None = None
    for left, (family, place) in zip(range(len(places), 0, -1), places, strict=True):
        remaining = deadline - monotonic()
        if remaining <= 0:
            break
        sock = socket.socket(family, socket.SOCK_STREAM)
        born(sock)
        try:
            for option in _OPTIONS:
                sock.setsockopt(*option)
            sock.settimeout(max(0.01, remaining / left))
            sock.connect(place)
        except TimeoutError:
            sock.close()
        except OSError as no:
            sock.close()
            if monotonic() < deadline:  # else it is our own watchdog that ended the attempt
                refused = no
        else:
            return sock
    if refused is not None:
        raise ConnectionRefused(server=server, address=address, port=port) from refused
    raise TimedOut(server=server, seconds=round(monotonic() - began, 1), phase="connect")
