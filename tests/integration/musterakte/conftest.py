"""A whole town of Musterakte on loopback: the real programs, a throwaway PostgreSQL, high ports, no root needed."""

from __future__ import annotations

import base64
import http.client
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.lab.musterakte import PROGRAMS, RELEASES, release_files
from tests.integration.musterakte.elsewhere import PORTS, elsewhere
from tests.unit.musterakte.rendered import content_of, files_of, sample

PASSWORD = "umlaut-ä and 'quotes\" #"
COMPONENTS = PROGRAMS[:5]
SERVICES = ("services-admin", "discovery", "license", "dms", "index-service", "rendition")
NEEDED = "apt install python3-psycopg2 python3-yaml postgresql-15 logrotate openssl"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for sock in held:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in held]
    finally:
        for sock in held:
            sock.close()


def wait_until(happened: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """The first true result; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = happened()
        if result:
            return result
        time.sleep(0.05)
    pytest.fail(f"not within {seconds:g} s: {what}")


@dataclass
class Town:
    """One box with everything. `own` is the OS account that plays `eakte`; `ports` and `services` by their names."""

    root: Path
    ports: dict[str, int]
    services: dict[str, int]
    own: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        places = {name: str(self.root / name) for name in ("etc", "var", "log", "run", "notice")}
        return {f"EAKTE_{name.upper()}": path for name, path in places.items()} | {"PATH": "/usr/bin:/bin"}

    def command(self, program: str, *words: str) -> list[str]:
        become = ["runuser", "-u", self.own, "--"] if os.geteuid() == 0 else []
        env = ["env", "-i", *(f"{key}={value}" for key, value in self.environment.items())]
        return [*become, *env, program, *words]

    def admin(self, *words: str, stdin: str = "", status: int = 0) -> Any:
        """Run musterakte-admin; its JSON, or its sentence when it is to fail."""
        command = self.command(str(self.root / "release/bin/musterakte-admin"), *words)
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd="/", timeout=60, check=False)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    def start(self, component: str) -> None:
        """Start a program in the background, ending one that still runs; its stderr is kept beside the logs."""
        if component in self.running and self.running[component].poll() is None:
            self.stop(component)
        with (self.root / f"{component}.err").open("ab") as errors:
            command = self.command(str(self.root / "release/bin" / component))
            self.running[component] = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True
            )

    def stop(self, component: str) -> None:
        """End a program as its unit would: SIGINT for the database, SIGTERM for the others."""
        process = self.running.pop(component)
        sign = "INT" if component == "database" else "TERM"
        child = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        for pid in child.stdout.split() if os.geteuid() == 0 else [str(process.pid)]:
            subprocess.run(["kill", f"-{sign}", pid], check=False)
        process.wait(20)

    def sql(self, text: str, role: str = "eakte_super") -> subprocess.CompletedProcess[str]:
        words = ["psql", "-h", str(self.root / "run"), "-p", str(self.ports["database"]), "-U", role]
        command = self.command(*words, "-d", "eakte", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", text)
        return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=20, check=False)

    def ask(
        self, port: str, path: str, method: str = "GET", body: Any = None, *, user: str = "", password: str = PASSWORD
    ) -> tuple[int, Any]:
        """Status and body (JSON if it is) of an HTTP request to a port by its name."""
        number = self.ports.get(port) or self.services[port]
        connection = http.client.HTTPConnection("127.0.0.1", number, timeout=10)
        headers = {}
        if user:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            content = response.read().decode()
        finally:
            connection.close()
        is_json = response.headers.get("Content-Type") == "application/json"
        return response.status, json.loads(content) if is_json else content

    def listens(self, port: str) -> bool:
        number = self.ports.get(port) or self.services[port]
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", number)) == 0

    def health(self, port: str) -> dict[str, Any]:
        status, body = self.ask(port, "/manage/health")
        assert status == 200
        assert isinstance(body, dict)
        return body

    def startup_text(self) -> str:
        path = self.root / "log/application-server/startup.txt"
        return path.read_text() if path.exists() else ""

    def start_all(self) -> None:
        for component in COMPONENTS:
            self.start(component)
        wait_until(lambda: self.startup_text().endswith("Server start succeeded\n"), "application server")
        ports = ("index", "service-manager", "gateway", *self.services)
        wait_until(lambda: all(map(self.listens, ports)), "all ports")

    def lines(self, *jobs: str) -> list[dict[str, Any]]:
        """Answers to jobs sent over one connection to the application server."""
        with socket.create_connection(("127.0.0.1", self.ports["application-server"]), 10) as sock:
            sock.sendall("".join(f"{job}\n" for job in jobs).encode())
            sock.shutdown(socket.SHUT_WR)
            return [json.loads(line) for line in sock.makefile("rb").read().splitlines()]


def put_release(folder: Path) -> None:
    """The programs, as they lie on a server."""
    for path, (content, mode) in release_files(RELEASES[0]).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(mode)


def build(root: Path, own: str) -> Town:
    """Folders, release and configuration as the lab's local IT and the first installation would leave them, and what
    the templates give for a town of one server."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    services = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    folders = [f"var/{name}" for name in ("database", "documents", "index", "rendition", "faults")]
    for folder in [*folders, *(f"log/{name}" for name in COMPONENTS), "run"]:
        (root / folder).mkdir(parents=True)
    (root / "var/database").chmod(0o700)
    put_release(root / "release")
    for rendered in files_of(elsewhere(sample("herdecke"), root, own, ports, services)):
        if not rendered.proposal:
            place = Path(rendered.path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content_of(rendered, PASSWORD))
            place.chmod(rendered.mode)
    if os.geteuid() == 0:
        for place in [root, *root.rglob("*")]:
            shutil.chown(place, own, own)
    return Town(root, ports, services, own)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """A running town with 300 documents. Tests leave it as they found it."""
    probe = subprocess.run(["/usr/bin/python3", "-I", "-c", "import psycopg2, yaml"], capture_output=True, check=False)
    if probe.returncode or not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        pytest.fail(f"Musterakte needs Debian's own Python modules and PostgreSQL: {NEEDED}")
    own = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    root = Path(tempfile.mkdtemp(prefix="musterakte-"))
    made = build(root, own)
    try:
        made.admin("init-database", stdin=PASSWORD + "\n")
        made.start_all()
        made.admin("load-samples", "300")
        yield made
    finally:
        for component in [name for name in reversed(COMPONENTS) if name in made.running]:
            made.stop(component)
        shutil.rmtree(root)
