"""The units as text: read as systemd reads them, looked at by systemd itself, and never more open than said."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.errors import UsageError
from eakte_ops.schedule.units import MARK, Setup, tasks, units

SETUP = Setup(
    program=Path("/opt/eakte-ops/bin/eakte-ops"),
    folder=Path("/srv/centre"),
    state=Path("/srv/centre/state"),
    user="ops",
    home=Path("/var/lib/ops"),
    zone="Europe/Berlin",
    night="01:30",
    digest="06:30",
    prune="04:45",
    light_minutes=5,
    full_minutes=60,
    light_limit_minutes=4,
    threads=64,
)
EXPOSURE = 1.5


def text(name: str, setup: Setup = SETUP) -> str:
    return next(unit.text for unit in units(setup) if unit.name == f"eakte-ops-{name}")


def said(name: str, key: str, setup: Setup = SETUP) -> list[str]:
    return [line.partition("=")[2] for line in text(name, setup).splitlines() if line.startswith(f"{key}=")]


@pytest.mark.parametrize("task", tasks(SETUP), ids=lambda task: task.name)
def test_every_task_has_a_service_and_a_timer_that_say_whose_they_are(task) -> None:
    for unit in (f"{task.name}.service", f"{task.name}.timer"):
        assert text(unit).startswith(f"{MARK}/srv/centre\n")
    assert said(f"{task.name}.service", "ExecStart") == [
        f"/opt/eakte-ops/bin/eakte-ops --project /srv/centre {' '.join(task.command)}"
    ]
    assert said(f"{task.name}.timer", "WantedBy") == ["timers.target"]


def test_findings_and_servers_that_are_down_are_a_success_and_being_busy_is_one_for_the_light_sweep_alone() -> None:
    assert said("sweep.service", "SuccessExitStatus") == ["1 3 130"]
    assert said("light.service", "SuccessExitStatus") == ["1 3 6 130"]
    assert said("digest.service", "SuccessExitStatus") == ["1 130"]
    assert said("prune.service", "SuccessExitStatus") == ["130"]


def test_a_night_that_finds_another_at_work_tries_again_and_after_nothing_else() -> None:
    assert said("sweep.service", "Restart") == ["on-failure"]
    every = {1, 2, 3, 4, 5, 7, 70, 130, 141}
    numbers = {int(word) for word in said("sweep.service", "RestartPreventExitStatus")[0].split() if word.isdecimal()}
    assert numbers == every
    assert not any(said(f"{name}.service", "Restart") for name in ("light", "digest", "prune"))


def test_nights_and_mails_are_caught_up_and_light_sweeps_are_not() -> None:
    assert [bool(said(f"{task.name}.timer", "Persistent")) for task in tasks(SETUP)] == [True, False, True, True]


def test_systemd_waits_a_little_longer_than_the_sweep_itself() -> None:
    assert said("sweep.service", "TimeoutStartSec", replace(SETUP, full_minutes=90.5)) == [str(round(100.5 * 60))]
    assert said("light.service", "TimeoutStartSec", replace(SETUP, light_limit_minutes=4)) == ["360"]


def test_times_carry_their_zone_and_the_light_sweep_counts_in_utc() -> None:
    """With a zone systemd leaves out the second of the doubled hours for a timer of every few minutes."""
    assert said("sweep.timer", "OnCalendar") == ["*-*-* 01:30:00 Europe/Berlin"]
    assert said("prune.timer", "OnCalendar") == ["Sun *-*-* 04:45:00 Europe/Berlin"]
    assert said("light.timer", "OnCalendar") == ["*-*-* *:0/5:00 UTC"]


def test_the_digest_waits_for_a_sweep_that_is_at_work() -> None:
    assert "eakte-ops-sweep.service" in said("digest.service", "After")[0]
    assert "eakte-ops-light.service" in said("sweep.service", "After")[0]
    assert "eakte-ops-" not in said("light.service", "After")[0]  # two that wait for each other would wait for ever


def test_without_a_mail_server_there_is_no_digest() -> None:
    assert [task.name for task in tasks(replace(SETUP, mails=False))] == ["sweep", "light", "prune"]


@pytest.mark.parametrize(
    ("changed", "homes"),
    [
        ({}, "yes"),
        ({"home": Path("/home/ops")}, "read-only"),
        ({"folder": Path("/home/ops/centre")}, "read-only"),
        ({"reads": (Path("/root/.pyenv"),)}, "read-only"),
        ({"home": Path("/homework/ops")}, "yes"),
    ],
)
def test_homes_are_hidden_where_nothing_of_ours_lies_there(changed: dict[str, object], homes: str) -> None:
    assert said("sweep.service", "ProtectHome", replace(SETUP, **changed)) == [homes]


def test_only_the_state_folder_can_be_written_and_no_secret_is_in_the_environment() -> None:
    for task in tasks(SETUP):
        assert said(f"{task.name}.service", "ReadWritePaths") == ["/srv/centre/state"]
        assert said(f"{task.name}.service", "Environment") == ["LANG=C.UTF-8"]
        assert said(f"{task.name}.service", "User") == ["ops"]


@pytest.mark.parametrize(
    "path", ["/srv/a b", "/srv/%n", "/srv/$HOME", "/srv/a;reboot", "/srv/x\nUser=root", "/srv/\u00e4", "/", "relative"]
)
@pytest.mark.parametrize("what", ["program", "folder", "state"])
def test_a_path_that_means_something_to_systemd_is_refused(what: str, path: str) -> None:
    with pytest.raises(UsageError, match="can not stand in a unit"):
        units(replace(SETUP, **{what: Path(path)}))


def test_systemd_verifies_every_unit_and_calls_the_services_little_exposed(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd-analyze is missing: ./scripts/setup installs it"
    here = replace(SETUP, program=Path("/bin/true"))
    files = [tmp_path / unit.name for unit in units(here)]
    for file, unit in zip(files, units(here), strict=True):
        file.write_text(unit.text)
    done = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    for file in files:
        if file.suffix == ".service":
            threshold = f"--threshold={round(EXPOSURE * 10)}"
            rated = [analyze, "security", "--offline=yes", "--no-pager", threshold, file]
            done = subprocess.run(rated, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize(
    "base",
    ["2026-11-24 12:00:00", "2026-10-24 12:00:00", "2026-10-24 23:45:00", "2027-03-27 12:00:00", "2027-03-28 00:45:00"],
)
def test_what_is_shown_as_next_is_what_systemd_counts(base: str) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze
    for task in tasks(SETUP):
        command = [analyze, "calendar", f"--base-time={base} UTC", task.calendar]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "LANG": "C"})
        counted = next(line for line in done.stdout.splitlines() if "Next elapse" in line).partition(": ")[2].strip()
        ours = task.next_run(datetime.fromisoformat(base).replace(tzinfo=UTC))
        assert counted == f"{ours:%a %Y-%m-%d %H:%M:%S} UTC", task.name
