"""How the program ends when it is told to stop while it waits for a server that never answers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPO = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-c", "from eakte_ops.cli.main import run; run()"]
KEY = (REPO / "access.yml").read_text().split("ssh-ed25519 ")[1].split()[0]


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


@pytest.fixture
def folder(tmp_path: Path, silent: socket.socket) -> Path:
    """Herdecke's only server is at that port."""
    (tmp_path / "inventories").mkdir()
    for name in ("eakte-ops.yml", "access.yml", "inventories/_defaults.yml"):
        shutil.copy(REPO / name, tmp_path / name)
    port = silent.getsockname()[1]
    town = (REPO / "inventories/herdecke.yml").read_text("utf-8")
    here = town.replace("address: 192.0.2.42", f"address: 127.0.0.1\n    port: {port}")
    assert here != town
    (tmp_path / "inventories/herdecke.yml").write_text(here, "utf-8")
    (tmp_path / "inventories/herdecke.known_hosts").write_text(f"[127.0.0.1]:{port} ssh-ed25519 {KEY}\n")
    access = (tmp_path / "access.yml").read_text("utf-8").replace("[witten, herdecke]", "[herdecke]")
    (tmp_path / "access.yml").write_text(access, "utf-8")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_says_what_was_not_looked_at(
    folder: Path, silent: socket.socket, number: signal.Signals
) -> None:
    running = subprocess.Popen(
        [*PROGRAM, "--project", str(folder), "health", "herdecke"], stderr=subprocess.PIPE, text=True
    )
    line, _address = silent.accept()
    with line:
        running.send_signal(number)
        _out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Not looked at: herdecke-box" in err
    assert "Traceback" not in err


def test_told_twice_it_still_ends_with_its_own_status(folder: Path, silent: socket.socket) -> None:
    running = subprocess.Popen(
        [*PROGRAM, "--project", str(folder), "health", "herdecke"], stderr=subprocess.PIPE, text=True
    )
    line, _address = silent.accept()
    with line:
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
        _out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["inventory", "list"], ["checks"], ["inventory", "list", "--json"]])
def test_a_reader_that_goes_away_is_neither_well_nor_a_fault(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "--project", str(REPO), *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("words", [["inventory", "list"], ["checks"], ["inventory", "schema"]])
def test_a_full_disk_behind_the_output_is_said_with_its_own_status(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "--project", str(REPO), *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 70
    assert "No space left on device\n" in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_crash_leaves_no_core_dump_even_where_one_is_wanted(tmp_path: Path) -> None:
    crash = "import os; from eakte_ops.cli import main; main.main = lambda words: os.abort(); main.run()"
    wanted = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", sys.executable, "-c"]
    for program in ("import os; os.abort()", crash):
        for left in tmp_path.iterdir():
            left.unlink()
        assert subprocess.run([*wanted, program], cwd=tmp_path, stderr=subprocess.PIPE, check=False).returncode == -6
    assert list(tmp_path.iterdir()) == []
