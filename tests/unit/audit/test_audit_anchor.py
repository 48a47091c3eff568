"""Anchors: what stands in a town's own journal, and what comparing the record with it brings to light."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eakte_ops.audit import Entry, Trail
from eakte_ops.audit.anchor import LONGEST, line, read
from eakte_ops.audit.compare import NOT_BEGUN, Compared, Journal, Record, compare, servers_of
from eakte_ops.audit.who import Who
from eakte_ops.clock import Clock

OURS = 997
BEGAN = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    at: float
    uid: int
    text: str


class Ticking:
    """A clock that goes on by a minute each time."""

    def __init__(self) -> None:
        self.at = BEGAN

    def __call__(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


def trail(folder: Path, host: str = "ops-1") -> Trail:
    return Trail(folder, Clock(now=Ticking()), Who("admin", host))


def filled(kept: Trail, count: int = 6, server: str = "witten-app") -> list[Line]:
    """Entries of steps, and the lines that the server's journal has of them."""
    lines = []
    for number in range(count):
        entry = kept.record(
            "step",
            town="witten",
            why="Hänger",
            details={"run": "2026-11-24-witten-ab12", "step": f"0{number}-stop", "plan": "a3" * 32, "server": server},
        )
        at = datetime.fromisoformat(entry.at).timestamp()
        lines.append(Line(at, OURS, f"begins 2026-11-24-witten-ab12.0{number}-stop.do.1: {kept.anchor(entry)}"))
    return lines


def compared(kept: Trail, lines: Sequence[Line], server: str = "witten-app") -> Compared:
    record = Record(kept.name, kept.who.host, list(kept.entries()), BEGAN + timedelta(days=2))
    return compare(record, "witten", Journal(server, OURS, lines))


def test_an_anchor_is_one_short_line_of_ascii_that_can_be_read_back() -> None:
    entry = Entry(
        "2026-11-24T18:00:00+00:00",
        "müller (login admin)",
        "ops-1",
        "step",
        "witten",
        'Dienst "hängt"\nseit \x1b[31m14:00',
        {"run": "2026-11-24-witten-ab12", "step": "03-stop", "plan": "a3f9c1d20e77" * 5, "approval": "two persons"},
        hash="5d" * 32,
    )
    text = line(entry, "0123456789ab")
    assert text == (
        f'audit 1 {"5d" * 32} record="0123456789ab" who="mueller (login admin)" host="ops-1" what="step" '
        'run="2026-11-24-witten-ab12" step="03-stop" plan="a3f9c1d20e77" approval="two persons" '
        "why=\"Dienst 'haengt' seit [31m14:00\""
    )
    found = read(f"begins some job: {text} and more")
    assert found is not None
    assert (found.text, found.head, found.record) == (text, "5d" * 32, "0123456789ab")
    assert found.fields["why"] == "Dienst 'haengt' seit [31m14:00"


def test_whatever_an_entry_holds_its_anchor_keeps_its_form() -> None:
    dice = random.Random(5)
    signs = [chr(number) for number in (*range(0x250), 0x202E, 0x1F600, 0xFFFD, 0x65E5)]
    for _round in range(500):
        wild = ["".join(dice.choices(signs, k=dice.choice((0, 3, 40, 900)))) for _each in range(8)]
        details = dict(zip(("run", "step", "plan", "approval"), wild[4:], strict=True))
        entry = Entry(BEGAN.isoformat(), wild[0], wild[1], wild[2], "witten", wild[3], details, hash="ab" * 32)
        text = line(entry, "0123456789ab")
        assert len(text) <= LONGEST
        assert text.isascii()
        assert text.isprintable()
        found = read(f"x {text}")
        assert found is not None
        assert found.text == text
        assert found.head == "ab" * 32


@pytest.mark.parametrize("said", ["", "audit 1 5d", "audit 2 " + "5d" * 32 + ' who="x"', "audit 1 " + "5D" * 32])
def test_another_line_is_no_anchor(said: str) -> None:
    assert read(said) is None


def test_a_record_keeps_its_name_and_a_new_one_has_another(tmp_path: Path) -> None:
    kept = trail(tmp_path / "a")
    lines = filled(kept)
    assert {found.record for each in lines if (found := read(each.text))} == {kept.name}
    other = trail(tmp_path / "b", "ops-2")
    filled(other, 1)
    assert other.name != kept.name


def test_what_fits_is_borne_out(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    # The end of a job tells its anchor once more, and other lines of ours tell none.
    assert compared(kept, [*lines, lines[-1], Line(9e9, OURS, "pack 7 installed")]) == Compared("witten-app", 6, (), ())
    assert compared(kept, [], "witten-db") == Compared("witten-db", 0, (), ())


@pytest.mark.parametrize("kept_lines", range(6))
def test_an_end_that_was_cut_off_shows(kept_lines: int, tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    whole = kept.file.read_text().splitlines(keepends=True)
    kept.file.write_text("".join(whole[:kept_lines]))
    found = compared(kept, lines).findings
    if kept_lines:
        assert not list(kept.faults())  # the chain alone does not show it
        assert len(found) == 6 - kept_lines
        assert all("this record was cut off" in each for each in found)
    else:
        assert ["another record of this machine" in each for each in found] == [True]


def test_an_entry_that_was_rewritten_with_all_that_follow_shows(tmp_path: Path) -> None:
    """Whoever makes all hashes anew has a chain that holds, and lines in the towns that do not fit."""
    kept, forged = trail(tmp_path / "kept"), trail(tmp_path / "forged")
    lines = filled(kept)
    for at, entry in enumerate(kept.entries()):
        forged.record(entry.what, town=entry.town, why="nothing" if at == 3 else entry.why, details=entry.details)
    assert not list(forged.faults())
    assert forged.name == kept.name
    found = compared(forged, lines).findings
    assert sum("cut off or written anew" in each for each in found) == 3
    assert sum("no line of it" in each for each in found) == 3


def test_an_entry_that_was_left_out_shows(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    whole = kept.file.read_text().splitlines(keepends=True)
    kept.file.write_text("".join([*whole[:2], *whole[3:]]))
    (found,) = compared(kept, lines).findings
    assert "was altered or left out" in found


def test_a_line_that_says_something_else_than_its_entry_shows(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    lines[2] = Line(lines[2].at, OURS, lines[2].text.replace('why="Haenger"', 'why="agreed"'))
    (found,) = compared(kept, lines).findings
    assert "the line there says something else" in found
    assert "agreed" in found


def test_lines_of_another_account_are_not_believed(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    lines[2] = Line(lines[2].at, 998, lines[2].text)
    found = compared(kept, [*lines, Line(9e9, 998, "audit by the product: nothing")]).findings
    assert found[0] == "1 line under our name by the account number 998, not by ours (997)"
    assert "its journal has no line of it" in found[1]
    assert len(found) == 2


@pytest.mark.parametrize("gone", range(6))
def test_a_journal_that_was_rotated_is_a_note_and_a_line_taken_out_a_finding(gone: int, tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    rotated = compared(kept, lines[gone:])
    assert rotated.findings == ()
    assert bool(rotated.notes) == bool(gone)
    if gone:
        assert "reaches back to 2026-11-24 18:0" in rotated.notes[0]
        taken_out = compared(kept, [each for at, each in enumerate(lines) if at != gone])
        assert len(taken_out.findings) == 1
        assert "its journal has no line of it" in taken_out.findings[0]


def test_an_emptied_journal_is_a_finding_per_entry(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    filled(kept, 2)
    assert len(compared(kept, []).findings) == 2
    late = Line((BEGAN + timedelta(days=1)).timestamp(), OURS, "pack 7 installed")
    assert compared(kept, [late]).findings == ()
    assert "2 entries of before" in compared(kept, [late]).notes[0]


def test_an_act_that_never_got_there_needs_no_line(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    lost = kept.record("step", town="witten", details={"step": "07-start", "server": "witten-app"})
    assert len(compared(kept, lines).findings) == 1
    kept.record("step.end", town="witten", details={"of": lost.hash, "result": NOT_BEGUN})
    assert compared(kept, lines).findings == ()


def test_what_was_recorded_just_now_is_not_missed_yet(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    lines = filled(kept)
    entries = list(kept.entries())
    last = datetime.fromisoformat(entries[-1].at)
    journal = Journal("witten-app", OURS, lines[:-1])
    for seconds, missed in ((30, 0), (90, 1)):
        record = Record(kept.name, "ops-1", entries, last + timedelta(seconds=seconds))
        assert len(compare(record, "witten", journal).findings) == missed


def test_lines_of_the_other_operations_host_are_named_and_no_finding(tmp_path: Path) -> None:
    kept, other = trail(tmp_path / "a"), trail(tmp_path / "b", "ops-2")
    lines = [*filled(kept), *filled(other, 3)]
    found = compared(kept, lines)
    assert (found.held, found.findings) == (6, ())
    assert found.notes == (f"3 lines from ops-2 (record {other.name}), known here by these alone: check them there",)


def test_a_line_on_the_wrong_server_shows(tmp_path: Path) -> None:
    kept = trail(tmp_path)
    entry = kept.record("step", town="herdecke", details={"server": "herdecke-box"})
    (found,) = compared(kept, [Line(9e9, OURS, kept.anchor(entry))]).findings
    assert "it is of herdecke" in found


def test_servers_of_an_entry() -> None:
    def of(**details: object) -> tuple[str, ...]:
        return servers_of(Entry("", "", "", "", "", "", details))

    assert of(server="a", servers=["b", "a", 3]) == ("a", "b")
    assert of() == of(server="", servers="text") == ()
