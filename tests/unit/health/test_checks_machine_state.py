"""Each verdict on what a machine says about itself: memory, kernels, starts, sudo, file systems."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eakte_ops.health.types import Look, NotKnown, NotYet, Result
from eakte_ops.health.versions import older
from tests.unit.health import well
from tests.unit.health.well import look, machine, results


def only(check: str, seen: Look, **limits: object) -> Result:
    (result,) = results(check, seen, **limits).values()
    return result


@pytest.mark.parametrize(
    ("available", "verdict"),
    [("9000000", "ok"), ("1600000", "ok"), ("1590000", "warning"), ("620000", "critical"), ("99999999", "ok")],
)
def test_memory_available(available, verdict) -> None:
    result = only("memory.available", look(machine=machine(memory_MemAvailable=available)))
    assert result.verdict == verdict
    assert 0 <= float(str(result.values["available_percent"])) <= 100


@pytest.mark.parametrize("missing", ["memory_MemTotal", "memory_MemAvailable"])
def test_memory_that_is_not_said_is_unknown(missing) -> None:
    with pytest.raises(NotKnown):
        results("memory.available", look(machine=machine(**{missing: None})))


def test_a_machine_with_no_memory_at_all_is_not_believed() -> None:
    with pytest.raises(NotKnown):
        results("memory.available", look(machine=machine(memory_MemTotal="0")))


@pytest.mark.parametrize(
    ("total", "free", "verdict", "said"),
    [
        ("0", "0", "ok", "none"),
        ("1000", "900", "ok", "fine"),
        ("1000", "400", "warning", "full"),
        ("1000", "100", "critical", "full"),
        ("1000", "9000", "ok", "fine"),
    ],
)
def test_swap(total, free, verdict, said) -> None:
    result = only("memory.swap", look(machine=machine(memory_SwapTotal=total, memory_SwapFree=free)))
    assert (result.verdict, result.said) == (verdict, said)


def test_swap_that_is_not_said_is_unknown() -> None:
    with pytest.raises(NotKnown):
        results("memory.swap", look(machine=machine(memory_SwapFree=None)))


@pytest.mark.parametrize(("percent", "verdict"), [("0.12", "ok"), ("10.00", "warning"), ("40.00", "critical")])
def test_memory_pressure(percent, verdict) -> None:
    assert only("memory.pressure", look(machine=machine(pressure=f"some\t{percent}"))).verdict == verdict


def test_an_old_kernel_says_nothing_of_pressure_and_nobody_has_to_do_anything() -> None:
    with pytest.raises(NotYet):
        results("memory.pressure", look(machine=machine(pressure=None)))


@pytest.mark.parametrize(
    ("running", "kernels", "newer"),
    [
        ("6.1.0-28-amd64", ("6.1.0-28-amd64",), ""),
        ("6.1.0-28-amd64", ("6.1.0-9-amd64", "6.1.0-28-amd64"), ""),
        ("6.1.0-9-amd64", ("6.1.0-9-amd64", "6.1.0-28-amd64", "6.1.0-26-amd64"), "6.1.0-28-amd64"),
        ("6.1.0-9-amd64", ("6.1.0-28-cloud-amd64", "6.1.0-28-rt-amd64"), ""),
        ("5.14.0-427.el9_4.x86_64", ("5.14.0-503.11.1.el9_5.x86_64",), "5.14.0-503.11.1.el9_5.x86_64"),
        ("5.14.0-427.el9_4.x86_64", ("0-rescue-3fb1c9d5e6a74c2a8d0c5e1b7a2f9c44",), ""),
        ("5.15.0-91-generic", ("5.15.0-101-generic",), "5.15.0-101-generic"),
        ("6.18.44-fc-v669", (), ""),
    ],
)
def test_a_newer_kernel_that_does_not_run(running, kernels, newer) -> None:
    said = machine(running=running, kernel=None)
    said = b"".join(f"kernel\t{kernel}\n".encode() for kernel in kernels) + said
    result = only("machine.reboot", look(machine=said))
    assert (result.verdict, result.values["kernel"]) == ("warning" if newer else "ok", newer)


def test_a_new_start_that_a_package_asked_for() -> None:
    result = only("machine.reboot", look(machine=machine(reboot="libc6 dbus ")))
    assert (result.verdict, result.said, result.values["packages"]) == ("warning", "asked", "libc6 dbus")
    assert only("machine.reboot", look(machine=machine(reboot=""))).verdict == "warning"


def test_without_the_running_kernel_nobody_knows() -> None:
    with pytest.raises(NotKnown):
        results("machine.reboot", look(machine=machine(running=None)))


def at(local: str, up_s: float, **changed: str) -> Look:
    """A look at a moment (UTC) at a machine that runs for so long."""
    when = datetime.fromisoformat(local).replace(tzinfo=UTC)
    said = {"start": f"{up_s:.2f}\t0\t100\tshared", **changed}
    return replace(look(machine=machine(**said)), when=when)


# Witten: Tue and Thu 18:00-22:00 Europe/Berlin. 2026-11-24 is a Tuesday; there UTC+1 holds.
@pytest.mark.parametrize(
    ("when", "up_s", "verdict", "said"),
    [
        ("2026-11-24 20:00", 3 * 3600, "ok", "planned"),
        ("2026-11-24 20:00", 3 * 3600 + 1, "warning", "unplanned"),
        ("2026-11-24 21:30", 1800, "warning", "unplanned"),
        ("2026-11-25 03:00", 6 * 3600 + 60, "ok", "planned"),
        ("2026-11-24 09:00", 600, "warning", "unplanned"),
        ("2026-11-24 09:00", 24 * 3600, "ok", "long"),
        ("2026-12-22 20:00", 2 * 3600, "warning", "unplanned"),
    ],
)
def test_a_start_outside_the_windows(when, up_s, verdict, said) -> None:
    result = only("machine.restart", at(when, up_s))
    assert (result.verdict, result.said) == (verdict, said)


@pytest.mark.parametrize(
    ("when", "up_s", "verdict"),
    [
        # Summer time: 18:00 in Witten is 16:00 UTC; in the week after the change it is 17:00 UTC.
        ("2026-10-22 20:00", 4 * 3600, "ok"),
        ("2026-10-22 20:00", 4 * 3600 + 1, "warning"),
        ("2026-10-27 20:00", 3 * 3600, "ok"),
        ("2026-10-27 20:00", 3 * 3600 + 1, "warning"),
    ],
)
def test_a_window_counts_by_the_clock_of_the_town(when, up_s, verdict) -> None:
    assert only("machine.restart", at(when, up_s)).verdict == verdict


def test_a_container_starts_when_its_first_process_does() -> None:
    late = "864000.00\t86390000\t100\t"
    assert only("machine.restart", at("2026-11-24 09:00", 0, start=f"{late}shared")).values["up"] == 100.0
    assert only("machine.restart", at("2026-11-24 09:00", 0, start=f"{late}own")).values["up"] == 864000.0


def test_a_start_that_nobody_planned_is_not_told_where_that_is_wanted() -> None:
    assert only("machine.restart", at("2026-11-24 09:00", 60), hours=0).verdict == "ok"


def test_a_start_that_is_not_said_is_unknown() -> None:
    with pytest.raises(NotKnown):
        results("machine.restart", look(machine=machine(start=None)))
    for hostile in ("\t\t\t", "1e999\t1\t100\tshared", "-1\t1\t100\tshared"):
        with pytest.raises(NotKnown):
            results("machine.restart", look(machine=machine(start=hostile)))


def test_a_start_before_all_time_is_still_a_moment() -> None:
    assert only("machine.restart", at("2026-11-24 09:00", 999_999_999_999)).verdict == "ok"


@pytest.mark.parametrize(
    ("system", "own", "package", "verdict"),
    [
        ("debian\t12", "1.9.13p3", "1.9.13p3-1+deb12u1", "critical"),
        ("debian\t12", "1.9.13p3", "1.9.13p3-1+deb12u2", "ok"),
        ("debian\t12", "1.9.13p3", "1.9.13p3-1+deb12u4", "ok"),
        ("debian\t11", "1.9.5p2", "1.9.5p2-3+deb11u1", "critical"),
        ("ubuntu\t22.04", "1.9.9", "1.9.9-1ubuntu2.4", "critical"),
        ("ubuntu\t22.04", "1.9.9", "1.9.9-1ubuntu2.5", "ok"),
        ("ubuntu\t24.04", "1.9.15p5", "1.9.15p5-3ubuntu5.24.04.1", "ok"),
        ("arch\t", "1.9.17p1", "", "ok"),
        ("arch\t", "1.9.18", "1.9.18-1", "ok"),
    ],
)
def test_sudo(system, own, package, verdict) -> None:
    assert only("sudo.version", look(machine=machine(system=system, sudo=f"{own}\t{package}"))).verdict == verdict


@pytest.mark.parametrize("sudo", ["1.9.5p2\t1.9.5p2-10.el9", "1.9.16\t", "none of yours\t"])
def test_sudo_that_can_not_be_judged_is_unknown(sudo) -> None:
    with pytest.raises(NotKnown):
        results("sudo.version", look(machine=machine(system="rocky\t9.4", sudo=sudo)))


def test_local_it_may_say_which_sudo_is_enough() -> None:
    seen = look(machine=machine(system="rocky\t9.4", sudo="1.9.5p2\t1.9.5p2-10.el9_6.1"))
    assert only("sudo.version", seen, enough="1.9.5p2-10.el9_6.1").verdict == "ok"
    assert only("sudo.version", seen, enough="1.9.5p2-10.el9_6.2").verdict == "critical"


def test_a_machine_without_sudo_has_no_hole_in_it() -> None:
    assert only("sudo.version", look(machine=machine(sudo=None))).verdict == "ok"


@pytest.mark.parametrize(
    ("lesser", "greater"),
    [
        ("1.0", "1.1"),
        ("1.9", "1.10"),
        ("1.0~rc1", "1.0"),
        ("1.0", "1.0a"),
        ("1.0a", "1.0+b"),
        ("1.0-1", "1.0-1.1"),
        ("1.0-1~bpo1", "1.0-1"),
        ("9.9-9", "1:0.1-1"),
        ("1.9.13p3-1+deb12u1", "1.9.13p3-1+deb12u2"),
        ("1.0", "1.0-1"),
        ("", "0.1"),
    ],
)
def test_versions_compare_as_debian_does(lesser, greater) -> None:
    assert older(lesser, greater)
    assert not older(greater, lesser)
    assert not older(lesser, lesser)


def mounts(*lines: str) -> bytes:
    shown = [f"mount\t{line}" for line in lines if not line.startswith("fstab")]
    spaces = [f"space\t4096 100 50 50 10 9\t{line.split(chr(9))[2]}" for line in shown and lines if "fstab" not in line]
    return "\n".join([*shown, *spaces, *(line for line in lines if line.startswith("fstab")), "end", ""]).encode()


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        (("ext4\trw\t/",), "/", "ok"),
        (("ext4\tro\t/",), "/", "critical"),
        (("overlay\tro\t/",), "/", "critical"),
        (("ext4\tro\t/", "fstab\tro\t/"), "/", "ok"),
        (("ext4\trw\t/", "xfs\tro\t/var/lib/eakte"), "/var/lib/eakte", "critical"),
        (("ext4\trw\t/", "xfs\tro\t/var/lib"), "/var/lib", "critical"),
        (("ext4\trw\t/", "btrfs\tro\t/srv/x", "fstab\trw\t/srv/x"), "/srv/x", "critical"),
        (("ext4\trw\t/", "btrfs\tro\t/srv/x", "fstab\tro\t/srv/x"), "/srv/x", "ok"),
        (("ext4\trw\t/", "ext4\tro\t/mnt/snapshot"), "/mnt/snapshot", "ok"),
    ],
)
def test_file_systems_that_can_be_written(lines, path, verdict) -> None:
    assert results("disk.writable", look(storage=mounts(*lines)))[path].verdict == verdict


def test_a_machine_that_lives_in_memory_has_nothing_to_write() -> None:
    assert only("disk.writable", look(storage=mounts("tmpfs\tro\t/run"))).said == "none"


def test_file_systems_that_nobody_saw_are_unknown() -> None:
    for answer in (None, well.Answer("storage", None, why="killed at its limit of 8 s"), b"end\n"):
        with pytest.raises(NotKnown):
            results("disk.writable", look(storage=answer))
