"""Placing files with a real shell: what is said, what is noted, and that no interruption leaves half a file."""

from __future__ import annotations

import grp
import hashlib
import os
import stat
import subprocess
from pathlib import Path

import pytest

from eakte_ops.config.place import script
from eakte_ops.config.record import HEAD, placed_of
from eakte_ops.config.rendered import Content
from eakte_ops.product.load import profile
from tests.integration.config.killing import killable

GROUP = grp.getgrgid(os.getgid()).gr_name


class Server:
    """Two files in folders of their own: one that everybody may read, one for few."""

    def __init__(self, root: Path) -> None:
        self.root, self.state = root, root / "state"
        self.open, self.closed = root / "config/application-prod.yml", root / "index/built-in.usr"
        for folder in (self.state, self.open.parent, self.closed.parent):
            folder.mkdir()
        layout = profile("musterakte").layout["linux"]
        self.layout = layout.model_copy(update={"state": str(self.state), "look_account": GROUP})

    def contents(self, word: str) -> tuple[Content, Content]:
        return (
            Content(str(self.open), 0o644, f"title: {word} ä\n".encode()),
            Content(str(self.closed), 0o640, f"elastic:{word}'\"$(id)\n".encode()),
        )

    def text(self, word: str) -> str:
        return script(self.contents(word), self.layout, "run-1")

    def place(self, word: str, at: int = 0) -> subprocess.CompletedProcess[str]:
        """Place both files; `at`: killed before that many programs, 0 is never."""
        text = killable(self.text(word)) if at else self.text(word)
        count = self.root / "count"
        count.write_text("")
        env = {"PATH": "/usr/bin:/bin", "AT": str(at), "COUNT": str(count)}
        return subprocess.run(
            ["sh", "-s"], input=text, capture_output=True, text=True, env=env, start_new_session=True, check=False
        )

    def noted(self) -> dict[str, tuple[str, str]]:
        """Path -> kind and hash, each line as the program reads it back."""
        lines = (self.state / "placed").read_text().splitlines()
        assert lines[0] == HEAD
        found = [placed_of(line.split("\t")) for line in lines[1:]]
        assert all(found)
        return {each.path: (each.kind, each.hash) for each in found if each}

    def hashes(self, word: str) -> dict[str, tuple[str, str]]:
        first, second = self.contents(word)
        key = (self.state / "placed.key").read_bytes()
        return {
            first.path: ("plain", hashlib.sha256(first.data).hexdigest()),
            second.path: ("keyed", hashlib.sha256(key + second.data).hexdigest()),
        }

    def files(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()} - {"count"}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_files_are_placed_and_noted_and_the_second_time_nothing_is_touched(server: Server) -> None:
    first = server.place("one")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"placed\t{server.open}\nplaced\t{server.closed}\n"
    assert server.noted() == server.hashes("one")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (server.open, server.closed)] == [0o644, 0o640]
    assert stat.S_IMODE((server.state / "placed").stat().st_mode) == 0o640
    assert stat.S_IMODE((server.state / "placed.key").stat().st_mode) == 0o600

    paths = (server.state / "placed", server.open, server.closed)
    before = [(path.read_bytes(), path.stat()) for path in paths]
    second = server.place("one")
    assert second.stdout == f"same\t{server.open}\nsame\t{server.closed}\n"
    assert [(path.read_bytes(), path.stat()[:9]) for path in paths] == [(held, seen[:9]) for held, seen in before]


def test_a_file_of_another_mode_is_placed_again(server: Server) -> None:
    server.place("one")
    server.open.chmod(0o664)
    assert server.place("one").stdout == f"placed\t{server.open}\nsame\t{server.closed}\n"
    assert stat.S_IMODE(server.open.stat().st_mode) == 0o644


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(server: Server, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept")
    server.open.symlink_to(elsewhere)
    assert server.place("one").stdout.startswith("placed\t")
    assert (server.open.is_symlink(), elsewhere.read_text()) == (False, "kept")


def test_whatever_a_file_holds_arrives_as_it_is(server: Server) -> None:
    for data in (b"", b"\0\xff\n", b"END_OF_FILE\n", b"x" * 200_000, b"no end of line", "$(id) `id` ä\n".encode()):
        content = Content(str(server.open), 0o644, data)
        text = script([content], server.layout, "run-1")
        done = subprocess.run(["sh", "-s"], input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr, server.open.read_bytes()) == (0, "", data)


def test_a_folder_that_is_missing_stops_it_before_anything_is_noted(server: Server) -> None:
    server.open.parent.rmdir()
    done = server.place("one")
    assert done.returncode != 0
    assert server.files() == set()


def test_no_secret_can_be_tried_out_with_the_note_alone(server: Server) -> None:
    server.place("one")
    _, closed = server.contents("one")
    assert hashlib.sha256(closed.data).hexdigest() not in (server.state / "placed").read_text()


def test_killed_before_any_program_each_file_is_the_old_or_the_new_one_and_the_next_run_heals(server: Server) -> None:
    server.place("one")
    old, new = [tuple(each.data for each in server.contents(word)) for word in ("one", "two")]
    at, killed = 1, 0
    while True:
        done = server.place("two", at)
        if done.returncode == 0:
            break
        killed += 1
        assert done.returncode == -9, done.stderr
        for path, held in zip((server.open, server.closed), zip(old, new, strict=True), strict=True):
            assert path.read_bytes() in held
        # The gateway takes whatever ends in .yml in its folder.
        assert list(server.open.parent.rglob("*.yml")) == [server.open]
        noted = server.noted()
        for path, said in noted.items():
            assert said in (server.hashes("one")[path], server.hashes("two")[path])

        assert server.place("two").returncode == 0
        assert server.noted() == server.hashes("two")
        assert server.files() == {
            "config/application-prod.yml", "index/built-in.usr", "state/placed", "state/placed.key"
        }  # fmt: skip
        assert server.place("one").stdout.count("placed") == 2
        at += 1
    assert killed > 30
    assert server.noted() == server.hashes("two")


def test_killed_while_it_is_first_run(tmp_path: Path) -> None:
    at = 1
    while True:
        root = tmp_path / str(at)
        root.mkdir()
        server = Server(root)
        done = server.place("one", at)
        assert set(server.open.parent.glob("*.yml")) <= {server.open}
        assert server.place("one").returncode == 0
        assert server.noted() == server.hashes("one")
        if done.returncode == 0:
            break
        at += 1
    assert at > 30
