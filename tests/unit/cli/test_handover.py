"""`handover begin|end`: what is planned and refused, what is said of machines that come back. On a fleet on paper."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT, migrations
from eakte_ops.clock import Clock
from eakte_ops.remote.fake import FakeFleet, Reply
from eakte_ops.store import Store
from tests.unit.cli import remembered
from tests.unit.cli.conftest import Run
from tests.unit.cli.remembered import ago
from tests.unit.health import well
from tests.unit.playbook.played_handovers import NEW, RUN, SERVERS, kept

WHY = ("--why", "kernel patches")


@pytest.fixture(autouse=True)
def desk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operations folder with playbooks; it is a Tuesday, 11:42."""
    for name in ("playbooks", "templates"):
        shutil.copytree(well.ROOT / name, folder / name)
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: remembered.NOW))
    return folder


def handed_over(desk: Path, **said: str) -> None:
    """Witten was handed over an hour ago."""
    (desk / "state").mkdir(exist_ok=True)
    with closing(Store.open(desk / "state" / "store.db", migrations())) as store, store.writing() as rows:
        kept(rows, "handover-begin", RUN, ago(hours=1), NEW, until="2026-11-24T12:00:00Z", why="patches", **said)


def comes_back(fleet: FakeFleet, mark: str = RUN, hold: str = RUN, journal: int = 3, **signs: str) -> None:
    """What the servers say of themselves when they come back."""
    said = {"boot": "bbbb", "documents": "300", "token": "9", "clock": f"{remembered.NOW.timestamp():.0f}", **signs}
    line = " ".join(f"{name}={value}" for name, value in said.items())
    for name in SERVERS:
        answers = {
            "handover look": f"mark={mark}\nhold={hold}\ndone=kernel is new\nsigns={line}\n",
            "mirror read_run": "{}\n" + "{}\n" * journal,
        }
        fleet.servers[name].answers = {**fleet.servers[name].answers, **answers}


def planned(desk: Path) -> dict[str, object]:
    """The plan that was made; none: nothing."""
    with closing(Store.open(desk / "state" / "store.db", migrations())) as store, store.reading() as rows:
        row = rows.one("SELECT text FROM plan WHERE hash NOT IN (SELECT plan FROM run)")
    found: dict[str, object] = json.loads(row[0]) if row else {}
    return found


def test_begin_makes_a_plan_with_the_agreed_end(run: Run, desk: Path) -> None:
    status, out, err = run("handover", "begin", "witten", "--until", "20:00", *WHY, "--server", "witten-db")
    assert status == 0, err
    assert "hand over to local IT until 2026-11-24 20:00: kernel patches" in out
    assert "stop database" in out
    assert "stop gateway" not in out
    assert planned(desk)["arguments"] == {
        "until": "2026-11-24T19:00:00Z", "why": "kernel patches", "servers": "witten-db",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("witten", "--until", "2h", "--why", " "), "a handover needs a reason"),
        (("witten", "--until", "15d", *WHY), "more than 14 days away"),
        (("witten", "--until", "100d", *WHY), "more than 14 days away"),
        (("witten", "--until", "soon", *WHY), "neither a time nor a span"),
        (("witten", "--until", "2h", *WHY, "--server", "witten-bd"), 'did you mean "witten-db"'),
        (("witen", "--until", "2h", *WHY), "witten"),
    ],
)
def test_what_can_not_be_begun(run: Run, words: tuple[str, ...], said: str) -> None:
    status, _out, err = run("handover", "begin", *words)
    assert (status, said in err) == (2, True), err


def test_what_is_handed_over_is_not_handed_over_again(run: Run, desk: Path) -> None:
    handed_over(desk)
    status, _out, err = run("handover", "begin", "witten", "--until", "2h", *WHY)
    assert status == 7
    assert f"is handed over to local IT (all servers) until 2026-11-24T12:00:00Z: patches (run {RUN})" in err


def test_an_end_without_a_beginning(run: Run) -> None:
    status, _out, err = run("handover", "end", "witten")
    assert (status, "Witten is not handed over" in err, "runs adopt witten" in err) == (2, True, True)


def test_the_end_says_what_has_changed_and_stands_on_what_was_seen(run: Run, fleet: FakeFleet, desk: Path) -> None:
    handed_over(desk)
    comes_back(fleet)
    status, out, err = run("handover", "end", "witten")
    assert status == 0, err
    assert "local IT says on witten-db: kernel is new" in err
    assert "changed meanwhile · witten-app was started anew" in err
    assert "CRITICAL" not in err
    plan = planned(desk)
    assert "start-with-the-older-state" not in json.dumps(plan)
    seen = {(each["server"], each["title"]): each["value"] for each in plan["assumes"]}  # type: ignore[attr-defined]
    assert seen["witten-db", "mark of the handover as seen"] == RUN
    assert seen["witten-db", "start of the machine as seen"] == "bbbb"
    assert "does the database still know document 300?" in out


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"documents": "250"}, "the highest document is number 250, and there were 300"),
        ({"mark": "none"}, "does not know that it was handed over"),
        ({"hold": "none"}, f"the hold of {RUN} is not set any more"),
        ({"journal": 2}, "the journal of the run has 2 lines there, and 3 here"),
    ],
)
def test_a_machine_that_went_back_is_critical_and_asked_first(
    run: Run, fleet: FakeFleet, desk: Path, now: dict, said: str
) -> None:
    handed_over(desk)
    comes_back(fleet, **now)
    status, _out, err = run("handover", "end", "witten")
    assert status == 0, err
    assert "CRITICAL · " in err
    assert said in err
    steps = planned(desk)["steps"]
    assert isinstance(steps, list)
    assert steps[0]["do"]["answers"] == ["start-with-the-older-state", "stay-held"]
    assert steps[0]["do"]["question"].startswith("CRITICAL: ")


def test_a_server_that_does_not_answer_ends_nothing(run: Run, fleet: FakeFleet, desk: Path) -> None:
    handed_over(desk)
    comes_back(fleet)
    fleet.servers["witten-db"].answers = {**fleet.servers["witten-db"].answers, "handover look": Reply(status=1)}
    assert run("handover", "end", "witten")[0] != 0
    assert planned(desk) == {}


def test_who_says_that_it_is_known_is_asked_all_the_same(run: Run, fleet: FakeFleet, desk: Path) -> None:
    handed_over(desk)
    comes_back(fleet)
    assert run("handover", "end", "witten", "--older-is-known")[0] == 0
    assert planned(desk)["arguments"]["documents"] == "0"  # type: ignore[index]
    assert CONTEXT.folder == desk
