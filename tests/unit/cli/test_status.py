"""`status`: what the hotline reads out, from the store alone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.health.memory import findings
from eakte_ops.health.memory.known import Ack
from eakte_ops.health.types import NotYet, Result, unknown
from eakte_ops.playbook.memory import locks
from tests.unit.cli.conftest import Run
from tests.unit.cli.remembered import NOW, Remembered, ago, disk, page, reached
from tests.unit.playbook.played_handovers import NEW, UNDER_WAY, kept


def gateway(*said: Any) -> dict[str, Any]:
    return {"witten_gw": [reached(), *said]}


def lines(out: str) -> list[str]:
    return [line.rstrip() for line in out.splitlines()]


def test_up(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page()))
    status, out, err = ask("status", "witten")
    assert (status, err) == (0, "")
    assert lines(out)[:2] == [" Witten is up (looked 2 min ago).", "   Clerks should notice nothing."]
    assert " · release 11.0 · last backup: not known yet · next window today 18:00-22:00 · full look 11:40 " in out
    assert "times: Europe/Berlin" in out


def test_work_in_progress(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page()))
    assert " · nobody is working on it " in " ".join(ask("status", "witten")[1].split())
    held = locks.Lock("witten", "r1", 3, "admin-1", "ops-1", "restart gateway", ago(minutes=9), ago(minutes=-20))
    with memory.store.writing() as rows:
        locks.keep(rows, held)
    said = "work in progress since 11:33 by admin-1, until about 12:02: restart gateway"
    assert said in " ".join(ask("status", "witten")[1].split())
    assert "in Arbeit seit 11:33 durch admin-1" in " ".join(ask("status", "witten", "--language", "de")[1].split())
    work = json.loads(ask("status", "witten", "--json")[1])["towns"][0]["work"]
    assert (work["run"], work["who"], work["since"]) == ("r1", "admin-1", "2026-11-24T10:33:00+00:00")


def test_in_the_hands_of_local_it(memory: Remembered, ask: Run) -> None:
    """What is down then is away, until the agreed time and not a minute longer."""
    hours = {"until": f"{NOW + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}", "why": "kernel patches"}
    refused = unknown(NotYet("handed-over", run="r1", until=0.0), "gateway")
    memory.look(ago(minutes=2), "witten", **gateway(("gateway.answer", refused)))
    assert ask("status", "witten")[0] == 1
    with memory.store.writing() as rows:
        kept(rows, "handover-begin", "2026-11-24-witten-a1b2", ago(hours=1), NEW, **hours)
    status, out, _err = ask("status", "witten")
    assert (status, lines(out)[0]) == (
        0, " Witten is in the hands of local IT until 13:42: kernel patches (looked 2 min ago).",
    )  # fmt: skip
    assert "handed to local IT since 10:42, agreed until 13:42 (2026-11-24-witten-a1b2)" in " ".join(out.split())
    assert "bis 13:42 in den Händen der örtlichen IT" in ask("status", "--language", "de")[1]
    said = json.loads(ask("status", "witten", "--json")[1])["towns"][0]
    assert (said["up"], said["handover"]["run"]) == ("away", "2026-11-24-witten-a1b2")
    with memory.store.writing() as rows:
        kept(rows, "handover-end", "2026-11-24-witten-end1", ago(minutes=1), UNDER_WAY)
    assert json.loads(ask("status", "witten", "--json")[1])["towns"][0]["up"] == "unknown"


def test_a_look_that_reached_nobody_is_no_full_look(memory: Remembered, ask: Run) -> None:
    nobody = {server: [reached("critical")] for server in ("witten_gw", "witten_app", "witten_db", "witten_index")}
    memory.look(ago(minutes=2), "witten", **nobody)
    assert "full look" not in ask("status", "witten")[1]
    memory.look(ago(hours=3), "witten", **gateway(page()))
    memory.look(ago(minutes=1), "witten", **nobody)
    assert "full look 08:42" in ask("status", "witten")[1]


def test_down_says_since_when_why_and_whose(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=22), "witten", **gateway(page("critical", "status")))
    memory.look(ago(minutes=2), "witten", **gateway(page("critical", "status")))
    status, out, _err = ask("status", "witten")
    assert status == 1
    assert lines(out)[0] == (
        " Witten is down since 11:20 (looked 2 min ago). /osrest answers HTTP 500 (witten-gw, centre)."
    )
    assert "Clerks should notice nothing" not in out


def test_who_is_on_it(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=22), "witten", **gateway(page("critical", "status")))
    with memory.store.writing() as rows:
        findings.acknowledge(rows, 1, Ack("admin", "being restarted", ago(minutes=5), ago(hours=-4, minutes=-18)))
    out = " ".join(ask("status", "witten")[1].split())
    assert "(witten-gw, centre; admin has it in hand until 16:00: being restarted)." in out
    german = " ".join(ask("status", "witten", "--language", "de")[1].split())
    assert "(witten-gw, Zentrum; admin kümmert sich bis 16:00: being restarted)." in german


def test_up_but_not_all_of_it_works(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page(), disk(97, "/srv", "critical")))
    status, out, _err = ask("status", "witten")
    assert status == 1
    assert lines(out)[:2] == [
        " Witten is up, but not all of it works (looked 2 min ago).",
        "   One finding that clerks may notice:",
    ]
    assert (
        "   – Documents can not be stored; searches miss what is new, since 11:40: disk.space, witten-gw (local-it)"
        in out
    )


def test_what_is_only_a_warning_is_said_as_what_may_come(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page(), disk(88, "/srv", "warning")))
    status, out, _err = ask("status", "witten")
    assert status == 0
    assert lines(out)[0] == " Witten is up (looked 2 min ago)."
    assert "– at worst: Documents can not be stored" in out


def test_a_gateway_that_can_not_be_asked_is_not_called_up_or_down(memory: Remembered, ask: Run) -> None:
    memory.look(ago(hours=1), "witten", **gateway(page()))
    memory.look(ago(minutes=2), "witten", witten_gw=[reached("critical")])
    status, out, _err = ask("status", "witten")
    assert status == 1
    assert " ".join(out.split()).startswith(
        "Whether Witten is up is not known (last look 2 min ago). No answer within 20 s (waiting for: connect) "
        "(witten-gw, local-it)."
    )


@pytest.mark.parametrize(
    ("light", "age", "stale"),
    [
        (False, {"hours": 25}, False),
        (False, {"hours": 27}, True),
        (True, {"minutes": 25}, False),
        (True, {"minutes": 35}, True),
    ],
)
def test_old_news_says_so_in_its_first_word(memory: Remembered, ask: Run, light, age, stale) -> None:
    memory.look(ago(**age), "witten", kind="light" if light else "full", **gateway(page()))
    first = lines(ask("status", "witten")[1])[0]
    assert first.startswith(" Out of date: the last look was ") == stale
    assert ("Witten was up then." in first) == stale
    german = lines(ask("status", "witten", "--language", "de")[1])[0]
    assert german.startswith(" Veraltet: ") == stale
    assert ("OUT OF DATE" in ask("status")[1]) == stale


def test_trends_are_drawn_with_days_without_a_look(memory: Remembered, ask: Run) -> None:
    for days in (5, 4, 2, 1):
        memory.look(ago(days=days), "witten", **gateway(page(seconds=1.0), disk(50)))
    memory.look(ago(minutes=2), "witten", **gateway(page(seconds=1.9), disk(71)))
    out = ask("status", "witten")[1]
    assert " response time  ▁▁?▁▁█  1.9 s" in out
    assert " disk           ▁▁?▁▁█  71 % (witten-gw /var)   last 30 days, ? = no look" in out


def test_the_fullest_file_system_is_drawn(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page(), disk(71), disk(80, "/srv")))
    assert "80 % (witten-gw /srv)" in ask("status", "witten")[1]


def test_a_disk_that_fills_says_when(memory: Remembered, ask: Run) -> None:
    soon = Result("ok", "/var", "later", {"left": 120 * 86400.0, "used_percent": 71.0, "growth": 0.2, "days": 14})
    memory.look(ago(minutes=2), "witten", **gateway(page(), disk(71), ("disk.forecast", soon)))
    assert "▁  71 % · witten-gw /var is full in about 120 d" in ask("status", "witten")[1]
    assert json.loads(ask("status", "--json")[1])["towns"][0]["forecast"]["en"].startswith(
        "/var is full in about 120 d"
    )


def test_what_is_too_new_to_forecast_says_nothing(memory: Remembered, ask: Run) -> None:
    waits = ("disk.forecast", unknown(NotYet("too-new", have=2, wanted=7), "/var"))
    memory.look(ago(minutes=2), "witten", **gateway(page(), disk(71), waits))
    status, out, _err = ask("status", "witten")
    assert status == 0
    assert "▁  71 % (witten-gw /var)" in out
    assert "remembered" not in out


def test_all_towns_worst_first(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=3), "herdecke", herdecke_box=[reached(), page()])
    memory.look(ago(minutes=2), "witten", **gateway(page("critical", "status")))
    status, out, _err = ask("status")
    assert status == 1
    assert lines(out) == [
        " ✗ Witten    down since 11:40  1 critical  looked 2 min ago",
        " ✓ Herdecke  up                no finding  looked 3 min ago",
    ]
    assert (
        "✗ Witten    läuft nicht, seit 11:40  1 kritisch   vor 2 min angesehen" in ask("status", "--language", "de")[1]
    )


def test_towns_nobody_looked_at_are_named_even_if_their_file_is_wrong(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=3), "herdecke", herdecke_box=[reached(), page()])
    (memory.folder / "inventories" / "newtown.yml").write_text("this: [is not", "utf-8")
    status, out, _err = ask("status")
    assert status == 1
    assert "Nothing is known of: newtown. No sweep has looked at them yet." in out
    assert ask("status", "herdecke")[0] == 0
    status, _out, err = ask("status", "newtown")
    assert status == 2
    assert "Nothing is known of newtown yet: no sweep has looked at it" in err


def test_an_unknown_town_is_answered_with_the_nearest(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=3), "witten", **gateway(page()))
    status, out, err = ask("status", "wittn")
    assert (status, out) == (2, "")
    assert 'there is no town "wittn"; did you mean "witten"?' in err.lower()
    assert ask("status", "WITTEN")[0] == 0


def test_nothing_remembered_at_all(ask: Run, memory: Remembered) -> None:
    memory.close()
    memory.store.path.unlink()
    status, _out, err = ask("status", "witten")
    assert status == 2
    assert "No sweep was made yet, so nothing is known" in err


def test_a_store_of_a_newer_program_is_refused_with_a_sentence(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=3), "witten", **gateway(page()))
    memory.close()
    with sqlite3.connect(memory.store.path) as raw:
        raw.execute("INSERT INTO migration SELECT room, 999, 'later', sha256, applied FROM migration WHERE number = 1")
    raw.close()
    status, out, err = ask("status", "witten")
    assert (status, out) == (2, "")
    assert "newer" in err
    assert "Traceback" not in err


def test_json(memory: Remembered, ask: Run) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page("warning", "slow", 2.4), disk(71)))
    status, out, _err = ask("status", "--json")
    assert status == 0
    found = json.loads(out)
    assert (found["schema"], found["version"], found["own"], found["nothing_known_of"]) == (
        "eakte-ops/status",
        1,
        [],
        [],
    )
    (town,) = found["towns"]
    assert {key: town[key] for key in ("town", "up", "stale", "backup", "looked")} == {
        "town": "witten",
        "up": "up",
        "stale": False,
        "backup": None,
        "looked": "2026-11-24T10:40:00+00:00",
    }
    assert town["window"] == {
        "open": False,
        "begin": "2026-11-24T17:00:00+00:00",
        "end": "2026-11-24T21:00:00+00:00",
        "zone": "Europe/Berlin",
    }
    assert town["response"]["value"] == 2.4
    assert [(each["check"], each["verdict"]) for each in town["findings"]] == [("gateway.answer", "warning")]


def test_a_lab_is_said(memory: Remembered, ask: Run) -> None:
    settings = memory.folder / "eakte-ops.yml"
    settings.write_text(settings.read_text("utf-8") + "\nlab: true\n", "utf-8")
    memory.look(ago(minutes=2), "witten", **gateway(page()))
    assert ask("status", "witten")[2].startswith("LAB · ")


def test_colours_only_for_people(memory: Remembered, ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page()))
    assert "\x1b" not in ask("status", "witten")[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert ask("status", "witten")[1].startswith("\x1b[32m Witten is up")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in ask("status", "witten")[1]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_line_is_wider_than_the_terminal(memory: Remembered, ask: Run, monkeypatch, columns, language) -> None:
    memory.look(
        ago(hours=2), "witten", **gateway(page("warning", "slow", 2.4), disk(97, "/srv/" + "x" * 30, "critical"))
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    assert max(map(len, lines(ask("status", "witten", "--language", language)[1]))) <= columns


def test_the_answer_waits_for_no_model_and_no_inventory(memory: Remembered) -> None:
    memory.look(ago(minutes=2), "witten", **gateway(page()))
    heavy = ("rich", "paramiko", "jinja2", "pyrage", "eakte_ops.inventory.model", "eakte_ops.health.catalogue")
    look = (
        "import sys; from eakte_ops.cli.main import main; main(['status', 'witten']); "
        f"print([name for name in sys.modules if name in {heavy}])"
    )
    place = {"EAKTE_OPS_PROJECT": str(memory.folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", look],
        capture_output=True,
        text=True,
        check=True,
        env=place,
        cwd=Path(__file__).parents[3],
    )
    assert "Witten" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
