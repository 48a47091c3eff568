"""The questions themselves, run by real shells on this machine; what they print is read by the facts."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eakte_ops.health.facts import reading
from eakte_ops.health.facts.certificate import CERTIFICATE
from eakte_ops.health.facts.clock import CLOCK
from eakte_ops.health.facts.database import ANSWERS
from eakte_ops.health.facts.ports import PORTS
from eakte_ops.health.facts.product import PRODUCT
from eakte_ops.health.facts.remote_mounts import REMOTE_MOUNTS
from eakte_ops.health.facts.startup import STARTUP
from eakte_ops.health.facts.storage import STORAGE
from eakte_ops.health.facts.units import UNITS
from eakte_ops.health.facts.web import WEB
from eakte_ops.health.types import NotKnown
from eakte_ops.remote.types import Answer, Visit

Ask = Callable[..., Answer]


@pytest.fixture(params=["dash", "bash"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Runs a question's text as the exchange does: as a text for a shell, with its arguments."""

    def ask(name: str, *args: str, path: str = "") -> Answer:
        text = reading.question(name).script.text["posix"]
        env = {"PATH": path or "/usr/local/bin:/usr/bin:/bin"}
        done = subprocess.run(
            [f"/usr/bin/{request.param}", "-c", text, "sh", *args],
            capture_output=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
            env=env,
        )
        return Answer(name, done.returncode, done.stdout, done.stderr)

    return ask


def visit() -> Visit:
    return Visit(0.0, "", "", "", began=time.time() - 5, ended=time.time() + 5)


def stub(folder: Path, name: str, text: str) -> str:
    """A program of ours that goes before the real one; returns the PATH."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_clock(ask: Ask) -> None:
    assert CLOCK.parse(ask("clock"), visit()).seconds == 0


def test_storage_knows_the_root_of_this_machine(ask: Ask) -> None:
    mounts = {mount.path: mount for mount in STORAGE.parse(ask("storage"), visit())}
    assert mounts["/"].known
    assert mounts["/"].size > 10**8
    assert 0 <= mounts["/"].used_percent <= 100
    assert not any(path.startswith(("/proc", "/sys", "/dev")) for path in mounts)


def test_remote_mounts_of_this_machine_answer_at_once(ask: Ask) -> None:
    began = time.monotonic()
    found = REMOTE_MOUNTS.parse(ask("remote_mounts", "2"), visit())
    assert time.monotonic() - began < 5
    assert all(mount.state in ("ok", "denied", "fails") for mount in found)


SHOWN = r"""
case $* in
  *list-units*) printf 'fwupd.service loaded failed failed Firmware\n' ;;
  *) for unit; do case $unit in eakte-*)
       printf 'Result=success\nId=%s\nLoadState=loaded\nActiveState=active\n' "$unit"
       printf 'SubState=running\nUnitFileState=enabled\n\n'
     esac; done ;;
esac
"""


def test_units_and_switches(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("audit\tuntil Friday\nsecond line\n")
    path = stub(tmp_path, "systemctl", SHOWN)
    units = ("eakte-gateway.service", "eakte-index.service")
    found = UNITS.parse(ask("units", str(tmp_path / "hold"), str(tmp_path / "stop"), *units, path=path), visit())
    assert found.failed == ("fwupd.service",)
    assert {name: unit.active for name, unit in found.ours.items()} == dict.fromkeys(units, "active")
    assert (found.hold, found.stop) == (None, "audit until Friday")


def test_a_switch_that_is_an_empty_file_is_set(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "hold").touch()
    path = stub(tmp_path, "systemctl", SHOWN)
    found = UNITS.parse(ask("units", str(tmp_path / "hold"), str(tmp_path / "stop"), path=path), visit())
    assert (found.hold, found.stop, found.ours) == ("", None, {})


def test_a_switch_is_set_whatever_its_text_and_whatever_lies_there(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("absent\n")
    os.mkfifo(tmp_path / "hold")
    path = stub(tmp_path, "systemctl", SHOWN)
    found = UNITS.parse(ask("units", str(tmp_path / "hold"), str(tmp_path / "stop"), path=path), visit())
    assert (found.hold, found.stop) == ("", "absent")


def test_no_pipe_or_device_holds_up_a_question(ask: Ask, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hold")
    (tmp_path / "notice").write_text("run=r1 why=x\n")
    (tmp_path / "zero").symlink_to("/dev/zero")
    folder = str(tmp_path)
    product = PRODUCT.parse(ask("product", f"{folder}/current", folder, folder, folder, folder), visit())
    assert {state.name: state.run for state in product.states} == {"hold": "", "notice": "r1"}
    found = ask("startup", f"{folder}/hold", f"{folder}/zero", f"{folder}/notice").out.decode().splitlines()
    assert [line.split("\t")[1] for line in found[:-1]] == ["unreadable", "unreadable", "ok"]


def test_systemctl_that_fails_is_not_known(ask: Ask, tmp_path: Path) -> None:
    path = stub(tmp_path, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(NotKnown):
        UNITS.parse(ask("units", "/x/hold", "/x/stop", "eakte-gateway.service", path=path), visit())


def test_ports(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = PORTS.parse(ask("ports"), visit())
        assert listening.getsockname()[1] in found
    assert 1 not in found


LAST_PATIENCE = threading.Event()


class Pages(BaseHTTPRequestHandler):
    """/up, /down, /flood (2 MB), /far (a redirect), /late (after everybody has lost patience)."""

    def do_GET(self) -> None:
        body = {"/up": b'{"status":"UP"}', "/down": b'{"status":"DOWN"}', "/flood": b"x" * 2_000_000}.get(self.path)
        if self.path == "/late":
            LAST_PATIENCE.wait(10)
        self.send_response(302 if self.path == "/far" else 503 if self.path == "/down" else 200)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_words: object) -> None:
        """Nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    LAST_PATIENCE.clear()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    LAST_PATIENCE.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_web_asks_all_at_once_each_with_its_own_limit_and_cap(ask: Ask, pages: str) -> None:
    began = time.monotonic()
    urls = [f"{pages}/{page}" for page in ("up", "down", "flood", "far", "late", "late")]
    answer = ask("web", "1", "4096", *urls, "http://127.0.0.1:1/refused")
    assert time.monotonic() - began < 5
    up, down, flood, far, late, later, refused = WEB.parse(answer, visit())
    assert up is not None
    assert (up.status, up.fault, up.body) == (200, 0, b'{"status":"UP"}')
    assert down is not None
    assert (down.status, down.body) == (503, b'{"status":"DOWN"}')
    assert flood is not None
    assert flood.cut
    assert far is not None
    assert far.status == 302
    for slow in (late, later):
        assert slow is not None
        assert slow.fault == 28
    assert refused is not None
    assert refused.fault == 7


def test_web_without_curl_says_so(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(NotKnown) as problem:
        WEB.parse(ask("web", "1", "100", "http://127.0.0.1:1/", path=str(tmp_path)), visit())
    assert problem.value.values["tool"] == "curl"


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    key, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 20 -subj /CN=gw.example"
    words = ["openssl", *made.split(), "-keyout", str(key), "-out", str(crt)]
    subprocess.run(words, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_certificate(ask: Ask, tls_port: int) -> None:
    found = CERTIFICATE.parse(ask("certificate", str(tls_port), "1"), visit())
    certificate = found[tls_port]
    assert certificate is not None
    assert "gw.example" in certificate.subject
    assert 19 < (certificate.end.timestamp() - time.time()) / 86400 < 21
    assert found[1] is None


def test_database_without_psql_or_without_an_answer(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(NotKnown):
        ANSWERS.parse(ask("database", "/run/none", "5432", "eakte", "eakte_look", path=str(tmp_path)), visit())
    silent = stub(tmp_path, "psql", "echo 'psql: error: connection to server failed: No such file' >&2; exit 2")
    found = ANSWERS.parse(ask("database", "/run/none", "5432", "eakte", "eakte_look", path=silent), visit())
    assert (found.version, "connection to server failed" in found.error) == ("", True)


def test_database_asks_with_the_role_and_socket_it_was_given(ask: Ask, tmp_path: Path) -> None:
    said = 'printf \'%s\\n\' "$@" >"$0.args"; printf \'{"alive": "15.14", "recovery": false}\\n\''
    found = ANSWERS.parse(
        ask("database", "/run/eakte", "5432", "eakte", "eakte_look", path=stub(tmp_path, "psql", said)), visit()
    )
    assert (found.version, found.queues) == ("15.14", None)
    words = (tmp_path / "psql.args").read_text().split("\n")
    assert [words[words.index(option) + 1] for option in ("-h", "-p", "-d", "-U")] == [
        "/run/eakte",
        "5432",
        "eakte",
        "eakte_look",
    ]
    assert "-w" in words  # never waits for a password


def test_startup_reads_the_last_line_that_says_something(ask: Ask, tmp_path: Path) -> None:
    good, gone = tmp_path / "start up.txt", tmp_path / "gone.txt"
    good.write_text("08:40 starting\n" * 1000 + "08:41\tServer start succeeded\n\n")
    found = STARTUP.parse(ask("startup", str(good), str(gone)), visit())
    assert (found[str(good)].state, found[str(good)].text) == ("ok", "08:41 Server start succeeded")
    assert found[str(gone)].state == "absent"


def test_the_vocabulary_is_cheap() -> None:
    """The inventory loader asks for it: no SSH library may come with it."""
    code = "import eakte_ops.health as h, sys; h.vocabulary(); print({'paramiko', 'fabric', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
