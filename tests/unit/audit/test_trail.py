"""The audit: on disk before the act, chained, and honest about what it can not show."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.audit import Trail
from eakte_ops.audit.who import Who, who_is_it
from eakte_ops.clock import Clock
from eakte_ops.errors import AuditRefused, Status

NOW = Clock(now=lambda: datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
ME = Who("admin", "ops-1")


def trail(folder: Path) -> Trail:
    return Trail(folder / "state", NOW, ME)


def filled(folder: Path, count: int = 5) -> Trail:
    kept = trail(folder)
    for number in range(count):
        kept.record(
            "access accept", town=f"town-{number % 2}", why="Grund mit Ümläuten\nund Zeile", details={"n": number}
        )
    return kept


def test_what_is_recorded_can_be_read_again(tmp_path: Path) -> None:
    kept = filled(tmp_path)
    entries = list(kept.entries())
    assert [entry.details["n"] for entry in entries] == [0, 1, 2, 3, 4]
    first = entries[0]
    assert (first.at, first.who, first.host, first.what) == (
        "2026-11-22T09:30:00.000+00:00",
        "admin",
        "ops-1",
        "access accept",
    )
    assert first.why == "Grund mit Ümläuten\nund Zeile"
    assert len(list(kept.entries("town-1"))) == 2
    assert list(kept.faults()) == []
    assert len(kept.file.read_bytes().splitlines()) == 5
    assert kept.file.stat().st_mode & 0o007 == 0


def test_no_file_is_an_empty_audit(tmp_path: Path) -> None:
    assert list(trail(tmp_path).entries()) == []
    assert list(trail(tmp_path).faults()) == []


@pytest.mark.parametrize("line", range(5))
def test_an_altered_line_shows_wherever_it_is(line: int, tmp_path: Path) -> None:
    kept = filled(tmp_path)
    lines = kept.file.read_text().splitlines()
    lines[line] = lines[line].replace('"who":"admin"', '"who":"nobody"')
    kept.file.write_text("\n".join(lines) + "\n")
    assert line + 1 in {fault.line for fault in kept.faults()}


@pytest.mark.parametrize("line", range(4))
def test_a_line_that_was_left_out_shows(line: int, tmp_path: Path) -> None:
    kept = filled(tmp_path)
    lines = kept.file.read_text().splitlines()
    del lines[line]
    kept.file.write_text("\n".join(lines) + "\n")
    assert list(kept.faults())


def test_lines_in_another_order_and_lines_put_in_show(tmp_path: Path) -> None:
    kept = filled(tmp_path)
    lines = kept.file.read_text().splitlines()
    kept.file.write_text("\n".join([lines[0], lines[2], lines[1], *lines[3:]]) + "\n")
    assert list(kept.faults())
    kept.file.write_text("\n".join([*lines[:2], lines[1], *lines[2:]]) + "\n")
    assert list(kept.faults())


def test_a_line_altered_with_its_hash_made_anew_breaks_the_next_link(tmp_path: Path) -> None:
    kept = filled(tmp_path)
    lines = kept.file.read_text().splitlines()
    entry = list(kept.entries())[1]
    forged = type(entry)(**{**json.loads(lines[1]), "who": "nobody", "hash": ""})
    lines[1] = json.dumps({**json.loads(lines[1]), "who": "nobody", "hash": forged.sealed()})
    kept.file.write_text("\n".join(lines) + "\n")
    assert [fault.line for fault in kept.faults()] == [3]


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_line_written_by_halves_stays_a_fault_and_the_next_entry_is_whole(cut: int, tmp_path: Path) -> None:
    kept = filled(tmp_path)
    whole = kept.file.read_bytes()
    kept.file.write_bytes(whole[:-cut])
    kept.record("access revoke", why="lost")
    assert list(kept.entries())[-1].what == "access revoke"
    faults = list(kept.faults())
    # With only the line end missing nothing was lost; otherwise the torn line, and nothing else, is a fault.
    assert [fault.line for fault in faults] == ([] if cut == 1 else [5])


def test_binary_rubbish_in_the_file_is_a_fault_and_does_not_stop_the_next_entry(tmp_path: Path) -> None:
    kept = filled(tmp_path, 1)
    with kept.file.open("ab") as stream:
        stream.write(b"\xff\x00rubbish\n[]\n{}\n")
    kept.record("access revoke")
    assert {fault.line for fault in kept.faults()} == {2, 3, 4}


def test_very_long_entries_are_chained_too(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    for size in (10, 5000, 70_000, 10):
        kept.record("x", details={"text": "y" * size})
    assert list(kept.faults()) == []


@pytest.mark.parametrize("kind", ["folder is a file", "file is a folder", "file is a link"])
def test_what_can_not_be_written_stops_the_act(kind: str, tmp_path: Path) -> None:
    kept = trail(tmp_path)
    if kind == "folder is a file":
        kept.folder.write_text("")
    elif kind == "file is a folder":
        kept.file.mkdir(parents=True)
    else:
        kept.folder.mkdir()
        kept.file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AuditRefused, match="so nothing was done") as caught:
        kept.record("x")
    assert caught.value.status == Status.REFUSED
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_stops_the_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    kept = filled(tmp_path, 1)
    monkeypatch.setattr("eakte_ops.audit.trail.os.fsync", full)
    with pytest.raises(AuditRefused, match="No space left on device"):
        kept.record("x")


def test_several_writers_at_once_keep_one_chain(tmp_path: Path) -> None:
    """Each `record` opens the file anew, so threads exclude each other through flock as programs do."""

    def many() -> None:
        for number in range(20):
            trail(tmp_path).record("x", details={"n": number})

    workers = [threading.Thread(target=many) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(list(trail(tmp_path).entries())) == 60
    assert list(trail(tmp_path).faults()) == []


def test_who_it_was_comes_from_the_kernel_and_not_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    unset = tmp_path / "loginuid"
    unset.write_text("4294967295")
    me = who_is_it(unset)
    assert "somebody-else" not in me.login
    assert "login" not in me.login
    assert who_is_it(tmp_path / "missing") == me
    unset.write_text("65533")
    assert who_is_it(unset).login == f"{me.login} (login user id 65533)"
