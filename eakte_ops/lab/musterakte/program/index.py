"""The index: as much of Elasticsearch's HTTP as operating it needs, on SQLite's full text."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from . import common, shapes, web

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
FLOOD_STAGE = 0.05  # below this share of free space Elasticsearch blocks writing by itself
BLOCK = "index.blocks.read_only_allow_delete"


class Refused(web.Problem):
    """An error in Elasticsearch's own form."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(status, f"{kind}: {reason}")
        self.body: dict[str, Any] = {"error": {"type": kind, "reason": reason}, "status": status}


class Store:
    """Documents and settings in one SQLite file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lock = folder, threading.RLock()
        self.db = sqlite3.connect(folder / "fts.db", check_same_thread=False, isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT);"
            "CREATE VIRTUAL TABLE IF NOT EXISTS fts USING fts5(id, title, content);"
            "CREATE TABLE IF NOT EXISTS known (id TEXT PRIMARY KEY, place INTEGER);"
        )

    def one(self, text: str, *values: Any) -> Any:
        """First column of the first row, or None."""
        with self.lock:
            row = self.db.execute(text, values).fetchone()
        return row[0] if row else None

    def setting(self, key: str) -> str | None:
        """A kept setting."""
        found: str | None = self.one("SELECT value FROM setting WHERE key = ?", key)
        return found

    def keep(self, key: str, value: str | None) -> None:
        """Keep a setting; None forgets it."""
        with self.lock:
            self.db.execute("DELETE FROM setting WHERE key = ?", (key,))
            if value is not None:
                self.db.execute("INSERT INTO setting VALUES (?, ?)", (key, value))

    def blocked(self) -> bool:
        """Whether writing is blocked, by a setting or by a full disk."""
        usage = shutil.disk_usage(self.folder)
        return self.setting(BLOCK) == "true" or usage.free < usage.total * FLOOD_STAGE

    def change(self, changes: list[tuple[str, dict[str, Any] | None]]) -> None:
        """Index (id, document) or delete (id, None), all or nothing; Refused when blocked."""
        if any(document is not None for _, document in changes) and self.blocked():
            raise Refused(429, "cluster_block_exception", "index [fts] blocked by: [TOO_MANY_REQUESTS/12/read-only]")
        with self.lock, self.db:
            self.db.execute("BEGIN")
            for name, document in changes:
                self.db.execute("DELETE FROM fts WHERE rowid = (SELECT place FROM known WHERE id = ?)", (name,))
                self.db.execute("DELETE FROM known WHERE id = ?", (name,))
                if document is not None:
                    row = (name, str(document.get("title", "")), str(document.get("content", "")))
                    place = self.db.execute("INSERT INTO fts VALUES (?, ?, ?)", row).lastrowid
                    self.db.execute("INSERT INTO known VALUES (?, ?)", (name, place))

    def search(self, words: str) -> list[tuple[str, str]]:
        """(id, title) of the documents that hold all words, each as beginning of a word."""
        terms = " ".join('"' + word.replace('"', '""') + '"*' for word in words.replace("\0", " ").split())
        if not terms:
            return []
        with self.lock:
            return self.db.execute("SELECT id, title FROM fts WHERE fts MATCH ? ORDER BY id", (terms,)).fetchall()

    def copy(self, path: Path, back: bool = False) -> None:
        """Write all documents to a file, or take them from it."""
        with self.lock:
            other = sqlite3.connect(path)
            try:
                source, target = (other, self.db) if back else (self.db, other)
                source.backup(target)
            finally:
                other.close()


class Index:
    """The answers on port 8041."""

    def __init__(self, store: Store, settings: dict[str, Any], users: dict[str, str]) -> None:
        self.store, self.settings, self.users = store, settings, users
        self.repositories = Path(settings.get("path.repo", common.VAR / "index" / "snapshots"))

    def __call__(self, request: web.Request) -> web.Reply:
        """Answer one request; health is for this host's own eyes and needs no password."""
        if request.path.startswith("/manage/"):
            if not request.peer.startswith("127."):
                raise web.Problem(403, "health is answered on this host only")
            return web.managed("index", {"cluster": self.probe}, web.nothing_else)(request)
        try:
            if not any(request.is_from(user, password) for user, password in self.users.items()):
                raise Refused(401, "security_exception", "missing or wrong authentication credentials")
            return self.answer(request)
        except Refused as refused:
            headers = {"WWW-Authenticate": "Basic"} if refused.status == 401 else {}
            return web.Reply(refused.status, refused.body, headers=headers)

    def answer(self, request: web.Request) -> web.Reply:
        """The answer to a user who is known."""
        method, parts = request.method, request.path.strip("/").split("/")
        match (method, *parts):
            case ("GET", "_cluster", "health"):
                reply = web.Reply(200, self.cluster())
            case ("GET", "_cat", "health"):
                seen = self.cluster()
                line = f"{int(time.time())} {seen['cluster_name']} {seen['status']} 1 1 1 1 0 0 0 0 - 100.0%\n"
                reply = web.Reply(200, line.encode(), "text/plain")
            case (_, "_all" | "fts", "_settings"):
                reply = self.index_settings(request)
            case (_, "fts", "_doc", name):
                reply = self.document(request, name)
            case ("POST", "_bulk"):
                changes = self.bulk(request.body)
                self.store.change(changes)
                reply = web.Reply(200, {"errors": False, "items": len(changes)})
            case ("GET" | "POST", "fts", "_search"):
                found = self.store.search(request.query.get("q", ""))
                hits = [{"_id": name, "_source": {"title": title}} for name, title in found]
                reply = web.Reply(200, {"hits": {"total": {"value": len(hits)}, "hits": hits}})
            case (_, "_snapshot", repository, *rest):
                reply = web.Reply(200, self.snapshot(request, repository, rest))
            case _:
                raise Refused(400, "illegal_argument_exception", f"no handler for {method} {request.path}")
        return reply

    def blocks(self) -> list[str]:
        """Blocks that hold now."""
        return ["fts:read_only_allow_delete"] if self.store.blocked() else []

    def colour(self) -> str:
        """Green, unless broken on purpose. A block does not change it."""
        return "red" if common.fault("index-red", "index") else "green"

    def probe(self) -> dict[str, Any]:
        """What the night may know without a password."""
        count = self.store.one("SELECT count(*) FROM known")
        status = "DOWN" if self.colour() == "red" else "UP"
        return {"status": status, "color": self.colour(), "blocks": self.blocks(), "documents": count}

    def cluster(self) -> dict[str, Any]:
        """_cluster/health of a single node."""
        return {
            "cluster_name": self.settings.get("cluster.name", "musterakte-fts"),
            "status": self.colour(),
            "timed_out": False,
            "number_of_nodes": 1,
            "active_shards": 1,
            "unassigned_shards": 1 if self.colour() == "red" else 0,
        }

    def index_settings(self, request: web.Request) -> web.Reply:
        """Read the settings, or set or lift the block."""
        if request.method == "PUT":
            changes = request.json()
            if not isinstance(changes, dict) or set(changes) != {BLOCK}:
                raise Refused(400, "illegal_argument_exception", f"only {BLOCK} can be set")
            self.store.keep(BLOCK, "true" if changes[BLOCK] in (True, "true") else None)
            return web.Reply(200, {"acknowledged": True})
        blocks = {"blocks": {"read_only_allow_delete": "true"}} if self.blocks() else {}
        return web.Reply(200, {"fts": {"settings": {"index": {"number_of_shards": "1", **blocks}}}})

    def document(self, request: web.Request, name: str) -> web.Reply:
        """Store, read, delete one document of the index."""
        known = self.store.one("SELECT 1 FROM known WHERE id = ?", name) is not None
        if request.method == "PUT":
            self.store.change([(name, request.json())])
            return web.Reply(200 if known else 201, {"_id": name, "result": "updated" if known else "created"})
        if request.method == "DELETE":
            self.store.change([(name, None)])
            return web.Reply(200 if known else 404, {"_id": name, "result": "deleted" if known else "not_found"})
        title = self.store.one("SELECT title FROM fts WHERE rowid = (SELECT place FROM known WHERE id = ?)", name)
        return web.Reply(200 if known else 404, {"_id": name, "found": known, "_source": {"title": title}})

    @staticmethod
    def bulk(body: bytes) -> list[tuple[str, dict[str, Any] | None]]:
        """The changes in a _bulk body: JSON lines, an action and perhaps its document."""
        lines = iter([json.loads(line) for line in body.splitlines() if line.strip()])
        changes: list[tuple[str, dict[str, Any] | None]] = []
        for action in lines:
            if "delete" in action:
                changes.append((str(action["delete"]["_id"]), None))
            elif "index" in action:
                changes.append((str(action["index"]["_id"]), next(lines, {})))
            else:
                raise Refused(400, "illegal_argument_exception", "an action is index or delete")
        return changes

    def snapshot(self, request: web.Request, repository: str, rest: list[str]) -> dict[str, Any]:
        """Register a repository below path.repo; write, list, delete, restore snapshots in it."""
        if not all(NAME.match(word) for word in [repository, *rest[:1]] if word != "_all"):
            raise Refused(400, "invalid_snapshot_name_exception", "lower-case letters, digits, . _ - only")
        key = f"repository.{repository}"
        if not rest and request.method == "PUT":
            location = (self.repositories / str(request.json()["settings"]["location"])).resolve()
            if not location.is_relative_to(self.repositories.resolve()):
                raise Refused(400, "repository_exception", f"location is not below {self.repositories}")
            location.mkdir(parents=True, exist_ok=True)
            self.store.keep(key, str(location))
            return {"acknowledged": True}
        kept = self.store.setting(key)
        if kept is None:
            raise Refused(404, "repository_missing_exception", f"[{repository}] missing")
        folder = Path(kept)
        if not rest:
            return {repository: {"type": "fs", "settings": {"location": kept}}}
        path = folder / f"{rest[0]}.db"
        if request.method == "PUT":
            if path.exists():
                raise Refused(400, "invalid_snapshot_name_exception", f"[{rest[0]}] exists already")
            unfinished = path.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            self.store.copy(unfinished)
            unfinished.rename(path)
            return {"snapshot": _described(path)}
        if request.method == "GET":
            paths = sorted(folder.glob("*.db")) if rest[0] == "_all" else [path]
            return {"snapshots": [_described(found) for found in paths if found.exists()]}
        if not path.exists():
            raise Refused(404, "snapshot_missing_exception", f"[{repository}:{rest[0]}] is missing")
        if request.method == "DELETE":
            path.unlink()
        elif rest[1:] == ["_restore"]:
            self.store.copy(path, back=True)
            self.store.keep(key, kept)
        return {"acknowledged": True, "accepted": True}


def _described(path: Path) -> dict[str, Any]:
    return {"snapshot": path.stem, "state": "SUCCESS", "end_time_in_millis": int(path.stat().st_mtime * 1000)}


def read_users() -> dict[str, str]:
    """User and password of everybody in built-in.usr."""
    return users_in(common.config_path("index-users"))


def users_in(path: Path) -> dict[str, str]:
    """User and password per line of a file, with a colon between; StartError for a line that is none."""
    users: dict[str, str] = {}
    for number, line in enumerate(common.read_text(path).split("\n"), 1):
        user, _, password = line.partition(":")
        if line and not (user and password):
            raise common.StartError(f"{path}: line {number}: USER:PASSWORD is wanted")
        if user in users:
            raise common.StartError(f"{path}: line {number}: this user stands here twice")
        if line:
            users[user] = password
    return users


def main() -> None:
    """Serve until ended."""
    settings = shapes.config("index")
    users = read_users()
    if "elastic" not in users:
        raise common.StartError("built-in.usr: no user elastic")
    index = Index(Store(common.VAR / "index"), settings, users)
    web.listen(settings["network.host"], settings["http.port"], index)
    threading.Event().wait()
