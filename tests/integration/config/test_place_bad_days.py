"""Placing files where something is in the way, missing, full or killed: no half file, no secret for others."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.config.record import HEAD
from eakte_ops.config.rendered import Content
from tests.integration.config.bad_days import SECRET, SHELLS, Server, server

each_shell = pytest.mark.parametrize(
    "shell",
    [pytest.param(name, marks=pytest.mark.skipif(not shutil.which(words[0]), reason=f"{words[0]} is not installed"))
     for name, words in SHELLS.items()],
)  # fmt: skip
PLACED = {"config/application-prod.yml", "index/built-in.usr", "state/placed", "state/placed.key"}


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with server() as made:
        yield made


def told(server: Server, first: str, second: str) -> str:
    return f"{first}\t{server.open}\n{second}\t{server.closed}\n"


@each_shell
def test_new_the_same_and_changed(server: Server, shell: str) -> None:
    done = server.place(*server.contents("one"), shell=shell)
    assert (done.returncode, done.stdout, done.stderr) == (0, told(server, "placed", "placed"), "")
    assert server.files() == PLACED
    before = (server.state / "placed").read_bytes(), server.open.stat().st_ino
    assert server.place(*server.contents("one"), shell=shell).stdout == told(server, "same", "same")
    assert before == ((server.state / "placed").read_bytes(), server.open.stat().st_ino)
    assert server.place(*server.contents("two"), shell=shell).stdout == told(server, "placed", "placed")
    assert [path.read_bytes() for path in (server.open, server.closed)] == [
        each.data for each in server.contents("two")
    ]
    assert server.files() == PLACED
    assert server.guarded()


@each_shell
def test_the_note_says_what_the_file_system_says(server: Server, shell: str) -> None:
    server.place(*server.contents("one"), shell=shell)
    key = (server.state / "placed.key").read_bytes()
    assert len(key) == 32
    for content, kind, hashed in zip(server.contents("one"), ("plain", "keyed"), (b"", key), strict=True):
        noted, now = server.noted()[content.path], Path(content.path).stat()
        assert (noted.kind, noted.hash, noted.by) == (kind, hashlib.sha256(hashed + content.data).hexdigest(), "run-1")
        identity = noted.identity
        assert (identity.mode, identity.size, identity.inode) == (f"{content.mode:o}", now.st_size, now.st_ino)
        digits = len(identity.changed.partition(".")[2])  # BusyBox knows whole seconds alone
        assert digits in ((9,) if shell != "busybox" else (0, 9))
        for said, real in ((identity.modified, now.st_mtime_ns), (identity.changed, now.st_ctime_ns)):
            assert said == f"{real // 10**9}.{real % 10**9:09}"[: len(said)]
        assert 0 <= noted.when - int(float(identity.changed)) < 60
    assert hashlib.sha256(server.contents("one")[1].data).hexdigest() not in (server.state / "placed").read_text()
    assert SECRET not in (server.state / "placed").read_text()


@each_shell
@pytest.mark.parametrize(
    "data",
    [b"", b"\0\xff\r\n", b"END_OF_FILE\n", b"no end", b"'\"$(id)`id`\\\n" * 3, os.urandom(5_000_000)],
    ids=["empty", "binary", "end", "no-end", "shell", "large"],
)
def test_whatever_a_file_holds_arrives_as_it_is(server: Server, shell: str, data: bytes) -> None:
    done = server.place(Content(str(server.closed), 0o640, data), shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert server.closed.read_bytes() == data


@each_shell
def test_a_path_is_a_path_whatever_is_in_it(server: Server, shell: str) -> None:
    names = ["it's", "a b", "$(touch x)", "*", "-n", "a\\nb", "a\\", "#", "ä", "%s", ".hidden", "a" * 240]
    contents = [Content(f"{server.root}/config/{name}", 0o644, name.encode()) for name in names]
    for said in ("placed", "same"):
        done = server.place(*contents, shell=shell)
        assert (done.returncode, done.stdout) == (0, "".join(f"{said}\t{each.path}\n" for each in contents)), (
            done.stderr
        )
    assert {path.name: path.read_text() for path in server.open.parent.iterdir()} == dict(
        zip(names, names, strict=True)
    )
    assert set(server.noted()) == {each.path for each in contents}


@each_shell
def test_names_that_begin_or_end_like_others_are_noted_one_by_one(server: Server, shell: str) -> None:
    below = server.root / str(server.root).lstrip("/") / "config"
    below.mkdir(parents=True)
    server.own(server.root)
    paths = [server.root / "config" / name for name in ("a", "a.b", "a.bc")] + [below / "a"]
    for word in ("one", "two"):
        contents = [Content(str(path), 0o644, word.encode()) for path in paths]
        server.place(*contents, shell=shell)
        assert set(server.noted()) == {str(path) for path in paths}
        server.place(*contents[:2], shell=shell)
        assert set(server.noted()) == {str(path) for path in paths}
    # The same file under both names: only the whole path tells them apart.
    paths[0].unlink()
    os.link(paths[-1], paths[0])
    for path in (paths[-1], paths[0]):
        assert server.place(Content(str(path), 0o644, b"two"), shell=shell).stdout == f"same\t{path}\n"
    noted = server.noted()
    assert noted[str(paths[0])].identity == noted[str(paths[-1])].identity


@each_shell
def test_what_lies_in_the_place_of_a_file(server: Server, shell: str) -> None:
    first, _second = server.contents("one")
    kept = server.write(server.root / "kept", "kept")
    folder = () if shell == "busybox" else (server.closed.parent,)  # there it is refused, and nothing is changed
    for target in ("kept", "nowhere", *folder):
        server.open.unlink(missing_ok=True)
        server.open.symlink_to(server.root / target)
        assert server.place(first, shell=shell).stdout == f"placed\t{server.open}\n"
        assert (server.open.is_symlink(), server.open.read_bytes(), kept.read_text()) == (False, first.data, "kept")
    server.open.unlink()
    os.link(kept, server.open)
    assert server.place(first, shell=shell).stdout == f"placed\t{server.open}\n"
    assert (server.open.read_bytes(), kept.read_text()) == (first.data, "kept")
    server.open.unlink()
    os.mkfifo(server.open)
    server.own(server.open)
    assert server.place(first, shell=shell).stdout == f"placed\t{server.open}\n"


@each_shell
@pytest.mark.parametrize("full", [False, True])
def test_a_folder_in_the_place_of_a_file_stays_and_is_said(server: Server, shell: str, full: bool) -> None:
    server.open.mkdir()
    if full:
        (server.open / "a.yml").write_text("kept")
    server.own(server.open)
    done = server.place(*server.contents("one"), shell=shell)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "application-prod.yml" in done.stderr
    assert server.files() == ({"config/application-prod.yml/a.yml"} if full else set())


@each_shell
def test_a_link_or_folder_in_the_place_of_the_unfinished_file(server: Server, shell: str) -> None:
    victim = server.write(server.root / "victim", "kept")
    part = server.closed.with_name(f".{server.closed.name}.part")
    part.symlink_to(victim)
    assert server.place(*server.contents("one"), shell=shell).returncode == 0
    assert (victim.read_text(), server.files() - {"victim"}) == ("kept", PLACED)
    part.mkdir()
    server.own(part)
    assert server.place(*server.contents("two"), shell=shell).returncode != 0
    assert server.closed.read_bytes() == server.contents("one")[1].data
    assert server.open.read_bytes() == server.contents("two")[0].data


@each_shell
def test_a_link_that_somebody_puts_there_in_between_is_not_followed(server: Server, shell: str) -> None:
    """Somebody who may write in the folder is faster than we are: between taking the old rest away and writing."""
    victim = server.write(server.root / "victim", "kept")
    part = server.closed.with_name(f".{server.closed.name}.part")
    text = server.script(server.contents("one")[1])
    text = text.replace('rm -f "$part" || return', f'rm -f "$part" && ln -s {victim} "$part" || return')
    assert "ln -s" in text
    assert server.run(text, shell).returncode != 0
    assert (victim.read_text(), part.is_symlink()) == ("kept", False)


@each_shell
def test_a_folder_that_is_missing_or_may_not_be_written(server: Server, shell: str) -> None:
    server.place(*server.contents("one"), shell=shell)
    note = (server.state / "placed").read_bytes()
    server.closed.parent.chmod(0o555)
    done = server.place(*server.contents("two")[1:], shell=shell)
    assert (done.returncode != 0, done.stdout, SECRET in done.stderr) == (True, "", False)
    assert (server.files(), (server.state / "placed").read_bytes()) == (PLACED, note)
    server.closed.parent.chmod(0o755)
    shutil.rmtree(server.open.parent)
    done = server.place(*server.contents("two"), shell=shell)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert server.closed.read_bytes() == server.contents("one")[1].data


@each_shell
@pytest.mark.parametrize(
    ("mode", "said"), [(0o640, "same"), (0o644, "placed"), (0o666, "placed"), (0o600, "placed"), (0o4640, "placed")]
)
def test_a_file_of_another_mode_is_placed_again(server: Server, shell: str, mode: int, said: str) -> None:
    _, closed = server.contents("one")
    server.place(closed, shell=shell)
    server.closed.chmod(mode)
    assert server.place(closed, shell=shell).stdout == f"{said}\t{server.closed}\n"
    assert stat.S_IMODE(server.closed.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody but root can give a file to somebody else")
@each_shell
def test_a_file_that_became_somebody_elses_is_placed_again(server: Server, shell: str) -> None:
    _, closed = server.contents("one")
    for uid, gid in ((0, server.gid), (server.uid, 0)):
        server.place(closed, shell=shell)
        os.chown(server.closed, uid, gid)
        server.closed.chmod(0o644)  # it can be read, and compared
        assert server.place(closed, shell=shell).stdout == f"placed\t{server.closed}\n"
        now = server.closed.stat()
        assert (now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)) == (server.uid, server.gid, 0o640)


@each_shell
@pytest.mark.parametrize("told", [True, False], ids=["told", "killed"])
def test_no_room_for_a_file(server: Server, shell: str, told: bool) -> None:
    server.place(*server.contents("one"), shell=shell)
    note = (server.state / "placed").read_bytes()
    large = Content(str(server.closed), 0o640, SECRET.encode() * 1000)
    done = server.place(large, shell=shell, largest=4096, told=told)
    assert (done.returncode != 0, done.stdout, SECRET in done.stderr) == (True, "", False)
    assert (server.files(), server.closed.read_bytes()) == (PLACED, server.contents("one")[1].data)
    assert (server.state / "placed").read_bytes() == note


@each_shell
@pytest.mark.parametrize("told", [True, False], ids=["told", "killed"])
@pytest.mark.parametrize("room", [100, 3000, 10_000])
def test_no_room_for_the_note(server: Server, shell: str, told: bool, room: int) -> None:
    """The lines of other files stay, however little of the new note can be written."""
    others = [Content(f"{server.root}/config/other{at}", 0o644, b"x") for at in range(40)]
    server.place(*others, shell=shell)
    note = (server.state / "placed").read_bytes()
    done = server.place(
        Content(str(server.open), 0o644, b"a: 1\n"), shell=shell, largest=min(room, len(note)), told=told
    )
    assert (done.returncode != 0, done.stdout) == (True, f"placed\t{server.open}\n")
    assert (server.state / "placed").read_bytes() == note
    assert not told or not (server.state / "placed.part").exists()
    assert server.place(Content(str(server.open), 0o644, b"a: 1\n"), shell=shell).stdout == f"same\t{server.open}\n"
    assert len(server.noted()) == 41
    assert not (server.state / "placed.part").exists()


@each_shell
@pytest.mark.parametrize(
    "note",
    [
        b"", b"\n", b"placed 1", b"placed 1\nrubbish\n\n\t\t\t\n", b"\0\xff\x80\n" * 9, b"placed 2\n", b"x" * 100_000,
        b"placed 1\n" + b"\t".join([b"a"] * 12) + b"\n",
    ],
)  # fmt: skip
def test_a_note_that_is_none_is_written_anew(server: Server, shell: str, note: bytes) -> None:
    server.write(server.state / "placed", note)
    assert server.place(*server.contents("one"), shell=shell).returncode == 0
    head, *lines = (server.state / "placed").read_text().splitlines()
    paths = [line.split("\t")[0] for line in lines]
    assert (head, paths[-2:]) == (HEAD, [str(server.open), str(server.closed)])
    assert set(paths[:-2]) <= {"a"}


@each_shell
def test_a_note_or_key_that_can_not_be_used_is_said_and_left(server: Server, shell: str) -> None:
    server.place(*server.contents("one"), shell=shell)
    for name in ("placed", "placed.key"):
        file = server.state / name
        held = file.read_bytes()
        file.chmod(0)
        done = server.place(*server.contents("two"), shell=shell)
        assert done.returncode != 0, name
        assert name in done.stderr or name == "placed.key"
        assert file.read_bytes() == held
        file.chmod(0o600 if name == "placed.key" else 0o640)
    server.place(*server.contents("two"), shell=shell)
    key = (server.state / "placed.key").read_bytes()
    assert server.noted()[str(server.closed)].hash == hashlib.sha256(key + server.closed.read_bytes()).hexdigest()


@each_shell
def test_an_empty_key_is_no_key(server: Server, shell: str) -> None:
    server.write(server.state / "placed.key", b"", 0o600)
    assert server.place(*server.contents("one"), shell=shell).returncode == 0
    assert len((server.state / "placed.key").read_bytes()) == 32


def test_no_file_with_a_secret_is_for_others_at_any_moment(server: Server) -> None:
    """Looked at before every program that is called; what is made in between is made with a mask that forbids it."""
    for word in ("one", "two"):
        assert server.place(*server.contents(word), when="look").returncode == 0
        seen = [line.split(" ", 1) for line in server.seen()]
        of_secrets = [(mode, path) for mode, path in seen if "built-in.usr" in path or "placed.key" in path]
        assert {path.rpartition("/")[2] for _, path in of_secrets} >= {
            ".built-in.usr.part",
            "built-in.usr",
            "placed.key",
        }
        assert [each for each in of_secrets if int(each[0], 8) & 0o007] == []
        assert [mode for mode, path in seen if path.endswith("/placed.part") and int(mode, 8) & 0o007] == []
        masks = set(Path(f"{server.root / 'count'}.umask").read_text().split())
        assert masks == {"0027", "0077"}


def points(shell: str, when: str) -> Iterator[tuple[Server, int, int]]:
    """A server each on which placing was killed at the n-th program, until there is none any more."""
    at = 1
    while True:
        with server() as made:
            assert made.place(*made.contents("one")).returncode == 0
            done = made.place(*made.contents("two"), shell=shell, at=at, when=when)
            yield made, at, done.returncode
            if done.returncode == 0:
                return
        at += 1


@pytest.mark.parametrize(("shell", "when"), [("bash", "before"), ("dash", "after"), ("dash", "half")])
def test_killed_at_any_program_each_file_is_old_or_new_and_the_next_run_completes(shell: str, when: str) -> None:
    last, least = 0, 8 if when == "half" else 30
    for made, at, status in points(shell, when):
        last = at
        assert status in (0, -9)
        held = [(old.data, new.data) for old, new in zip(made.contents("one"), made.contents("two"), strict=True)]
        for path, either in zip((made.open, made.closed), held, strict=True):
            assert path.read_bytes() in either, at
        assert list(made.open.parent.rglob("*.yml")) == [made.open]
        assert made.guarded()
        assert set(made.noted()) == {str(made.open), str(made.closed)}
        assert (made.state / "placed.key").stat().st_size == 32
        done = made.place(*made.contents("two"))
        assert (done.returncode, made.files()) == (0, PLACED), at
        key = (made.state / "placed.key").read_bytes()
        assert [made.noted()[str(path)].hash for path in (made.open, made.closed)] == [
            hashlib.sha256(made.open.read_bytes()).hexdigest(),
            hashlib.sha256(key + made.closed.read_bytes()).hexdigest(),
        ]
    assert last > least
