"""`findings`: list, show and ack as they are typed, and what the audit holds of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.audit import Trail
from eakte_ops.cli.until import moment_of
from eakte_ops.errors import AuditRefused, UsageError
from eakte_ops.health.checks.reach import unreachable
from eakte_ops.health.memory import keep
from eakte_ops.health.types import Cause, Judged, Result
from tests.unit.cli.conftest import Run
from tests.unit.cli.remembered import NEEDS, NOW, Remembered, ago, disk, page, reached

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def two(memory: Remembered) -> Remembered:
    """Witten with a full disk (1, local IT's) and a slow page (2, the centre's); Herdecke well."""
    full = [reached(), page("warning", "slow", 2.4), disk(97, "/srv", "critical")]
    memory.look(ago(hours=30), "witten", witten_gw=full)
    memory.look(ago(minutes=2), "witten", witten_gw=full)
    memory.look(ago(minutes=2), "herdecke", herdecke_box=[reached(), page()])
    return memory


def numbers(out: str) -> dict[str, int]:
    return {each["check"]: each["id"] for each in json.loads(out)["findings"]}


def test_list_worst_first(two: Remembered, ask: Run) -> None:
    status, out, _err = ask("findings", "list")
    assert status == 1
    first, *rows = [line.rstrip() for line in out.splitlines()]
    assert first == " WITTEN   looked 2 min ago, times: Europe/Berlin"
    assert ["critical" in row for row in rows] == [True, False]
    assert "witten-gw  disk.space      /srv is 97 % full, 1 GB left" in rows[0]
    assert rows[0].endswith("local-it, since Mon 05:42")
    assert "HERDECKE" not in out


def test_list_of_one_owner_and_of_towns(two: Remembered, ask: Run) -> None:
    assert "disk.space" not in ask("findings", "list", "--owner", "centre")[1]
    assert ask("findings", "list", "herdecke")[:2] == (0, " No open finding (looked 2 min ago).\n")
    assert ask("findings", "list", "herdecke", "--language", "de")[1] == " Kein offener Befund (vor 2 min angesehen).\n"
    assert ask("findings", "list", "--owner", "nobody")[0] == 2
    assert ask("findings", "list", "herdeke")[0] == 2


def test_list_names_findings_of_the_centre_itself(two: Remembered, ask: Run) -> None:
    own = Judged("", "", "gateway.answer", "centre", page("critical", "status")[1])
    with two.store.writing() as rows:
        keep.raise_own(rows, ago(minutes=1), [own], NEEDS)
    assert "THE CENTRE ITSELF" in ask("findings", "list")[1]
    assert "THE CENTRE ITSELF" not in ask("findings", "list", "witten")[1]
    assert "THE CENTRE ITSELF" in ask("status")[1]
    assert ask("status")[0] == 1


def test_what_is_over_and_what_is_in_hand_is_shown_with_all(two: Remembered, ask: Run) -> None:
    number = numbers(ask("findings", "list", "--json")[1])["disk.space"]
    assert ask("findings", "ack", str(number), "--until", "4h", "--why", "a larger disk is ordered")[0] == 0
    two.look(ago(minutes=1), "witten", witten_gw=[reached(), page(), disk(97, "/srv", "critical")])
    status, out, _err = ask("findings", "list")
    assert status == 1
    assert (
        out
        == " Nothing open but this (looked 2 min ago):\n 1 in somebody's hand or mere consequences: --all shows them\n"
    )
    out = ask("findings", "list", "--all")[1]
    assert "has it in hand until 15:42: a larger disk is ordered" in out
    assert "centre, from Mon 05:42 to 11:41" in out


def test_what_is_remembered_of_a_lab_is_marked(two: Remembered, ask: Run) -> None:
    settings = two.folder / "eakte-ops.yml"
    for words in (("findings", "list"), ("findings", "show", "1"), ("history", "witten", "disk.space")):
        assert "LAB" not in ask(*words)[2]
    settings.write_text(f"{settings.read_text()}\nlab: true\n")
    for words in (("findings", "list"), ("findings", "show", "1"), ("history", "witten", "disk.space")):
        assert ask(*words)[2] == f"LAB · {two.folder}\n"


def test_nothing_open_is_said_with_the_oldest_look(memory: Remembered, ask: Run) -> None:
    assert ask("findings", "list")[1] == " No open finding, and nobody looked yet.\n"
    memory.look(ago(days=3), "witten", witten_gw=[reached(), page()])
    memory.look(ago(minutes=2), "herdecke", herdecke_box=[reached(), page()])
    assert ask("findings", "list")[1] == " No open finding (looked 3 d ago).\n"


def test_show_says_that_it_is_only_a_consequence(memory: Remembered, ask: Run) -> None:
    stopped = ("service.units", Result("critical", "gateway", "stopped", {"unit": "x.service"}))
    gone = ("gateway.answer", replace(page("critical", "status")[1], because=(Cause("service.units", "gateway"),)))
    memory.look(ago(minutes=1), "witten", witten_gw=[reached(), stopped, gone])
    number = {
        each["check"]: each["id"] for each in json.loads(ask("findings", "list", "--all", "--json")[1])["findings"]
    }
    status, out, _err = ask("findings", "show", str(number["gateway.answer"]))
    assert status == 0
    assert " only because of witten-gw service.units" in out
    assert "What happened" not in out
    assert "What happened" in ask("findings", "show", str(number["service.units"]))[1]


def test_clerks_notice_nothing_of_a_key_that_is_missing_here(memory: Remembered, ask: Run) -> None:
    ours = ("reachable", unreachable(UsageError("the identity file can not be read", place="/keys/night")))
    memory.look(ago(minutes=9), "witten", witten_gw=[reached(), page()])
    memory.look(ago(minutes=1), "witten", witten_gw=[reached(), page()], witten_db=[ours])
    out = ask("status", "witten")[1]
    assert out.startswith(" Witten is up (looked 1 min ago).\n   Clerks should notice nothing.\n")
    assert "witten-db  reachable" in out


def test_list_json(two: Remembered, ask: Run) -> None:
    found = json.loads(ask("findings", "list", "--json")[1])
    assert (found["schema"], found["version"], found["hidden"]) == ("eakte-ops/findings", 1, 0)
    first = found["findings"][0]
    assert (first["town"], first["server"], first["check"], first["subject"]) == (
        "witten",
        "witten-gw",
        "disk.space",
        "/srv",
    )
    assert first["began"] == "2026-11-23T04:42:00+00:00"
    assert first["said"]["de"] == "/srv ist zu 97 % voll, 1 GB frei"
    assert first["acknowledged"] is None


def test_show_explains_and_says_whom_to_call(two: Remembered, ask: Run) -> None:
    number = str(numbers(ask("findings", "list", "--json")[1])["disk.space"])
    status, out, _err = ask("findings", "show", number)
    assert status == 0
    for said in (
        f" {number}  ✗ critical  disk.space  Witten · witten-gw",
        " since Mon 05:42, for 1 d 6 h; last seen 11:40",
        " What to do      free or add at least 100 MB on /srv",
        " Whom to call    +49 221 4710 236 · it-service@witten.example",
        " To look now     eakte-ops health witten --check disk.space",
        " How it was      eakte-ops history witten disk.space --server witten-gw",
        f' To take it on   eakte-ops findings ack {number} --until 4h --why "..."',
        " Mon 05:42       opened",
    ):
        assert said in out
    german = ask("findings", "show", number, "--language", "de")[1]
    assert " Wer anzurufen   +49 221 4710 236" in german
    assert " Mo 05:42        begonnen" in german
    found = json.loads(ask("findings", "show", number, "--json")[1])
    assert (found["schema"], found["version"], found["changes"][0]["kind"]) == ("eakte-ops/finding", 1, "opened")


def test_show_tells_of_earlier_times(memory: Remembered, ask: Run) -> None:
    for days, verdict in ((9, "critical"), (8, "ok"), (1, "critical")):
        memory.look(ago(days=days), "witten", witten_gw=[reached(), disk(97, "/srv", verdict)])
    number = max(numbers(ask("findings", "list", "--json")[1]).values())
    out = ask("findings", "show", str(number))[1]
    assert " It was there once in the 90 days before:" in out
    assert "   from Sun 15 Nov 11:42 to Mon 16 Nov 11:42: /srv is 97 % full" in out


def test_show_of_a_check_that_is_gone(two: Remembered, ask: Run) -> None:
    with two.store.writing() as rows:
        rows.run("UPDATE finding SET check_ = 'once.upon' WHERE check_ = 'disk.space'")
    out = ask("findings", "show", "1")[1] + ask("findings", "show", "2")[1]
    assert "This version knows no check of that name any more." in out


def test_ack_is_in_the_audit_and_can_be_taken_back(two: Remembered, ask: Run) -> None:
    status, out, err = ask("findings", "ack", "1", "--until", "2026-11-25 16:00", "--why", "  disk\n is ordered ")
    assert (status, out) == (0, "")
    assert "until Wed 16:00 (Europe/Berlin)" in err
    assert "It is told again when the time is up, and at once if it gets worse." in err
    status, _out, err = ask("findings", "ack", "1", "--end")
    assert status == 0
    assert "is in nobody's hand any more" in err
    taken, ended = Trail(two.folder / "state").entries()
    assert (taken.what, taken.town, taken.why, taken.details["until"]) == (
        "findings ack",
        "witten",
        "disk is ordered",
        "2026-11-25T15:00:00+00:00",
    )
    assert (ended.what, ended.why, ended.details["finding"]) == ("findings ack end", "", 1)
    assert ask("findings", "ack", "1", "--end")[0] == 2


def test_nothing_is_stored_that_the_audit_does_not_hold(two: Remembered, ask: Run, monkeypatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise AuditRefused("no space left", file="audit.jsonl")

    monkeypatch.setattr(Trail, "record", refuse)
    assert ask("findings", "ack", "1", "--until", "4h", "--why", "x")[0] == AuditRefused.status
    assert json.loads(ask("findings", "show", "1", "--json")[1])["finding"]["acknowledged"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--until", "4h"), "why? whoever reads it"),
        (("--until", "4h", "--why", "  "), "why? whoever reads it"),
        (("--why", "x"), "until when is it in your hand?"),
        ((), "until when is it in your hand?"),
        (("--end", "--why", "x"), "--end stands alone"),
        (("--end",), "is in nobody's hand"),
        (("--until", "2026-11-24 11:00", "--why", "x"), "is over already"),
        (("--until", "91d", "--why", "x"), "more than 90 days away"),
        (("--until", "soon", "--why", "x"), "neither a time nor a span"),
        (("--until", "4h", "--why", "x" * 301), "longer than 300 characters"),
    ],
)
def test_what_can_not_be_taken_on(two: Remembered, ask: Run, words, said) -> None:
    status, _out, err = ask("findings", "ack", "1", *words)
    assert status == 2
    assert said in err.lower() or said in err
    assert list(Trail(two.folder / "state").entries()) == []


def test_a_finding_that_is_not_there_or_over(two: Remembered, ask: Run) -> None:
    assert ask("findings", "show", "99")[0] == 2
    assert ask("findings", "ack", "99", "--until", "4h", "--why", "x")[0] == 2
    two.look(ago(minutes=1), "witten", witten_gw=[reached(), page(), disk(50, "/srv")])
    status, _out, err = ask("findings", "ack", "1", "--until", "4h", "--why", "x")
    assert status == 2
    assert "is over already" in err
    assert "→ eakte-ops findings list" in err


def test_a_number_that_no_finding_can_have_is_a_mistake_of_the_words(two: Remembered, ask: Run) -> None:
    for words in (("show", "9" * 30), ("ack", "9" * 30, "--until", "4h", "--why", "x")):
        assert ask("findings", *words)[0] == 2


@pytest.mark.parametrize(
    ("said", "now", "wanted"),
    [
        ("4h", "2026-11-24T10:42", "2026-11-24T14:42"),
        ("30min", "2026-11-24T10:42", "2026-11-24T11:12"),
        ("3d", "2026-11-24T10:42", "2026-11-27T10:42"),
        ("16:00", "2026-11-24T10:42", "2026-11-24T15:00"),
        ("09:00", "2026-11-24T10:42", "2026-11-25T08:00"),
        ("2026-11-25 16:00", "2026-11-24T10:42", "2026-11-25T15:00"),
        ("2026-11-25", "2026-11-24T10:42", "2026-11-25T23:00"),
        ("2026-11-25T16:00+00:00", "2026-11-24T10:42", "2026-11-25T16:00"),
        # Over the nights on which the clocks change it is the town's clock that is meant.
        ("07:00", "2026-10-24T20:00", "2026-10-25T06:00"),
        ("07:00", "2027-03-27T20:00", "2027-03-28T05:00"),
        ("2026-10-25 02:30", "2026-10-24T20:00", "2026-10-25T00:30"),
        ("2027-03-28 02:30", "2027-03-27T20:00", "2027-03-28T01:30"),
    ],
)
def test_until(said: str, now: str, wanted: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert moment_of(said, at, BERLIN) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["", "-4h", "0h", "4 weeks", "99999d", "25:00", "2026-13-01", "\x1b[31m", "2020-01-01", "9999-12-31"]
)
def test_until_that_can_not_be(said: str) -> None:
    with pytest.raises(UsageError):
        moment_of(said, NOW, BERLIN)


def test_hostile_subjects_steer_no_terminal(memory: Remembered, ask: Run) -> None:
    evil = ("disk.space", Result("critical", "/x\x1b[2J\r\n ✓ all well", "full", disk(97)[1].values))
    memory.look(ago(minutes=1), "witten", witten_gw=[reached(), evil])
    for words in (
        ("status", "witten"),
        ("findings", "list"),
        ("findings", "show", "1"),
        ("history", "witten", "disk.space"),
    ):
        out = ask(*words)[1]
        assert "\x1b" not in out
        assert "\r" not in out
        assert not any(line.startswith(" ✓ all well") for line in out.splitlines())
