"""Handovers: what is planned, whom it concerns, which signs say that a machine went back, what is open and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.errors import UsageError
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.engine import Stop, judged
from eakte_ops.health.findings import overview
from eakte_ops.health.muted import Handed
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.handover import protocol, signs, whom
from eakte_ops.playbook.handover.ending import arguments
from eakte_ops.playbook.handover.look import CameBack, parse
from eakte_ops.playbook.handover.opened import Opened, handed, opened, remembered_of
from eakte_ops.playbook.handover.sentences import for_clerks, yours
from eakte_ops.playbook.handover.signs import Difference, Remembered, Signs
from eakte_ops.playbook.journal import Entry
from eakte_ops.playbook.load import load_playbooks
from eakte_ops.playbook.memory import plans
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer
from eakte_ops.playbook.read_plan import read_plan
from eakte_ops.playbook.wall import parsed
from eakte_ops.remote.fleet import Outcome
from eakte_ops.remote.types import Target
from eakte_ops.store import Rows, Store
from tests.unit.health import well
from tests.unit.playbook.played_books import ground, samples
from tests.unit.playbook.played_handovers import BEGIN, END, NEW, OLD, RUN, SERVERS, UNDER_WAY, UNTIL, compiled, kept

AT = parsed("2026-11-24T18:00:00+00:00").timestamp()


def short(found: Compiled) -> list[str]:
    return [f"{step.stage} {step.id}: {step.title}" for step in found.steps]


# what is planned


def test_a_box_is_handed_over_word_by_word() -> None:
    found = compiled("handover-begin", "herdecke", **BEGIN)
    assert short(found) == [
        "1 01-notice-herdecke-box: show the notice page",
        "2 02-hand-over-herdecke-box: mark as handed over",
        "3 03-hold-herdecke-box: set the hold",
        "4 04-drain-herdecke-box: wait until database is at rest, 60 s at most",
        "5 05-stop-herdecke-box_1: note how it runs: database, application-server, index, service-manager, gateway",
        "6 05-stop: before the service stops: does what the plan stands on still hold?",
        "7 05-stop-herdecke-box_2: stop gateway",
        "8 05-stop-herdecke-box_3: stop service-manager",
        "9 05-stop-herdecke-box_4: stop index",
        "10 05-stop-herdecke-box_5: stop application-server",
        "11 05-stop-herdecke-box_6: stop database",
        "12 06-remember-herdecke-box: remember what the machine is like",
    ]
    assert found.needs.window
    assert found.values["before.herdecke-box"] == "line"


def test_the_hold_is_set_before_the_first_stop_and_all_that_is_set_has_a_way_back() -> None:
    steps = compiled("handover-begin", "witten", **BEGIN).steps
    first_stop = min(step.stage for step in steps if step.stops)
    held = {step.server: step.stage for step in steps if step.name == "hold"}
    assert held.keys() == {"witten-db", "witten-app", "witten-index", "witten-gw"}
    assert max(held.values()) < first_stop
    for step in steps:
        assert step.repeatable or not isinstance(step.do, OnServer)
        if step.name in ("notice", "hand-over", "hold"):
            assert (step.verify is None, step.undo is None) == (False, False)


def test_the_end_starts_behind_the_notice_page_and_compares_before_it_opens() -> None:
    found = compiled("handover-end", "witten", **END)
    order = list(dict.fromkeys(step.name for step in found.steps))
    assert order == ["take-back", "release", "start", "compare", "open"]
    gates = [step.do.checks for step in found.steps if isinstance(step.do, Gate)]
    assert len(gates) == 5
    assert all("gateway.answer" not in checks for checks in gates)
    assert not found.needs.window
    assert all(step.undo is not None for step in found.steps if step.name in ("take-back", "release", "open"))


def test_a_machine_that_went_back_is_a_question_before_anything_else() -> None:
    found = compiled("handover-end", "witten", **END, older_en="CRITICAL: x", older_de="KRITISCH: x")
    first = found.steps[0]
    assert (first.stage, first.name) == (1, "decide")
    assert first.do == AskPerson("CRITICAL: x", ("start-with-the-older-state", "stay-held"), "KRITISCH: x")


def test_what_local_it_operates_is_left_to_them() -> None:
    town = samples().towns["witten"]
    theirs = replace(town, said=town.said.model_copy(update={"database_operator": "local-it"}))
    book = load_playbooks(samples_folder()).of("handover-begin")
    steps = compile_(book, replace(ground("witten", BEGIN), town=theirs)).steps
    assert not [step for step in steps if isinstance(step.do, AskPerson)]
    assert "stop database" not in {step.title for step in steps}
    assert not [step for step in steps if step.name == "drain"]


@pytest.mark.parametrize(
    ("servers", "stopped", "parts"),
    [
        ("witten-db", ["witten-db", "witten-app", "witten-index"], "database application-server index service-manager"),
        ("witten-gw", ["witten-gw"], "gateway"),
        ("witten-index", ["witten-index", "witten-app"], "index service-manager"),
        ("witten-app witten-gw", ["witten-app", "witten-gw", "witten-index"],
         "application-server index service-manager gateway"),
    ],
)  # fmt: skip
def test_what_can_not_go_on_without_a_machine_is_stopped_too(servers: str, stopped: list[str], parts: str) -> None:
    """All that starts later may need it; a gateway elsewhere goes on and shows the notice page."""
    found = whom.concerned(servers, ground("witten"))
    assert [server.name for server in found.stopped] == stopped
    assert [part.installed.name for part in found.parts] == parts.split()


def test_an_unknown_server_is_a_mistake_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match='no server "witten-bd"; did you mean "witten-db"'):
        whom.concerned("witten-bd", ground("witten"))


def test_clerks_read_until_when_by_their_clock_and_in_their_language() -> None:
    town = samples().towns["witten"]
    assert for_clerks(town, UNTIL) == (
        "An der eAkte wird gearbeitet. Sie steht voraussichtlich am 24.11.2026 21:00 Uhr wieder zur Verfügung."
    )
    assert for_clerks(town, "") == "An der eAkte wird gearbeitet. Sie steht bald wieder zur Verfügung."


@pytest.mark.parametrize("language", ["de", "en"])
def test_local_it_is_told_what_is_theirs_until_when_and_how_to_say_done(language) -> None:
    subject, text = yours(samples().towns["witten"], ["witten-db"], parsed(UNTIL), RUN, language)
    assert "Witten" in subject
    assert "witten-db" in subject
    for said in ("pack.sh done", "21:00", RUN, "witten-db"):
        assert said in text


# which signs say what

BEFORE = {
    "boot": "aaaa", "kernel": "6.1.0-28", "packages": "p1", "addresses": "192.0.2.10/27", "disk": "1000000",
    "memory": "16000000", "documents": "300", "release": "releases/11.0", "files": "f1", "token": "7",
    "clock": f"{AT:.0f}",
}  # fmt: skip
KNOWN = Remembered(RUN, AT, 40, {"witten-app": BEFORE})


def seen(journal: int | None = 40, mark: str = RUN, hold: str = RUN, **changed: str) -> Signs:
    return Signs({**BEFORE, "clock": f"{AT + 3600:.0f}", **changed}, mark, hold, journal)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (seen(mark="none"), "mark"),
        (seen(mark="2026-10-01-witten-old1"), "mark"),
        (seen(mark=""), "mark"),
        (seen(hold="none"), "hold"),
        (seen(documents="299"), "documents"),
        (seen(token="6"), "token"),
        (seen(journal=39), "journal"),
        (seen(journal=0), "journal"),
        (seen(clock=f"{AT - 61:.0f}"), "clock"),
    ],
)
def test_each_sign_of_a_machine_that_went_back(now: Signs, kind: str) -> None:
    (found,) = signs.went_back("witten-app", KNOWN, now)
    assert (found.kind, found.back) == (kind, True)
    for language in ("de", "en"):
        assert "witten-app" in found.sentence(language)


@pytest.mark.parametrize(
    "now",
    [
        seen(),
        seen(documents="301", token="8", journal=41),
        seen(journal=None),
        seen(documents="", token="", clock=""),
        seen(clock=f"{AT - 59:.0f}"),
        seen(boot="bbbb", kernel="6.1.0-29", packages="p2"),
    ],
)
def test_what_is_no_sign_of_it(now: Signs) -> None:
    assert signs.went_back("witten-app", KNOWN, now) == []


def test_of_a_server_of_which_nothing_is_remembered_mark_and_hold_are_looked_at_all_the_same() -> None:
    assert [each.kind for each in signs.went_back("witten-db", KNOWN, seen(mark="none", hold="none"))] == [
        "mark",
        "hold",
    ]


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (seen(), []),
        (seen(boot="bbbb"), ["boot"]),
        (seen(kernel="6.1.0-29"), ["kernel"]),
        (seen(packages="p2", changed="12"), ["packages"]),
        (seen(addresses="192.0.2.11/27"), ["addresses"]),
        (seen(disk="2000000"), ["disk"]),
        (seen(disk="1009999"), []),
        (seen(memory="32000000"), ["memory"]),
        (seen(release="releases/11.10"), ["release"]),
        (seen(files="f2"), ["files"]),
        (seen(kernel="", packages="", disk=""), []),
    ],
)
def test_each_change_worth_knowing(now: Signs, kinds: list[str]) -> None:
    found = list(signs.changed("witten-app", BEFORE, now))
    assert ([each.kind for each in found], any(each.back for each in found)) == (kinds, False)
    assert all(each.sentence(language) for each in found for language in ("de", "en"))


def test_a_line_that_is_remembered_is_read_strictly() -> None:
    said = signs.parse("boot=a1 kernel=- documents=12 evil=$(x) x y=1;2 =3 token=7")
    assert said == {"boot": "a1", "documents": "12", "token": "7"}


@pytest.mark.parametrize(
    "out", [b"", b"\xff\xfe\n" * 90, b"mark=" + b"A" * 9000, b"signs=documents=99999999999999999999"]
)
def test_what_a_machine_says_is_bounded_and_never_believed(out: bytes) -> None:
    found, done = parse(out)
    assert len(found.mark) <= 600
    assert (found.journal, len(done) <= 600) == (None, True)


def test_the_first_word_of_a_name_counts() -> None:
    found, done = parse(f"mark={RUN}\nmark=none\nhold=none\ndone=all good\n".encode())
    assert (found.mark, found.hold, done) == (RUN, "none", "all good")


# how the end is planned


def came(*back: Difference) -> CameBack:
    return CameBack({}, (), back, {})


def an_open_one(**more) -> Opened:
    return replace(Opened("witten", RUN, AT, UNTIL, "patches", "", ("witten-app",), False, KNOWN), **more)


def test_without_a_sign_the_highest_document_is_compared_and_nobody_is_asked() -> None:
    said = arguments(an_open_one(), came(), older_is_known=False)
    assert said == {**END, "servers": "", "older_en": "", "older_de": ""}


def test_where_something_went_back_a_person_is_asked_and_the_question_says_it() -> None:
    back = Difference("witten-app", "documents", "300", "250", back=True)
    said = arguments(an_open_one(), came(back), older_is_known=False)
    assert said["documents"] == "0"
    assert said["older_en"] == (
        "CRITICAL: witten-app: the highest document is number 250, and there were 300 when it was handed over. "
        "Start with this older state?"
    )
    assert said["older_de"].startswith("KRITISCH: witten-app: das höchste Dokument hat Nummer 250")


def test_a_long_question_keeps_its_end() -> None:
    back = [Difference(f"witten-{n}", "mark", RUN, "none", back=True) for n in range(9)]
    for text in (arguments(an_open_one(), came(*back), older_is_known=False)[f"older_{each}"] for each in ("en", "de")):
        assert len(text) <= 200
        assert text.endswith("?")


def test_who_says_that_it_is_known_is_asked_all_the_same() -> None:
    said = arguments(an_open_one(), came(), older_is_known=True)
    assert (said["documents"], bool(said["older_en"])) == ("0", True)


# what is open


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    with closing(Store.open(tmp_path / "store.db", migrations())) as store, store.writing() as rows:
        yield rows


def test_a_begin_that_came_to_its_end_is_an_open_handover(rows: Rows) -> None:
    kept(rows, "handover-begin", RUN, AT, NEW, servers="witten-db")
    found = opened(rows, "witten")
    assert found is not None
    assert (found.run, found.until, found.servers, found.ending) == (RUN, UNTIL, "witten-db", False)
    assert found.known == Remembered(RUN, AT + 2, 3, {"witten-app": {"boot": "aaaa", "documents": "300"}})
    assert handed(rows) == {("witten", name): Handed(RUN, parsed(UNTIL).timestamp()) for name in SERVERS}
    assert opened(rows, "herdecke") is None
    assert remembered_of(rows, RUN) == found


@pytest.mark.parametrize("journal", [OLD, UNDER_WAY, (), (*UNDER_WAY, Entry(turn="abandoned"))])
def test_a_begin_that_did_not_is_none(rows: Rows, journal: Sequence[Entry]) -> None:
    kept(rows, "handover-begin", RUN, AT, journal)
    assert (opened(rows, "witten"), handed(rows)) == (None, {})


@pytest.mark.parametrize(
    ("journal", "is_open", "ending"),
    [(NEW, False, False), (OLD, True, False), (UNDER_WAY, True, True), ((), True, False)],
)
def test_only_an_end_that_came_to_its_end_ends_it(rows: Rows, journal, is_open, ending) -> None:
    """While an end is under way what is down is trouble, and nothing is muted by what is remembered."""
    kept(rows, "handover-begin", RUN, AT, NEW)
    kept(rows, "handover-end", "2026-11-24-witten-end1", AT + 3600, journal)
    found = opened(rows, "witten")
    assert (found is not None, found is not None and found.ending) == (is_open, ending)
    assert bool(handed(rows)) == (is_open and not ending)


def test_one_that_does_not_say_until_when_is_none_and_those_of_other_towns_count(rows: Rows) -> None:
    kept(rows, "handover-begin", RUN, AT, NEW)
    kept(rows, "handover-begin", "2026-11-24-herdecke-odd1", AT + 60, NEW)
    (text,) = (row[0] for row in rows.all("SELECT text FROM plan"))
    odd = read_plan(
        text.replace(f'"until":"{UNTIL}"', '"until":"soon"').replace('"town":"witten"', '"town":"herdecke"')
    )
    plans.keep(rows, odd)
    rows.run("UPDATE run SET town = 'herdecke', plan = ? WHERE id LIKE '%odd1'", (odd.hash,))
    assert (opened(rows, "herdecke"), {town for town, _server in handed(rows)}) == (None, {"witten"})


def test_the_newest_handover_counts(rows: Rows) -> None:
    kept(rows, "handover-begin", RUN, AT, NEW)
    kept(rows, "handover-end", "2026-11-24-witten-end1", AT + 3600, NEW)
    kept(rows, "handover-begin", "2026-11-25-witten-next", AT + 86400, NEW, why="again")
    found = opened(rows, "witten")
    assert found is not None
    assert (found.run, found.why) == ("2026-11-25-witten-next", "again")
    assert "2026-11-25-witten-next" in f"{found.refusal()}"


# what is told at the end


def after(**changed: bytes):
    """A look at a box."""
    town = well.inventory().towns["herdecke"]
    target = Target("herdecke-box", "192.0.2.42", "eakte-look", well.ROOT / "k")
    stop = Stop(town, town.said.servers[0], target, well.site())
    checks = [CHECKS["service.units"], CHECKS["index.state"], CHECKS["service.ports"]]
    answers = tuple(well.look(**changed).answers.values())
    done = judged(stop, checks, Outcome(target, well.VISIT, answers, None, 1.0), well.NOW)
    return overview([done], checks, 1.0)


FAILED = {"units": well.units(well.site(), index={"ActiveState": "failed", "SubState": "failed"})}
THE_INDEX = ("herdecke", "herdecke-box", "service.units", "index")


def test_what_is_new_is_told_with_its_owner_and_what_was_before_is_counted() -> None:
    found = protocol.compared([], after(**FAILED))
    assert [judged.identity for judged in found.new] == [THE_INDEX]
    told = list(protocol.lines(found, [Difference("herdecke-box", "boot", "a", "b")], "en"))
    assert told[0] == "Changed meanwhile: herdecke-box was started anew"
    assert told[1] == "New, critical: herdecke-box service.units: index has failed (success) (centre)"
    before = protocol.compared([THE_INDEX, ("herdecke", "herdecke-box", "disk.space", "/")], after(**FAILED))
    assert (before.new, before.still, before.gone) == ((), 1, 1)


def test_a_server_that_was_not_reached_makes_nothing_well() -> None:
    well_now = after()
    lost = replace(well_now, looks=tuple(replace(look, state="unreachable") for look in well_now.looks))
    found = protocol.compared([THE_INDEX], lost)
    assert (found.gone, found.unknown) == (0, ("herdecke-box",))
    for language in ("de", "en"):
        assert any("herdecke-box" in line for line in protocol.lines(found, [], language))


def test_all_is_well_in_both_languages() -> None:
    found = protocol.compared([], after())
    assert list(protocol.lines(found, [], "de")) == [
        "An den Maschinen hat sich inzwischen nichts geändert.", "Neu ist nichts, was nicht gut wäre.",
    ]  # fmt: skip
    assert "Herdecke" in protocol.headline("Herdecke", RUN, "de") + protocol.subject("Herdecke", "en")
