"""The service-manager: runs the services that servicewatcher-sw.yml names; argus restarts what fell."""

from __future__ import annotations

import threading
import time
from typing import Any

from . import common, services, web
from .db import configured

OWN_PORT = 7281
ARGUS_LOOKS_EVERY = 1.0


class Service:
    """One service: a port with health, perhaps a worker. Here a thread, in the real product a JVM."""

    def __init__(self, entry: dict[str, Any], around: services.Surroundings) -> None:
        self.name, self.port = str(entry["name"]), int(entry["port"])
        self.poll = next((float(arg[7:]) for arg in entry.get("args") or [] if arg.startswith("--poll=")), 2.0)
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


def wanted(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of servicewatcher-sw.yml that are switched on; StartError for one this release lacks."""
    known = common.manifest()["services"]
    entries = settings.get("services")
    if not isinstance(entries, list):
        raise common.StartError("servicewatcher-sw.yml: wanted a list `services`")
    for entry in entries:
        if entry.get("name") not in known:
            raise common.StartError(f"servicewatcher-sw.yml: this release has no service {entry.get('name')!r}")
        if entry.get("instances") not in (0, 1) or not isinstance(entry.get("port"), int):
            raise common.StartError(f"servicewatcher-sw.yml: {entry['name']}: wanted instances 0 or 1, and a port")
    return [entry for entry in entries if entry["instances"]]


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
    try:
        index = common.config("services-index")["elasticsearch"]
        settings = common.config("services-common")
        around = services.Surroundings(configured(settings["database"]), settings["osrest"], index)
        running = [Service(entry, around) for entry in wanted(common.config("services"))]
    except KeyError as error:
        raise common.StartError(f"the configuration of the service-manager lacks {error}") from error

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
    web.listen("127.0.0.1", int(settings.get("port", OWN_PORT)), web.managed("service-manager", parts, applications))
    while True:
        argus(running)
        time.sleep(ARGUS_LOOKS_EVERY)
