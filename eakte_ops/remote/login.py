"""From a socket to a session that is logged in: each phase within its time, each failure with its own error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import paramiko

from eakte_ops.errors import AlgorithmsDiffer, AuthenticationFailed, EakteError, LineLost, TimedOut
from eakte_ops.remote import cleaning, identity, known_hosts
from eakte_ops.remote.types import Phase
from eakte_ops.remote.wire import Wire


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds each phase may take, within the deadline of the whole visit."""

    name: float = 5.0
    connect: float = 10.0
    banner: float = 10.0
    key_exchange: float = 15.0
    login: float = 30.0  # pam_systemd was seen to wait 25 s for logind
    jump_host: float = 15.0


_PLACE_S = 1.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Deadline arithmetic for one server: `server` is its name in errors, `deadline` monotonic seconds."""

    server: str
    deadline: float
    began: float

    def left(self, limit: float) -> float:
        """Seconds a phase may still take."""
        return max(0.0, min(limit, self.deadline - monotonic()))

    def timed_out(self, phase: Phase) -> TimedOut:
        """The error for a phase that took too long; its seconds count from the first packet on."""
        return TimedOut(server=self.server, seconds=round(monotonic() - self.began, 1), phase=phase)

    def lost(self, phase: Phase) -> LineLost:
        """The error for a connection that broke in a phase."""
        return LineLost(server=self.server, phase=phase)


def exchange_keys(
    made: Wire,
    clock: Clock,
    limits: Limits,
    places: threading.Semaphore,
    phase: Callable[[Phase], None],
) -> None:
    """Banner and key exchange. Raises TimedOut, LineLost or AlgorithmsDiffer.

    `places` bounds how many handshakes compute at once. A place is held for _PLACE_S at most and waited for no longer:
    silent servers can not keep it from others.
    """
    made.banner_timeout = limits.banner + 60  # the limit is kept here; paramiko's own must not come first
    done = threading.Event()
    phase("banner")
    began = monotonic()
    placed = places.acquire(timeout=clock.left(_PLACE_S))
    try:
        made.start_client(event=done)
        done.wait(clock.left(_PLACE_S))
    finally:
        if placed:
            places.release()
    if not done.wait(clock.left(limits.banner - (monotonic() - began))) and not made.remote_version:
        raise clock.timed_out("banner")
    phase("key exchange")
    if not done.wait(clock.left(limits.key_exchange)):
        raise clock.timed_out("key exchange")
    if not (made.is_active() and made.initial_kex_done):
        raise _broken(made, clock)
    if not made.agreed_on_strict_kex:
        # Without it packets can be dropped unseen (CVE-2023-48795): such a server is not talked to.
        raise AlgorithmsDiffer("the server does not offer strict key exchange", server=clock.server)


def _broken(made: Wire, clock: Clock) -> EakteError:
    reason = made.get_exception()
    if isinstance(reason, paramiko.ssh_exception.IncompatiblePeer):
        return AlgorithmsDiffer(cleaning.line(str(reason)), server=clock.server)
    lost = clock.lost("key exchange" if made.remote_version else "banner")
    lost.__cause__ = reason
    return lost


def confirm_host_key(made: Wire, server: str, name: str, trusted: known_hosts.KnownHosts) -> str:
    """The host key as "TYPE SHA256:...", if it is one of the town's. Raises HostKey* otherwise."""
    shown = made.get_remote_server_key()
    trusted.confirm(server, name, shown.get_name(), shown.asbytes())
    return f"{shown.get_name()} {known_hosts.fingerprint(shown.asbytes())}"


def log_in(made: Wire, clock: Clock, limits: Limits, user: str, identities: Sequence[Path]) -> None:
    """Offer our keys one after the other. Raises AuthenticationFailed, TimedOut or LineLost."""
    until = monotonic() + clock.left(limits.login)
    with identity.keys(tuple(identities)) as keys:
        if not keys:
            said = "no key to offer: no identity file that can be opened, and none in the agent"
            raise AuthenticationFailed(said, server=clock.server, user=user)
        for key in keys:
            answered = threading.Event()
            try:
                made.auth_publickey(user, key, event=answered)
            except (paramiko.SSHException, OSError, EOFError) as broken:
                raise clock.lost("login") from broken
            if not answered.wait(max(0.0, until - monotonic())):
                raise clock.timed_out("login")
            if made.is_authenticated():
                return
            if not made.is_active():
                raise clock.lost("login")
    offered = ", ".join(known_hosts.fingerprint(key.asbytes()) for key in keys)
    raise AuthenticationFailed(f"offered {offered}", server=clock.server, user=user)
