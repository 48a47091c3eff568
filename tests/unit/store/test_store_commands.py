"""`eakte-ops store ...` as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.clock import SYSTEM
from eakte_ops.errors import MachineFailed
from eakte_ops.health.memory import sweeps

ROOT = Path(__file__).parents[3]
Run = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample folder with Herdecke; its settings say `retention` of a year for daily figures."""
    (tmp_path / "inventories").mkdir()
    for name in ("eakte-ops.yml", "access.yml", "inventories/_defaults.yml", "inventories/herdecke.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "access.yml").write_text(
        (tmp_path / "access.yml").read_text().replace("[witten, herdecke]", "[herdecke]")
    )
    settings = tmp_path / "eakte-ops.yml"
    text = "\n".join(line for line in settings.read_text().splitlines() if not line.startswith("retention"))
    settings.write_text(text + "\nretention: {results_days: 30, daily_years: 1, names_days: 60}\n")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    return lambda *words: main(["--project", str(folder), "store", *words])


@pytest.fixture
def store(folder: Path) -> Path:
    """A store that remembers one sweep of two years ago."""
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as made, made.writing() as rows:
        sweeps.begin(rows, "full", True, SYSTEM.now().timestamp() - 730 * 86400, "ops-1", "", 1)
    return made.path


@pytest.mark.parametrize("words", [("check",), ("prune",), ("backup", "there.db")])
def test_without_a_sweep_there_is_nothing_to_do(run: Run, capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert run(*words) == 2
    assert "no sweep was made yet" in capsys.readouterr().err.lower()


@pytest.fixture
def another(store: Path) -> Iterator[None]:
    """This account is not the one whose sweeps made the store, though it may read the operations folder."""
    root = os.geteuid() == 0
    closed = [folder for folder in store.parents[1:] if not folder.stat().st_mode & 0o001] if root else []
    for folder in closed:
        folder.chmod(0o755)
    store.parent.chmod(0o700 if root else 0)
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)
    for folder in (store.parent, *closed):
        folder.chmod(0o700)


def test_whose_store_it_is_is_said_to_another_account(store: Path, another: None) -> None:
    with pytest.raises(MachineFailed, match="belongs to the account") as told:
        CONTEXT.store(must_exist=True, read_only=True)
    assert told.value.place == str(store)
    assert "sudo -u " in told.value.way_out
    assert f"--project {CONTEXT.folder}" in told.value.way_out


def test_a_state_folder_that_is_none_is_not_told_as_no_sweep(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "state").write_text("a file")
    assert run("check") == 70
    assert f"{folder / 'state' / 'store.db'}: no store can be there (Not a directory)" in capsys.readouterr().err


def test_check_of_a_whole_store(run: Run, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{store}: whole and up to date" in err
    assert run("check", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["version"], said["faults"]) == ("eakte-ops/store-check", 1, [])
    assert (said["file"], said["bytes"]) == (str(store), store.stat().st_size)


def test_check_of_one_that_is_not(run: Run, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(store)) as raw:
        raw.execute("INSERT INTO missed VALUES (99, 'a', 'b', 'c')")
        raw.commit()
    store.chmod(0o640)
    assert run("check") == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"{store}: table missed: 1 rows refer to what is not there",
        f"{store}: others on this machine can use the file (mode 0640); chmod 600 {store}",
    ]
    assert err.splitlines()[0] == "2 things wrong."
    assert run("check", "--json") == 1
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 2


def test_a_damaged_store_ends_with_70_and_says_what_to_do(
    run: Run, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.write_bytes(b"rubbish " * 1000)
    assert run("check") == 70
    err = capsys.readouterr().err
    assert err.startswith(f"{store}: the store is damaged")
    assert "put the last backup in its place" in err


def test_prune_first_says_then_does(run: Run, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told() -> dict[str, str]:
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].split() == ["WHAT", "ROWS", "OLDER", "THAN"]
        return {words[0]: words[-3] for line in lines[1:] if (words := line.split())}

    assert run("prune", "--dry-run") == 0
    assert told()["sweeps"] == "1"
    assert run("prune") == 0
    assert told()["sweeps"] == "1"
    assert run("prune", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["dry_run"], said["rows"]["sweeps"]) == ("eakte-ops/store-prune", False, 0)


def test_prune_deletes_old_copies_since_they_hold_names(
    run: Run, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (store.with_name(f"store.db.before-health-{number:03d}") for number in (2, 3))
    for copy, days in ((old, 61), (new, 59)):
        copy.write_text("")
        at = SYSTEM.now().timestamp() - days * 86400
        os.utime(copy, (at, at))
    assert run("prune", "--dry-run") == 0
    assert old.exists()
    assert run("prune") == 0
    assert (old.exists(), new.exists()) == (False, True)
    assert f"Deleted: {old}" in capsys.readouterr().err


def test_a_backup_is_written_once(run: Run, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "copy.db"
    assert run("backup", str(to)) == 0
    assert f"Written and checked: {to}" in capsys.readouterr().err
    before = to.read_bytes()
    assert run("backup", str(to)) == 2
    assert "overwrites none" in capsys.readouterr().err
    assert to.read_bytes() == before
    with closing(sqlite3.connect(to)) as copy:
        assert copy.execute("SELECT count(*) FROM sweep").fetchone() == (1,)
