"""Files that are sent, with the real text and the real tools: whole or not at all, and nothing where it is refused."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed
from eakte_ops.playbook.acts import Fenced, Held
from eakte_ops.playbook.deliver import MOST, Parcel, TooLarge, deliver, script
from eakte_ops.remote.local import LocalConnection
from tests.integration.playbook.ground import Moved, Place, layout

DATA = "größe: 'x'\n$(touch evil) `touch evil` \\n\n".encode() + bytes(range(256)) + b"\nEND_OF_FILE\nlast"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.made(tmp_path / "one", token=7)


def parcel(place: Place, **changes: object) -> Parcel:
    given = {"to": f"{place.effects}/application-prod.yml", "mode": "0640", "data": DATA, "token": 7, "note": "who why"}
    return Parcel(**{**given, **changes})  # type: ignore[arg-type]


def send(place: Place, **changes: object) -> bool:
    return deliver(Moved(LocalConnection(), place), parcel(place, **changes), layout(), server="one")


def test_a_file_arrives_as_it_is_with_its_mode_and_leaves_nothing_else(place: Place) -> None:
    assert send(place) is True
    (there,) = place.effects.iterdir()
    assert there.read_bytes() == DATA
    assert oct(there.stat().st_mode)[-4:] == "0640"
    assert place.journal == ["who why"]
    before = there.stat()
    assert send(place) is False
    assert there.stat().st_mtime_ns == before.st_mtime_ns
    assert there.stat().st_ino == before.st_ino
    assert place.journal == ["who why"]


def test_another_mode_or_content_replaces_it_at_once_and_links_are_not_followed(place: Place) -> None:
    send(place)
    there = place.effects / "application-prod.yml"
    inode = there.stat().st_ino
    assert send(place, mode="0600") is True
    assert there.stat().st_ino != inode
    assert oct(there.stat().st_mode)[-3:] == "600"
    there.unlink()
    (place.folder / "elsewhere").write_text("mine")
    there.symlink_to(place.folder / "elsewhere")
    assert send(place, data=b"") is True
    assert not there.is_symlink()
    assert there.read_bytes() == b""
    assert (place.folder / "elsewhere").read_text() == "mine"


def test_what_was_left_of_an_earlier_try_does_not_matter(place: Place) -> None:
    (place.effects / ".application-prod.yml.part").write_text("half")
    assert send(place) is True
    assert [each.name for each in place.effects.iterdir()] == ["application-prod.yml"]


def test_neither_secrets_nor_hashes_are_in_any_argument_list(place: Place, tmp_path: Path) -> None:
    for name in ("sha256sum", "base64", "chmod", "mv", "stat", "sync", "mkdir", "rm", "timeout"):
        real = subprocess.run(["sh", "-c", f"command -v {name}"], check=True, capture_output=True, text=True).stdout
        place.program(name, f'printf "%s\\n" "$0 $*" >>{tmp_path}/seen; exec {real.strip()} "$@"')
    data = b"password: hunter2-hunter2\n" * 100
    assert send(place, data=data) is True
    seen = (tmp_path / "seen").read_text()
    assert "sha256sum" in seen
    assert "hunter2" not in seen
    assert parcel(place, data=data).data not in repr(parcel(place, data=data)).encode()
    words = script(parcel(place, data=data), layout()).split("sum=")[1].split("\n")[0].strip("'")
    assert words not in seen


def test_an_old_token_and_the_stop_switch_change_nothing(place: Place) -> None:
    place.token(8)
    with pytest.raises(Fenced, match="another run has taken over \\(8\\)"):
        send(place)
    place.token(7)
    place.stop("we move the storage")
    with pytest.raises(Held, match="stop-switch we move the storage"):
        send(place)
    assert list(place.effects.iterdir()) == []
    assert place.journal == []


def test_without_a_line_in_the_system_journal_it_is_not_put_there(place: Place) -> None:
    place.program("logger", "exit 1")
    with pytest.raises(Held, match="no-system-journal"):
        send(place)
    assert list(place.effects.iterdir()) == []


def test_a_full_disk_leaves_the_old_file(place: Place) -> None:
    there = place.effects / "application-prod.yml"
    there.write_text("old")
    place.program("base64", "head -c 10; exit 1")
    with pytest.raises(Held, match="did not arrive as a whole"):
        send(place)
    place.program("base64", "head -c 10")  # one that does not say that the disk was full
    with pytest.raises(Held, match="did not arrive as a whole"):
        send(place)
    assert there.read_text() == "old"
    assert [each.name for each in place.effects.iterdir()] == ["application-prod.yml"]


def test_only_the_folder_of_the_run_itself_is_made(place: Place) -> None:
    to = f"{place.home}/incoming/r1/a.yml"
    with pytest.raises(Held, match="there is no such folder"):
        send(place, to=to)
    assert send(place, to=to, own=True) is True
    assert oct((place.home / "incoming" / "r1").stat().st_mode)[-3:] == "700"
    (place.effects / "folder").mkdir()
    with pytest.raises(Held, match="a folder is there"):
        send(place, to=f"{place.effects}/folder")


def test_a_large_file_travels_and_a_larger_one_is_refused(place: Place) -> None:
    data = os.urandom(MOST)
    assert send(place, data=data) is True
    assert (place.effects / "application-prod.yml").read_bytes() == data
    with pytest.raises(TooLarge, match="has 1,000,001 bytes, and no more than 1,000,000 are sent"):
        send(place, data=data + b"x")


def test_many_at_once_end_in_one_whole_file(place: Place) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda number=number: results.append(send(place, data=bytes([number]) * 50_000)))
        for number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 6
    assert len(set((place.effects / "application-prod.yml").read_bytes())) == 1
    assert [each.name for each in place.effects.iterdir()] == ["application-prod.yml"]


def test_a_server_without_the_access_pack_is_an_error_that_says_so(place: Place) -> None:
    (place.home / "ops.flock").unlink()
    with pytest.raises(CommandFailed, match=r"ops\.flock"):
        send(place)


def test_what_breaks_the_text_is_refused_here(place: Place) -> None:
    for changes in ({"mode": "640"}, {"mode": "0640; reboot"}, {"to": "relative"}, {"to": "/a\nb"}):
        with pytest.raises(ValueError, match="no path and mode"):
            script(parcel(place, **changes), layout())
