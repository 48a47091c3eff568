"""configuration.sh on real files that place.sh put in their places: run by real shells, read by the fact."""

from __future__ import annotations

import grp
import os
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from eakte_ops.config.place import script
from eakte_ops.config.rendered import Content
from eakte_ops.health.facts import reading
from eakte_ops.health.facts.configuration import CONFIGURATION, Configuration, Gone, There
from eakte_ops.product.model import Layout
from eakte_ops.remote.types import Answer, Visit

VISIT = Visit(0.0, "", "", "", began=0.0)
SECONDS = 30
NOBODY = 0xFFFFFFFF
"""The id in an entry of an access list that is about no account by name."""


@dataclass
class Server:
    """Folders of this machine that stand for those of a server."""

    folder: Path
    shell: tuple[str, ...]

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def path(self, name: str) -> str:
        return str(self.folder / "etc" / name)

    def place(self, **files: tuple[int, str]) -> None:
        group = grp.getgrgid(os.getgid()).gr_name
        layout = Layout(
            software_account="x", work_account="x", look_account=group, releases="/x", current="/x",
            configuration="/x", data="/x", logs="/x", state=str(self.state), granted="/x",
        )  # fmt: skip
        contents = [Content(self.path(name), mode, text.encode()) for name, (mode, text) in files.items()]
        subprocess.run(
            [*self.shell, "-c", script(contents, layout, "run-17")], check=True, timeout=SECONDS, capture_output=True
        )

    def answer(self, *names: str, path: str = "/usr/bin:/bin") -> Answer:
        text = reading.question("configuration").script.text["posix"]
        done = subprocess.run(
            [*self.shell, "-c", text, "sh", str(self.state), *map(self.path, names)],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": path},
        )
        return Answer("configuration", done.returncode, done.stdout, done.stderr)

    def stub(self, name: str, text: str) -> str:
        """A program of ours that goes before the real one; returns the PATH."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
        return f"{programs}:/usr/bin:/bin"

    def look(self, *names: str, path: str = "/usr/bin:/bin") -> Configuration:
        return CONFIGURATION.parse(self.answer(*names, path=path), VISIT)

    def there(self, name: str, found: Configuration) -> There:
        one = found.files[self.path(name)]
        assert isinstance(one, There)
        return one


@pytest.fixture(params=[("dash",), ("bash", "--posix")], ids=lambda words: words[0])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    (tmp_path / "etc").mkdir()
    (tmp_path / "state").mkdir()
    return Server(tmp_path, request.param)


def test_what_was_placed_is_found_as_it_was_noted(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a: 1\n"), "b.yml": (0o640, "password: x\n")})
    found = server.look("a.yml", "b.yml")
    assert (found.note.state, found.note.broken, found.logins) == ("ok", 0, {})
    for name, kind in (("a.yml", "plain"), ("b.yml", "keyed")):
        placed = found.note.placed[server.path(name)]
        there = server.there(name, found)
        assert (placed.kind, placed.by, there.kind) == (kind, "run-17", "file")
        assert placed.identity == there.identity
        assert placed.hash == getattr(there, kind)
    assert server.there("b.yml", found).plain == ""


def test_without_the_key_nothing_is_said_of_what_a_secret_file_holds(server: Server) -> None:
    server.place(**{"b.yml": (0o640, "password: x\n")})
    (server.state / "placed.key").unlink()
    there = server.there("b.yml", server.look("b.yml"))
    assert (there.plain, there.keyed) == ("", "")


def test_a_secret_file_that_everybody_may_read_now_is_not_hashed_without_the_key(server: Server) -> None:
    server.place(**{"b.yml": (0o640, "password: x\n")})
    Path(server.path("b.yml")).chmod(0o644)
    found = server.look("b.yml")
    there = server.there("b.yml", found)
    assert (there.plain, there.identity.mode) == ("", "644")
    assert there.keyed == found.note.placed[server.path("b.yml")].hash


def test_an_access_list_is_seen(server: Server) -> None:
    server.place(**{"a.yml": (0o640, "a\n"), "b.yml": (0o640, "b\n")})
    entries = ((1, 6, NOBODY), (2, 4, 65534), (4, 4, NOBODY), (16, 4, NOBODY), (32, 0, NOBODY))  # user 65534 may read
    data = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(server.path("a.yml"), "system.posix_acl_access", data)
    Path(server.path("b.yml")).touch()
    found = server.look("a.yml", "b.yml")
    assert (server.there("a.yml", found).identity.mode, server.there("a.yml", found).more) == ("640", True)
    assert not server.there("b.yml", found).more


def test_another_content_has_another_hash_and_its_moment_is_asked_for(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a: 1\n"), "b.yml": (0o640, "b\n"), "c.yml": (0o644, "c\n")})
    time.sleep(1.1)  # times of a file are compared by whole seconds with that of the placing
    for name in ("a.yml", "b.yml"):
        Path(server.path(name)).write_text("other\n")
    found = server.look("a.yml", "b.yml", "c.yml")
    for name, kind in (("a.yml", "plain"), ("b.yml", "keyed")):
        assert found.note.placed[server.path(name)].hash != getattr(server.there(name, found), kind)
    seen = [server.there(name, found).identity for name in ("a.yml", "b.yml")]
    assert found.logins.keys() == {int(time.split(".")[0]) for each in seen for time in (each.modified, each.changed)}


LOGINS = """
[ "$*" = "-i -w -p $(date -u -d @{moment} +%Y%m%d%H%M%S)" ] || exit 9
cat <<'END'
root     tty1         0.0.0.0          Sun Nov 22 08:10    gone - no logout
eakte-ops pts/0        192.0.2.7        Sun Nov 22 08:00 - 08:30  (00:30)
reboot   system boot  6.1.0-28-amd64   Sun Nov 22 07:00   still running

END
echo "wtmp begins $(date -u -d @{moment} '+%a %b %e %H:%M:%S %Y')"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LOGINS, ("root", "eakte-ops (192.0.2.7)")),
        ("echo; echo 'wtmp begins Sun Nov 22 07:00:00 2020'", ()),
        ("echo; echo 'wtmp begins Sun Nov 22 07:00:00 2099'", None),  # younger than the change
        ("echo 'last: cannot open /var/log/wtmp: Permission denied' >&2; exit 1", None),
        ("sleep 60", None),
        ("yes 'eve pts/0 192.0.2.9 Sun Nov 22 08:10'", None),
    ],
    ids=["some", "nobody", "rotated", "unreadable", "hangs", "flood"],
)
def test_who_was_logged_in_when_it_was_changed(server: Server, text: str, expected: tuple[str, ...] | None) -> None:
    server.place(**{"a.yml": (0o644, "a: 1\n")})
    moment = int(time.time()) - 3600
    note = server.state / "placed"
    head, line = note.read_text().splitlines()
    note.write_text("\n".join([head, "\t".join([*line.split("\t")[:10], str(moment - 60), "run-17"]), ""]))
    Path(server.path("a.yml")).write_text("other\n")
    os.utime(server.path("a.yml"), (moment, moment))
    found = server.look("a.yml", path=server.stub("last", text.replace("{moment}", str(moment))))
    assert found.logins.pop(moment) == expected
    assert len(found.logins) == 1  # of the moment at which its times were set


def test_without_a_record_of_logins_that_is_said(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a: 1\n")})
    Path(server.path("a.yml")).unlink()
    found = server.look("a.yml", path=server.stub("last", "exit 127"))
    changed = int((server.folder / "etc").stat().st_mtime)
    assert found.files[server.path("a.yml")] == Gone(False, changed)
    assert found.logins == {changed: None}


def test_a_missing_folder(server: Server) -> None:
    found = server.look("far/below/a.yml")
    assert found.files[server.path("far/below/a.yml")] == Gone(False, None)
    assert found.note.state == "absent"


def test_links_pipes_and_folders_are_named_and_not_opened(server: Server) -> None:
    names = ("link.yml", "zero.yml", "pipe.yml", "folder.yml", "hung.yml")
    for name in names:
        server.place(**{name: (0o644, "a\n")})
        Path(server.path(name)).unlink()
    Path(server.path("link.yml")).symlink_to("/etc/passwd")
    Path(server.path("zero.yml")).symlink_to("/dev/zero")
    Path(server.path("hung.yml")).symlink_to(server.path("hung.yml"))
    os.mkfifo(server.path("pipe.yml"))
    Path(server.path("folder.yml")).mkdir()
    began = time.monotonic()
    found = server.look(*names)
    assert time.monotonic() - began < SECONDS / 2
    kinds = {name: server.there(f"{name}.yml", found).kind for name in ("link", "zero", "pipe", "folder", "hung")}
    assert kinds == {"link": "link", "zero": "link", "pipe": "other", "folder": "folder", "hung": "link"}
    assert not any(one.plain or one.keyed for one in found.files.values() if isinstance(one, There))


def test_a_huge_file_is_not_read(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    with Path(server.path("a.yml")).open("wb") as file:
        file.truncate(2**40)
    there = server.there("a.yml", server.look("a.yml"))
    assert (there.plain, there.identity.size) == ("", 2**40)


@pytest.mark.parametrize("make", ["link", "pipe", "folder"])
def test_a_note_that_is_no_file_is_not_opened(server: Server, make: str) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    note = server.state / "placed"
    note.rename(server.state / "kept")
    {"link": lambda: note.symlink_to("kept"), "pipe": lambda: os.mkfifo(note), "folder": note.mkdir}[make]()
    found = server.look("a.yml")
    assert (found.note.state, found.note.placed) == ("odd", {})
    assert server.there("a.yml", found).plain == ""


def test_a_note_without_end_is_left_alone(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    with (server.state / "placed").open("a") as note:
        note.write("x\n" * 1_000_000)
    answer = server.answer("a.yml")
    assert len(answer.out) < 4_000
    assert CONFIGURATION.parse(answer, VISIT).note.state == "long"


def test_paths_that_only_the_note_names_are_not_touched(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    note = server.state / "placed"
    line = note.read_text().splitlines()[1]
    note.write_text(note.read_text() + line.replace(server.path("a.yml"), "/etc/hostname") + "\n")
    found = server.look("a.yml")
    assert "/etc/hostname" in found.note.placed
    assert "/etc/hostname" not in found.files


def test_nul_bytes_in_a_note_break_nothing(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    with (server.state / "placed").open("ab") as note:
        note.write(b"\0\0\tx\0\n")
    found = server.look("a.yml")
    assert (found.note.broken, server.path("a.yml") in found.note.placed) == (1, True)


def test_without_gnu_stat_or_sha256sum(server: Server) -> None:
    server.place(**{"a.yml": (0o644, "a\n")})
    path = server.stub("sha256sum", "exit 127")
    assert server.there("a.yml", server.look("a.yml", path=path)).plain == ""
    assert server.answer("a.yml", path=server.stub("stat", "echo unknown option >&2; exit 1")).out == b"no-stat\n"


def test_the_files_cost_few_processes_however_many_they_are(server: Server) -> None:
    names = [f"{number}.yml" for number in range(12)]
    server.place(**{name: (0o644, name) for name in names})
    log = server.folder / "log"
    for name in ("stat", "sha256sum", "cat", "head", "date", "last", "awk", "sed", "tr", "find", "ls"):
        path = server.stub(name, f'echo {name} >>{log}\nexec /usr/bin/{name} "$@"')
    found = server.look(*names, path=path)
    assert all(server.there(name, found).plain for name in names)
    assert sorted(log.read_text().split()) == ["head", "sha256sum", "stat"]
