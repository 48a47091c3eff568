"""Does a server still let a key in? Asked with its public half alone: a query without signature (RFC 4252, 7)."""

from __future__ import annotations

import base64
import binascii
import threading
from time import monotonic
from typing import Any, cast

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.common import cMSG_USERAUTH_REQUEST
from paramiko.message import Message

from eakte_ops.errors import LineLost, UsageError
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.login import Clock
from eakte_ops.remote.sshconfig import Route
from eakte_ops.remote.types import Target
from eakte_ops.remote.wire import Wire

_QUERY_S = 30.0
_SIGNED_AS = {"ssh-rsa": "rsa-sha2-512"}


def accepts(target: Target, public_key: str, deadline: float, *, connector: Connector | None = None) -> bool:
    """Would `target.user` be let in with this key, from this machine, now?

    `public_key`: a line of OpenSSH ("ssh-ed25519 AAAA... comment"). What the server makes of `from=` and `expiry-time`
    is part of the answer. A jump host is passed with ITS identity. Raises as a connection does, and UsageError where
    the line is no public key.
    """
    kind, blob = _parts(public_key)
    answers: list[bool] = []

    def enter(made: Wire, clock: Clock, route: Route) -> None:
        answers.append(_query(made, clock, route.user, _Query(made, kind, blob)))

    (connector or Connector()).meet(target, deadline, enter).close()
    return answers[0]


def _parts(public_key: str) -> tuple[str, bytes]:
    try:
        kind, encoded = public_key.split()[:2]
        blob = base64.b64decode(encoded, validate=True)
        named = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
    except (ValueError, binascii.Error):
        named, kind, blob = "", "-", b""
    if named != kind:
        raise UsageError(
            "this is no public key in OpenSSH's format", way_out="give the line of a .pub file: TYPE BASE64 COMMENT"
        )
    return kind, blob


def _query(made: Wire, clock: Clock, user: str, query: _Query) -> bool:
    answered = threading.Event()
    until = monotonic() + clock.left(_QUERY_S)
    made.auth_handler = query
    try:
        query.auth_publickey(user, paramiko.PKey(), answered)
    except (paramiko.SSHException, OSError, EOFError) as broken:
        raise clock.lost("login") from broken
    if not answered.wait(max(0.0, until - monotonic())):
        raise clock.timed_out("login")
    if not query.settled:
        raise LineLost(server=clock.server, phase="login")
    return query.accepted


class _Query(AuthHandler):
    """paramiko signs at once and never asks first; this handler only asks.

    Message 60 is SSH_MSG_USERAUTH_PK_OK in this method; paramiko knows the number as INFO_REQUEST of another one.
    """

    def __init__(self, made: Wire, kind: str, blob: bytes) -> None:
        super().__init__(made)
        self.accepted = False
        self.settled = False
        self._kind = kind
        self._blob = blob

    def _parse_service_accept(self, _message: Message) -> None:
        query = Message()
        query.add_byte(cMSG_USERAUTH_REQUEST)
        query.add_string(self.username or "")
        query.add_string("ssh-connection")
        query.add_string("publickey")
        query.add_boolean(False)
        query.add_string(_SIGNED_AS.get(self._kind, self._kind))
        query.add_string(self._blob)
        cast(Any, self.transport)._send_message(query)

    def _parse_userauth_info_request(self, message: Message) -> None:
        message.get_text()
        self._settle(message.get_binary() == self._blob)

    def _parse_userauth_failure(self, _message: Message) -> None:
        self._settle(False)

    def _parse_userauth_success(self, _message: Message) -> None:
        self._settle(True)

    def _settle(self, accepted: bool) -> None:
        self.accepted, self.settled = accepted, True
        if self.auth_event is not None:
            self.auth_event.set()
