"""What a look at a town makes of its findings: what vanishes, what was seen in part, causes, what is gone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import TimedOut, UsageError
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.memory import findings, keep
from eakte_ops.health.memory.known import Ack
from eakte_ops.health.types import Judged, Result, Text
from tests.unit.memory.looks import (
    AT,
    DAY,
    EACH,
    Memory,
    because,
    said,
    server_look,
    stop,
)

LOST = TimedOut(server="herdecke-box", seconds=10, phase="connect")


def test_a_finding_holds_what_is_told_of_it_in_both_languages(memory: Memory) -> None:
    unreadable = said("unknown", check="disk.space")
    assert memory.look(unreadable) == ["opened disk.space"]
    (found,) = memory.open()
    check = CHECKS["disk.space"]
    assert (found.identity, found.owner, found.verdict) == (unreadable.identity, check.owner, "unknown")
    assert {language: each.title for language, each in found.text.items()} == {
        "de": check.text["de"].title,
        "en": check.text["en"].title,
    }
    assert found.text["en"].said == "the question failed there (status 1): no"
    assert found.text["de"].said == "die Frage scheiterte dort (Status 1): no"
    assert "eakte-ops checks disk.space" in found.text["en"].todo
    assert found.values == {"status": 1, "err": "no"}


def test_a_sentence_that_can_not_be_filled_in_costs_nothing_else(memory: Memory) -> None:
    broken = said("warning", "/var")
    broken = replace(broken, result=replace(broken.result, said="no such sentence"))
    assert memory.look(broken, said("critical", "/srv")) == ["opened /var", "opened /srv"]
    text = next(each for each in memory.open() if each.subject == "/var").text["de"]
    assert text.said == "die Prüfung selbst ist gescheitert (KeyError); das ist ein Fehler in eakte-ops"


def test_a_subject_that_is_not_named_any_more_is_over(memory: Memory) -> None:
    memory.look(said("warning", "/var"), said("ok", "/"))
    assert memory.look(said("ok", "/")) == ["closed /var"]
    assert [state.subject for state in memory.states()] == ["/"]


def test_it_takes_as_many_looks_as_a_good_result(patient: Memory) -> None:
    for _ in range(2):
        patient.look(said("warning", "/var"), said("ok", "/"))
    assert patient.look(said("ok", "/")) == []
    assert patient.subjects() == ["/var"]
    assert patient.look(said("ok", "/")) == ["closed /var"]


@pytest.mark.parametrize(
    ("results", "state", "error"),
    [
        ([], "unreachable", LOST),
        ([said("critical", check="reachable", said="timed-out")], "unreachable", LOST),
        ([], "interrupted", None),
        ([said("unknown", check="reachable", reason="windows")], "unsupported", None),
        ([said("ok", "/")], "looked", LOST),  # the line was lost on the way
        ([said("ok", "/"), said("unknown", "/srv")], "looked", None),
        ([said("ok", "/"), said("unknown", reason="too-many", values={"count": 7})], "looked", None),
        ([said("unknown", reason="too-new", values={"have": 1, "wanted": 7}, waits=True)], "looked", None),
        ([said("ok", check="reachable")], "looked", None),  # a look that did not ask this check
        ([], "looked", None),
    ],
)
def test_a_look_that_did_not_see_all_of_a_check_closes_nothing_of_it(
    memory: Memory, results: list[object], state: str, error: TimedOut | None
) -> None:
    memory.look(said("warning", "/var"))
    before = memory.open()
    told = memory.look(*results, state=state, error=error)  # type: ignore[arg-type]
    assert not [each for each in told if "/var" in each]
    assert [each for each in memory.open() if each.subject == "/var"] == before
    assert "/var" in [each.subject for each in memory.states()]


def test_the_same_subject_on_another_server_closes_nothing(memory: Memory) -> None:
    app, database = (
        server_look(replace(said("warning", "/var", server=name), town="hattingen"), where=stop(name, "hattingen"))
        for name in ("hattingen-app", "hattingen-db")
    )
    assert memory.looks([app, database]) == ["opened /var", "opened /var"]
    better = server_look(replace(said("ok", "/var", server="hattingen-app"), town="hattingen"), where=app.stop)
    assert memory.looks([better, replace(database, state="interrupted", results=())]) == ["closed /var"]
    assert [each.server for each in memory.open()] == ["hattingen-db"]


def test_a_jump_host_that_is_down_is_a_finding_and_what_is_behind_it_a_consequence(memory: Memory) -> None:
    stops = [stop(name, "hattingen") for name in ("hattingen-app", "hattingen-db")]
    down = TimedOut(server="hattingen-jump", seconds=10, phase="connect")
    bad = [
        server_look(
            replace(said("critical", check="reachable", said="timed-out", server=each.server.name), town="hattingen"),
            state="unreachable",
            error=down,
            where=each,
        )
        for each in stops
    ]
    assert memory.looks(bad) == ["opened reachable"]
    assert [each.place for each in memory.open()] == ["hattingen-jump"]
    assert {each.place for each in memory.open(consequences=True)} == {
        "hattingen-jump",
        "hattingen-app",
        "hattingen-db",
    }
    up = [
        server_look(replace(said("ok", check="reachable", server=each.server.name), town="hattingen"), where=each)
        for each in stops
    ]
    assert memory.looks(up) == ["closed reachable"]
    assert memory.open(consequences=True) == []


def test_a_consequence_is_told_when_its_cause_is_over(memory: Memory) -> None:
    cause = said("critical", "dms", check="service.health")
    effect = because(said("critical", "gateway", check="gateway.answer"), "service.health")
    assert memory.look(cause, effect) == ["opened dms"]
    (hidden,) = [each for each in memory.open(consequences=True) if each.check == "gateway.answer"]
    assert hidden.cause == cause.identity
    assert memory.look(said("ok", "dms", check="service.health"), effect) == ["closed dms", "opened gateway"]
    (left,) = memory.open()
    assert (left.check, left.began, left.opened) == ("gateway.answer", AT, AT + 3600)


def test_a_lighter_look_that_did_not_see_the_cause_does_not_tell_its_consequence(memory: Memory) -> None:
    cause = said("critical", "dms", check="service.health")
    effect = because(said("critical", "gateway", check="gateway.answer"), "service.health")
    memory.look(cause, effect)
    assert memory.look(effect) == []
    assert memory.subjects() == ["dms"]
    assert memory.look(said("ok", "other", check="service.health"), effect) == ["opened gateway", "closed dms"]


def test_what_waits_changes_nothing_and_is_remembered_as_waiting(memory: Memory) -> None:
    waits = said("unknown", "/var", reason="too-new", values={"have": 1, "wanted": 7}, waits=True)
    memory.look(said("warning", "/var"))
    assert memory.look(waits) == []
    assert memory.subjects() == ["/var"]
    (state,) = memory.states()
    assert (state.verdict, state.waits) == ("unknown", True)


def test_the_worst_of_two_results_about_one_subject_counts(memory: Memory) -> None:
    assert memory.look(said("ok", "/var"), said("critical", "/var"), said("warning", "/var")) == ["opened /var"]
    assert [each.verdict for each in memory.open()] == ["critical"]


def test_a_subject_that_can_not_be_written_is_kept_all_the_same(memory: Memory) -> None:
    assert memory.look(said("warning", "/\udcff"), said("warning", "/var")) == ["opened /?", "opened /var"]
    assert memory.look(said("ok", "/\udcff"), said("ok", "/var")) == ["closed /?", "closed /var"]


def test_results_about_the_town_as_a_whole(memory: Memory) -> None:
    check = "service.health"
    about_town = replace(said("warning", "11.0", check=check), server="")
    another = replace(said("ok", "11.10", check=check), server="")
    assert memory.look(town_said=[about_town]) == ["opened 11.0"]
    assert memory.look(state="unreachable", error=LOST, town_said=[another]) == []
    assert memory.look(town_said=[another]) == ["closed 11.0"]


def test_a_check_whose_component_moved_away_is_gone(memory: Memory) -> None:
    at = server_look(said("warning", "gateway", check="gateway.answer"))
    memory.looks([at])
    assert at.stop.site is not None
    without = replace(
        at.stop.site, components=tuple(each for each in at.stop.site.components if each.name != "gateway")
    )
    assert not CHECKS["gateway.answer"].concerns(without)  # type: ignore[arg-type]
    assert memory.looks([server_look(where=replace(at.stop, site=without))]) == ["closed gateway"]
    assert [change.finding.how for change in memory.changes] == [None, "gone"]


def test_servers_towns_and_checks_that_are_gone(memory: Memory) -> None:
    memory.look(said("warning", "/var"), said("warning", check="clock.offset"))
    exists = {"herdecke": {"", "herdecke-box"}}
    with memory.store.writing() as rows:
        assert keep.forget_gone(rows, memory.at, exists, CHECKS) == ()
        (change,) = keep.forget_gone(rows, memory.at, exists, set(CHECKS) - {"clock.offset"})
        assert (change.kind, change.finding.how, change.finding.ended) == ("closed", "gone", memory.at)
        (renamed,) = keep.forget_gone(rows, memory.at, {"herdecke": {"", "herdecke-1"}}, CHECKS)
        assert renamed.finding.subject == "/var"
    assert memory.open() == []
    assert memory.states() == []


def test_a_town_that_is_gone_takes_all_with_it_but_the_centres_own(memory: Memory) -> None:
    memory.look(said("warning", "/var"))
    own = replace(said("critical", check="reachable", said="timed-out"), town="", server="")
    with memory.store.writing() as rows:
        keep.raise_own(rows, AT, [own], EACH)
        assert [change.finding.town for change in keep.forget_gone(rows, memory.at, {}, CHECKS)] == ["herdecke"]
    assert [each.place for each in memory.open()] == ["centre"]


def test_findings_of_the_centre_itself(memory: Memory) -> None:
    nights = [
        replace(said("critical", subject, check="reachable", said="timed-out"), town="", server="")
        for subject in ("2026-11-23", "2026-11-24")
    ]
    with memory.store.writing() as rows:
        assert [each.kind for each in keep.raise_own(rows, AT, nights, EACH)] == ["opened", "opened"]
        assert keep.raise_own(rows, AT + 1, [], EACH) == ()
        (over,) = keep.raise_own(rows, AT + 2, nights[1:], EACH)
        assert (over.kind, over.finding.subject) == ("closed", "2026-11-23")


def test_a_check_of_the_centre_may_have_its_texts_elsewhere(memory: Memory) -> None:
    own = Judged("", "", "sweep.missed", "centre", Result("critical", said="missed"))
    check = replace(
        CHECKS["clock.offset"],
        name="sweep.missed",
        text={language: Text("Nights", "means", "do", {"missed": "a night was missed"}) for language in ("de", "en")},
    )
    with memory.store.writing() as rows:
        keep.raise_own(rows, AT, [own], EACH, {"sweep.missed": check})
    assert memory.open()[0].text["en"].said == "a night was missed"
    with memory.store.writing() as rows:
        keep.raise_own(rows, AT, [own], EACH)
    assert memory.open()[0].text["en"].title == "sweep.missed"


def test_light_checks_and_those_of_the_night_need_different_numbers_of_looks(memory: Memory) -> None:
    needs = keep.Needs(3, 4, 1, 2)
    light = next((check for check in CHECKS.values() if check.light), None)
    night = next(check for check in CHECKS.values() if not check.light)
    assert (needs.of(night).open, needs.of(night).close) == (1, 2)
    assert (needs.of(None).open, needs.of(None).close) == (1, 2)
    assert light is None or (needs.of(light).open, needs.of(light).close) == (3, 4)


def test_changes_are_kept_for_the_digest(memory: Memory) -> None:
    memory.look(said("warning", "/var"))
    memory.look(said("critical", "/var"))
    memory.look(said("ok", "/var"))
    with memory.store.reading() as rows:
        told = [(each.kind, each.at) for each in findings.changed(rows, AT, AT + DAY)]
        assert told == [("opened", AT), ("worse", AT + 3600), ("closed", AT + 7200)]
        assert [each.kind for each in findings.changed(rows, AT + 1, AT + 7200)] == ["worse"]
        assert all(each.finding.how == "well" for each in findings.changed(rows, AT, AT + DAY))


def test_somebody_takes_a_finding_on_until_it_gets_worse(memory: Memory) -> None:
    memory.look(said("warning", "/var"))
    (found,) = memory.open()
    ack = Ack("admin-1", "new disk on Friday", memory.at, memory.at + DAY)
    with memory.store.writing() as rows:
        assert findings.acknowledge(rows, found.id, ack).ack == ack
    memory.look(said("warning", "/var"))
    (held,) = memory.open()
    assert held.ack == ack
    assert held.acknowledged(memory.at)
    memory.look(said("critical", "/var"))
    (worse,) = memory.open()
    assert not worse.acknowledged(memory.at)
    assert worse.ack is not None
    assert worse.ack.who == "admin-1"


def test_only_an_open_finding_can_be_taken_on(memory: Memory) -> None:
    memory.look(said("warning", "/var"))
    (found,) = memory.open()
    memory.look(said("ok", "/var"))
    with memory.store.writing() as rows:
        with pytest.raises(UsageError, match="there is no finding 99"):
            findings.acknowledge(rows, 99, Ack("a", "b", 1, 2))
        with pytest.raises(UsageError, match="is over already"):
            findings.acknowledge(rows, found.id, Ack("a", "b", 1, 2))
        assert findings.one(rows, found.id) is not None
        assert findings.one(rows, 99) is None


def test_open_findings_worst_first_by_town_and_owner(memory: Memory) -> None:
    memory.look(said("unknown", "a"), said("warning", "b"), said("critical", "c", owner="centre"), said("warning", "d"))
    assert memory.subjects() == ["c", "b", "d", "a"]
    with memory.store.reading() as rows:
        assert [each.subject for each in findings.current(rows, "herdecke", "centre")] == ["c"]
        assert findings.current(rows, "witten") == ()


def test_what_was_open_lately(memory: Memory) -> None:
    memory.look(said("warning", "old"), said("warning", "open"), later=40 * DAY)
    memory.look(said("ok", "old"), said("warning", "new"), said("warning", "open"), later=10 * DAY)
    memory.look(said("ok", "new"), said("warning", "open"))
    clock = Clock(now=lambda: datetime.fromtimestamp(memory.at + 2 * DAY, UTC))
    with memory.store.reading() as rows:
        assert [each.subject for each in findings.recent(rows, "herdecke", 5, clock)] == ["new", "open"]
        assert [each.subject for each in findings.recent(rows, "herdecke", 30, clock)] == ["new", "old", "open"]
        assert findings.recent(rows, "witten", 30, clock) == ()


def test_a_candidate_is_no_finding(patient: Memory) -> None:
    patient.look(said("warning", "/var"))
    assert patient.open() == []
    assert patient.rows("finding") == 1
    with patient.store.reading() as rows:
        assert findings.one(rows, 1) is None
    patient.look(said("ok", "/var"))
    assert patient.rows("finding") == 0


def test_a_look_that_fails_in_the_middle_leaves_nothing_behind(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.look(said("ok", "/var"))
    before = memory.states()
    monkeypatch.setattr("eakte_ops.health.memory.kept_figures.keep", lambda *_: json.loads("no"))
    with pytest.raises(json.JSONDecodeError):
        memory.look(said("critical", "/var"))
    assert (memory.open(), memory.states()) == ([], before)


def test_every_check_that_exists_can_be_kept(memory: Memory) -> None:
    results = [
        replace(said("unknown", check=name), server="" if check.scope == "town" else "herdecke-box")
        for name, check in CHECKS.items()
    ]
    looks = [server_look(*[each for each in results if each.server])]
    memory.looks(looks, [each for each in results if not each.server])
    assert {each.check for each in memory.open(consequences=True)} == set(CHECKS)


def test_a_server_that_names_others_at_every_look_fills_neither_findings_nor_states(memory: Memory) -> None:
    more = said("unknown", reason="too-many", values={"count": 7})
    for number in range(12):
        memory.look(*(said("critical", f"{number}-{each}") for each in range(20)), more)
    assert (memory.rows("finding"), len(memory.open())) == (100, 100)
    assert len(memory.states()) <= 121
    assert "opened reachable" in memory.look(said("critical", check="reachable"), more)
    assert "closed 0-0" in memory.look(said("ok", "/var"))
    assert [each.check for each in memory.open()] == ["reachable"]


def test_candidates_that_were_not_seen_again_give_way(patient: Memory) -> None:
    more = said("unknown", reason="too-many", values={"count": 7})
    for number in range(12):
        patient.look(*(said("critical", f"{number}-{each}") for each in range(20)), more)
    assert patient.rows("finding") == 100
    patient.look(said("critical", "/var"), more)
    assert patient.look(said("critical", "/var"), more) == ["opened /var"]
