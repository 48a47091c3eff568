"""How a run is shown: one plain line per step that ended, calm lines that move on a terminal, both languages."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime
from typing import Literal

import pytest

from eakte_ops.cli.run_view import RunView
from eakte_ops.clock import Clock
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.plan import Gate, OnServer, Plan, Step
from eakte_ops.playbook.runner import Noted
from eakte_ops.playbook.world import Waiting
from eakte_ops.secret.value import Secret

STOP = Step("01-stop-gw", 1, "witten-gw", "stop the gateway", OnServer("x"), stops=True, title_de="Gateway anhalten")
MIGRATE = Step("02-migrate-db", 2, "witten-db", "migrate database", OnServer("x"), expected=120, limit=600)
PLAN = Plan("witten", "11.0 → 11.10", "a", "", "", "0", (STOP, MIGRATE), purpose_de="von 11.0 nach 11.10")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Now:
    now = 100.0


def view(language: Literal["de", "en"] = "en", paused: bool = False) -> RunView:
    clock = Clock(now=lambda: datetime(2026, 11, 24, 17, 2, tzinfo=UTC), monotonic=lambda: Now.now)
    return RunView(PLAN, "2026-11-24-witten-ab12", "Witten", language, paused=lambda: paused, clock=clock)


def noted(at: float, entry: Entry) -> Noted:
    return Noted(at, "r", entry)


def story(shown: RunView) -> None:
    for at, entry in (
        (100.0, Entry(turn="opened", token=1)),
        (100.0, Entry(STOP.id, mark="begun")),
        (112.0, Entry(STOP.id, mark="done", said="exit 0")),
        (112.0, Entry(MIGRATE.id, mark="begun")),
        (230.0, Entry(MIGRATE.id, mark="failed", said="exit 3")),
        (230.0, Entry(turn="going-back")),
        (231.0, Entry(MIGRATE.id, "undo", mark="begun")),
        (240.0, Entry(MIGRATE.id, "undo", mark="unclear", said="lost")),
        (241.0, Entry(STOP.id, "undo", mark="done", said="found done")),
        (241.0, Entry(turn="closed", said="old")),
    ):
        shown.heard(noted(at, entry))


def test_without_a_terminal_every_end_of_a_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with view() as shown:
        story(shown)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[0].startswith(" Witten · 11.0 → 11.10   run 2026-11-24-witten-ab12   ")
    assert lines[1:] == [
        " ✓ 1/2  stop the gateway  witten-gw  12 s",
        " ✗ 2/2  migrate database  witten-db  failed: exit 3",
        " Goes back, the last step first.",
        " ? 2/2  undone: migrate database  witten-db  unclear: lost",
        " ✓ 1/2  undone: stop the gateway  witten-gw  was done already",
    ]


def test_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    with view("de") as shown:
        story(shown)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(" Witten · von 11.0 nach 11.10   Lauf ")
    assert lines[1] == " ✓ 1/2  Gateway anhalten  witten-gw  12 s"
    assert lines[2] == " ✗ 2/2  migrate database  witten-db  gescheitert: exit 3"
    assert lines[3] == " Geht zurück, der letzte Schritt zuerst."


def test_a_long_step_is_spoken_of_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with view() as shown:
        shown.heard(noted(100.0, Entry(MIGRATE.id, mark="begun")))
        for at in range(130, 400, 30):
            shown.heard(Waiting(float(at), MIGRATE, "j", "running", 600))
        shown.heard(Waiting(405.0, MIGRATE, "j", "can not be reached", 600))
    lines = capsys.readouterr().err.splitlines()[1:]
    assert lines[0] == " ▸ 2/2  migrate database  witten-db  1 min of about 2 min"
    assert lines[3] == " ▸ 2/2  migrate database  witten-db  4 min, usually 2 min, at most 10 min"
    assert lines[4].endswith("at most 10 min   the server can not be reached just now; the work goes on there")
    assert len(lines) == 5


def test_on_a_terminal_what_is_under_way_moves_and_says_how_to_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with view(paused=True) as shown:
        shown.heard(noted(90.0, Entry(STOP.id, mark="begun")))
        shown.heard(Waiting(95.0, STOP, "", "witten-gw service.health: DOWN", 60))
        lines = [str(line) for line in shown._picture().renderables]
        shown.heard(noted(100.0, Entry(STOP.id, mark="done")))
        with shown.still():
            assert shown._live is None
        assert shown._live is not None
    assert lines == [
        " ▸ 1/2  stop the gateway  witten-gw  10 s of about 1 s   witten-gw service.health: DOWN",
        "   service stopped 10 s ago · pauses after this step · Ctrl-C once more leaves at once",
    ]
    assert " ✓ 1/2  stop the gateway  witten-gw  10 s" in stream.getvalue()


def test_the_service_is_not_called_stopped_once_the_last_look_has_found_it_well() -> None:
    well = Step("03-well-gw", 3, "witten-gw", "gateway well", Gate(("service.health",)))
    clean = Step("04-clean-gw", 4, "witten-gw", "clean", OnServer("x"))
    plan = Plan("witten", "restart", "a", "", "", "0", (STOP, MIGRATE, well, clean))
    shown = RunView(plan, "2026-11-24-witten-ab12", "Witten", "en")
    for step in (STOP, MIGRATE):
        shown.heard(noted(1.0, Entry(step.id, mark="begun")))
        shown.heard(noted(2.0, Entry(step.id, mark="done")))
        assert "service stopped" in shown._foot(3.0)
    shown.heard(noted(3.0, Entry(well.id, mark="begun")))
    assert "service stopped" in shown._foot(3.0)
    shown.heard(noted(4.0, Entry(well.id, mark="done")))
    assert "service stopped" not in shown._foot(5.0)


def test_many_acts_at_once_do_not_lock_each_other_out(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = view()

    def act(step: Step) -> None:
        for at in range(150):
            shown.heard(noted(float(at), Entry(step.id, mark="begun")))
            shown.heard(noted(float(at), Entry(step.id, mark="done")))

    def refresh() -> None:
        for _ in range(300):
            assert shown._live is not None
            shown._live.refresh()

    threads = [threading.Thread(target=act, args=(step,), daemon=True) for step in (STOP, MIGRATE)]
    threads.append(threading.Thread(target=refresh, daemon=True))
    shown.__enter__()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not [thread for thread in threads if thread.is_alive()]  # else leaving would wait for ever, too
    shown.__exit__(None, None, None)
    assert stream.getvalue().count("✓") == 300


def test_what_a_server_said_neither_steers_nor_betrays(capsys: pytest.CaptureFixture[str]) -> None:
    Secret("witten/db", "staple-of-the-view").reveal()
    with view() as shown:
        shown.heard(noted(1.0, Entry(STOP.id, mark="failed", said="\x1b[2J staple-of-the-view " + "x" * 999)))
    line = capsys.readouterr().err.splitlines()[-1]
    assert "staple" not in line
    assert "\x1b" not in line
    assert len(line) < 260
