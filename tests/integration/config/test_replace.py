"""Replacing files and putting them back, in a real shell: killed anywhere, on a full disk, and with people at work."""

from __future__ import annotations

import grp
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from eakte_ops.config import replace
from eakte_ops.config.fetch import Lying
from eakte_ops.config.record import Identity, Placed
from eakte_ops.config.rendered import Content
from eakte_ops.config.replace import CANNOT_TELL, DONE, NOT_BEGUN, Replacement
from eakte_ops.product.load import profile
from eakte_ops.product.model import Layout
from tests.integration.config.bad_days import SECRET, Server, server

RUN = "2026-11-24-witten-a1b2"
NAMES = ("gateway/application-prod.yml", "index/built-in.usr")
WHOLE = bool(os.environ.get("EAKTE_OPS_WHOLE"))
"""Every point of interruption; every fourth runs in the tests."""

Found = dict[Path, tuple[bytes, int, int, int, int] | None]


@dataclass
class Town:
    """A server on which the closed file lies as it was placed and the open one is missing; others were brought."""

    server: Server
    files: tuple[Replacement, ...] = ()

    @property
    def layout(self) -> Layout:
        layout = profile("musterakte").layout["linux"]
        group = grp.getgrgid(self.server.gid).gr_name
        more = {"state": str(self.server.state), "look_account": group, "software_account": group}
        return layout.model_copy(update=more)

    @property
    def paths(self) -> tuple[Path, Path]:
        return self.server.open, self.server.closed

    @property
    def kept(self) -> Path:
        return self.server.state / "previous" / RUN

    def begin(self) -> None:
        """What lies there is seen, and the new files are brought."""
        group = grp.getgrgid(self.server.gid).gr_name
        made = []
        for name, path, mode in zip(NAMES, self.paths, (0o644, 0o640), strict=True):
            done = self.server.run(replace.question(str(path)))
            assert (done.returncode, done.stderr) == (0, "")
            made.append(Replacement(name, str(path), mode, group, done.stdout.strip()))
        self.files = tuple(made)
        assert self.run(replace.prepare(self.files, self.layout)) == (0, "", "")
        for name, content in zip(NAMES, self.server.contents("new"), strict=True):
            self.server.write(self.server.state / "incoming" / RUN / name, content.data, 0o600)

    def run(self, text: str, **more: object) -> tuple[int, str, str]:
        done = self.server.run(f"run='{RUN}'\n{text}", **more)
        assert SECRET not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def put(self, **more: object) -> tuple[int, str, str]:
        return self.run(replace.put(self.files, self.layout), **more)

    def verify(self) -> int:
        return self.run(replace.verify(self.files, self.layout))[0]

    def restore(self, **more: object) -> tuple[int, str, str]:
        return self.run(replace.restore(self.files, self.layout), **more)

    def there(self) -> Found:
        """What lies in the places of files: content, mode, owner, group, time."""
        found: Found = {}
        for path in self.paths:
            for each in path.parent.iterdir():
                at = each.lstat()
                found[each] = (each.read_bytes(), stat.S_IMODE(at.st_mode), at.st_uid, at.st_gid, at.st_mtime_ns)
        return found

    def said(self) -> dict[str, tuple[str, int, str]]:
        """What the note says, but for what the file system says."""
        return {path: (each.hash, each.when, each.by) for path, each in self.server.noted().items()}


@pytest.fixture(name="town")
def _town() -> Iterator[Town]:
    with made_town() as town:
        yield town


class made_town:
    def __enter__(self) -> Town:
        self._server = server()
        made = Town(self._server.__enter__())
        made.server.place(made.server.contents("old")[1])
        made.begin()
        return made

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)


def is_noted(town: Town, path: Path) -> Placed:
    """The note of a file, which says what the file system says."""
    noted, at = town.server.noted()[str(path)], path.stat()
    assert (noted.identity.inode, noted.identity.size) == (at.st_ino, at.st_size)
    assert noted.identity.changed == f"{at.st_ctime_ns // 10**9}.{at.st_ctime_ns % 10**9:09}"
    return noted


def is_new(town: Town) -> None:
    for path, content in zip(town.paths, town.server.contents("new"), strict=True):
        assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (content.data, content.mode)
        assert path.stat().st_gid == town.server.gid
        assert is_noted(town, path).by == RUN
    assert set(town.there()) == set(town.paths)
    assert town.verify() == DONE


def is_old(town: Town, before: Found, said: dict[str, tuple[str, int, str]]) -> None:
    assert town.there() == before
    assert town.said() == said
    is_noted(town, town.server.closed)
    assert town.server.guarded()


def test_new_files_come_in_place_of_the_old_ones_and_these_are_kept(town: Town) -> None:
    before = town.there()
    assert town.verify() == NOT_BEGUN
    assert town.put() == (0, f"placed\t{town.server.open}\nplaced\t{town.server.closed}\n", "")
    is_new(town)
    old = town.kept / "files" / str(town.server.closed).lstrip("/")
    assert old.read_bytes() == before[town.server.closed][0]
    assert not (town.kept / "files" / str(town.server.open).lstrip("/")).exists()
    for folder in (town.kept, town.kept.parent, town.server.state / "incoming"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert town.put() == (0, f"same\t{town.server.open}\nsame\t{town.server.closed}\n", "")
    is_new(town)


def test_what_was_there_comes_back_with_owner_mode_times_and_note(town: Town) -> None:
    before, said = town.there(), town.said()
    town.put()
    assert town.restore() == (0, f"back\t{town.server.open}\nback\t{town.server.closed}\n", "")
    is_old(town, before, said)
    assert town.restore()[0] == 0
    is_old(town, before, said)
    assert town.run(replace.unprepare(town.layout))[0] == 0
    assert not town.kept.exists()
    is_old(town, before, said)


def test_a_file_that_had_been_changed_by_hand_comes_back_as_changed(town: Town) -> None:
    town.server.write(town.server.closed, "by hand", 0o600)
    noted = town.server.noted()
    town.begin()
    before = town.there()
    assert town.put()[0] == 0
    is_new(town)
    assert town.restore()[0] == 0
    assert (town.there(), town.server.noted()) == (before, noted)


def test_a_file_is_known_again_by_what_was_fetched_of_it(town: Town) -> None:
    """The plan knows it from the look, the server from stat: the same words, for a file with any time."""
    path = town.server.closed
    for _ in range(3):
        path.chmod(0o640)
        at = path.stat()
        changed = f"{at.st_ctime_ns // 10**9}.{at.st_ctime_ns % 10**9:09}"
        identity = Identity("640", "x", "x", at.st_size, at.st_ino, "1.0", changed)
        done = town.server.run(replace.question(str(path)))
        assert done.stdout == replace.seen_of(Lying(str(path), "file", identity)) + "\n"
    assert town.server.run(replace.question(str(town.server.open))).stdout == "\n"
    assert replace.seen_of(Lying("/a", "absent")) == ""
    future = Identity("644", "a", "b", 1, 7, "1.0", "999999999999.5")
    assert replace.seen_of(Lying("/a", "file", future)).endswith(".500000000 +0000 inode 7")


def test_of_nothing_begun_nothing_is_put_back(town: Town) -> None:
    before, noted = town.there(), town.server.noted()
    assert town.restore() == (0, "", "")
    assert (town.there(), town.server.noted()) == (before, noted)


def test_a_file_that_was_touched_and_holds_the_same_is_noted_again(town: Town) -> None:
    town.put()
    assert town.restore()[0] == 0
    for path, content in zip(town.paths, town.server.contents("new"), strict=True):
        town.server.write(path, content.data, content.mode)
        os.utime(path, (1, 1))
    shutil.rmtree(town.kept)
    town.begin()
    assert town.verify() == NOT_BEGUN
    assert town.put() == (0, f"same\t{town.server.open}\nsame\t{town.server.closed}\n", "")
    is_new(town)
    assert town.server.closed.stat().st_mtime == 1


@pytest.mark.parametrize("how", ["edited", "touched", "removed", "link", "folder"])
def test_what_somebody_changed_since_it_was_seen_is_left(town: Town, how: str) -> None:
    path = town.server.closed
    match how:
        case "edited":
            town.server.write(path, "by hand")
        case "touched":
            path.chmod(0o600)
        case "removed":
            path.unlink()
        case "link":
            path.rename(path.with_name("real"))
            path.symlink_to("real")
        case "folder":
            path.unlink()
            path.mkdir()
    status, _out, err = town.put()
    assert status != 0
    assert f"changed by somebody since the plan was made: {path}" in err
    assert town.verify() == CANNOT_TELL
    assert not (town.kept / "notes" / str(path).lstrip("/")).exists()
    kind = stat.S_IFMT(path.lstat().st_mode) if how != "removed" else None
    assert town.restore()[0] == 0
    assert not town.server.open.exists()
    assert how == "removed" or stat.S_IFMT(path.lstat().st_mode) == kind
    assert how != "edited" or path.read_text() == "by hand"


def test_what_somebody_did_in_the_meantime_is_put_aside(town: Town) -> None:
    before, said = town.there(), town.said()
    town.put()
    town.server.write(town.server.closed, "by hand")
    status, _out, err = town.restore()
    assert (status, "kept as" in err) == (0, True)
    is_old(town, before, said)
    aside = town.kept / "found" / str(town.server.closed).lstrip("/")
    assert aside.read_text() == "by hand"
    town.run(replace.unprepare(town.layout))
    assert aside.read_text() == "by hand"
    assert not (town.server.state / "incoming" / RUN).exists()


@pytest.mark.parametrize("act", ["put", "restore"])
@pytest.mark.parametrize("when", ["before", "after"] if WHOLE else ["before"])
def test_killed_anywhere_it_can_be_repeated_and_undone(act: str, when: str) -> None:
    """At the programs that the text calls: each file is the old or the new one, and both ways lead to an end."""
    points = 0
    for at in count(1, 1 if WHOLE else 4):
        with made_town() as town:
            before, said = town.there(), town.said()
            if act == "restore":
                town.put()
            killed = getattr(town, act)(at=at, when=when)[0] != 0
            points += killed
            is_whole(town, before)
            seen = town.verify()
            assert seen != NOT_BEGUN or act == "restore" or town.said() == said
            if seen == DONE:
                is_new(town)
            if act == "put" and points % 2:
                assert town.put()[0] == 0, at
                is_new(town)
            assert town.restore()[0] == 0, at
            is_old(town, before, said)
        if not killed:
            break
    assert points > (30 if WHOLE else 8)


def is_whole(town: Town, before: Found) -> None:
    """Each file is the old or the new one, and none with a secret can be used by others."""
    for path, content in zip(town.paths, town.server.contents("new"), strict=True):
        old = before.get(path)
        assert (path.read_bytes() if path.exists() else None) in (content.data, old and old[0])
        assert not path.exists() or stat.S_IMODE(path.stat().st_mode) == content.mode
    assert town.server.guarded()


@pytest.mark.parametrize("told", [True, False], ids=["told", "killed"])
def test_no_room_for_a_new_file(town: Town, told: bool) -> None:
    before, said = town.there(), town.said()
    large = Content(str(town.server.closed), 0o640, SECRET.encode() * 4000)
    town.server.write(town.server.state / "incoming" / RUN / NAMES[1], large.data, 0o600)
    status, _out, _err = town.put(largest=4096, told=told)
    assert status != 0
    assert town.there()[town.server.closed] == before[town.server.closed]
    assert town.restore()[0] == 0
    is_old(town, before, said)


def test_no_room_to_put_a_file_back_but_for_another_name(town: Town) -> None:
    """What was kept gets a second name in the place of the file; no block is written for it."""
    town.server.place(Content(str(town.server.closed), 0o640, SECRET.encode() * 4000))
    town.begin()
    before = town.there()
    town.put()
    status, _out, err = town.restore(largest=8192)
    assert (status, "copy" in err or "writ" in err) == (0, True)
    assert town.there() == before


def test_only_the_newest_runs_are_kept(town: Town) -> None:
    town.put()
    previous = town.server.state / "previous"
    for number in range(9):
        (previous / f"run-{number}").mkdir()
        town.server.own(previous / f"run-{number}")
        os.utime(previous / f"run-{number}", (number, number))
    assert town.run(replace.clean(town.layout)) == (0, "", "")
    assert {path.name for path in previous.iterdir()} == {RUN, "run-8", "run-7", "run-6", "run-5"}
    assert not (town.server.state / "incoming" / RUN).exists()


def test_what_can_not_be_taken_away_is_said_and_stops_nobody(town: Town) -> None:
    (town.server.state / "incoming" / RUN).chmod(0o500)
    status, out, _err = town.run(replace.clean(town.layout))
    assert (status, out) == (0, f"left behind: {town.server.state}/incoming/{RUN}\n")


def test_every_file_is_tried_before_and_one_that_can_not_be_used_is_enough(town: Town) -> None:
    say = ("sh", "-c", 'echo "$0"; grep -q title "$1"', "it's", "{file}")
    text = replace.validate([(NAMES[1], say), (NAMES[0], say)], town.layout)
    assert town.run(text) == (1, "it's\nit's\n", "")
    assert town.run(replace.validate([(NAMES[0], say)], town.layout))[0] == 0


def test_what_the_softwares_account_has_to_try_is_open_to_its_group_alone(town: Town) -> None:
    shared = Replacement(NAMES[1], str(town.server.closed), 0o640, "x", "", shared=True)
    assert town.run(replace.prepare([shared], town.layout))[0] == 0
    incoming = town.server.state / "incoming"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (incoming, incoming / RUN, incoming / RUN / "index")]
    assert modes == [0o711, 0o2750, 0o2750]
    assert stat.S_IMODE(town.kept.stat().st_mode) == 0o700
