"""`eakte-ops sweep` in real processes: two at once, told to stop, killed, without room, beside a dead mail server."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte_ops.store import Rows
from tests.integration.night.typed import TOWNS, Desk, until_said
from tests.integration.report.postmen import says_nothing, talking

DOWN = ("witten-index", "service.units", "index")
ALSO_DOWN = ("herdecke-box", "service.units", "gateway")


def whole_towns(rows: Rows) -> bool:
    """Whether all that is known of each town is of one and the same look at it."""
    looks = rows.all("SELECT town, count(DISTINCT until) FROM state WHERE ongoing AND town <> '' GROUP BY town")
    return {(row[0], row[1]) for row in looks} == {(town, 1) for town in TOWNS}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "operations")


def test_of_two_sweeps_at_once_the_second_names_the_first_and_ends(desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    desk.script = {"waits": {"herdecke-box": str(gate)}}
    with desk.start("sweep") as first:
        until_said(first, "Witten")
        status, out, err = desk.run("sweep", "--light", "witten")
        assert (status, out) == (6, "")
        assert f"The sweep is busy: a full sweep, since 2026-11-24 09:00:00 UTC, process {first.pid}" in err
        gate.touch()
        _out, err = first.communicate(timeout=110)
    assert first.returncode == 0, err
    assert (desk.last().kind, desk.last().looked) == ("full", 7)
    assert desk.run("sweep", "--light", "witten")[0] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_keeps_what_it_has_and_names_the_rest(
    desk: Desk, tmp_path: Path, number: signal.Signals
) -> None:
    desk.script = {"waits": {"herdecke-box": str(tmp_path / "never")}, "down": {"witten-index": "index"}}
    with desk.start("sweep") as process:
        until_said(process, "Witten")
        process.send_signal(number)
        out, err = process.communicate(timeout=110)
    assert process.returncode == 130, err
    made = desk.last()
    missed = [each.server for each in made.missed]
    assert "herdecke-box" in missed
    (named,) = [line for line in err.splitlines() if line.startswith("Not looked at (the sweep was stopped): ")]
    assert sorted(named.split(": ")[1].split(", ")) == sorted(missed)
    assert f"{len(missed)} not looked at" in out
    assert (made.looked, made.ended is not None) == (7 - len(missed), True)
    assert DOWN in desk.open()


def test_it_looks_at_all_towns_also_where_nobody_reads_what_it_says(desk: Desk, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    desk.script = {"waits": {"herdecke-box": str(gate), "hattingen-db": str(gate)}}
    with desk.start("sweep") as process:
        until_said(process, "Witten")
        assert process.stderr is not None
        process.stderr.close()
        gate.touch()
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0, out
    assert (desk.last().looked, desk.last().missed) == (7, ())


def test_killed_at_any_moment_it_leaves_whole_towns_and_the_night_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.script = {"down": {"witten-index": "index", "herdecke-box": "gateway"}}
    assert desk.run("sweep")[0] == 1
    before = {place: known.id for place, known in desk.open().items()}
    assert before.keys() == {DOWN, ALSO_DOWN}
    chance = random.Random(11)
    for attempt in range(3):
        desk.later(minutes=30)
        slowest = ("witten-db", "herdecke-box", "hattingen-db")[attempt]
        desk.script["waits"] = {slowest: str(tmp_path / "never")}
        with desk.start("sweep") as process:
            until_said(process, "Hattingen" if attempt < 2 else "Herdecke")
            time.sleep(chance.random() * 0.02)
            process.kill()
        with desk.rows() as rows:
            assert whole_towns(rows)
        assert {place: known.id for place, known in desk.open().items()} == before
        assert desk.last().ended is None
    desk.script["waits"] = {}
    desk.later(days=1)
    assert desk.run("sweep", "--light")[0] == 1
    found = desk.open()
    assert "came to its end" in found["", "watch.night", ""].text["en"].said
    assert before.items() <= {place: known.id for place, known in found.items()}.items()
    assert desk.run("sweep")[0] == 1
    assert {place: known.id for place, known in desk.open().items()} == before


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 3 MB in `folder`; gives whether we may mount one."""
    folder.mkdir(mode=0o700)
    words = ["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(words, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def no_big_files() -> None:
    """In place of a full disk: no file may become bigger than the log of a sweep does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_no_room_in_the_middle_of_a_sweep_is_said_and_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.script = {"down": {"witten-index": "index"}}
    everything = "SELECT town, server, check_, subject, verdict, since FROM state"
    with small_disk(desk.folder / "state") as mounted:
        assert desk.run("sweep")[0] == 1
        with desk.rows() as rows:
            before = {tuple(row) for row in rows.all(everything)}
        found = desk.open()
        desk.later(days=1)
        filler = desk.folder / "state/filler"
        limited: Callable[[], None] | None = None
        if mounted:
            desk.script["fills"] = {"herdecke-box": str(filler)}
        else:
            limited = no_big_files
        status, out, err = desk.run("sweep", limited=limited)
        assert (status, out) == (70, "")
        told = [line for line in err.splitlines() if "nothing stored before is lost" in line]
        assert len(told) == 1
        assert "store.db: the disk " in told[0]
        assert "Traceback" not in err
        filler.unlink(missing_ok=True)
        with desk.rows() as rows:
            assert before <= {tuple(row) for row in rows.all(everything)}
            assert whole_towns(rows)
        assert desk.open().keys() == found.keys()
        desk.script.pop("fills", None)
        assert desk.run("sweep")[0] == 1
        assert {place: known.id for place, known in desk.open().items()} == {DOWN: found[DOWN].id}
        assert desk.last().looked == 7


def test_a_dead_mail_server_costs_its_own_time_and_loses_no_alarm(desk: Desk) -> None:
    callers: list[socket.socket] = []

    def dead(caller: socket.socket, over: threading.Event) -> None:
        callers.append(caller)
        says_nothing(caller, over)

    desk.script = {"down": {"witten-index": "index"}}
    with talking(dead) as port:
        desk.settings(
            f"mail: {{host: 127.0.0.1, port: {port}, tls: none, sender: ops@centre.example, timeout_seconds: 2}}"
        )
        status, out, err = desk.run("sweep")
    assert status == 1, err
    assert "1 finding · 7 servers asked" in out
    assert err.count("Not sent yet, tried again later: the mail server gave no answer within 2 s") == 1
    assert len(callers) == 1
    with desk.rows() as rows:
        waiting = [tuple(row) for row in rows.all("SELECT kind, state, tries FROM message")]
        until = rows.all("SELECT DISTINCT until FROM state WHERE town <> ''")
    assert waiting == [("alarm", "waiting", 1)]
    assert len(until) == 1
    assert (desk.last().looked, desk.last().ended) == (7, desk.now.timestamp())
