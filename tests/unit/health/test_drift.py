"""config.drift: what is not as it was placed, for the night and for people at work, whatever the server says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.health import catalogue, engine
from eakte_ops.health.agreed import Agreed, nothing_agreed
from eakte_ops.health.checks.drift import DRIFT
from eakte_ops.health.facts.configuration import CONFIGURATION
from eakte_ops.health.findings import Finding, findings
from eakte_ops.health.types import Judged, Result
from eakte_ops.health.wording import said, todo
from eakte_ops.remote.fleet import Outcome
from eakte_ops.remote.types import Answer, Target
from tests.unit.health import well
from tests.unit.health.placed import (
    AGREED,
    LATER,
    NOTE,
    OPEN,
    RARE,
    SECRET,
    WHEN,
    File,
    as_placed,
    noted,
    seen,
)

SITE = well.site()
TARGET = Target("herdecke-box", "192.0.2.1", "eakte-look", Path("/dev/null"))
EDITED = File(text="by hand", size=99, modified=f"{LATER}.5", changed=f"{LATER}.6")
TOUCHED = File(modified=f"{LATER}.5", changed=f"{LATER}.6")


def judged(answer: bytes | Answer | None, agreed: Agreed = AGREED) -> dict[str, Result]:
    look = well.look(replace(SITE, agreed=lambda: agreed), configuration=answer)
    return {result.subject: result for result in well.judged(DRIFT, look)}


def bad(answer: bytes | Answer, agreed: Agreed = AGREED) -> dict[str, Result]:
    return {subject: result for subject, result in judged(answer, agreed).items() if result.bad}


def english(result: Result) -> str:
    return said(Judged("herdecke", "herdecke-box", DRIFT.name, "centre", result), DRIFT, "en")


def next_step(result: Result) -> str:
    return todo(Judged("herdecke", "herdecke-box", DRIFT.name, "centre", result), DRIFT, "en")


def told(answer: bytes) -> tuple[Finding, ...]:
    town = well.inventory().towns["herdecke"]
    stop = engine.Stop(town, town.said.servers[0], TARGET, replace(SITE, agreed=lambda: AGREED))
    answers = (Answer("configuration", 0, answer),)
    look = engine.judged(stop, [DRIFT], Outcome(stop.target, well.VISIT, answers, None, 1.0), well.NOW)
    return findings([look])


@pytest.mark.parametrize("person", [False, True], ids=["night", "person"])
def test_all_as_placed(person) -> None:
    results = judged(seen(person=person))
    assert {result.verdict for result in results.values()} == {"ok"}
    assert results.keys() == {"", "note", OPEN.template, SECRET.template, RARE.template}


@pytest.mark.parametrize("person", [False, True], ids=["night", "person"])
def test_a_file_that_was_edited_says_what_since_when_and_by_whom_it_may_have_been(person) -> None:
    found = bad(seen(person=person, there={OPEN: EDITED}))
    assert found.keys() == {OPEN.template}
    result = found[OPEN.template]
    assert (result.verdict, result.values["when"], result.values["placed"]) == ("warning", LATER, WHEN)
    sentence = english(result)
    assert sentence.startswith("/etc/eakte/gateway/config/application-prod.yml holds something else than what was pla")
    assert "(run-17)" in sentence
    assert "by an account that may do so (eakte-ops, root)" in sentence
    assert sentence.endswith("who had a terminal open then is not known")
    assert "eakte-ops config adopt herdecke gateway/application-prod.yml" in next_step(result)


def test_an_edit_under_the_same_size_and_times_is_found_all_the_same() -> None:
    assert bad(seen(there={OPEN: File(text="by hand")})).keys() == {OPEN.template}


def test_a_touched_plain_file_has_not_drifted() -> None:
    moved = replace(TOUCHED, inode=99)
    assert bad(seen(there={OPEN: moved, RARE: TOUCHED})) == {}


@pytest.mark.parametrize(
    ("modified", "changed", "expected"),
    [
        (f"{LATER}.5", f"{LATER + 60}.6", LATER),  # written, then something else was done to it
        (f"{WHEN - 9000}.0", f"{LATER}.6", LATER),  # put there with an old time: that can not be true
        (f"{LATER + 9000}.0", f"{LATER}.6", LATER),  # written in its own future
        (as_placed(OPEN).modified, f"{LATER}.6", LATER),
    ],
)
def test_since_when_is_the_time_of_writing_where_that_can_be_true(modified, changed, expected) -> None:
    result = bad(seen(there={OPEN: replace(EDITED, modified=modified, changed=changed)}))[OPEN.template]
    assert result.values["when"] == expected


def test_the_owner_of_the_file_is_named_where_it_is_another() -> None:
    result = bad(seen(there={OPEN: replace(EDITED, owner="root")}))[OPEN.template]
    assert (result.verdict, result.values["account"]) == ("warning", ("root",))
    assert "holds something else" in english(result)
    assert "is 0644 root:eakte instead of 0644 eakte-ops:eakte" in english(result)
    assert "by root, as far as the server knows" in english(result)


@pytest.mark.parametrize(
    ("logins", "end"),
    [
        (f"logins\tknown\t{LATER}", "nobody had a terminal open then"),
        (f"logins\tunknown\t{LATER}", "who had a terminal open then is not known"),
        (
            f"logins\tknown\t{LATER}\nlogin\t{LATER}\teakte-ops\t192.0.2.7\nlogin\t{LATER}\troot\t-",
            "had a terminal open then: eakte-ops (192.0.2.7), root",
        ),
        (f"logins\tknown\t{LATER - 1}", "who had a terminal open then is not known"),  # of another moment
        (f"login\t{LATER}\teve\t-", "who had a terminal open then is not known"),
    ],
)
def test_who_was_logged_in(logins, end) -> None:
    assert english(bad(seen(there={OPEN: EDITED}, logins=logins))[OPEN.template]).endswith(end)


def test_a_secret_file_that_was_edited_is_touched_for_the_night_and_different_for_a_person() -> None:
    edited = replace(EDITED, mode="640")
    night = bad(seen(there={SECRET: replace(edited, read=False)}))[SECRET.template]
    assert (night.verdict, "was touched after it was placed" in english(night)) == ("warning", True)
    assert "eakte-ops configs drift herdecke says whether" in next_step(night)
    person = bad(seen(person=True, there={SECRET: edited}))[SECRET.template]
    assert "holds something else" in english(person)
    assert "eakte-ops config diff herdecke" in next_step(person)


def test_a_secret_file_that_was_only_touched_is_well_for_a_person() -> None:
    touched = replace(TOUCHED, mode="640")
    assert bad(seen(person=True, there={SECRET: touched})) == {}
    assert bad(seen(there={SECRET: replace(touched, read=False)})).keys() == {SECRET.template}


@pytest.mark.parametrize(
    "changed", [{"size": 101}, {"inode": 8}, {"modified": f"{WHEN}.9"}, {"changed": f"{WHEN}.9"}], ids=str
)
def test_whatever_moved_of_a_secret_file_counts_for_the_night(changed) -> None:
    one = replace(as_placed(SECRET), **changed)
    assert "touched" in english(bad(seen(there={SECRET: one}))[SECRET.template])


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"mode": "644"}, "critical"),
        ({"mode": "604"}, "critical"),
        ({"mode": "660"}, "critical"),  # the software could write it
        ({"mode": "600"}, "warning"),
        ({"group": "users"}, "critical"),
        ({"group": "root"}, "warning"),
        ({"owner": "root"}, "warning"),
        ({"owner": "root", "mode": "440"}, "warning"),
        ({"owner": "eakte", "mode": "440"}, "warning"),  # it read it before, as its group
        ({"owner": "www-data", "mode": "440"}, "critical"),
    ],
    ids=str,
)
def test_rights_of_a_secret_file(changed, verdict) -> None:
    now = replace(as_placed(SECRET), changed=f"{LATER}.6", **changed)
    result = bad(seen(there={SECRET: now}))[SECRET.template]
    assert (result.verdict, "touched" in english(result)) == (verdict, False)  # its rights explain what moved
    assert "instead of 0640 eakte-ops:eakte" in english(result)
    opened = "secrets" in next_step(result)
    assert opened == (verdict == "critical")


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"mode": "600"}, "warning"),
        ({"group": "users"}, "warning"),  # everybody may read it anyway
        ({"mode": "664"}, "critical"),
        ({"mode": "666"}, "critical"),
        ({"owner": "eakte"}, "critical"),  # the software could change its own configuration
        ({"owner": "root"}, "warning"),
        ({"mode": "4644"}, "warning"),
    ],
    ids=str,
)
def test_rights_of_an_open_file(changed, verdict) -> None:
    result = bad(seen(there={OPEN: replace(as_placed(OPEN), changed=f"{LATER}.6", **changed)}))[OPEN.template]
    assert (result.verdict, "holds something else" in english(result)) == (verdict, False)
    assert result.values["when"] == LATER


@pytest.mark.parametrize("file", [OPEN, SECRET], ids=str)
@pytest.mark.parametrize("person", [False, True], ids=["night", "person"])
def test_an_access_list_opens_what_the_mode_does_not_show(file, person) -> None:
    now = replace(as_placed(file, person=person), changed=f"{LATER}.6", more=True)
    result = bad(seen(person=person, there={file: now}))[file.template]
    assert (result.verdict, result.values["when"]) == ("critical", LATER)
    assert "+ eakte-ops:eakte instead of 0" in english(result)


def test_since_when_rights_are_others_is_not_when_a_file_was_written() -> None:
    touched = replace(TOUCHED, owner="root", changed=f"{LATER + 60}.6")
    assert bad(seen(there={OPEN: touched}))[OPEN.template].values["when"] == LATER + 60


def test_what_was_secret_when_it_was_placed_stays_so_whatever_the_template_says_now() -> None:
    note = (noted(OPEN), noted(SECRET), noted(RARE, kind="keyed", mode="640"))
    result = bad(seen(note=note, there={RARE: replace(as_placed(RARE), changed=f"{LATER}.6")}))[RARE.template]
    assert result.verdict == "critical"


def test_content_and_rights_are_one_finding_and_the_worse_of_both() -> None:
    result = bad(seen(there={OPEN: replace(EDITED, mode="666")}))[OPEN.template]
    assert result.verdict == "critical"
    assert "holds something else" in english(result)
    assert "is 0666 eakte-ops:eakte instead of 0644 eakte-ops:eakte, open to accounts" in english(result)


def test_a_plain_file_that_can_not_be_read_is_judged_by_what_stat_says() -> None:
    closed = replace(as_placed(OPEN), mode="600", owner="root", changed=f"{LATER}.6", read=False)
    result = bad(seen(there={OPEN: closed}))[OPEN.template]
    assert "touched" not in english(result)
    assert "touched" in english(bad(seen(there={OPEN: replace(closed, size=5)}))[OPEN.template])


@pytest.mark.parametrize(("file", "verdict"), [(OPEN, "critical"), (SECRET, "critical"), (RARE, "warning")], ids=str)
def test_a_missing_file_is_worse_where_a_component_needs_it_at_its_start(file, verdict) -> None:
    result = bad(seen(there={file: f"absent {LATER}"}))[file.template]
    assert (result.verdict, result.values["when"]) == (verdict, LATER)
    assert "is missing; it was placed on" in english(result)
    gone = bad(seen(there={file: "absent"}))[file.template]
    assert (gone.verdict, "and its folder, too" in english(gone)) == (verdict, True)


@pytest.mark.parametrize(
    ("kind", "word"), [("symbolic link", "link"), ("directory", "folder"), ("fifo", "pipe"), ("\x1b[2Jx", "pipe")]
)
def test_what_is_no_file_any_more_is_missing(kind, word) -> None:
    result = bad(seen(there={OPEN: replace(as_placed(OPEN), kind=kind)}))[OPEN.template]
    assert (result.verdict, word in english(result)) == ("critical", True)


def test_a_folder_that_is_closed_to_the_night_is_unknown() -> None:
    result = bad(seen(there={OPEN: "denied"}))[OPEN.template]
    assert (result.verdict, result.reason) == ("unknown", "denied")


def test_a_file_that_the_answer_does_not_name_is_unknown() -> None:
    fewer = Agreed((OPEN, SECRET))
    result = bad(seen(agreed=fewer))[RARE.template]
    assert (result.verdict, result.reason) == ("unknown", "left-out")


def test_what_is_not_in_the_note_can_be_compared_with_nothing() -> None:
    note = (noted(OPEN), noted(SECRET))
    there = bad(seen(note=note))[RARE.template]
    assert (there.verdict, "nothing says what was placed" in english(there)) == ("unknown", True)
    never = bad(seen(note=note, there={RARE: f"absent {LATER}"}))[RARE.template]
    assert (never.verdict, "was never placed" in english(never)) == ("warning", True)
    for result in (there, never):
        assert "eakte-ops config diff herdecke" in next_step(result)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"state": "absent"}, "does not exist"),
        ({"state": "odd"}, "no plain file"),
        ({"state": "long"}, "longer than any note"),
        ({"state": "denied"}, "may not look there"),
        ({"note_file": File(mode="660", group="eakte")}, "may be written by others"),
        ({"note_file": File(mode="640", owner="eakte")}, "may be written by others"),
        ({"note_file": File(mode="642")}, "may be written by others"),
    ],
    ids=str,
)
def test_a_note_that_proves_nothing_is_one_finding_and_no_file_is_well(changed, word) -> None:
    """Also what was changed: against what, nobody knows."""
    answer = seen(there={OPEN: EDITED, RARE: f"absent {LATER}"}, **changed)
    results = judged(answer)
    assert {results[file.template].verdict for file in AGREED.files} == {"unknown"}
    (finding,) = told(answer)
    assert (finding.judged.result.subject, finding.judged.verdict, finding.judged.owner) == (
        "note",
        "unknown",
        "centre",
    )
    assert len(finding.consequences) == 3
    assert word in english(finding.judged.result)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "garbage",
        noted(RARE).replace("plain", "other"),
        noted(RARE)[:-40],
        noted(RARE) + "\tmore",
        noted(RARE).replace(f"{WHEN}\t", "soon\t"),
        noted(RARE, hash="0" * 63),
        noted(RARE, size=-1),
        noted(RARE, mode="rw-r--r--"),
    ],
)
def test_a_line_that_nobody_can_read_is_said_and_the_others_count(line) -> None:
    results = judged(seen(note=(noted(OPEN), line, noted(SECRET))))
    assert (results["note"].verdict, results["note"].values["count"]) == ("unknown", 1)
    assert results[RARE.template].verdict == "unknown"
    assert results[OPEN.template].verdict == results[SECRET.template].verdict == "ok"


def test_two_lines_about_one_file_are_none() -> None:
    results = judged(seen(note=(noted(OPEN), noted(SECRET), noted(RARE), noted(OPEN, hash="0" * 64))))
    assert (results["note"].verdict, results[OPEN.template].verdict) == ("unknown", "unknown")


@pytest.mark.parametrize("head", ["", "placed 2", "placed 1\tx", "placed"])
def test_a_note_of_another_form_is_not_read(head) -> None:
    results = judged(seen(head=head))
    assert {result.verdict for subject, result in results.items() if subject} == {"unknown"}


def test_what_no_template_knows_any_more_is_said_once_and_shortly() -> None:
    lines = [noted(replace(OPEN, path=f"/etc/eakte/old/{number:03}.yml")) for number in range(400)]
    found = bad(seen(note=(*(noted(file) for file in AGREED.files), *lines)))
    assert found.keys() == {"note"}
    assert (found["note"].verdict, found["note"].values["count"]) == ("warning", 400)
    assert len(english(found["note"])) < 400


def test_while_templates_are_wrong_nothing_is_called_left_over() -> None:
    wrong = Agreed((OPEN,), ("templates/musterakte/11.0/x/y.j2:3:1  there is no such word",))
    results = judged(seen(), wrong)
    assert (results[""].verdict, results[OPEN.template].verdict, results["note"].verdict) == ("unknown", "ok", "ok")
    assert "templates/musterakte/11.0/x/y.j2:3:1" in english(results[""])
    assert "eakte-ops config render herdecke" in next_step(results[""])


def test_where_the_product_has_no_templates_nobody_has_anything_to_do() -> None:
    site = replace(SITE, agreed=nothing_agreed)
    (result,) = well.judged(DRIFT, well.look(site, configuration=None))
    assert (result.verdict, result.waits, result.bad) == ("unknown", True, False)
    assert "configuration" not in {question.name for question in catalogue.questions([DRIFT], site)}


def test_where_nothing_is_agreed_the_note_is_looked_at_all_the_same() -> None:
    nothing = Agreed(())
    assert judged(seen(agreed=nothing, state="absent"), nothing).keys() == {""}
    assert judged(seen(agreed=nothing), nothing)["note"].verdict == "ok"
    left = judged(seen(agreed=nothing, note=(noted(OPEN),)), nothing)
    assert (left["note"].verdict, left[""].verdict) == ("warning", "ok")


# whatever a server says


def test_a_file_in_its_own_future_is_told_as_the_server_has_it() -> None:
    future = replace(EDITED, modified="999999999999.0", changed="999999999999.5")
    result = bad(seen(there={OPEN: future}))[OPEN.template]
    assert "9999-12-31" in english(result)


@pytest.mark.parametrize("moment", ["nan", "1e9", "-5.0", "9" * 13 + ".0", "1.1234567890"])
def test_times_that_are_none_make_the_file_unknown(moment) -> None:
    result = bad(seen(there={OPEN: replace(EDITED, modified=moment)}))[OPEN.template]
    assert (result.verdict, result.reason) == ("unknown", "left-out")


def test_names_with_tabs_newlines_and_escapes_answer_for_nobody_else() -> None:
    forged = replace(as_placed(OPEN), owner=f"eve\tx\nfile\t{as_placed(OPEN).identity}\tregular file\t{RARE.path}")
    found = bad(seen(there={OPEN: forged}))
    assert found[OPEN.template].verdict == "unknown"
    shown = replace(EDITED, owner="\x1b]0;owned\x07{server.__class__}\u202eeve")
    sentence = english(bad(seen(there={OPEN: shown}))[OPEN.template])
    assert sentence.isprintable()
    assert "{server.__class__}" in sentence


def test_what_the_note_names_itself_is_bounded_and_clean() -> None:
    evil = noted(replace(OPEN, path="/etc/\x1b[2J" + "x" * 5000), by="{0.__class__}\x07" + "y" * 5000)
    found = bad(seen(note=(*(noted(file) for file in AGREED.files), evil)))
    assert len(english(found["note"])) < 400
    assert english(found["note"]).isprintable()
    named = bad(
        seen(note=(noted(OPEN, by="{0.__class__}" + "y" * 5000), noted(SECRET), noted(RARE)), there={OPEN: EDITED})
    )
    assert len(english(named[OPEN.template])) < 700


@pytest.mark.parametrize("cut", [True, False])
def test_a_flood_is_not_known(cut) -> None:
    flood = (noted(RARE) + "\n").encode() * 400
    answer = Answer("configuration", 0, b"file\t" + flood * 2, cut=cut)
    assert judged(answer).keys() == {""}
    assert judged(answer)[""].verdict == "unknown"


def test_a_cut_answer_is_not_known_even_where_it_looks_whole() -> None:
    (result,) = judged(Answer("configuration", 0, seen(), cut=True)).values()
    assert (result.verdict, result.reason) == ("unknown", "unreadable")


def test_a_million_lines_in_a_note_cost_little_and_are_said() -> None:
    answer = seen() + b"x\n" * 1_000_000
    results = judged(answer)
    assert results["note"].verdict == "unknown"
    assert results[OPEN.template].verdict == "ok"


def test_a_thousand_agreed_files_that_all_differ_do_not_flood_the_report() -> None:
    many = Agreed(tuple(replace(RARE, path=f"/etc/eakte/x/{n}", template=f"x/{n}") for n in range(200)))
    town = well.inventory().towns["herdecke"]
    stop = engine.Stop(town, town.said.servers[0], TARGET, replace(SITE, agreed=lambda: many))
    answer = Answer("configuration", 0, seen(agreed=many, there=dict.fromkeys(many.files, EDITED)))
    look = engine.judged(stop, [DRIFT], Outcome(stop.target, well.VISIT, (answer,), None, 1.0), well.NOW)
    assert len(look.results) == 21
    assert look.results[-1].result.reason == "too-many"


def test_without_the_stat_that_is_needed_nothing_is_known() -> None:
    (result,) = judged(b"no-stat\n").values()
    assert (result.verdict, result.reason) == ("unknown", "tool-missing")


WORDS = st.sampled_from(
    [
        "file", "gone", "plain", "keyed", "logins", "login", "end", "known", "ok", "absent", "placed 1", "0" * 64,
        as_placed(OPEN).identity, "regular file", OPEN.path, SECRET.path, NOTE, "", "5", "1e5", "\x1b[2J", "ü",
        noted(OPEN), noted(SECRET),
    ]
)  # fmt: skip
SPEECH = st.lists(st.lists(WORDS | st.text(max_size=5), max_size=6).map("\t".join), max_size=14)


@given(lines=SPEECH, status=st.sampled_from([0, 0, 0, 1]))
def test_any_answer_is_judged_and_none_of_them_says_well_of_what_it_does_not_name(lines, status) -> None:
    answer = Answer("configuration", status, ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass"))
    for subject, result in judged(answer).items():
        assert english(result).isprintable()
        if result.verdict == "ok" and "/" in subject:
            assert any(OPEN.path in line or SECRET.path in line for line in lines)


def test_the_question_names_the_files_and_is_one() -> None:
    (asked,) = catalogue.questions([DRIFT], replace(SITE, agreed=lambda: AGREED))
    assert asked.name == CONFIGURATION.name
    assert asked.script.args == ("/var/lib/eakte-ops", OPEN.path, SECRET.path, RARE.path)
    assert asked.script.secrets == {}
