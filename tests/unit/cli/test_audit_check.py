"""`audit check TOWN`: the record beside what the journals of the town's servers hold, on a fleet on paper."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eakte_ops.audit import Entry, Trail
from eakte_ops.clock import Clock
from eakte_ops.errors import TimedOut
from eakte_ops.remote.fake import FakeFleet

WITTEN = ("witten-db", "witten-app", "witten-index", "witten-gw")


def journal(fleet: FakeFleet, server: str, kept: Trail, *entries: Entry, uid: int = 997) -> None:
    lines = [
        json.dumps(
            {
                "__REALTIME_TIMESTAMP": str(int(datetime.fromisoformat(entry.at).timestamp() * 1e6)),
                "_UID": str(uid),
                "MESSAGE": f"begin job account=work limit=60 {kept.anchor(entry)}",
            }
        )
        for entry in entries
    ]
    answers = {"account": "997\n", "anchors": "\n".join([*lines, "", "status 0", ""])}
    fleet.servers[server].answers = {**fleet.servers[server].answers, **answers}


@pytest.fixture
def kept(folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """Steps on two servers of Witten, each in the journal of its server."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    kept = Trail(folder / "state")
    entries = [
        kept.record("step", town="witten", details={"step": f"0{number}", "server": WITTEN[number % 2], "run": "r"})
        for number in range(6)
    ]
    for at, server in enumerate(WITTEN):
        journal(fleet, server, kept, *(entries[at:6:2] if at < 2 else ()))
    return kept


def test_all_is_borne_out(run, kept: Trail) -> None:
    status, out, err = run("audit", "check", "witten")
    assert (status, out) == (0, ""), err
    assert "4 of 4 servers asked: 6 entries are borne out by their journals, all fits." in err
    assert kept.name


def test_an_end_that_was_cut_off_shows_and_the_chain_alone_does_not_show_it(run, kept: Trail) -> None:
    lines = kept.file.read_text().splitlines(keepends=True)
    kept.file.write_text("".join(lines[:-2]))
    status, out, err = run("audit", "check")
    assert (status, out) == (0, "")
    assert "An end that was cut off shows in the towns' journals alone" in err
    status, out, _err = run("audit", "check", "witten")
    assert status == 1
    assert out.count("this record was cut off or written anew") == 2
    assert out.splitlines()[0].startswith("witten-db  20")


def test_a_server_that_can_not_be_asked_is_named(run, kept: Trail, fleet: FakeFleet) -> None:
    fleet.servers["witten-app"].refuses = TimedOut(server="witten-app", seconds=30, phase="connect")
    status, out, err = run("audit", "check", "witten")
    assert (status, out) == (3, "")
    assert "NOT ASKED  witten-app: no answer within 30 s" in err
    assert "3 of 4 servers asked: 3 entries" in err
    status, out, _err = run("audit", "check", "witten", "--json")
    told = {each["server"]: each for each in json.loads(out)["servers"]}
    assert (status, told["witten-app"]["asked"], told["witten-db"]["borne_out"]) == (3, False, 3)


def test_a_sudo_list_without_the_journal_is_a_refusal(run, kept: Trail, fleet: FakeFleet) -> None:
    from eakte_ops.remote.fake import Reply

    fleet.servers["witten-gw"].answers = {
        "account": "997\n",
        "anchors": Reply(b"\nstatus 1\n", 0, b"sudo: a password is required\n"),
    }
    status, _out, err = run("audit", "check", "witten")
    assert status == 7
    assert "NOT ASKED  witten-gw: sudo asks for a password" in err


def test_lines_of_others_are_told_apart(run, kept: Trail, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: later))
    entries = list(kept.entries())
    journal(fleet, "witten-db", kept, *entries[0:6:2], uid=998)
    status, out, _err = run("audit", "check", "witten")
    assert status == 1
    assert "witten-db  3 lines under our name by the account number 998, not by ours (997)" in out
    assert out.count("its journal has no line of it") == 3


def test_all_towns_or_some(run, kept: Trail, fleet: FakeFleet) -> None:
    assert run("audit", "check", "witten", "--all")[0] == 2
    for server in fleet.servers:
        if server not in WITTEN:
            journal(fleet, server, kept)
    status, out, err = run("audit", "check", "--all")
    assert (status, out) == (3, "")
    assert "NOT ASKED  gevelsberg-app" in err  # Windows
    assert f"{len(fleet.servers)} of " in err


def test_show_lays_the_result_to_the_act(run, kept: Trail) -> None:
    first = next(kept.entries())
    kept.record("step.end", town="witten", details={"of": first.hash, "result": "done"})
    kept.record("run.begin", town="witten", why="Hänger", details={"plan": "a3f9c1d20e77" * 5, "approval": "admin-2"})
    status, out, err = run("audit", "show", "witten")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].split() == ["WHEN", "WHO", "WHAT", "WHERE", "PLAN", "APPROVAL", "RESULT", "WHY"]
    assert len(lines) == 8
    assert "step r 00" in lines[1]
    assert lines[1].endswith("done")
    assert "a3f9c1d20e77   admin-2" in lines[-1]
    assert lines[-1].endswith("Hänger")
    assert "times of Europe/Berlin" in err
    data = json.loads(run("audit", "show", "witten", "--json")[1])
    assert (data["record"], data["entries"][0]["servers"], data["entries"][0]["result"]) == (
        kept.name,
        ["witten-db"],
        "done",
    )


@pytest.mark.parametrize("said", [{"account": "9" * 5000}, {"anchors": '{"__REALTIME_TIMESTAMP":1e999}\nstatus 0\n'}])
def test_no_answer_of_one_server_ends_the_look_at_all(run, kept: Trail, fleet: FakeFleet, said: dict[str, str]) -> None:
    server = fleet.servers["witten-gw"]
    server.answers = {**server.answers, **said}
    status, _out, err = run("audit", "check", "witten")
    assert (status in (0, 3), "6 entries are borne out by their journals" in err) == (True, True), err
