"""The service-manager: runs the services that servicewatcher-sw.yml names; argus restarts what fell."""

from __future__ import annotations

import threading
import time
from typing import Any

from . import common, services, shapes, web
from .db import configured

ARGUS_LOOKS_EVERY = 1.0


class Service:
    """One service: a port with health, perhaps a worker. Here a thread, in the real product a JVM."""

    def __init__(self, entry: dict[str, Any], around: services.Surroundings) -> None:
        self.name, self.port = str(entry["name"]), int(entry["port"])
        self.poll = next((float(arg.removeprefix("--poll=")) for arg in entry.get("args", [])), 2.0)
        self.around = around
        self.handle: web.Handle = web.nothing_else
        self.server: web.Server | None = None
        self.worker: services.Worker | None = None
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the port and begin to work."""
        probes = services.probes(self.name, self.around)
        self.server = web.listen("127.0.0.1", self.port, web.managed(self.name, probes, self.handle))
        if self.name in services.WORK:
            self.worker = services.Worker(self.name, self.port, self.around, self.poll)
            self.thread = threading.Thread(target=self.worker.run, daemon=True)
            self.thread.start()

    def stop(self) -> None:
        """Close the port, end the work."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        if self.worker and self.thread:
            self.worker.stopped.set()
            self.thread.join()
        self.server = self.worker = self.thread = None

    @property
    def fell(self) -> bool:
        """Whether it should run and does not, or its worker has died."""
        return self.server is None or (self.thread is not None and not self.thread.is_alive())

    def state(self) -> str:
        """UP or DOWN as its own health says; OFFLINE when nothing answers."""
        try:
            found = web.call("GET", f"http://127.0.0.1:{self.port}/manage/health", limit=5)
        except (OSError, web.Problem):
            return "OFFLINE"
        return str(found["status"])


def aggregate(running: list[Service]) -> list[dict[str, Any]]:
    """The states of all services in one answer. It has been wrong before: `aggregate-lies` turns one round."""
    found = []
    for service in running:
        # It can not ask itself over HTTP while it answers for all: it runs, or nobody would read this.
        status = "UP" if service.name == "services-admin" else service.state()
        if common.fault("aggregate-lies", service.name):
            status = "DOWN" if status == "UP" else "UP"
        registration = {"healthUrl": f"http://127.0.0.1:{service.port}/manage/health"}
        instance = {
            "id": f"{service.name}:{service.port}",
            "registration": registration,
            "statusInfo": {"status": status},
        }
        found.append({"name": service.name, "status": status, "instances": [instance]})
    return found


def argus(running: list[Service]) -> None:
    """Restart what fell, unless it was taken down on purpose."""
    for service in running:
        if common.fault("service-down", service.name):
            if service.server:
                common.log("service-manager", f"{service.name}: taken down on purpose")
                service.stop()
        elif service.fell:
            service.stop()
            try:
                service.start()
            except common.StartError as error:
                common.log_change("service-manager", service.name, str(error))
            else:
                common.log("service-manager", f"{service.name}: started")


def main() -> None:
    """Run the services until ended."""
    settings, entries = shapes.config("services-common"), shapes.wanted(shapes.config("services"))
    licence = shapes.config("services-licence") if any(entry["name"] == "license" for entry in entries) else {}
    around = services.Surroundings(
        configured(settings["database"]),
        settings["osrest"],
        shapes.config("services-index")["elasticsearch"],
        licence.get("lockingTimeInSec", 0),
    )
    running = [Service(entry, around) for entry in entries]

    def applications(request: web.Request) -> web.Reply:
        if request.path != "/applications":
            return web.nothing_else(request)
        return web.Reply(200, aggregate(running))

    def probe(service: Service) -> web.Probe:
        return lambda: {"status": "DOWN" if service.fell else "UP"}

    for service in running:
        if service.name == "services-admin":
            service.handle = applications
    parts = {service.name: probe(service) for service in running}
    web.listen("127.0.0.1", settings["port"], web.managed("service-manager", parts, applications))
    while True:
        argus(running)
        time.sleep(ARGUS_LOOKS_EVERY)
