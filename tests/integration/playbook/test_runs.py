"""Whole runs with real texts, real shells and a real sshd: forward, back, killed, cut off, and taken up again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from eakte_ops.errors import LineLost, Unreachable
from eakte_ops.events import Event
from eakte_ops.playbook.acts import Fenced, Held
from eakte_ops.playbook.plan import OnServer, Send, Step
from eakte_ops.playbook.progress import Ended
from eakte_ops.playbook.world import Waiting
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Connect
from tests.integration.playbook.ground import Centre, Moved, Place
from tests.integration.remote.sshd import Proxy, Sshd, until


@pytest.fixture
def one(tmp_path: Path) -> Place:
    return Place.made(tmp_path / "one")


@pytest.fixture
def two(tmp_path: Path) -> Place:
    return Place.made(tmp_path / "two", token=5)


def effect(place: Place, name: str, more: str = "") -> OnServer:
    return OnServer(f"echo ran >>{place.effects}/{name}\n{more}")


def step(number: int, server: str, do: OnServer | Send, undo: OnServer | None = None, **more: object) -> Step:
    name = f"{number:02}-s-{server}"
    return Step(name, number, server, name, do, undo=undo, **more)  # type: ignore[arg-type]


def away(place: Place, name: str) -> OnServer:
    return OnServer(f"rm -f {place.effects}/{name}")


def test_a_run_goes_forward_with_values_secrets_and_files(tmp_path: Path, one: Place, two: Place) -> None:
    words = '"$run" "$who" "$until" "${#plan}" "$snapshot" "$pw"'
    takes = OnServer(
        f'printf "%s|" {words} >{one.effects}/second\nenv >{one.effects}/env',
        secrets={"pw": "database"},
        takes={"snapshot": "backup.snapshot"},
    )
    gives = OnServer(f"echo noise; echo backup.snapshot=ab-12; echo x >>{two.effects}/first")
    send = Send("config:witten-app:a", "0" * 64, f"{one.home}/incoming/$run/a.yml", "0640")
    steps = (
        step(1, "two", gives, gives=("backup.snapshot",)),
        step(2, "witten-app", takes),
        step(3, "witten-app", send),
    )
    centre = Centre(
        tmp_path,
        {"witten-app": one, "two": two},
        steps,
        values={"backup.snapshot": "word"},
        content=lambda _send: b"a: 1\n",
    )
    assert centre.run() == Ended("new")
    said = (one.effects / "second").read_text()
    assert said == "r1|admin-1|1795554000|64|ab-12|value of database|"
    assert "value of database" not in (one.effects / "env").read_text()
    assert (one.home / "incoming" / "r1" / "a.yml").read_text() == "a: 1\n"
    assert centre.kept[0] == ("r1.01-s-two.do.1", "noise\nbackup.snapshot=ab-12\n", "")
    assert any("begin r1.02-s-witten-app.do.1" in line and "who=admin-1" in line for line in one.journal)
    records = [path for path in one.home.rglob("*") if path.is_file()]
    assert len(records) > 5
    assert not [path for path in records if b"value of database" in path.read_bytes()]
    assert centre.again().run() == Ended("new")
    assert (two.effects / "first").read_text() == "x\n"


def test_what_fails_is_undone_on_all_servers_and_the_stage_ends_first(tmp_path: Path, one: Place, two: Place) -> None:
    slow = OnServer(f"sleep 0.3; echo ran >{two.effects}/b")
    steps = (
        step(1, "one", effect(one, "a"), away(one, "a")),
        Step(
            "02-s-one",
            2,
            "one",
            "fails",
            OnServer("echo why >&2; exit 3"),
            undo=OnServer(f"touch {one.effects}/undone"),
        ),
        Step("02-s-two", 2, "two", "slow", slow, undo=OnServer(f"rm {two.effects}/b")),
    )
    centre = Centre(tmp_path, {"one": one, "two": two}, steps)
    assert centre.run() == Ended("old")
    assert [path.name for path in one.effects.iterdir()] == ["undone"]
    assert list(two.effects.iterdir()) == []
    assert ("r1.02-s-one.do.1", "", "why\n") in centre.kept


def test_a_stop_switch_set_in_mid_run_holds_it_and_it_goes_on_later(tmp_path: Path, one: Place) -> None:
    stop = OnServer(f"echo 'we move' >{one.folder}/stop")
    steps = (step(1, "one", stop), step(2, "one", effect(one, "b")))
    centre = Centre(tmp_path, {"one": one}, steps)
    with pytest.raises(Held, match="stop-switch we move"):
        centre.run()
    assert list(one.effects.iterdir()) == []
    (one.folder / "stop").unlink()
    assert centre.again().run() == Ended("new")
    assert (one.effects / "b").read_text() == "ran\n"


def test_one_that_was_taken_over_begins_nothing_more(tmp_path: Path, one: Place) -> None:
    steps = (step(1, "one", OnServer(f"echo 99 >{one.home}/lock/token")), step(2, "one", effect(one, "b")))
    with pytest.raises(Fenced, match="99"):
        Centre(tmp_path, {"one": one}, steps).run()
    assert list(one.effects.iterdir()) == []


def test_attached_work_that_takes_longer_is_waited_for_in_slices(
    tmp_path: Path, one: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eakte_ops.playbook.world.SLICE_S", 1)
    events: list[Event] = []
    centre = Centre(tmp_path, {"one": one}, (step(1, "one", OnServer("sleep 2.3; echo at last")),))
    centre.world.emit = events.append
    assert centre.run() == Ended("new")
    assert {event.said for event in events if isinstance(event, Waiting)} == {"running"}
    assert centre.kept == [("r1.01-s-one.do.1", "at last\n", "")]


SLOW = """
import sys, pathlib
from tests.integration.playbook.ground import Centre, Place
from tests.integration.playbook.test_runs import slow_steps
place = Place(pathlib.Path(sys.argv[1]) / "one")
Centre(pathlib.Path(sys.argv[1]), {"one": place}, slow_steps(place)).run()
"""


def slow_steps(place: Place) -> tuple[Step, ...]:
    """The first waits for a file and must never begin twice."""
    wait = f"while [ ! -e {place.folder}/go ]; do sleep 0.05; done\necho over >>{place.effects}/a"
    return (step(1, "one", effect(place, "a", wait), limit=30), step(2, "one", effect(place, "b")))


def test_a_process_that_is_killed_in_a_job_is_followed_by_one_that_waits_for_it(tmp_path: Path, one: Place) -> None:
    killed = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)], cwd=Path(__file__).parents[3])
    until((one.effects / "a").exists, 20)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(10)
    threading.Timer(0.3, (one.folder / "go").touch).start()
    assert Centre(tmp_path, {"one": one}, slow_steps(one)).run() == Ended("new")
    assert (one.effects / "a").read_text() == "ran\nover\n"
    assert (one.effects / "b").read_text() == "ran\n"


# -- over SSH -------------------------------------------------------------------------------------------------------
def over(place: Place, no_config: SshConfig) -> Connect:
    connector = Connector(ssh_config=no_config)
    return lambda target, deadline: Moved(connector(target, deadline), place)


class Breakable(Proxy):
    """A way to a server whose present connections can be broken; new ones may pass or not."""

    def cut(self, *, closed: bool = False) -> None:
        socks = [self._listener, *self._socks] if closed else list(self._socks)
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            if closed:
                sock.close()


def test_a_line_that_breaks_in_a_job_is_replaced_and_the_run_goes_on(
    tmp_path: Path, one: Place, sshd: Sshd, no_config: SshConfig
) -> None:
    with Breakable(sshd) as way:
        targets = {"one": way.target(sshd, name="one")}
        centre = Centre(tmp_path, {"one": one}, slow_steps(one), connect=over(one, no_config), targets=targets)

        def breaks() -> None:
            until((one.effects / "a").exists, 20)
            way.cut()
            (one.folder / "go").touch()

        thread = threading.Thread(target=breaks)
        thread.start()
        assert centre.run() == Ended("new")
        thread.join()
        assert way.seen >= 2
    assert (one.effects / "a").read_text() == "ran\nover\n"
    assert (one.effects / "b").read_text() == "ran\n"


def test_a_network_that_stays_away_ends_the_turn_and_the_work_goes_on_there(
    tmp_path: Path, one: Place, sshd: Sshd, no_config: SshConfig
) -> None:
    with Breakable(sshd) as way:
        connect, target = over(one, no_config), way.target(sshd, name="one")
        centre = Centre(tmp_path, {"one": one}, slow_steps(one), connect=connect, targets={"one": target})

        def breaks() -> None:
            until((one.effects / "a").exists, 20)
            way.cut(closed=True)

        thread = threading.Thread(target=breaks)
        thread.start()
        with pytest.raises(LineLost) as lost:
            centre.run()
        thread.join()
    assert isinstance(lost.value, Unreachable)
    assert [each.job for each in centre.world.under_way()] == ["r1.01-s-one.do.1"]
    (one.folder / "go").touch()
    until(lambda: "over" in (one.effects / "a").read_text(), 10)
    assert centre.again(targets={"one": sshd.target(name="one")}).run() == Ended("new")
    assert (one.effects / "a").read_text() == "ran\nover\n"
    assert (one.effects / "b").read_text() == "ran\n"
