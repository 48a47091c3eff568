"""Progress lines: whom a town waits for, in the room there is."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from eakte_ops.cli.health_progress import Progress, _bar
from eakte_ops.health.engine import Stop
from eakte_ops.remote.fleet import Connecting, LoggedIn
from eakte_ops.remote.types import Target
from tests.unit.health import well


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def witten() -> list[Stop]:
    town = well.inventory().towns["witten"]
    return [
        Stop(town, server, Target(server.name, server.address, "eakte-look", Path("k")), well.site(server.name))
        for server in town.said.servers
    ]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    """Called in the test itself: pytest gives it a stderr of its own after the fixtures."""
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.delenv("NO_COLOR", raising=False)


def line(progress: Progress) -> str:
    return progress._line(progress._towns["witten"]).plain


@pytest.mark.parametrize(
    ("columns", "language", "said"),
    [
        ("120", "en", "waiting for witten-app: login answers slowly (9 s of 20 s)"),
        ("120", "de", "warte auf witten-app: die Anmeldung antwortet langsam (9 s von 20 s)"),
        ("80", "en", "witten-app: 9 s of 20 s"),
    ],
)
def test_a_town_says_whom_it_waits_for(witten, monkeypatch, columns, language, said) -> None:
    on_a_terminal(monkeypatch, columns)
    with Progress(witten, 20, language) as progress:
        progress.heard(Connecting(time.monotonic() - 9.5, witten[1].target))
        progress.watching(witten[1].target, "login")
        assert line(progress).endswith(said)
        assert len(line(progress)) <= int(columns)


def test_quick_servers_are_not_waited_for_and_more_are_counted(witten, monkeypatch) -> None:
    on_a_terminal(monkeypatch, "140")
    with Progress(witten, 20, "en") as progress:
        progress.heard(Connecting(time.monotonic(), witten[0].target))
        assert "waiting" not in line(progress)
        for stop in witten[1:]:
            progress.heard(Connecting(time.monotonic() - 5, stop.target))
            progress.heard(LoggedIn(time.monotonic(), stop.target, well.VISIT))
        assert "the questions take their time (5 s of 20 s) and 2 more" in line(progress)


def test_a_jump_host_is_no_server_of_the_report(witten, monkeypatch) -> None:
    on_a_terminal(monkeypatch, "100")
    with Progress(witten, 20, "en") as progress:
        progress.watching(Target("witten-jump", "192.0.2.1", "eakte-jump", Path("k")), "login")
        assert "waiting" not in line(progress)


@pytest.mark.parametrize(
    ("done", "of", "drawn"),
    [(0, 4, 0), (1, 4, 5), (4, 4, 20), (0, 0, 20)],
)
def test_bar(done, of, drawn) -> None:
    assert _bar(done, of) == ("━" * drawn).ljust(20)


def test_bar_with_a_half() -> None:
    assert _bar(1, 8) == "━━╸".ljust(20)
