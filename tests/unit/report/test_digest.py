"""What people read in the morning: whole mails word for word, and what must never stand in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.health.memory.known import Ack, State
from eakte_ops.health.types import Language
from eakte_ops.report.as_page import as_page
from eakte_ops.report.as_text import WIDTH, as_text
from eakte_ops.report.digest import to_centre, to_town
from eakte_ops.report.letter import Letter
from eakte_ops.report.queue import Message
from tests.unit.report.nights import CENTRE, MORNING, at, change, finding, full_night, night, sweep, town

GOLDEN = Path(__file__).parent / "golden"


def whole(letter: Letter) -> str:
    return f"{letter.subject}\n\n{as_text(letter)}"


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("reader", ["centre", "town"])
def test_a_night_with_one_of_everything_reads_so(reader: str, language: Language) -> None:
    seen = full_night()
    letter = (
        to_centre(seen, CENTRE, language)
        if reader == "centre"
        else to_town(seen, CENTRE, replace(town("herdecke"), language=language))
    )
    assert whole(letter) == (GOLDEN / f"{reader}-{language}.txt").read_text("utf-8")


def test_a_quiet_night_says_that_all_is_well_and_how_that_is_known() -> None:
    letter = to_centre(night(), CENTRE)
    assert letter.subject == "eAkte: Alles gut · Di 24.11."
    assert letter.headline == "Alles gut."
    assert letter.lead[0] == "Durchgang Di 24.11. 02:00, 3 min 40 s: 4 von 4 Servern haben geantwortet."
    assert letter.tone == "ok"
    assert letter.sections == ()


def test_a_quiet_night_of_a_town_says_so_in_its_own_language() -> None:
    english = to_town(night(), CENTRE, replace(town(), language="en"))
    assert english.subject == "eAkte Witten: All well · Tue 24 Nov"
    assert english.lead[0] == "Sweep over your 2 servers: Tue 24 Nov 02:00."
    assert to_town(night(), CENTRE, town(servers=("witten-app",))).lead[0] == (
        "Durchgang über Ihren Server: Di 24.11. 02:00."
    )


def test_that_no_sweep_ran_is_the_first_thing_said() -> None:
    letter = to_centre(night(sweep=None, before=sweep(began=at("2026-11-22 02:00"))), CENTRE)
    assert letter.subject == "eAkte: KEIN Durchgang · Di 24.11."
    assert letter.lead[0].startswith("Seit So 22.11. 02:00 lief KEIN voller Durchgang.")
    assert letter.tone == "unknown"
    assert "Alles gut" not in as_text(letter)


def test_that_none_ever_ran_is_said_too() -> None:
    letter = to_centre(night(sweep=None, before=None, towns=()), CENTRE)
    assert letter.lead[0] == "Es lief noch KEIN voller Durchgang. Ob alles gut ist, weiß niemand."


def test_a_sweep_that_was_killed_is_no_quiet_night() -> None:
    seen = night(sweep=sweep(ended=None, looked=1))
    letter = to_centre(seen, CENTRE)
    assert letter.headline == "Durchgang nicht zu Ende."
    assert "kam bis Di 24.11. 06:30 nicht zu Ende; 1 von 4 Servern" in letter.lead[0]
    late = town(looked=at("2026-11-23 02:01"))
    assert to_town(seen, CENTRE, late).headline == "KEIN Durchgang."
    assert to_town(seen, CENTRE, town()).headline == "Durchgang nicht zu Ende."


def test_a_town_that_was_left_out_is_told_so() -> None:
    letter = to_town(night(), CENTRE, town(looked=at("2026-11-21 02:01")))
    assert "KEINEN vollen Durchgang über Ihre Server; zuletzt angesehen: Sa 21.11. 02:01" in letter.lead[0]
    never = to_town(night(), CENTRE, town(looked=None))
    assert never.lead[0].startswith("Ihre Server wurden noch nie angesehen.")


def test_every_finding_is_told_once_under_what_matters_most() -> None:
    opened_then_worse = finding(1, verdict="critical")
    came_and_went = finding(2, ended=at("2026-11-24 03:00"), how="well")
    seen = night(
        current=(opened_then_worse,),
        changes=(
            change(opened_then_worse),
            change(opened_then_worse, "worse"),
            change(came_and_went),
            change(came_and_went, "closed"),
        ),
    )
    letter = to_centre(seen, CENTRE)
    assert [section.title for section in letter.sections] == ["Neu (1)", "Vorbei (1)"]
    assert letter.headline == "1 kritisch neu, 1 vorbei."


def test_what_is_in_hand_stands_apart_until_its_time_is_up() -> None:
    ack = Ack("admin-1", "Platte bestellt", at("2026-11-20 09:00"), MORNING + 1)
    held = finding(1, ack=ack)
    letter = to_centre(night(current=(held,)), CENTRE)
    assert [section.title for section in letter.sections] == ["In Arbeit (1)"]
    assert letter.tone == "ok"
    over = to_centre(night(current=(replace(held, ack=replace(ack, until=MORNING)),)), CENTRE)
    assert [section.title for section in over.sections] == ["Weiter offen (1)"]
    assert "war bis Di 24.11. 06:30 in Arbeit und ist noch offen" in as_text(over).replace("\n  ", " ")


def test_the_name_of_a_person_stands_in_no_towns_mail() -> None:
    held = finding(1, ack=Ack("frau-probe", "Platte bestellt", at("2026-11-20 09:00"), MORNING + 1))
    seen = night(current=(held,))
    assert "frau-probe" in as_text(to_centre(seen, CENTRE))
    for form in (as_text, as_page):
        said = form(to_town(seen, CENTRE, town()))
        assert "Platte bestellt" in said
        assert "frau-probe" not in said


def test_a_name_deleted_for_age_leaves_a_whole_sentence() -> None:
    held = finding(1, ack=Ack("", "Platte bestellt", at("2026-11-20 09:00"), at("2026-11-25 09:00")))
    assert "in Arbeit bis Mi 25.11. 09:00: Platte bestellt" in as_text(to_centre(night(current=(held,)), CENTRE))


def test_a_towns_mail_holds_its_own_findings_of_its_own_it_alone() -> None:
    names = ("witten", "herdecke", "hattingen", "wetter")
    every = tuple(
        finding(number * 2 + (owner == "centre"), on=name, owner=owner, subject=f"/srv/{name}-{owner}")
        for number, name in enumerate(names)
        for owner in ("local-it", "centre")
    )
    states = tuple(
        State(name, f"{name}-app", f"only.{name}", "", "unknown", True, "local-it", {}, 0.0, 0.0, 1) for name in names
    )
    towns = tuple(town(name, servers=(f"{name}-app",)) for name in names)
    letters = (Message(1, "digest", "mail", "wetter", "it@wetter.example", "wetter", 0, 0, 3, "waiting", None, ""),)
    seen = night(
        current=every,
        changes=tuple(change(each) for each in every[:4]) + tuple(change(each, "closed") for each in every[4:]),
        towns=towns,
        waiting=states,
        letters=letters,
        dropped=every,
    )
    for one in towns:
        letter = to_town(seen, CENTRE, one)
        for said in (as_text(letter), as_page(letter), letter.subject):
            foreign = [name for name in names if name != one.id and name in said.lower()]
            assert not foreign
        assert sum(len(group.items) for section in letter.sections for group in section.groups) == 1
        assert f"only.{one.id}" in as_text(letter)
    assert all(name in as_text(to_centre(seen, CENTRE)) for name in names)


def test_undelivered_messages_and_alarms_not_told_are_the_centres_business() -> None:
    given_up = Message(
        4, "digest", "mail", "wetter", "it@wetter.example", "eAkte Wetter: Alles gut · Mi 18.11.",
        at("2026-11-18 06:30"), 0, 96, "given up", at("2026-11-23 07:00"), "the mail server says 550 no such user",
    )  # fmt: skip
    seen = night(letters=(given_up,), dropped=(finding(8, check="index.blocks"),))
    said = as_text(to_centre(seen, CENTRE)).replace("\n", " ")
    assert "AUFGEGEBEN: „eAkte Wetter: Alles gut · Mi 18.11.“ an it@wetter.example, 96 Versuche seit Mi" in said
    assert "550 no such user" in said
    assert "Nicht als Alarm gemeldet" in said
    assert "Witten witten-index index.blocks" in said


def test_what_can_not_be_judged_yet_is_one_line() -> None:
    states = tuple(
        State("witten", f"witten-{number}", check, "", "unknown", True, "centre", {}, 0.0, 0.0, 1)
        for check in ("backup.age", "backup.drill", "drift", "a.one", "b.two", "c.three", "d.four", "e.five")
        for number in range(3)
    )
    letter = to_centre(night(waiting=states), CENTRE)
    assert len(letter.sections[-1].lines) == 1
    assert "backup.age (3-mal)" in letter.sections[-1].lines[0]
    assert "und 2 weitere. Dazu muss niemand etwas tun." in letter.sections[-1].lines[0]


def test_five_thousand_findings_give_a_mail_that_can_be_read() -> None:
    every = tuple(
        finding(number, on=f"town-{number % 300}", verdict="critical" if number % 50 == 0 else "warning")
        for number in range(5000)
    )
    seen = night(current=every, changes=tuple(map(change, every)), towns=tuple(town(f"town-{n}") for n in range(300)))
    letter = to_centre(seen, CENTRE)
    text, page = as_text(letter), as_page(letter)
    assert letter.subject == "eAkte: 5.000 neu (100 kritisch) · Di 24.11."
    assert "und 4.975 weitere, hier nicht aufgeführt: eakte-ops findings list" in text
    assert sum(len(group.items) for section in letter.sections for group in section.groups) == 25
    assert {item.tone for section in letter.sections for group in section.groups for item in group.items} == {
        "critical"
    }
    assert len(text) < 20_000
    assert len(page) < 100_000  # where mail programs begin to cut off
    assert letter.table is not None
    assert len(letter.table.rows) == 12
    assert "und 288 weitere" in letter.table.more


def test_the_largest_mail_stays_below_what_mail_programs_show() -> None:
    kinds = [
        finding(number, on=f"town-{number}", ack=ack)
        for number, ack in enumerate([None] * 90 + [Ack("a", "b" * 200, 0.0, MORNING + 9)] * 30)
    ]
    long = {
        language: replace(words, said=words.said + " viel" * 40, todo="tun " * 60)
        for language, words in kinds[0].text.items()
    }
    every = tuple(replace(each, text=long) for each in kinds)
    over = tuple(replace(finding(500 + number), ended=MORNING - 60, how="well") for number in range(30))
    seen = night(
        current=every,
        changes=(*map(change, every[:30]), *(change(each, "worse") for each in every[30:60])),
        towns=tuple(town(f"town-{n}") for n in range(130)),
    )
    seen = replace(seen, changes=(*seen.changes, *(change(each, "closed") for each in over)))
    assert len(as_page(to_centre(seen, CENTRE))) < 200_000


def test_times_are_those_of_the_town() -> None:
    far = town(windows={"zone": "Atlantic/Azores"})
    letter = to_town(night(current=(finding(1),)), CENTRE, far)
    assert "seit Di 24.11. 00:01" in as_text(letter)


def test_a_night_over_the_doubled_hour_says_which_of_the_two_it_was() -> None:
    first, second = at("2026-10-25 02:30"), at("2026-10-25 02:30", fold=1)
    seen = replace(
        night(
            sweep=sweep(began=first, ended=second),
            current=(finding(1, began=first, opened=first), finding(2, began=second, opened=second)),
        ),
        since=at("2026-10-24 06:30"),
        until=at("2026-10-25 06:30"),
    )
    said = as_text(to_centre(seen, CENTRE)).replace("\n", " ")
    assert "Durchgang So 25.10. 02:30 (UTC+2), 1 h: 4 von 4" in said
    assert "seit So 25.10. 02:30 (UTC+2) ·" in said
    assert "seit So 25.10. 02:30 (UTC+1) ·" in said


def test_a_night_over_the_missing_hour_counts_the_time_that_passed() -> None:
    seen = replace(
        night(sweep=sweep(began=at("2026-03-29 01:59"), ended=at("2026-03-29 03:01"))),
        since=at("2026-03-28 06:30"),
        until=at("2026-03-29 06:30"),
    )
    assert to_centre(seen, CENTRE).lead[0].startswith("Durchgang So 29.3. 01:59, 2 min:")


def test_no_line_of_the_text_is_wider_than_a_terminal() -> None:
    for language in ("de", "en"):
        assert max(map(len, as_text(to_centre(full_night(), CENTRE, language)).splitlines())) <= WIDTH


def test_the_lab_is_named_first() -> None:
    letter = to_centre(night(), replace(CENTRE, lab=True))
    assert letter.subject == "LABOR eAkte: Alles gut · Di 24.11."
    assert as_text(letter).startswith("LABOR: keine echte Kommune\n")
    assert "LABOR: keine echte Kommune" in as_page(letter)


def test_what_else_there_is_to_say_of_a_findings_time() -> None:
    better = finding(1)
    gone = finding(2, ended=MORNING - 600, how="gone")
    blurred = finding(3, unsure=at("2026-11-24 02:00"), seen=at("2026-11-23 14:00"))
    seen = night(current=(better, blurred), changes=(change(better, "better"), change(gone, "closed")))
    said = as_text(to_centre(seen, CENTRE)).replace("\n  ", " ")
    assert "war kritisch, jetzt nur noch Warnung" in said
    assert "zuletzt gesehen Mo 23.11. 14:00, seither nicht nachprüfbar" in said
    assert "gibt es nicht mehr: Server, Kommune oder Prüfung ist entfallen" in said


def test_many_undelivered_messages_are_counted() -> None:
    letters = tuple(
        Message(number, "digest", "mail", "x", f"{number}@x.example", "y", 0, 0, 2, "waiting", None, "z")
        for number in range(20)
    )
    lines = to_centre(night(letters=letters), CENTRE).sections[0].lines
    assert len(lines) == 9
    assert lines[-1] == "und 12 weitere, hier nicht aufgeführt: eakte-ops digests list"


def test_a_finding_of_the_centre_itself_says_so() -> None:
    own = finding(1, on="", server="", owner="centre", check="watch.night")
    letter = to_centre(night(current=(own,)), CENTRE)
    assert letter.sections[0].groups[0].name == "Zentrum selbst"
    assert letter.sections[0].groups[0].contact == ""
