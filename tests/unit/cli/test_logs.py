"""`logs` as a person uses it, on a fleet that exists on paper only."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from eakte_ops.audit import Trail
from eakte_ops.audit.anchor import read
from eakte_ops.audit.compare import NOT_BEGUN
from eakte_ops.clock import Clock
from eakte_ops.errors import TimedOut
from eakte_ops.remote.fake import FakeFleet, Reply
from eakte_ops.secret.scrub import SCRUBBER
from tests.unit.health import well

LATEST = int(well.NOW.timestamp()) - 60


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: well.NOW))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


def file(name: str, text: str, kind: str = "read", most: int = 100_000) -> str:
    code = [base64.b64encode(said.encode()).decode() for said in (name, text)]
    return f"file\t{len(text)}\t{LATEST}\t{code[0]}\t{kind}\t{most}\t{code[1]}"


def holds(fleet: FakeFleet, server: str, *lines: str) -> None:
    said = "\n".join(["zone\tEurope/Berlin\t+0100", *lines, "end", ""])
    fleet.servers[server].answers = {**fleet.servers[server].answers, "tails": said}


TEXT = "".join(f"2026-11-22 08:{minute:02}:00 UTC line {minute}\n" for minute in (10, 20, 30))


def audit(folder: Path) -> list[tuple[str, dict[str, object]]]:
    return [(entry.what, dict(entry.details)) for entry in Trail(folder / "state").entries()]


def test_lines_under_the_name_of_their_file(run, fleet: FakeFleet, folder: Path) -> None:
    holds(fleet, "witten-db", file("postgresql-Sun.log", TEXT), file("init.log", "no time\n"))
    status, out, err = run("logs", "witten", "database")
    assert status == 0, err
    assert out.splitlines() == [
        "══ witten-db  init.log  09:59  0.0 kB",
        "no time",
        "══ witten-db  postgresql-Sun.log  09:59  0.1 kB",
        *TEXT.splitlines(),
    ]
    assert audit(folder) == [("logs", {"component": "database", "server": "witten-db", "since": None})]
    anchor = read(fleet.sent["witten-db"])
    assert anchor is not None
    assert anchor.fields["what"] == "logs database"
    assert anchor.head == next(Trail(folder / "state").entries()).hash


def test_since_a_time_of_the_town(run, fleet: FakeFleet) -> None:
    holds(fleet, "witten-db", file("a.log", TEXT), file("b.log", "no time\n"))
    status, out, err = run("logs", "witten", "database", "--since", "09:20")
    assert status == 0
    assert [line for line in out.splitlines() if line.startswith("2026")] == TEXT.splitlines()[1:]
    assert "b.log: no line begins with a time, so all of its newest part is shown" in err
    assert f"'{int(well.NOW.timestamp()) - 40 * 60}'" in fleet.sent["witten-db"]


def test_what_was_cut_is_said(run, fleet: FakeFleet) -> None:
    holds(fleet, "witten-db", "odd\t3", file("a.log", TEXT), file("old.log", "", "left"))
    status, out, err = run("logs", "witten", "database", "--lines", "1")
    assert status == 0
    assert out.splitlines()[1:] == TEXT.splitlines()[2:]
    assert "witten-db: a.log: its newest 1 lines (--lines N shows more)" in err
    assert "witten-db: 3 files left out: their names hold control characters" in err
    assert "witten-db: 1 older files not read: enough was" in err
    _status, _out, err = run("logs", "witten", "database", "--lines", "2", "--since", "2h")
    assert "a.log: reaches back to 2026-11-22 09:20:00 only, more was written since" in err


@pytest.mark.parametrize("kind", ["closed", "broken"])
def test_a_file_that_could_not_be_read_is_no_success(kind: str, run, fleet: FakeFleet) -> None:
    holds(fleet, "witten-db", file("a.log", TEXT), file("secret.log", "", kind))
    status, _out, err = run("logs", "witten", "database")
    assert status == 3
    assert "witten-db: secret.log NOT READ" in err


def test_a_server_that_is_not_there_is_named_and_on_record(run, fleet: FakeFleet, folder: Path) -> None:
    fleet.servers["witten-db"].refuses = TimedOut(server="witten-db", seconds=30, phase="connect")
    status, out, err = run("logs", "witten", "database")
    assert (status, out) == (3, "")
    assert "witten-db: NOT READ, no answer within 30 s" in err
    assert [what for what, _details in audit(folder)] == ["logs", "logs.end"]
    assert audit(folder)[1][1]["result"] == NOT_BEGUN


def test_a_server_that_can_not_announce_it_shows_nothing(run, fleet: FakeFleet, folder: Path) -> None:
    fleet.servers["witten-db"].answers = {"tails": "silent\n"}
    status, out, err = run("logs", "witten", "database")
    assert (status, out) == (7, "")
    assert "could not be announced in its system journal" in err
    assert audit(folder)[1][1]["result"] == NOT_BEGUN


def test_programs_get_all_of_it(run, fleet: FakeFleet) -> None:
    holds(fleet, "witten-db", file("a.log", TEXT), file("c.log", "", "closed"))
    status, out, _err = run("logs", "witten", "database", "--since", "1h", "--json")
    data = json.loads(out)
    assert (status, data["schema"], data["component"]) == (3, "eakte-ops/logs", "database")
    closed, read_ = data["servers"][0]["files"]
    assert (closed["read"], closed["why"]) == (False, "may not be read")
    assert (read_["lines"], read_["complete"]) == (TEXT.splitlines(), True)


def test_secrets_of_the_town_are_shown_by_name(run, fleet: FakeFleet) -> None:
    SCRUBBER.add("witten/database-password", "Sommer-2026-geheim")
    holds(fleet, "witten-db", file("a.log", "url=jdbc:x?password=Sommer-2026-geheim\n"))
    for more in ([], ["--json"]):
        status, out, err = run("logs", "witten", "database", *more)
        assert status == 0
        assert "Sommer" not in out + err
        assert "<secret witten/database-password>" in out


def test_names_that_are_not_there_are_suggested(run) -> None:
    status, _out, err = run("logs", "witten", "databse")
    assert status == 2
    assert 'did you mean "database"?' in err
    assert run("logs", "witten", "database", "--server", "witten-dp")[0] == 2
    status, _out, err = run("logs", "witten", "database", "--server", "witten-app")
    assert status == 2
    assert "there: application-server" in err


def test_windows_is_not_supported_yet(run) -> None:
    status, _out, err = run("logs", "gevelsberg", "application-server")
    assert status == 7
    assert "Windows servers is not supported yet" in err


def test_a_hostile_answer_is_bounded_and_clean(run, fleet: FakeFleet) -> None:
    holds(fleet, "witten-db", file("\x1b[31mx", "\x1b]0;owned\x07\x1b[2Jhi\u202ethere\n" + "y" * 9000))
    status, out, _err = run("logs", "witten", "database")
    assert status == 0
    assert "\x1b" not in out
    assert "hithere" in out
    assert max(map(len, out.splitlines())) < 5000
    fleet.servers["witten-db"].answers = {"tails": Reply(b"\xff" * 500, 0)}
    assert run("logs", "witten", "database")[0] == 3
