"""Connections to servers, through jump hosts where there are any: strict, bounded in time, shared where it saves."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable
from time import monotonic
from typing import TypeAlias

from eakte_ops.errors import LineLost, NotSupported
from eakte_ops.remote import known_hosts, login, tcp, wire
from eakte_ops.remote.jump import JumpHosts, Tunnel
from eakte_ops.remote.login import Limits
from eakte_ops.remote.session import BACKSTOP_S, SshConnection
from eakte_ops.remote.sshconfig import Route, SshConfig
from eakte_ops.remote.types import Phase, Target, Visit
from eakte_ops.remote.watchdog import Watch, Watchdog

Watching: TypeAlias = Callable[[Target, Phase], None]
Enter: TypeAlias = Callable[[wire.Wire, login.Clock, Route], None]

_DICE = random.SystemRandom()
# A connection that breaks before anything was said may be sshd's MaxStartups at work: try again, a little later.
_PAUSES_S = (0.2, 0.5)
_PAUSES_JUMP_S = (0.2, 0.5, 1.0, 2.0, 4.0)


def _nobody(_target: Target, _phase: Phase) -> None:
    """Nobody wants to know what is being waited for."""


class Connector:
    """Opens connections; is itself a `types.Connect`. Thread safe.

    `handshakes`: how many may compute at once. `watching` hears which server is waited for in which phase. `abort`
    ends all connections and attempts at once, from any thread; nothing is opened afterwards.
    """

    def __init__(
        self,
        *,
        handshakes: int = 8,
        limits: Limits | None = None,
        ssh_config: SshConfig | None = None,
        watching: Watching = _nobody,
    ) -> None:
        self._places = threading.BoundedSemaphore(handshakes)
        self._limits = limits or Limits()
        self._ssh_config = ssh_config or SshConfig()
        self._watching = watching
        self._watchdog = Watchdog()
        self._jumps = JumpHosts(self._open_jump, self._limits.jump_host)
        self._stopped = threading.Event()

    def __call__(self, target: Target, deadline: float) -> SshConnection:
        """Connect to `target` before `deadline` (monotonic seconds). Raises Unreachable, IdentityUnsafe, ..."""
        if target.dialect != "posix":
            raise NotSupported("PowerShell on a real connection", place=target.name)
        return self._open(target, deadline, _PAUSES_S, self._enter)

    def meet(self, target: Target, deadline: float, enter: Enter) -> SshConnection:
        """As a call, with another way to log in: `enter` is given the line once the host key is confirmed."""
        return self._open(target, deadline, _PAUSES_S, enter)

    def _enter(self, made: wire.Wire, clock: login.Clock, route: Route) -> None:
        login.log_in(made, clock, self._limits, route.user, route.identities)

    def abort(self) -> None:
        """End every connection and attempt; what waits on them gets LineLost. No new one is opened."""
        self._stopped.set()
        for watch in self._watchdog.everything():
            watch.end()

    def _open_jump(self, target: Target, deadline: float) -> SshConnection:
        return self._open(target, deadline, _PAUSES_JUMP_S, self._enter)

    def _open(self, target: Target, deadline: float, pauses: tuple[float, ...], enter: Enter) -> SshConnection:
        """Try until the deadline, as long as it breaks off before the server said who it is."""
        route = self._ssh_config.route(target)
        clock = login.Clock(target.name, deadline, monotonic())
        for pause in (*pauses, None):
            try:
                return self._once(target, route, clock, enter)
            except LineLost as lost:
                again = lost.values["phase"] in ("banner", "key exchange") and not self._stopped.is_set()
                if pause is None or not again or clock.left(pause + 1) < pause + 1:
                    raise
                # Spread out: those that were turned away together must not come back together.
                self._stopped.wait(pause * _DICE.uniform(0.5, 1.0))
        raise AssertionError

    def _once(self, target: Target, route: Route, clock: login.Clock, enter: Enter) -> SshConnection:
        attempt = _Attempt()
        attempt.watch = self._watchdog.watch(clock.deadline + BACKSTOP_S, attempt.end)
        try:
            if self._stopped.is_set():
                raise clock.lost("connect")
            release = self._reach(target, route, clock, attempt)
            try:
                host_key = self._shake_hands(target, route, clock, attempt)
                self._watching(target, "login")
                enter(attempt.line, clock, route)
                return self._stand(target, clock, attempt, host_key, release)
            except BaseException:
                attempt.close()
                release()
                raise
        except BaseException:
            attempt.close()
            attempt.watch.stop()
            raise

    def _reach(self, target: Target, route: Route, clock: login.Clock, attempt: _Attempt) -> Callable[[], None]:
        """Give `attempt` a socket; return what gives the jump host back."""
        if route.via is not None:
            self._watching(target, "jump host")
            channel, release = self._jumps.channel(target.name, route.via, (route.address, route.port), clock)
            attempt.sock = channel
            return release
        self._watching(target, "connect")
        places = tcp.resolve(target.name, route.address, route.port, clock.left(self._limits.name))
        until = monotonic() + clock.left(self._limits.connect)
        attempt.sock = tcp.dial(target.name, route.address, route.port, places, deadline=until, born=attempt.born)
        return _nothing

    def _shake_hands(self, target: Target, route: Route, clock: login.Clock, attempt: _Attempt) -> str:
        """Agree on keys and know whom we talk to. Returns the host key; nothing of ours was sent before."""
        assert attempt.sock is not None
        name = route.known_as or known_hosts.name_of(route.address, route.port)
        trusted = known_hosts.load(target.known_hosts)
        attempt.line = wire.transport(attempt.sock, [kind for kind, _blob in trusted.keys(name)])
        login.exchange_keys(attempt.line, clock, self._limits, self._places, lambda now: self._watching(target, now))
        return login.confirm_host_key(attempt.line, target.name, name, trusted)

    def _stand(
        self, target: Target, clock: login.Clock, attempt: _Attempt, host_key: str, release: Callable[[], None]
    ) -> SshConnection:
        """The attempt becomes a connection."""
        made, sock = attempt.line, attempt.sock
        assert sock is not None
        made.set_keepalive(wire.KEEPALIVE_S)
        sock.settimeout(5.0)  # paramiko's thread looks around this often; the default of 0.1 s costs CPU
        login_s = monotonic() - clock.began
        visit = Visit(
            login_s=login_s,
            host_key=host_key,
            kex=made.agreed_kex,
            cipher=made.remote_cipher,
            began=time.time() - login_s,
            offered=made.offered,
        )
        attempt.watch.until(float("inf"))
        connection = SshConnection(target, made, sock, visit, attempt.watch)
        connection.on_close = release
        return connection


def _nothing() -> None:
    """There is no jump host to give back."""


class _Attempt:
    """What must be ended when an attempt is given up: from here (`close`) or from another thread (`end`)."""

    watch: Watch
    line: wire.Wire

    def __init__(self) -> None:
        self.sock: socket.socket | Tunnel | None = None
        self._raw: socket.socket | None = None

    def born(self, sock: socket.socket) -> None:
        """A socket that is about to connect."""
        self._raw = sock

    def end(self) -> None:
        """Wake whoever waits: quick, from any thread, never raises."""
        with contextlib.suppress(OSError):  # ended already
            if self._raw is not None:
                self._raw.shutdown(socket.SHUT_RDWR)
            elif self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give back all that was taken."""
        sock = self.sock or self._raw
        if sock is not None and hasattr(self, "line"):
            wire.end(self.line, sock)
        elif sock is not None:
            sock.close()


def connect(target: Target, deadline: float) -> SshConnection:
    """One connection for one caller, with the settings of `Connector`. See there."""
    return Connector()(target, deadline)
