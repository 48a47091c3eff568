"""fetch.sh on real files that place.sh put in their places: run by real shells, read back."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from eakte_ops.config.fetch import MOST, QUESTION, Found, question, read
from eakte_ops.config.place import script
from eakte_ops.config.rendered import Content
from eakte_ops.product.model import Layout
from eakte_ops.remote.types import Answer

SECONDS = 60


@dataclass
class Server:
    """Folders of this machine that stand for those of a server. `account`: who asks, None for whoever runs the test."""

    folder: Path
    shell: str
    account: str | None = None

    def path(self, name: str) -> Path:
        return self.folder / "etc" / name

    def place(self, name: str, mode: int, text: bytes) -> None:
        group = grp.getgrgid(os.getgid()).gr_name
        layout = Layout(
            software_account="x", work_account="x", look_account=group, releases="/x", current="/x",
            configuration="/x", data="/x", logs="/x", state=str(self.folder / "state"), granted="/x",
        )  # fmt: skip
        text_of_it = script([Content(str(self.path(name)), mode, text)], layout, "run-17")
        subprocess.run([self.shell, "-c", text_of_it], check=True, timeout=SECONDS, capture_output=True)

    def answer(self, *names: str) -> Answer:
        paths = [str(self.path(name)) for name in names]
        asked = question(paths, [str(self.folder / "etc")], str(self.folder / "state"))
        done = subprocess.run(
            [self.shell, "-c", asked.script.text["posix"], "sh", *asked.script.args],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            user=self.account,
        )
        return Answer(QUESTION, done.returncode, done.stdout, done.stderr)

    def ask(self, *names: str) -> Found:
        return read([str(self.path(name)) for name in names], [str(self.folder / "etc")], self.answer(*names))


@pytest.fixture(params=["/usr/bin/dash", "/usr/bin/bash"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    (tmp_path / "etc").mkdir()
    (tmp_path / "state").mkdir()
    return Server(tmp_path, request.param)


def test_a_file_comes_as_it_lies_there_with_what_was_noted_of_it(server: Server) -> None:
    text = bytes(range(256)) + b"\0\n'\"$(id)`id`\\\r\n" + "äöü‹›".encode()
    server.place("open.conf", 0o644, text)
    server.place("closed.conf", 0o640, text)
    found = server.ask("open.conf", "closed.conf", "none.conf")
    plain, keyed = (found.files[str(server.path(name))] for name in ("open.conf", "closed.conf"))
    assert plain.data == keyed.data == text
    assert plain.identity is not None
    assert (plain.identity.mode, plain.identity.owner) == ("644", pwd.getpwuid(os.getuid()).pw_name)
    assert found.placed[plain.path].hash == hashlib.sha256(text).hexdigest()
    assert found.placed[plain.path].identity == plain.identity
    assert found.placed[keyed.path].hash == keyed.keyed != ""
    assert found.files[str(server.path("none.conf"))].kind == "absent"
    assert [Path(name.path).name for name in found.names] == ["closed.conf", "open.conf"]
    server.path("closed.conf").write_bytes(b"other")
    again = server.ask("closed.conf")
    assert again.files[keyed.path].keyed not in ("", keyed.keyed)


def test_an_empty_file_and_a_huge_one(server: Server) -> None:
    server.path("empty").write_bytes(b"")
    with server.path("huge").open("wb") as file:
        file.truncate(50 * MOST)
    found = server.ask("empty", "huge")
    empty, huge = (found.files[str(server.path(name))] for name in ("empty", "huge"))
    assert (empty.data, empty.whole) == (b"", True)
    assert huge.data is not None
    assert (len(huge.data), huge.whole) == (MOST + 1, False)
    assert huge.identity is not None
    assert huge.identity.size == 50 * MOST


def test_only_what_is_a_file_itself_is_read(server: Server) -> None:
    secret = server.folder / "elsewhere"
    secret.write_text("hunter2")
    server.path("link").symlink_to(secret)
    server.path("folder").mkdir()
    os.mkfifo(server.path("pipe"))
    server.path("below").write_text("x")
    answer = server.answer("link", "folder", "pipe", "below/file", "ok")
    found = server.ask("link", "folder", "pipe", "below/file", "ok")
    kinds = [(each.kind, each.what) for each in found.files.values()]
    assert kinds == [
        ("other", "symbolic link"),
        ("other", "directory"),
        ("other", "fifo"),
        ("absent", ""),
        ("absent", ""),
    ]
    assert b"hunter2" not in answer.out
    assert {(Path(name.path).name, name.kind) for name in found.names} == {("link", "l"), ("pipe", "p"), ("below", "f")}


@pytest.mark.parametrize("what", ["pipe", "endless"])
@pytest.mark.parametrize("name", ["placed", "placed.key"])
def test_a_note_or_a_key_that_is_no_file_keeps_nobody_waiting(server: Server, name: str, what: str) -> None:
    server.place("a", 0o640, b"a\n")
    (server.folder / "state" / name).unlink()
    if what == "pipe":
        os.mkfifo(server.folder / "state" / name)
    else:
        (server.folder / "state" / name).symlink_to("/dev/zero")
    found = server.ask("a")
    assert found.files[str(server.path("a"))].data == b"a\n"
    assert (found.placed == {}) is (name == "placed")
    assert (found.files[str(server.path("a"))].keyed == "") is (name == "placed.key")


def test_names_with_anything_in_them(server: Server) -> None:
    for name in ("new\nline.yml", "tab\there", "-rf", "$(id)", "\x1b[31m", "a b"):
        server.path(name).write_text("")
    found = server.ask("-rf", "$(id)", "a b")
    assert {each.kind for each in found.files.values()} == {"file"}
    assert len(found.names) == 6
    assert all(name.path.isprintable() for name in found.names)
    assert str(server.path("new\nline.yml")).encode() in {name.raw for name in found.names}


def test_links_to_folders_are_not_followed(server: Server) -> None:
    (server.folder / "away").mkdir()
    (server.folder / "away" / "x.yml").write_text("")
    server.path("away").symlink_to(server.folder / "away")
    assert [(Path(name.path).name, name.kind) for name in server.ask().names] == [("away", "l")]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as another account")
def test_what_the_account_may_not_know_is_closed_and_not_missing(server: Server) -> None:
    for folder in (server.folder, *server.folder.parents[:3]):
        folder.chmod(0o755)
    server.account = "nobody"
    server.place("mine", 0o600, b"hunter2")
    (server.path("shut")).mkdir(mode=0o700)
    (server.path("shut") / "file").write_text("hunter2")
    answer = server.answer("mine", "shut/file", "none")
    found = server.ask("mine", "shut/file", "none")
    mine, shut, none = found.files.values()
    assert (mine.kind, mine.data, mine.keyed) == ("file", None, "")
    assert (shut.kind, none.kind) == ("closed", "absent")
    assert found.unseen == (str(server.folder / "etc"),)
    assert b"aHVudGVyMg" not in answer.out  # hunter2 in base64
