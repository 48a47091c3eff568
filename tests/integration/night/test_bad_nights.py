"""Sweeps in real processes over real connections: killed, tarred, flooded, with a full disk under them."""

from __future__ import annotations

import dataclasses
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte_ops.health.memory import sweeps
from eakte_ops.health.night import Due, nights
from eakte_ops.health.night import seen as night_of
from tests.integration.night.nights import Night
from tests.integration.remote.sshd import Sshd, running


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running(tmp_path_factory.mktemp("sshd"), address="0.0.0.0") as server:
        yield server


@pytest.fixture
def night(tmp_path: Path, sshd: Sshd) -> Night:
    return Night(tmp_path, sshd)


@contextmanager
def tarpit() -> Iterator[int]:
    """Takes connections on a port of all loopback addresses, and never says a word."""
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))
        listening.listen(64)
        held: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        for each in held:
            each.close()
        thread.join()


def test_killed_anywhere_whole_towns_or_nothing_and_no_finding_is_closed(night: Night) -> None:
    night.well(6)
    night.add("127.3.1.1", 9)  # nobody listens there: a finding that must stay
    assert night.run(threads=2, kind="full")[0] == 0
    before = {known.identity: known.id for known in night.open()}
    assert ("town-6", "server-6", "reachable", "") in before
    chance = random.Random(3)
    for _time in range(10):
        process = night.start(threads=2, kind="full")
        assert process.stdout is not None
        for _line in range(chance.randint(0, 12)):
            process.stdout.readline()
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.communicate()
        with night.rows() as rows:
            done = rows.all("SELECT town, count(DISTINCT until) FROM state WHERE ongoing GROUP BY town")
        assert {(row[0], row[1]) for row in done} == {(f"town-{number}", 1) for number in range(7)}
        assert {known.identity: known.id for known in night.open()} == before
    with night.rows() as rows:
        seen = dataclasses.replace(night_of(rows), begun=sweeps.last(rows, "full", finished=False))
    assert seen.begun is not None
    late = seen.begun.began + 3 * 86_400
    said = {judged.check: judged.result.said for judged in nights(late, Due("Europe/Berlin", "01:30", 60, 5), seen)}
    assert said["watch.night"] == "killed"
    assert night.run(threads=2)[0] == 0
    assert {known.identity: known.id for known in night.open()} == before


def test_a_tarpit_in_each_of_twenty_towns_costs_its_own_time_only(night: Night) -> None:
    """Each town has a server that answers and one that never does. All that answer are done before the first that does
    not is given up, and each of those takes what it may and no more; every town is remembered, with both."""
    night.well(20)
    with tarpit() as port:
        for number in range(20):
            night.add(f"127.3.2.{number + 1}", port, town=number)
        began = time.monotonic()
        status, out, err = night.run(server_seconds=8, threads=40)
        took = time.monotonic() - began
    assert status == 0, err
    looked = [line.split()[1:] for line in out.splitlines() if line.startswith("looked")]
    assert [state for _server, state, _seconds in looked] == ["looked"] * 20 + ["unreachable"] * 20
    lost = [float(seconds) for _server, state, seconds in looked if state == "unreachable"]
    assert took < sum(lost) / 2  # not one behind the other
    kept = [line.split()[1] for line in out.splitlines() if line.startswith("kept")]
    assert sorted(kept) == sorted(f"town-{number}" for number in range(20))
    found = {(known.town, known.server) for known in night.open() if known.check == "reachable"}
    assert found == {(f"town-{number}", f"server-{number + 20}") for number in range(20)}
    with night.rows() as rows:
        well = rows.all("SELECT town, server FROM state WHERE check_ = 'reachable' AND verdict = 'ok'")
    assert {tuple(row) for row in well} == {(f"town-{number}", f"server-{number}") for number in range(20)}


def test_a_server_that_sends_a_gigabyte_is_cut_off_and_remembered_as_such(night: Night, tmp_path: Path) -> None:
    night.well(1)
    flood = "ForceCommand head -c 1000000000 /dev/zero | tr '\\\\0' x"
    with running(tmp_path / "flood", more=flood, address="127.3.3.1", like=night.sshd) as hostile:
        night.add(hostile.address, hostile.port, hostile)
        status, out, err = night.run()
    assert status == 0, err
    assert int(out.split("megabytes ")[1]) < 200
    by_town = {known.town: known.check for known in night.open() if known.verdict == "critical"}
    assert by_town["town-1"] == "reachable"
    with night.rows() as rows:
        known = rows.all("SELECT 1 FROM state WHERE town = 'town-0' AND verdict = 'ok'")
    assert known
