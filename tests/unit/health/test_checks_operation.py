"""Each verdict of the checks on releases, stray files, logs, restarts, the licence, documents and temporary states."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.types import Cause, Look, NotKnown
from eakte_ops.remote.types import Answer
from tests.unit.health import well
from tests.unit.health.past import Remembered, with_past
from tests.unit.health.well import judged, look, product, results, town_look, units, web

SITE = well.site()
GATEWAY = "/etc/eakte/gateway/config"
RELEASES = "/opt/eakte/releases"
HOUR = 3600.0


def over(town: str, check: str, past: Remembered | None = None, **changed: Look | None):
    """Subject -> result of a check over a town."""
    seen = town_look(town, **changed)
    return {result.subject: result for result in judged(CHECKS[check], replace(seen, past=past or Remembered()))}


# service.restarts


def restarts(count: str, past: Remembered):
    seen = look(units=units(SITE, gateway={"NRestarts": count}))
    return results("service.restarts", with_past(seen, past))["gateway"]


@pytest.mark.parametrize(
    ("before", "count", "verdict", "since"),
    [
        (2, "2", "ok", 0),
        (2, "3", "warning", 1),
        (0, "4", "warning", 4),
        (0, "5", "critical", 5),
        (9, "1", "warning", 1),
    ],
)
def test_restarts_are_counted_since_the_last_look(before, count, verdict, since) -> None:
    result = restarts(count, Remembered({"service.restarts gateway restarts": before}))
    assert (result.verdict, result.values["count"], result.values["span"]) == (verdict, since, 86400)


def test_at_the_first_look_restarts_are_only_noted() -> None:
    result = restarts("7", Remembered())
    assert (result.verdict, result.waits, result.values["restarts"]) == ("unknown", True, 7)


def test_a_service_manager_that_does_not_count_is_unknown() -> None:
    result = restarts("", Remembered())
    assert (result.verdict, result.waits) == ("unknown", False)


# log.growth


def growth(size: int, past: Remembered):
    return results("log.growth", with_past(look(product=product(SITE, logs=size)), past))["gateway"]


@pytest.mark.parametrize(
    ("grown", "ago", "verdict"),
    [
        (0, HOUR, "ok"),
        (49e6, HOUR, "ok"),
        (50e6, HOUR, "warning"),
        (1200e6, 24 * HOUR, "warning"),
        (1000e6, HOUR, "critical"),
        (2e6, 60.0, "ok"),  # a minute is not taken for an hour
    ],
)
def test_logs_grow(grown, ago, verdict) -> None:
    result = growth(int(5e6 + grown), Remembered({"log.growth gateway bytes": 5e6}, ago))
    assert result.verdict == verdict


def test_rotation_is_no_growth_and_the_first_look_says_nothing() -> None:
    assert growth(1000, Remembered({"log.growth gateway bytes": 9e9})).verdict == "ok"
    first = growth(1000, Remembered())
    assert (first.verdict, first.waits, first.values["bytes"]) == ("unknown", True, 1000)


def test_a_log_folder_the_answer_leaves_out_is_unknown() -> None:
    seen = look(product=product(SITE).replace(b"log\tgateway", b"log\tother"))
    assert results("log.growth", seen)["gateway"].verdict == "unknown"


# licence.end


def licence(text: object):
    body = json.dumps({"status": "UP", "components": {"licence": {"status": "UP", "details": {"valid_until": text}}}})
    return results("licence.end", look(web=web(SITE, {"health license": body.encode()})))["license"]


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [(400, "ok", "valid"), (60, "ok", "valid"), (59, "warning", "soon"), (14, "warning", "soon"),
     (13, "critical", "soon"), (0, "critical", "soon"), (-1, "critical", "ended")],
)  # fmt: skip
def test_the_licence_ends(days, verdict, said) -> None:
    last = (well.NOW + timedelta(days=days)).date()
    result = licence(last.isoformat())
    assert (result.verdict, result.said) == (verdict, said)


@pytest.mark.parametrize("junk", [None, "", 7, "never", "2027-02-30", ["2027-01-01"]])
def test_an_end_that_can_not_be_read_is_unknown(junk) -> None:
    result = licence(junk)
    assert (result.verdict, result.because) == ("unknown", (Cause("service.health", "license"),))


def test_a_licence_service_that_does_not_answer_is_the_cause() -> None:
    result = results("licence.end", look(web=web(SITE, fault={"health license": 7})))["license"]
    assert (result.verdict, result.because) == ("unknown", (Cause("service.health", "license"),))


# gateway.stray


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ((), ("-",)),
        (("application-prod-old.yml",), ("application-prod-old.yml",)),
        (("old/routes.yml",), ("old/routes.yml",)),
    ],
)
def test_a_stray_file_counts_also_below_the_folder(more, names) -> None:
    seen = look(product=product(SITE, yml=("application-prod.yml", *more)))
    result = results("gateway.stray", seen)["gateway"]
    assert (result.verdict, result.values["names"]) == ("warning" if more else "ok", names)


@pytest.mark.parametrize("mark", ["denied", "absent"])
def test_a_folder_that_can_not_be_read_is_unknown(mark) -> None:
    seen = look(product=product(SITE, places={GATEWAY: mark}))
    assert results("gateway.stray", seen)["gateway"].verdict == "unknown"


def test_files_of_a_release_the_profile_does_not_know_are_unknown() -> None:
    seen = replace(look(), site=replace(SITE, release="9.9"))
    assert results("gateway.stray", seen)["gateway"].verdict == "unknown"


# release.remnants


@pytest.mark.parametrize(
    ("name", "old", "verdict"),
    [
        ("11.10", 9e8, "ok"),
        ("11.10.part", 7199, "ok"),
        ("11.10.part", 7200, "warning"),
        ("copy of 11.0", 1e6, "warning"),
    ],
)
def test_what_lies_beside_the_releases(name, old, verdict) -> None:
    seen = look(product=product(SITE, releases={"11.0": 1e6, name: old}))
    assert results("release.remnants", seen)[""].verdict == verdict


def test_an_unfinished_file_of_the_configuration() -> None:
    seen = look(product=product(SITE, rests={"/etc/eakte/index/x.yml.new": 9000}))
    assert results("release.remnants", seen)[""].values["names"] == ("/etc/eakte/index/x.yml.new",)


def test_a_current_release_of_any_name_is_no_remnant() -> None:
    seen = look(product=product(SITE, current="releases/hotfix-3", releases={"hotfix-3": 1e6}))
    assert results("release.remnants", seen)[""].verdict == "ok"


def test_releases_that_can_not_be_read_are_unknown() -> None:
    with pytest.raises(NotKnown):
        results("release.remnants", look(product=product(SITE, places={RELEASES: "denied"})))


# release.same


def test_one_server_with_another_link_is_named() -> None:
    site = well.site("witten-index")
    other = look(site, product=product(site, current="releases/11.10"))
    (result,) = over("witten", "release.same", witten_index=other).values()
    assert (result.verdict, result.subject) == ("critical", "witten-index")
    assert result.values["others"] == ("/opt/eakte/current: 11.10",)


def test_a_program_that_runs_another_release_than_the_link_says() -> None:
    site = well.site("witten-app")
    body = b'{"status": "UP", "components": {"product": {"status": "UP", "details": {"release": "10.10"}}}}'
    other = look(site, web=web(site, {"health dms": body}))
    (result,) = over("witten", "release.same", witten_app=other).values()
    assert result.values["others"] == ("dms: 10.10",)


def test_programs_that_say_nothing_leave_the_link_to_judge() -> None:
    site = well.site("witten-app")
    assert over("witten", "release.same", witten_app=look(site, web=b"no-curl\n"))[""].verdict == "ok"


def test_a_server_without_the_link() -> None:
    site = well.site("witten-gw")
    (result,) = over("witten", "release.same", witten_gw=look(site, product=product(site, current=""))).values()
    assert (result.verdict, result.said) == ("critical", "no-link")


def test_a_server_that_was_not_reached_is_waited_for_and_the_others_are_judged() -> None:
    site = well.site("witten-app")
    found = over("witten", "release.same", witten_gw=None, witten_app=look(site, product=product(site, current="x/1")))
    assert (found[""].waits, found[""].values) == (True, {"servers": ("witten-gw",)})
    assert found["witten-app"].verdict == "critical"


def test_a_link_that_can_not_be_read_is_unknown_with_what_else_is() -> None:
    site = well.site("witten-gw")
    (result,) = over("witten", "release.same", witten_gw=look(site, product=b"\n")).values()
    assert (result.verdict, result.because) == ("unknown", (Cause("release.remnants", server="witten-gw"),))


# documents.ahead


def ahead(newest: object, past: Remembered | None = None, **more: Look | None):
    site = well.site("witten-db")
    text = well.database(newest=None if newest is None else {"newest": newest})
    return over("witten", "documents.ahead", past, witten_db=look(site, database=text), **more)


@pytest.mark.parametrize(("newest", "verdict"), [(301, "ok"), (300, "ok"), (280, "ok"), (279, "critical")])
def test_files_with_higher_numbers_than_the_database_gave(newest, verdict) -> None:
    (result,) = ahead(newest).values()
    assert (result.verdict, result.subject) == (verdict, "")
    if verdict == "critical":
        assert (result.said, result.values["server"], result.values["highest"]) == ("ahead", "witten-app", 300)


@pytest.mark.parametrize(("before", "verdict"), [(299, "ok"), (300, "ok"), (301, "critical")])
def test_a_database_that_went_back(before, verdict) -> None:
    (result,) = ahead(300, Remembered({"documents.ahead  newest": before})).values()
    assert (result.verdict, result.said) == (verdict, "level" if verdict == "ok" else "back")


def test_both_signs_of_a_reverted_database_are_one_result() -> None:
    (result,) = ahead(200, Remembered({"documents.ahead  newest": 300})).values()
    assert (result.verdict, result.said) == ("critical", "ahead")


def test_what_of_documents_is_not_known() -> None:
    (denied,) = ahead(None).values()
    assert (denied.verdict, denied.because) == ("unknown", (Cause("database.answers", server="witten-db"),))
    (missed,) = over("witten", "documents.ahead", witten_db=None).values()
    assert (missed.waits, missed.values) == (True, {"servers": ("witten-db",)})
    site = well.site("witten-app")
    silent = look(site, web=web(site, fault={"health application-server": 7}))
    (result,) = ahead(300, witten_app=silent).values()
    assert result.because == (Cause("service.health", "application-server", server="witten-app"),)
    mute = look(site, web=web(site, {"health application-server": b'{"status": "UP"}'}))
    assert ahead(300, witten_app=mute)[""].verdict == "unknown"
    (went_back,) = ahead(300, Remembered({"documents.ahead  newest": 400}), witten_app=mute).values()
    assert went_back.verdict == "critical"


# temporary.states

TOMORROW = f"run=17 until={well.NOW + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ} why=update to 11.10"
YESTERDAY = "run=17 until=2026-11-21T22:00:00Z why=update"


@pytest.mark.parametrize(
    ("line", "old", "verdict", "said"),
    [
        (TOMORROW, 9e5, "ok", "runs"),
        (YESTERDAY, 60, "warning", "over"),
        ("", 43199, "ok", "open"),
        ("", 43200, "warning", "old"),
        ("run=17", 43200, "warning", "old"),
        ("run=17 until=tomorrow", 43200, "warning", "old"),
        ("run=17 until=2026-11-21T22:00:00", 60, "ok", "open"),  # a time without a zone is no moment
    ],
)
@pytest.mark.parametrize("name", ["hold", "notice", "paused"])
def test_temporary_states(name, line, old, verdict, said) -> None:
    result = results("temporary.states", look(product=product(SITE, states=((name, old, line),))))[name]
    assert (result.verdict, result.said) == (verdict, said)


def test_what_a_state_does_itself_is_told_there() -> None:
    states = (("hold", 9e5, ""), ("notice", 9e5, ""), ("paused", 9e5, ""))
    found = results("temporary.states", look(product=product(SITE, states=states)))
    assert found["hold"].because == (Cause("service.units"),)
    assert found["notice"].because == (Cause("gateway.answer"),)
    assert found["paused"].because == ()


def test_a_state_says_its_run_and_why() -> None:
    result = results("temporary.states", look(product=product(SITE, states=(("paused", 1, YESTERDAY),))))["paused"]
    assert (result.values["run"], result.values["why"]) == ("17", "update")


# backups


@pytest.mark.parametrize("check", ["backup.age", "backup.verified", "backup.drill"])
def test_what_is_not_built_is_said_and_no_finding(check) -> None:
    (result,) = over("witten", check).values()
    assert (result.verdict, result.waits, result.bad, result.reason) == ("unknown", True, False, "not-built")


# all that lies on the disks


@pytest.mark.parametrize("answer", [b"", b"end\n", b"current\tok\tx\n", b"current\tok\tx\nend\tsoon\n"])
def test_an_answer_without_its_parts_is_not_known(answer) -> None:
    with pytest.raises(NotKnown):
        results("release.remnants", look(product=Answer("product", 0, answer)))


# documents.roundtrip


def trip(**said):
    return results("documents.roundtrip", look(roundtrip=well.roundtrip(**said)))["application-server"]


DATABASE = Cause("database.answers", component="database")


@pytest.mark.parametrize(
    ("step", "http", "cause"),
    [
        ("store", "500\t0", DATABASE),
        ("store", "507\t0", Cause("documents.ahead")),
        ("store", "401\t0", DATABASE),
        ("store", "000\t7", Cause("service.units", "application-server")),
        ("find", "502\t0", Cause("index.state", component="index")),
        ("read", "200\t99", DATABASE),
        ("delete", "404\t0", DATABASE),
    ],
)
def test_the_step_that_failed_is_named(step, http, cause) -> None:
    result = trip(**{step: http})
    assert (result.verdict, result.said, result.because) == ("critical", step, (cause,))


def test_a_document_that_is_not_found() -> None:
    result = trip(found="no")
    assert (result.verdict, result.said, result.values["waited"]) == ("critical", "not-found", 0.5)


@pytest.mark.parametrize(("seconds", "verdict"), [(0.5, "ok"), (1.999, "ok"), (2.0, "warning")])
def test_a_trip_takes_time(seconds, verdict) -> None:
    assert (trip(seconds=seconds).verdict, trip(seconds=seconds).values["seconds"]) == (verdict, 4 * seconds)


@pytest.mark.parametrize(
    "answer", [b"end\n", b"no-curl\n", b"no-secret\n", b"step\tstore\t201\t0\t0.1\n", b"step\tread\t2\t0\t1.0\nend\n"]
)
def test_half_a_trip_is_not_known(answer) -> None:
    with pytest.raises(NotKnown):
        results("documents.roundtrip", look(roundtrip=answer))


def test_a_store_without_a_document_ends_the_trip() -> None:
    result = results("documents.roundtrip", look(roundtrip=b"step\tstore\t201\t0\t0.1\nend\n"))["application-server"]
    assert (result.verdict, result.said) == ("critical", "store")


def test_only_where_the_town_allows_it() -> None:
    check = CHECKS["documents.roundtrip"]
    assert check.concerns(SITE)
    assert not check.concerns(replace(SITE, round_trip=False))
    assert not check.concerns(well.site("witten-gw"))
