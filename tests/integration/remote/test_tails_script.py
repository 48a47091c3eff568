"""The ends of real files, as dash reads them."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.errors import Refused
from eakte_ops.remote import tails
from eakte_ops.remote.exchange import ask, shell_for
from eakte_ops.remote.local import LocalConnection

OLD = 1_700_000_000


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    (folder / "deep er").mkdir(parents=True)
    (folder / "a.log").write_bytes(b"eins\nzwei\ndrei\n")
    (folder / "deep er" / "ü 'x' $(id).log").write_bytes(b"unten\n")
    (folder / "empty.log").touch()
    with gzip.open(folder / "a.log.1.gz", "wb") as stream:
        stream.write(b"davor\n" * 50)
    (folder / "link.log").symlink_to("/etc/passwd")
    (folder / "odd\nname.log").write_text("x")
    os.mkfifo(folder / "pipe.log")
    os.utime(folder / "a.log", (OLD, OLD))
    return folder


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A `logger` of our own, that writes down what it is given."""
    program = tmp_path / "bin" / "logger"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/journal\n')
    program.chmod(0o755)
    return tmp_path / "journal"


def read(folder: Path, *, bytes_each: int = 1000, since: float = 0.0, note: str = "", path: str = "") -> tails.Tails:
    question = tails.question(str(folder), bytes_each=bytes_each, since=since, note=note)
    env = {"PATH": path or os.environ["PATH"]}
    (answer,) = ask(LocalConnection(("dash", "-s"), env=env), shell_for("posix"), [question], deadline=monotonic() + 20)
    return tails.read(answer, "here")


def by_name(found: tails.Tails) -> dict[str, tails.Tail]:
    return {each.name: each for each in found.files}


def test_the_newest_part_of_each_file_and_nothing_else(logs: Path) -> None:
    found = read(logs, bytes_each=5)
    files = by_name(found)
    assert set(files) == {"a.log", "deep er/ü 'x' $(id).log", "empty.log"}
    assert (files["a.log"].text, files["a.log"].whole, files["a.log"].size) == ("drei\n", False, 15)
    assert files["a.log"].changed == OLD
    assert files["deep er/ü 'x' $(id).log"].whole is False
    assert (files["empty.log"].text, files["empty.log"].whole) == ("", True)
    assert (found.odd, found.folder) == (1, "open")
    assert found.files[-1].name == "a.log"  # the newest first


def test_since_then_also_what_was_put_aside(logs: Path) -> None:
    files = by_name(read(logs, since=OLD + 10))
    assert "a.log" not in files
    assert files["a.log.1.gz"].text == "davor\n" * 50
    (logs / "a.log.1.gz").write_bytes(b"no gzip at all")
    assert by_name(read(logs, since=OLD + 10))["a.log.1.gz"].kind == "broken"


def test_few_files_and_few_bytes(logs: Path) -> None:
    for number in range(30):
        (logs / f"{number}.txt").write_text("x" * 300_000)
    found = read(logs, bytes_each=250_000)
    read_ = [each for each in found.files if each.kind == "read"]
    assert 15 <= len(read_) <= tails.MOST_FILES
    assert sum(len(each.text) for each in read_) <= tails.MOST_IN_ALL
    assert len(found.files) == 33


def test_a_folder_that_is_not_there(logs: Path) -> None:
    assert read(logs / "none").folder == "absent"


def test_nothing_is_read_before_it_is_announced(logs: Path, journal: Path) -> None:
    note = 'audit 1 ab who="x\'y" why="$(touch /nowhere) -t"'
    path = f"{journal.parent}/bin:{os.environ['PATH']}"
    assert read(logs, note=note, path=path).files
    assert journal.read_text() == f"-t eakte-ops -- {note}\n"
    (journal.parent / "bin/logger").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Refused, match="so nothing was read"):
        read(logs, note=note, path=path)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs another account")
def test_what_another_account_may_not_read_is_named(logs: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (logs / "a.log").chmod(0o600)
    question = tails.question(str(logs), bytes_each=1000, since=0, note="")
    nobody = LocalConnection(("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dash", "-s"))
    (answer,) = ask(nobody, shell_for("posix"), [question], deadline=monotonic() + 20)
    found = by_name(tails.read(answer, "here"))
    assert (found["a.log"].kind, found["empty.log"].kind) == ("closed", "read")
    logs.chmod(0o700)
    (answer,) = ask(nobody, shell_for("posix"), [question], deadline=monotonic() + 20)
    assert tails.read(answer, "here").folder == "closed"
    subprocess.run(["chmod", "755", logs], check=True)
