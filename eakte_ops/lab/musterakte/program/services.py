"""The services that the service-manager runs: what each asks for its health, and who works on a queue."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg2

from . import common, schema, web
from .db import Database

BATCH = 50


@dataclass
class Surroundings:
    """What the services reach: database, document server, index (each URL with user and password).

    `locking_s`: after how many seconds without activity a licence is free again; of the licence service alone.
    """

    database: Database
    osrest: dict[str, Any]
    index: dict[str, Any]
    locking_s: int

    def document(self, object_id: int) -> dict[str, Any] | None:
        """A document from the application server; None when it is gone or has lost a page."""
        try:
            found: dict[str, Any] = _call(self.osrest, "GET", f"/osrest/documents/{object_id:08X}")
        except web.Problem as problem:
            if problem.status in (404, 500):
                return None
            raise
        return found


def _call(there: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    return web.call(method, there["url"] + path, body, user=there["user"], password=there["password"])


def probes(name: str, around: Surroundings) -> dict[str, web.Probe]:
    """The nested components in a service's health."""

    def licence() -> dict[str, Any]:
        with around.database.transaction() as cursor:
            schema.check_licence(cursor)
            return {"valid_until": schema.valid_until(cursor), "lockingTimeInSec": around.locking_s}

    def elasticsearch() -> dict[str, Any]:
        colour = _call(around.index, "GET", "/_cluster/health")["status"]
        return {"status": "DOWN" if colour == "red" else "UP", "color": colour}

    def osrest() -> dict[str, Any]:
        return {"answered": web.call("GET", around.osrest["url"] + "/manage/info")["component"]}

    def cache() -> dict[str, Any]:
        return {"files": sum(1 for _ in (common.VAR / "rendition").iterdir())}

    db = around.database.probe
    return {
        "license": {"db": db, "licence": licence},
        "index-service": {"db": db, "elasticsearch": elasticsearch},
        "rendition": {"db": db, "osrest": osrest, "cache": cache},
    }.get(name, {})


def index_documents(around: Surroundings, object_ids: list[int]) -> None:
    """Full text of documents into the index; osftslog says how it went."""
    lines: list[dict[str, Any]] = []
    for object_id in object_ids:
        document = around.document(object_id)
        if document is not None:
            lines.append({"index": {"_id": document["id"]}})
            lines.append({"title": document["title"], "content": "\n".join(document["pages"])})
    flag = 200
    try:
        _bulk(around, lines)
    except web.Problem:
        flag = 503
        raise
    finally:
        with around.database.transaction() as cursor:
            cursor.execute(
                "UPDATE osftslog SET date2 = %s, flag2 = %s WHERE object_id = ANY(%s)",
                (common.minutes(), flag, object_ids),
            )


def forget_documents(around: Surroundings, object_ids: list[int]) -> None:
    """Deleted documents out of the index."""
    _bulk(around, [{"delete": {"_id": f"{object_id:08X}"}} for object_id in object_ids])


def _bulk(around: Surroundings, lines: list[dict[str, Any]]) -> None:
    body = "".join(json.dumps(line) + "\n" for line in lines)
    _call(around.index, "POST", "/_bulk", body.encode())


def render_documents(around: Surroundings, object_ids: list[int]) -> None:
    """A preview file per document in the rendition cache."""
    for object_id in object_ids:
        document = around.document(object_id)
        if document is not None:
            preview = f"{document['title']}\n\n{document['pages'][0][:500]}\n"
            (common.VAR / "rendition" / f"{object_id:08X}.txt").write_text(preview)


Work = Callable[[Surroundings, list[int]], None]
WORK: dict[str, dict[str, Work]] = {
    "index-service": {"FULLTEXTIDX": index_documents, "FULLTEXTDELETE": forget_documents},
    "rendition": {"RENDITION": render_documents},
}


class Worker:
    """Consumes the queues of one service: the newest rows first, as the product does."""

    def __init__(self, name: str, port: int, around: Surroundings, poll: float) -> None:
        self.name, self.around, self.poll = name, around, poll
        self.owner = f"{name.removesuffix('-service')}:{port}"
        self.stopped = threading.Event()

    def run(self) -> None:
        """Work until stopped. After a refusal or an outage the rows stay in the queue and are unlocked."""
        problem = "start"
        while not self.stopped.is_set():
            served = 0
            try:
                if problem:
                    self.free()
                problem = ""
                served = sum([self.serve(queue, work) for queue, work in WORK[self.name].items()])
            except (psycopg2.Error, OSError, web.Problem) as error:
                problem = f"{type(error).__name__}: {error}".strip()
            common.log_change("service-manager", self.name, problem)
            if not served:
                self.stopped.wait(self.poll)

    def free(self) -> None:
        """Give back what this worker had locked when it was killed, or lost the database."""
        with self.around.database.transaction() as cursor:
            cursor.execute("UPDATE oscpmqueue SET lock_service = NULL WHERE lock_service = %s", (self.owner,))

    def serve(self, queue: str, work: Work) -> int:
        """Lock a batch, work on it, remove it; returns how many rows it had."""
        with self.around.database.transaction() as cursor:
            cursor.execute(
                "UPDATE oscpmqueue SET lock_service = %s WHERE messageguid IN ("
                "SELECT messageguid FROM oscpmqueue WHERE queuename = %s AND lock_service IS NULL "
                "ORDER BY created DESC LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING messageguid, osid",
                (self.owner, queue, BATCH),
            )
            rows = cursor.fetchall()
        if not rows:
            return 0
        work(self.around, [row[1] for row in rows])
        with self.around.database.transaction() as cursor:
            cursor.execute("DELETE FROM oscpmqueue WHERE messageguid = ANY(%s::uuid[])", ([row[0] for row in rows],))
        return len(rows)
