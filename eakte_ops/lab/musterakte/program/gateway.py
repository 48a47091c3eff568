"""The gateway: the web page, the way to osrest, and the notice page while work is going on."""

from __future__ import annotations

import html
import threading
from pathlib import Path
from typing import Any

from . import common, shapes, tls, web

PAGE = """<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
PASSED_ON = ("Authorization", "Content-Type")


def merged(folder: Path) -> dict[str, Any]:
    """Every .yml in the folder and below, in name order, later files over earlier ones: a forgotten copy counts."""
    settings: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.yml")):
        _merge(settings, common.read_yaml(path))
    if not settings:
        raise common.StartError(f"{folder}: no configuration")
    return settings


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def page(status: int, title: str, text: str, **headers: str) -> web.Reply:
    """A plain HTML page."""
    body = PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
    return web.Reply(status, body, "text/html; charset=utf-8", headers)


class Gateway:
    """The answers on 80 and 443."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.osrest: str = settings["routes"]["osrest"]
        self.title: str = settings.get("osweb", {}).get("title", "Musterakte")

    def probe(self) -> dict[str, Any]:
        """Whether the application server behind it answers."""
        return {"answered": web.call("GET", self.osrest + "/manage/info")["component"]}

    def __call__(self, request: web.Request) -> web.Reply:
        """Answer one request; while there is a notice, everybody sees it."""
        if common.NOTICE.exists():
            text = (common.NOTICE.read_text(errors="replace").splitlines() or [""])[0]
            return page(503, "Wartungsarbeiten", text, **{"Retry-After": "300"})
        if request.path == "/":
            return web.Reply(302, b"", "text/plain", {"Location": "/osweb"})
        if request.path == "/osweb":
            release = common.manifest()["release"]
            return page(200, self.title, f"Musterakte {release}: ein Stellvertreter zum Üben, keine echte eAkte.")
        if request.path.startswith("/osrest/"):
            return self.pass_on(request)
        return page(404, "Nicht gefunden", request.path)

    def pass_on(self, request: web.Request) -> web.Reply:
        """Ask the application server and hand its answer back."""
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            status, kind, body = web.exchange(request.method, self.osrest + request.target, request.body, headers)
        except OSError as error:
            raise web.Problem(502, f"application server: {error}") from error
        return web.Reply(status, body, kind, {"WWW-Authenticate": "Basic"} if status == 401 else {})


def main() -> None:
    """Serve on the plain port, and with TLS if there is a certificate, until ended."""
    folder = common.config_path("gateway")
    settings = shapes.fitting("gateway", folder, merged(folder))
    context = tls.context(common.config_path("gateway-tls"))
    gateway, ports = Gateway(settings), settings["server"]
    handle = web.managed("gateway", {"osrest": gateway.probe}, gateway)
    web.listen(ports["address"], ports["port"], handle)
    if context is not None:
        web.listen(ports["address"], ports["tls-port"], handle, context)
    threading.Event().wait()
