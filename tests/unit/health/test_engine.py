"""One exchange per server, one result per failure, thresholds of town and server, a broken check hides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.clock import Clock
from eakte_ops.errors import HostKeyChanged, Status, TimedOut
from eakte_ops.health.catalogue import CHECKS, chosen
from eakte_ops.health.engine import ServerLook, Stop, look_at, unsupported
from eakte_ops.health.findings import findings, overview, status
from eakte_ops.health.limits import settled
from eakte_ops.health.site import _laid
from eakte_ops.health.types import Check, NoLimits, Result
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from eakte_ops.remote.types import Target
from tests.unit.health import well

ALL = tuple(CHECKS.values())


def stops(*towns: str) -> list[Stop]:
    found = []
    for name in towns:
        town = well.inventory().towns[name]
        for server in town.said.servers:
            jump = town.jump_of(server)
            via = Target(jump.name, jump.address, "eakte-jump", Path(name)) if jump else None
            target = Target(server.name, server.address, "eakte-look", Path(name), via=via)
            found.append(Stop(town, server, target, well.site(server.name)))
    return found


def play(stop: Stop, **changed: object) -> FakeServer:
    assert stop.site is not None
    return FakeServer({**well.outputs(stop.site), **changed}, visit=well.VISIT)


def look(these: list[Stop], fleet: FakeFleet, checks: Iterable[Check] = ALL, now=lambda: well.NOW) -> list[ServerLook]:
    return sorted(look_at(these, tuple(checks), fleet, clock=Clock(now=now)), key=lambda seen: seen.stop.server.name)


@pytest.fixture
def quiet_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake ends a visit at the real time of day; here the visit takes place at well.NOW."""
    monkeypatch.setattr("eakte_ops.remote.fake.time.time", lambda: well.NOW.timestamp() + 1)


@pytest.mark.usefixtures("quiet_clock")
def test_a_well_town_gives_no_findings_and_one_exchange_per_server() -> None:
    these = stops("witten", "herdecke", "hattingen")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    seen = overview(look(these, fleet), ALL, 1.0)
    assert seen.found == ()
    assert status(seen) == Status.OK
    assert len(fleet.asked) == len(set(fleet.asked))
    assert fleet.open == 0


@pytest.mark.usefixtures("quiet_clock")
def test_an_unreachable_server_is_one_finding_and_the_others_are_not_delayed() -> None:
    these = stops("witten")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    fleet.servers["witten-db"].refuses = TimedOut(server="witten-db", seconds=10, phase="connect")
    seen = overview(look(these, fleet), ALL, 1.0)
    (finding,) = seen.found
    assert (finding.judged.check, finding.judged.owner, finding.judged.verdict) == ("reachable", "local-it", "critical")
    lost = next(each for each in seen.looks if each.stop.server.name == "witten-db")
    assert lost.state == "unreachable"
    assert "database.answers" in lost.not_looked_at
    assert "gateway.answer" not in lost.not_looked_at
    assert status(seen) == Status.UNREACHABLE


@pytest.mark.usefixtures("quiet_clock")
def test_a_jump_host_that_is_down_is_said_once_for_the_town() -> None:
    these = stops("hattingen")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    for name in fleet.servers:
        fleet.servers[name].refuses = HostKeyChanged(server="hattingen-jump", expected="SHA256:a", found="SHA256:b")
    seen = overview(look(these, fleet), ALL, 1.0)
    (finding,) = seen.found
    assert (finding.judged.server, finding.judged.result.said) == ("hattingen-jump", "key-changed")
    assert finding.behind == ("hattingen-app", "hattingen-db")


@pytest.mark.usefixtures("quiet_clock")
def test_a_server_behind_a_jump_host_that_is_down_itself_stands_for_itself() -> None:
    these = stops("hattingen")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    fleet.servers["hattingen-db"].refuses = TimedOut(server="hattingen-db", seconds=10, phase="connect")
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.server, finding.behind) == ("hattingen-db", ())


@pytest.mark.usefixtures("quiet_clock")
def test_a_line_that_breaks_keeps_what_was_said_before_and_says_one_finding() -> None:
    these = stops("herdecke")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    fleet.servers["herdecke-box"].breaks_after = 3
    (seen,) = look(these, fleet)
    assert (seen.state, seen.visit is not None, seen.error is not None) == ("looked", True, True)
    (finding,) = findings([seen])
    assert (finding.judged.check, finding.judged.verdict) == ("reachable", "critical")
    assert {judged.check for judged in finding.consequences} >= {"service.health", "database.answers"}
    by_check = {judged.check: judged.verdict for judged in seen.results}
    assert by_check["clock.offset"] == by_check["disk.space"] == "ok"
    assert status(overview([seen], ALL, 1.0)) == Status.UNREACHABLE


@pytest.mark.usefixtures("quiet_clock")
def test_a_question_that_hangs_makes_only_its_own_checks_unknown() -> None:
    these = stops("herdecke")
    fleet = FakeFleet({"herdecke-box": play(these[0], remote_mounts=Reply(status=None))})
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.check, finding.judged.verdict, finding.alike) == ("mount.remote", "unknown", ())


@pytest.mark.usefixtures("quiet_clock")
def test_checks_unknown_for_one_reason_and_one_owner_are_one_finding() -> None:
    these = stops("herdecke")
    fleet = FakeFleet({"herdecke-box": play(these[0], database=b"no-psql\n")})
    (finding,) = findings(look(these, fleet))
    assert finding.judged.check == "database.answers"
    assert {judged.check for judged in finding.alike} >= {"queue.age", "documents.hashes", "database.connections"}


@pytest.mark.usefixtures("quiet_clock")
def test_one_stopped_unit_is_one_finding_with_its_consequences() -> None:
    these = stops("herdecke")
    site = these[0].site
    assert site is not None
    stopped = well.units(site, gateway={"ActiveState": "failed", "SubState": "failed"})
    page = well.web(site, fault={"page gateway": 7, "health gateway": 7})
    fleet = FakeFleet({"herdecke-box": play(these[0], units=stopped, web=page, certificate=b"443\tnone\nend\n")})
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.check, finding.judged.result.subject) == ("service.units", "gateway")
    assert {judged.check for judged in finding.consequences} == {"service.health", "gateway.answer", "certificate.end"}


@pytest.mark.usefixtures("quiet_clock")
def test_worst_first() -> None:
    these = stops("herdecke")
    fleet = FakeFleet(
        {
            "herdecke-box": play(
                these[0],
                remote_mounts=b"what?\n",
                certificate=b"443\tnotAfter=Nov 29 08:49:00 2026 GMT\tsubject=CN = a\t\nend\n",
                storage=b"mount\text4\trw\t/\nspace\t4096 100 10 10 9 9\t/\nend\n",
                ports=b"0016\nend\n",
            )
        }
    )
    assert [each.judged.verdict for each in findings(look(these, fleet))] == [
        "critical",
        "critical",
        "warning",
        "unknown",
    ]


def test_a_check_that_breaks_or_says_nothing_is_unknown_and_hides_nothing() -> None:
    def explode(_look: object, _limits: object) -> list[Result]:
        raise ZeroDivisionError

    text = CHECKS["reachable"].text
    broken = Check("x.broken", "centre", (), NoLimits(), explode, text)
    silent = Check("x.silent", "centre", (), NoLimits(), lambda _look, _limits: [], text)
    these = stops("herdecke")
    (seen,) = look(these, FakeFleet({"herdecke-box": play(these[0])}), [broken, silent, CHECKS["disk.space"]])
    assert [(each.check, each.verdict, each.result.reason) for each in seen.results] == [
        ("x.broken", "unknown", "check-broken"),
        ("x.silent", "unknown", "nothing-said"),
        ("disk.space", "ok", ""),
    ]


@pytest.mark.usefixtures("quiet_clock")
def test_a_server_that_names_many_subjects_does_not_bury_the_findings_of_others() -> None:
    these = stops("herdecke", "hattingen")
    units = b"".join(b"failed\tfake%d.service\n" % number for number in range(1500))
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    assert these[0].site is not None
    said = well.outputs(these[0].site)
    fleet.servers["herdecke-box"] = play(these[0], units=units + said["units"])
    found = findings(look(these, fleet))
    assert {each.judged.check for each in found} == {"units.failed"}
    assert len(found) == 21
    assert found[-1].judged.verdict == "unknown"
    assert found[-1].judged.result.values == {"count": 1480}


def test_a_server_that_names_many_subjects_that_are_well_is_bounded_and_not_well() -> None:
    these = stops("herdecke")
    assert these[0].site is not None
    said = well.outputs(these[0].site)["storage"]
    root = [line for line in said.splitlines() if line.split(b"\t")[-1] == b"/"]
    more = b"".join(b"\n".join(root).replace(b"\t/", b"\t/m%d" % number) + b"\n" for number in range(500))
    fleet = FakeFleet({"herdecke-box": play(these[0], storage=more + said)})
    (seen,) = look(these, fleet, chosen(["disk.space"]))
    assert len(seen.results) == 301
    assert [judged.result.reason for judged in seen.results if judged.result.bad] == ["too-many"]


def test_only_what_the_chosen_checks_need_is_asked() -> None:
    these = stops("herdecke")
    fleet = FakeFleet({"herdecke-box": play(these[0])})
    look(these, fleet, chosen(["queue.age"]))
    assert fleet.asked == [("herdecke-box", "handover"), ("herdecke-box", "database")]


def test_a_windows_server_is_named_and_not_asked() -> None:
    town = well.inventory().towns["gevelsberg"]
    these = [
        Stop(town, server, Target(server.name, server.address, "x", Path("k"), dialect="powershell"), None)
        for server in town.said.servers
    ]
    fleet = FakeFleet()
    seen = overview(look(these, fleet), ALL, 0.1)
    assert fleet.asked == []
    assert {each.state for each in seen.looks} == {"unsupported"}
    assert all(each.judged.result.reason == "windows" for each in seen.found)
    assert status(seen) == Status.REFUSED


@pytest.mark.usefixtures("quiet_clock")
def test_one_windows_server_among_others_is_a_finding() -> None:
    these = stops("herdecke")
    (box,) = look(these, FakeFleet({"herdecke-box": play(these[0])}))
    town = well.inventory().towns["gevelsberg"]
    windows = unsupported(Stop(town, town.said.servers[0], these[0].target, None), ALL, well.NOW)
    assert status(overview([box, windows], ALL, 1.0)) == Status.FINDINGS


def test_thresholds_of_the_server_go_before_those_of_the_town() -> None:
    laid = _laid(
        {"disk.space": {"warning_percent": 50.0, "critical_percent": 60.0}}, {"disk.space": {"warning_percent": 70.0}}
    )
    check = CHECKS["disk.space"]
    limits = settled(check.limits, laid.get(check.name, {}))
    assert (limits.warning_percent, limits.critical_percent) == (70.0, 60.0)
    assert settled(check.limits, {}) == check.limits


@pytest.mark.usefixtures("quiet_clock")
def test_a_threshold_of_a_town_is_used() -> None:
    these = stops("herdecke")
    assert these[0].site is not None
    known = replace(these[0].site, thresholds={"queue.age": {"warning_minutes": 0.1}})
    these = [replace(these[0], site=known)]
    (finding,) = findings(look(these, FakeFleet({"herdecke-box": FakeServer(well.outputs(known), visit=well.VISIT)})))
    assert finding.judged.check == "queue.age"


@pytest.mark.usefixtures("quiet_clock")
def test_what_another_server_of_the_town_causes_is_told_there() -> None:
    """Witten's index is stopped: the services on witten-app that need it are its consequence."""
    these = stops("witten")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    part = {"status": "DOWN", "details": {"error": "connection refused"}}
    known = well.site("witten-app")
    fleet.servers["witten-app"].answers = {
        **well.outputs(known),
        "web": well.web(known, {"health index-service": well.body("DOWN", elasticsearch=part)}),
    }
    index = well.site("witten-index")
    fleet.servers["witten-index"].answers = {
        **well.outputs(index),
        "units": well.units(index, index={"ActiveState": "inactive", "SubState": "dead"}),
        "web": well.web(index, fault={"index index": 7}),
    }
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.server, finding.judged.check) == ("witten-index", "service.units")
    assert ("witten-app", "service.health") in {(each.server, each.check) for each in finding.consequences}


@pytest.mark.usefixtures("quiet_clock")
def test_a_part_that_is_down_though_its_component_is_well_stands_for_itself() -> None:
    these = stops("witten")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    known = well.site("witten-app")
    page = well.web(known, {"health index-service": well.body("DOWN", elasticsearch={"status": "DOWN"})})
    fleet.servers["witten-app"].answers = {**well.outputs(known), "web": page}
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.server, finding.judged.result.subject) == ("witten-app", "index-service")


@pytest.mark.usefixtures("quiet_clock")
def test_a_database_server_that_is_down_is_the_cause_of_what_needs_it() -> None:
    these = stops("witten")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    fleet.servers["witten-db"].refuses = TimedOut(server="witten-db", seconds=10, phase="connect")
    known = well.site("witten-app")
    page = well.web(known, {"health application-server": well.body("DOWN", db={"status": "DOWN"})})
    fleet.servers["witten-app"].answers = {**well.outputs(known), "web": page}
    (finding,) = findings(look(these, fleet))
    assert (finding.judged.server, finding.judged.check) == ("witten-db", "reachable")
    assert [each.server for each in finding.consequences] == ["witten-app"]


@pytest.mark.usefixtures("quiet_clock")
def test_a_warning_never_hides_something_critical() -> None:
    """A disk at 90 % warns; a program that is down for want of space is told beside it."""
    these = stops("herdecke")
    known = well.site("herdecke-box")
    down = b'{"status": "DOWN", "components": {"diskSpace": {"status": "DOWN"}}}'
    disk = b"mount\text4\trw\t/\nspace\t4096 100 10 10 9 9\t/\nend\n"
    fleet = FakeFleet({"herdecke-box": play(these[0], storage=disk, web=well.web(known, {"health dms": down}))})
    found = findings(look(these, fleet))
    assert [(each.judged.check, each.judged.verdict) for each in found] == [
        ("service.health", "critical"),
        ("disk.space", "warning"),
    ]


@pytest.mark.usefixtures("quiet_clock")
def test_the_same_fault_in_two_towns_is_two_findings() -> None:
    these = stops("witten", "hattingen")
    fleet = FakeFleet({stop.server.name: play(stop) for stop in these})
    for name in ("witten-db", "hattingen-db"):
        fleet.servers[name].answers = {**well.outputs(well.site(name)), "database": b"no-psql\n"}
    assert {finding.identity[:3] for finding in findings(look(these, fleet))} == {
        ("witten", "witten-db", "database.answers"),
        ("hattingen", "hattingen-db", "database.answers"),
    }
