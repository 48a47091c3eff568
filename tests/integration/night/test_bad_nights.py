"""Sweeps in real processes over real connections: killed, tarred, flooded, with a full disk under them."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte_ops.health.memory import sweeps
from eakte_ops.health.night import Due, Seen, nights
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
    assert night.run(threads=2)[0] == 0
    before = {known.identity: known.id for known in night.open()}
    assert ("town-6", "server-6", "reachable", "") in before
    chance = random.Random(3)
    for _time in range(10):
        process = night.start(threads=2)
        assert process.stdout is not None
        for _line in range(chance.randint(0, 6)):
            process.stdout.readline()
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.communicate()
        with night.rows() as rows:
            done = rows.all("SELECT DISTINCT until FROM state WHERE town = 'town-0' AND ongoing")
        assert len(done) == 1  # all results of a town are of the same look
        assert {known.identity: known.id for known in night.open()} == before
    with night.rows() as rows:
        begun = sweeps.last(rows, "light")
        assert begun is not None
        late = begun.began + 3 * 86_400
        seen = Seen(sweeps.first(rows), None, sweeps.last(rows, "light", finished=False), None)
    said = {judged.check: judged.result.said for judged in nights(late, Due("Europe/Berlin", "01:30", 60, 5), seen)}
    assert said["watch.night"] in ("killed", "never")
    assert night.run(threads=2)[0] == 0
    assert {known.identity: known.id for known in night.open()} == before


def test_a_tarpit_in_every_second_town_costs_its_own_time_only(night: Night) -> None:
    night.well(10)
    with tarpit() as port:
        for number in range(10):
            night.add(f"127.3.2.{number + 1}", port)
        status, out, err = night.run(server_seconds=6, threads=20)
    assert status == 0, err
    lines = [line.split() for line in out.splitlines() if line.startswith("town-")]
    states = {town: state for town, state, _seconds in lines}
    assert sorted(states) == sorted(f"town-{number}" for number in range(20))
    assert {states[f"town-{number}"] for number in range(10)} == {"looked"}
    assert {states[f"town-{number}"] for number in range(10, 20)} == {"unreachable"}
    # All that answer are remembered before the first that does not is given up.
    order = [state for _town, state, _seconds in lines]
    assert order == ["looked"] * 10 + ["unreachable"] * 10
    assert {known.town for known in night.open() if known.check == "reachable"} == {f"town-{n}" for n in range(10, 20)}


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
