"""The application server: job lines on 4000, documents over HTTP on 8060."""

from __future__ import annotations

import json
import shutil
import socketserver
import threading
import time
from typing import Any
from urllib.parse import quote

import psycopg2

from . import common, documents, schema, shapes, web
from .area import AREA
from .db import Database, configured

CHECKED_PER_MINUTE = 20


def say(text: str, mode: str = "a") -> None:
    """Add a dated line to startup.txt, whose last line says how the start ended."""
    with (common.LOG / "application-server" / "startup.txt").open(mode) as file:
        file.write(f"{common.now()} {text}\n")


def wait_for(database: Database, seconds: float) -> None:
    """Return when the database answers; StartError when it does not in time."""
    end, said = time.monotonic() + seconds, ""
    while True:
        try:
            database.probe()
            return
        except psycopg2.Error as error:
            reason = str(error).strip().splitlines()[0]
            if time.monotonic() > end:
                raise common.StartError(f"the database did not answer in {seconds:g} s: {reason}") from error
        if reason != said:
            say(f"Waiting for the database: {reason}")
        said = reason
        time.sleep(0.5)


class Osrest:
    """Documents over HTTP: store, read, search, delete; basic authentication."""

    def __init__(self, database: Database, users: dict[str, str], index: dict[str, Any]) -> None:
        self.database, self.users, self.index = database, users, index

    def __call__(self, request: web.Request) -> web.Reply:
        """Answer one request below /osrest."""
        if not any(request.is_from(user, password) for user, password in self.users.items()):
            return web.Reply(401, {"error": "user and password wanted"}, headers={"WWW-Authenticate": "Basic"})
        if request.path == "/osrest/documents" and request.method == "POST":
            return web.Reply(201, self.store(request.json()))
        if request.path == "/osrest/search" and request.method == "GET":
            return web.Reply(200, self.search(request.query.get("q", "")))
        place, _, name = request.path.rpartition("/")
        if place != "/osrest/documents" or request.method not in ("GET", "DELETE"):
            raise web.Problem(404, f"nothing at {request.method} {request.path}")
        object_id = _number(name)
        if request.method == "GET":
            return web.Reply(200, documents.read(self.database, object_id))
        documents.delete(self.database, object_id)
        return web.Reply(200, {"deleted": f"{object_id:08X}"})

    def store(self, sent: Any) -> dict[str, Any]:
        """Store {"title": text, "pages": [text, ...]}."""
        if not isinstance(sent, dict) or not isinstance(sent.get("title"), str):
            raise web.Problem(400, 'wanted: {"title": text, "pages": [text, ...]}')
        pages = sent.get("pages")
        if not isinstance(pages, list) or not pages or not all(isinstance(page, str) for page in pages):
            raise web.Problem(400, "a document has at least one page, each a text")
        return documents.store(self.database, sent["title"], [page.encode() for page in pages])

    def search(self, words: str) -> dict[str, Any]:
        """Documents that hold the words, as far as the index knows them."""
        try:
            found = web.call(
                "GET", f"{self.index['url']}/fts/_search?q={quote(words)}",
                user=self.index["user"], password=self.index["password"],
            )  # fmt: skip
        except (OSError, web.Problem) as error:
            raise web.Problem(502, f"index: {error}") from error
        hits = [{"id": hit["_id"], "title": hit["_source"]["title"]} for hit in found["hits"]["hits"]]
        return {"hits": hits, "total": found["hits"]["total"]["value"]}


def _number(name: str) -> int:
    try:
        number = int(name, 16)
    except ValueError:
        number = -1
    if len(name) != 8 or not 0 <= number < 2**31:
        raise web.Problem(404, "a document is named by 8 hex digits")
    return number


class Jobs:
    """The line protocol. Dangerous jobs of the real product (krn.ShutDown ...) are refused like unknown ones."""

    def __init__(self, database: Database, steps: list[str]) -> None:
        self.database, self.steps = database, steps
        self.known = {
            "krn.GetServerInfo": self.info,
            "krn.CheckServerConnection": dict,
            "krn.CheckDiskSpace": self.disk,
            "krn.QueueEnum": self.queues,
        }

    def answer(self, job: str) -> dict[str, Any]:
        """The answer to one job; rc is 0 when it was carried out."""
        act = self.known.get(job)
        if act is None:
            return {"job": job, "rc": -1, "error": "refused: not one of " + " ".join(self.known)}
        try:
            return {"job": job, "rc": 0, **act()}
        except (psycopg2.Error, OSError) as error:
            return {"job": job, "rc": -2, "error": f"{type(error).__name__}: {error}".strip()}

    def info(self) -> dict[str, Any]:
        """What runs here, since when, on which schema."""
        known = common.manifest()
        return {"product": known["product"], "release": known["release"], "schema": self.steps, "started": web.STARTED}

    def disk(self) -> dict[str, Any]:
        """Space in the document area, in bytes."""
        usage = shutil.disk_usage(common.VAR / "documents")
        return {"total": usage.total, "free": usage.free}

    def queues(self) -> dict[str, Any]:
        """Rows per queue."""
        with self.database.transaction() as cursor:
            cursor.execute("SELECT queuename, count(*) FROM oscpmqueue GROUP BY 1 ORDER BY 1")
            return {"queues": dict(cursor.fetchall())}


class _Lines(socketserver.StreamRequestHandler):
    timeout = 60
    server: _LineServer

    def handle(self) -> None:
        try:
            while line := self.rfile.readline(1024):
                answer = self.server.jobs.answer(line.decode("ascii", "replace").strip())
                self.wfile.write(json.dumps(answer).encode() + b"\n")
                if answer["rc"] == -1:
                    return
        except (ConnectionError, TimeoutError):
            return


class _LineServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 64
    jobs: Jobs


def check_hashes(database: Database) -> None:
    """Go on checking some documents a minute, for ever; what can not be read now is read later."""
    while True:
        time.sleep(60)
        try:
            result = documents.check(database, CHECKED_PER_MINUTE)
        except (psycopg2.Error, OSError) as error:
            common.log("application-server", f"hash check: {type(error).__name__}")
        else:
            if result["bad"] or result["missing"]:
                common.log("application-server", f"hash check: {result}")


def main() -> None:
    """Start, say so in startup.txt, serve until ended."""
    say(f"Starting Musterakte {common.manifest()['release']}", "w")
    try:
        settings = shapes.config("application-server")
        database = configured(settings["database"])
        wait_for(database, float(settings["database"].get("wait", 120)))
        with database.transaction() as cursor:
            steps = schema.fits(cursor)
        say(f"Database answers, {len(steps)} schema steps, licence fits")
        osrest = Osrest(database, settings["osrest"]["users"], settings["index"])
        AREA.look()
        probes = {"db": database.probe, "documents": AREA.probe}
        address = settings["listen"]
        web.listen(address, settings["osrest"]["port"], web.managed("application-server", probes, osrest))
        lines = _LineServer(("" if address == "*" else address, settings["port"]), _Lines)
        lines.jobs = Jobs(database, steps)
    except (common.StartError, OSError, psycopg2.Error, KeyError) as error:
        reason = f"server.yml lacks {error}" if isinstance(error, KeyError) else str(error).strip()
        say(f"Server start failed: {reason}")
        raise common.StartError(reason) from error
    threading.Thread(target=check_hashes, args=(database,), daemon=True).start()
    say("Server start succeeded")
    lines.serve_forever(60)
