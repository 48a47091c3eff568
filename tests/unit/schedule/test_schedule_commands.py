"""`eakte-ops schedule` as a person types it, with a folder of its own for the units: systemd is not told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eakte_ops.cli.main import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "eakte-ops.yml", tmp_path)
    (tmp_path / "inventories").mkdir()
    (tmp_path / "units").mkdir()
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]):
    def typed(*words: str) -> tuple[int, str, str]:
        place = [] if "--unit-dir" in words else ["--unit-dir", str(folder / "units")]
        status = main(["--project", str(folder), "schedule", *words, *place])
        said = capsys.readouterr()
        return status, said.out, said.err

    return typed


def settings(folder: Path, text: str) -> None:
    file = folder / "eakte-ops.yml"
    file.write_text(f"{file.read_text()}\n{text}\n")


def test_show_says_what_runs_and_when_and_changes_nothing(run, folder: Path) -> None:
    status, out, err = run("show", "--user", "daemon")
    assert status == 0
    assert "the sweep of the night       every night at 01:30" in out
    assert "every 5 minutes" in out
    assert out.count("missing") == 3
    assert "names no mail server" in err
    assert list((folder / "units").iterdir()) == []
    assert not (folder / "state").exists()


def test_show_prints_whole_units_and_json(run, folder: Path) -> None:
    settings(folder, "mail: {host: mail.centre.example, sender: ops@centre.example}\nschedule: {light_minutes: 10}")
    _, out, _ = run("show", "--units", "--user", "daemon")
    assert out.count("[Service]") == 4
    assert f"ReadWritePaths={folder}/state" in out
    _, out, _ = run("show", "--json", "--user", "daemon")
    said = json.loads(out)
    assert (said["schema"], said["version"], said["user"], said["zone"]) == (
        "eakte-ops/schedule",
        1,
        "daemon",
        "Europe/Berlin",
    )
    assert [(task["name"], task["service"]["there"]) for task in said["tasks"]] == [
        ("sweep", "missing"),
        ("light", "missing"),
        ("digest", "missing"),
        ("prune", "missing"),
    ]
    assert said["tasks"][1]["calendar"] == "*-*-* *:0/10:00 UTC"


def test_a_mistake_in_a_towns_file_keeps_nobody_from_the_timers(run, folder: Path) -> None:
    (folder / "inventories" / "witten.yml").write_text("nonsense: [")
    assert run("show", "--user", "daemon")[0] == 0


@pytest.mark.parametrize("name", ["night", "digest", "prune"])
def test_a_time_that_does_not_exist_on_every_day_is_refused(name: str, run, folder: Path) -> None:
    settings(folder, f'schedule: {{{name}: "02:30"}}')
    status, _, err = run("install", "--user", "daemon")
    assert status == 2
    assert f"schedule.{name}" in err
    assert "there is no 02:30 in Europe/Berlin: the clocks go forward" in err
    assert list((folder / "units").iterdir()) == []


@pytest.mark.parametrize("text", ['night: "24:00"', 'night: "1:30"', "light_minutes: 7", "user: Root", "night: 90"])
def test_wrong_times_are_mistakes_of_the_file(text: str, run, folder: Path) -> None:
    settings(folder, f"schedule: {{{text}}}")
    status, _, err = run("show", "--user", "daemon")
    assert status == 2
    assert f"schedule.{text.partition(':')[0]}" in err


def test_root_is_refused_and_an_account_that_does_not_exist_is_said(run) -> None:
    status, _, err = run("install", "--user", "root")
    assert (status, "do not run as root" in err) == (7, True)
    status, _, err = run("install", "--user", "nobody-of-that-name")
    assert (status, "no account nobody-of-that-name" in err) == (2, True)


def test_removing_where_nothing_is_says_so(run) -> None:
    status, _, err = run("remove")
    assert (status, "There are no units of" in err) == (0, True)


def test_removing_from_a_folder_that_systemd_does_not_read_claims_nothing_about_the_timers(run, folder: Path) -> None:
    unit = folder / "units" / "eakte-ops-sweep.timer"
    unit.write_text(f"# eakte-ops schedule of {folder.resolve()}\n")
    status, _, err = run("remove", "--unit-dir", str(unit.parent))
    assert (status, unit.exists()) == (0, False)
    assert f"systemd was not told: it does not read {unit.parent}" in err
    assert "Nothing looks at the towns" not in err


def test_a_folder_for_units_that_is_none_is_said(run, folder: Path) -> None:
    status, _, err = run("show", "--user", "daemon", "--unit-dir", str(folder / "nowhere"))
    assert (status, "is no folder" in err) == (2, True)
