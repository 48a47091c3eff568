"""A small HTTP server and client, and the health answer that all programs share."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import shutil
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from . import common

LARGEST_BODY = 32 * 1024 * 1024
DISK_THRESHOLD = 10 * 1024 * 1024
STARTED = common.now()


@dataclass
class Request:
    """What came in. `path` is decoded and has no query; `peer` is the address it came from."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: Message
    peer: str
    target: str  # path and query as sent

    def json(self) -> Any:
        """The body as JSON; Problem 400 when it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Problem(400, f"body is not JSON: {error}") from error

    def is_from(self, user: str, password: str) -> bool:
        """Whether basic authentication names this user with this password."""
        expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return hmac.compare_digest(self.headers.get("Authorization", "").encode(), expected.encode())


@dataclass
class Reply:
    """What goes out; a body that is not bytes becomes JSON."""

    status: int
    body: Any
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Problem(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


Handle = Callable[[Request], Reply]
Probe = Callable[[], dict[str, Any]]  # details of a healthy component; raises when it is not


class Server(ThreadingHTTPServer):
    """One listening port; each request has a thread and no name is looked up."""

    daemon_threads = True
    request_queue_size = 64
    handle: Handle

    def server_bind(self) -> None:
        """Bind without asking DNS for our own name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or spoke no TLS is no event; all else goes to the journal."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError)):
            sys.stderr.write(f"{client_address}: {type(error).__name__}: {error}\n")


class _Handler(BaseHTTPRequestHandler):
    timeout = 30
    server_version, sys_version = "Musterakte", ""
    server: Server

    def answer(self) -> None:
        parts = urlsplit(self.path)
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if not 0 <= length <= LARGEST_BODY:
                raise Problem(413, "body too large")
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            request = Request(
                self.command, unquote(parts.path), query, self.rfile.read(length), self.headers,
                str(self.client_address[0]), self.path,
            )  # fmt: skip
            reply = self.server.handle(request)
        except Problem as problem:
            reply = Reply(problem.status, {"error": str(problem)})
        except ValueError as error:
            reply = Reply(400, {"error": f"bad request: {error}"})
        except Exception as error:
            sys.stderr.write(f"{self.command} {parts.path}: {type(error).__name__}: {error}\n")
            reply = Reply(500, {"error": type(error).__name__})
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.kind, "Content-Length": str(len(body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """No access log: it would hold what clerks search for."""


for _method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


def listen(address: str, port: int, handle: Handle, tls: ssl.SSLContext | None = None) -> Server:
    """Serve in the background; address "*" means all. StartError when the port can not be had."""
    try:
        server = Server(("" if address == "*" else address, port), _Handler)
    except OSError as error:
        raise common.StartError(f"port {port} can not be opened: {error.strerror}") from error
    server.handle = handle
    if tls:
        # The handshake belongs to the request's thread: a silent client must not stop the others.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(1.0,), daemon=True).start()
    return server


def is_open(port: int) -> bool:
    """Whether something listens on this port of this host."""
    with socket.socket() as sock:
        sock.settimeout(2)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def call(method: str, url: str, body: Any = None, *, user: str = "", password: str = "", limit: float = 10) -> Any:
    """The JSON answer of another program; Problem for any status from 400, OSError when there is none."""
    headers = {}
    if user:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    status, _, content = exchange(method, url, data, headers, limit)
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise Problem(502, f"{url}: answer is not JSON") from error
    if status >= 400:
        raise Problem(status, str(answer.get("error", content[:200])))
    return answer


def exchange(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: float = 30
) -> tuple[int, str, bytes]:
    """One HTTP exchange: status, content type, body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=limit)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
        response = connection.getresponse()
        return response.status, response.headers.get("Content-Type", ""), response.read(LARGEST_BODY)
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__} from {parts.netloc}") from error
    finally:
        connection.close()


def _disk() -> dict[str, Any]:
    usage = shutil.disk_usage(common.VAR)
    details = {"total": usage.total, "free": usage.free, "threshold": DISK_THRESHOLD}
    return {"status": "UP" if usage.free >= DISK_THRESHOLD else "DOWN", "details": details}


@cache
def _product() -> dict[str, Any]:
    """The release that this program is, read once: the folder may hold another one by now."""
    return {"status": "UP", "details": {"release": common.manifest()["release"]}}


def _probed(probe: Probe) -> dict[str, Any]:
    try:
        details = probe()
    except Exception as error:
        return {"status": "DOWN", "details": {"error": f"{type(error).__name__}: {error}".strip()[:300]}}
    return {"status": details.pop("status", "UP"), **({"details": details} if details else {})}


def health(name: str, probes: Mapping[str, Probe]) -> dict[str, Any]:
    """The body of /manage/health, the faults `service-lying` and `up-but-nested-down` included."""
    components = {key: _probed(probe) for key, probe in probes.items()} | {"diskSpace": _disk(), "product": _product()}
    if common.fault("service-lying", name):
        components["ping"] = {"status": "DOWN", "details": {"error": "broken on purpose"}}
    down = any(part["status"] != "UP" for part in components.values())
    if common.fault("up-but-nested-down", name):
        components["cache"] = {"status": "DOWN", "details": {"error": "broken on purpose"}}
    return {"status": "DOWN" if down else "UP", "components": components}


def managed(name: str, probes: Mapping[str, Probe], handle: Handle) -> Handle:
    """Put /manage/health (always 200, the body says it) and /manage/info before a program's own answers."""

    def answer(request: Request) -> Reply:
        if request.path == "/manage/health":
            return Reply(200, health(name, probes))
        if request.path == "/manage/info":
            known = common.manifest()
            about = {"product": known["product"], "release": known["release"], "component": name}
            return Reply(200, about | {"started": STARTED})
        return handle(request)

    return answer


def nothing_else(request: Request) -> Reply:
    """The handler of a program that has health and no other answer."""
    raise Problem(404, f"nothing at {request.path}")
