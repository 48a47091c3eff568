"""Each verdict of the checks on the machine: reach, clock, disks, units, the stop switch, access."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops import errors
from eakte_ops.health.checks.reach import REACHABLE, unreachable
from eakte_ops.health.types import NotKnown, Site
from eakte_ops.remote.types import Answer
from tests.unit.health import well
from tests.unit.health.well import look, results


def test_a_server_that_was_visited_is_reachable() -> None:
    assert results("reachable", look())[""].verdict == "ok"


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (errors.NameUnknown(server="s", address="x.example"), "name"),
        (errors.ConnectionRefused(server="s", address="192.0.2.1", port=22), "refused"),
        (errors.TimedOut(server="s", seconds=5, phase="login"), "silent"),
        (errors.LineLost(server="s", phase="exchange"), "lost"),
        (errors.HostKeyUnknown(server="s", found="SHA256:a"), "key-unknown"),
        (errors.HostKeyChanged(server="s", expected="SHA256:a", found="SHA256:b"), "key-changed"),
        (errors.HostKeyRevoked(server="s", found="SHA256:a"), "key-revoked"),
        (errors.AlgorithmsDiffer("no kex", server="s"), "algorithms"),
        (errors.AuthenticationFailed("publickey", server="s", user="eakte-look"), "not-let-in"),
        (errors.JumpHostFailed("prohibited", server="s", jump="j"), "jump"),
        (errors.Unreachable("something new", server="s"), "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_way_not_to_be_reached_has_its_sentence(error, key) -> None:
    from eakte_ops.health import wording
    from eakte_ops.health.types import Judged

    result = unreachable(error)
    assert (result.verdict, result.said) == ("critical", key)
    judged = Judged("witten", "s", "reachable", "local-it", result)
    for language in ("de", "en"):
        assert "{" not in wording.said(judged, REACHABLE, language) + wording.todo(judged, REACHABLE, language)


@pytest.mark.parametrize(("seconds", "verdict"), [(0.2, "ok"), (4.0, "warning"), (14.9, "warning"), (15, "critical")])
def test_login_time(seconds, verdict) -> None:
    assert results("login.time", look(visit=replace(well.VISIT, login_s=seconds)))[""].verdict == verdict


BEGAN, ENDED = well.VISIT.began + well.VISIT.login_s, well.VISIT.ended


@pytest.mark.parametrize(
    ("there", "verdict", "said"),
    [
        (BEGAN, "ok", "right"),
        (ENDED, "ok", "right"),
        (ENDED + 1.9, "ok", "right"),
        (ENDED + 2.1, "warning", "ahead"),
        (BEGAN - 2.1, "warning", "behind"),
        (BEGAN - 59, "warning", "behind"),
        (ENDED + 60.1, "critical", "ahead"),
        (BEGAN - 86400, "critical", "behind"),
    ],
)
def test_clock(there, verdict, said) -> None:
    result = results("clock.offset", look(clock=f"{there:.6f}\n".encode()))[""]
    assert (result.verdict, result.said) == (verdict, said)


def test_a_slow_line_is_no_wrong_clock() -> None:
    """During a visit of a minute the server may have read its clock at any moment."""
    slow = replace(well.VISIT, ended=well.VISIT.began + 60)
    assert results("clock.offset", look(visit=slow, clock=f"{well.VISIT.began + 59}\n".encode()))[""].verdict == "ok"


def storage(path: str, used: int, *, mode: str = "rw", inodes_used: int = 1) -> bytes:
    free, inodes_free = f"{100 - used}000", 1000 - 10 * inodes_used
    figures = f"4096 100000 {free} {free} 1000 {inodes_free}"
    return f"mount\text4\t{mode}\t{path}\nspace\t{figures}\t{path}\nend\n".encode()


@pytest.mark.parametrize(
    ("used", "verdict"), [(84, "ok"), (85, "warning"), (94, "warning"), (95, "critical"), (100, "critical")]
)
def test_disk_space(used, verdict) -> None:
    assert results("disk.space", look(storage=storage("/var", used)))["/var"].verdict == verdict


def test_disk_space_with_thresholds_of_its_own() -> None:
    assert results("disk.space", look(storage=storage("/", 60)), warning_percent=50.0)["/"].verdict == "warning"


def test_a_full_read_only_file_system_is_no_finding() -> None:
    assert results("disk.space", look(storage=storage("/usr", 100, mode="ro")))["/usr"].verdict == "ok"


def test_a_file_system_that_can_not_be_asked_is_unknown() -> None:
    found = look(storage=b"mount\text4\trw\t/secret\nmount\text4\trw\t/\nspace\t4096 10 9 9 0 0\t/\nend\n")
    assert {s: r.verdict for s, r in results("disk.space", found).items()} == {"/secret": "unknown", "/": "ok"}
    assert {s: r.verdict for s, r in results("disk.inodes", found).items()} == {"/secret": "unknown", "/": "ok"}


def test_what_root_keeps_for_itself_is_not_counted_as_free() -> None:
    """df's rule: used / (used + available); 5 % kept for root make 95 of 100 blocks full."""
    full = b"mount\text4\trw\t/\nspace\t4096 100000 5000 0 0 0\t/\nend\n"
    assert results("disk.space", look(storage=full))["/"].values["used_percent"] == 100.0


@pytest.mark.parametrize(("used", "verdict"), [(10, "ok"), (85, "warning"), (95, "critical")])
def test_inodes(used, verdict) -> None:
    assert results("disk.inodes", look(storage=storage("/", 1, inodes_used=used)))["/"].verdict == verdict


def test_a_path_with_a_blank_is_shown_as_people_write_it() -> None:
    escaped = b"mount\text4\trw\t/srv/my\\040data\nspace\t4096 10 9 9 0 0\t/srv/my\\040data\nend\n"
    assert list(results("disk.space", look(storage=escaped))) == ["/srv/my data"]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("ok", "ok"), ("hangs", "critical"), ("still-hangs", "critical"), ("fails", "critical"), ("denied", "unknown")],
)
def test_remote_mounts(state, verdict) -> None:
    found = results("mount.remote", look(remote_mounts=f"mount\tnfs4\t{state}\t/mnt/x\nend\n".encode()))
    assert found["/mnt/x"].verdict == verdict


def test_a_hanging_question_about_mounts_is_unknown_and_only_that() -> None:
    with pytest.raises(NotKnown):
        results("mount.remote", look(remote_mounts=Answer("remote_mounts", None, why="killed at its limit of 5 s")))
    assert results("disk.space", look(remote_mounts=None))["/"].verdict == "ok"


def test_failed_units_have_their_owner_and_ours_are_judged_elsewhere() -> None:
    failed = ("fwupd.service", "eakte-job.service", "eakte-logs.service", "eakte-gateway.service")
    seen = look(units=well.units(well.site(), failed=failed))
    found = results("units.failed", seen)
    assert {subject: result.owner for subject, result in found.items()} == {
        "fwupd.service": None,
        "eakte-job.service": "centre",
        "eakte-logs.service": "centre",
    }
    assert {result.verdict for result in found.values()} == {"warning"}


@pytest.mark.parametrize(
    ("state", "verdict", "said"),
    [
        ({"ActiveState": "active", "SubState": "exited"}, "ok", "runs"),
        ({"UnitFileState": "disabled"}, "ok", "runs"),
        ({"UnitFileState": "static"}, "ok", "runs"),
        ({"ActiveState": "inactive", "SubState": "dead"}, "critical", "stopped"),
        ({"ActiveState": "failed", "SubState": "failed", "Result": "exit-code"}, "critical", "failed"),
        ({"ActiveState": "activating", "SubState": "start"}, "warning", "between"),
        ({"ActiveState": "deactivating", "SubState": "stop-sigterm"}, "critical", "between"),
        ({"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code"}, "critical", "restarts"),
        ({"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead"}, "critical", "missing"),
        ({"LoadState": "masked", "ActiveState": "inactive", "SubState": "dead"}, "critical", "missing"),
    ],
)
def test_our_units(state, verdict, said) -> None:
    found = results("service.units", look(units=well.units(well.site(), gateway=state)))
    assert (found["gateway"].verdict, found["gateway"].said) == (verdict, said)
    assert {result.verdict for name, result in found.items() if name != "gateway"} == {"ok"}


def test_a_component_on_hold_says_so() -> None:
    state = {"ActiveState": "inactive", "SubState": "dead"}
    found = results("service.units", look(units=well.units(well.site(), hold="run 2026-11-24-1", gateway=state)))
    assert (found["gateway"].verdict, found["gateway"].values["hold"]) == ("critical", "run 2026-11-24-1")


def test_a_unit_the_answer_leaves_out_is_unknown() -> None:
    text = well.units(well.site()).replace(b"Id=eakte-gateway.service", b"Id=other.service")
    assert results("service.units", look(units=text))["gateway"].verdict == "unknown"


def test_the_stop_switch_is_a_finding_with_its_reason() -> None:
    assert results("access.stop", look())[""].verdict == "ok"
    result = results("access.stop", look(units=well.units(well.site(), stop="audit until Friday")))[""]
    assert (result.verdict, result.values["why"]) == ("warning", "audit until Friday")


def granted() -> bytes:
    known = well.site()
    assert known.granted is not None
    return well.granted(known.granted())


def test_a_key_that_was_not_granted_is_critical() -> None:
    more = granted().replace(b"end\n", b"key eakte-look restrict ssh-ed25519 AAAAEVIL\nend\n")
    result = results("access.granted", look(access_granted=more))["keys eakte-look"]
    assert result.verdict == "critical"
    assert "AAAAEVIL" in str(result.values["what"])


def test_another_version_of_the_pack_is_a_warning() -> None:
    result = results("access.granted", look(access_granted=granted().replace(b'"version": ', b'"version": 9')))
    assert result["version"].verdict == "warning"


def test_what_a_server_says_about_access_is_cleaned() -> None:
    more = granted().replace(b"end\n", b"key eakte-look \x1b[2Jssh-ed25519 \xe2\x80\xaeAAAA\nend\n")
    said = str(results("access.granted", look(access_granted=more))["keys eakte-look"].values["what"])
    assert said.isprintable()


def test_without_an_access_file_nobody_knows_what_was_granted() -> None:
    known = replace(well.site(), granted=None)
    assert isinstance(known, Site)
    seen = replace(look(), site=known)
    found = results("access.granted", seen)[""]
    assert (found.verdict, found.reason) == ("unknown", "no-access-file")
    assert found.owner == "centre"  # the file is not the town's to write


def test_why_a_unit_restarts_is_said_of_that_unit() -> None:
    state = {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code"}
    found = results("service.units", look(units=well.units(well.site(), index=state)))
    assert found["index"].values["result"] == "exit-code"
    assert found["gateway"].values["result"] == "success"
