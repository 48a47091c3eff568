"""What lies where systemd reads units: ours, older, missing, or somebody else's, which nobody touches."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import MachineFailed, Refused, UsageError
from eakte_ops.schedule.account import Account, account_for, owner_of, what_is_missing
from eakte_ops.schedule.place import Place
from eakte_ops.schedule.units import MARK, units
from tests.unit.schedule.test_units import SETUP

UNITS = units(SETUP)


def place(folder: Path) -> Place:
    return Place(folder, SETUP.folder)


def test_what_was_written_is_as_it_should_be_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    here = place(tmp_path)
    assert {here.there(unit) for unit in UNITS} == {"missing"}
    assert here.write(UNITS) == tuple(unit.name for unit in UNITS)
    assert {here.there(unit) for unit in UNITS} == {"as it should be"}
    assert {oct((tmp_path / unit.name).stat().st_mode & 0o777) for unit in UNITS} == {"0o644"}
    assert here.write(UNITS) == ()
    assert here.ours() == tuple(sorted(unit.name for unit in UNITS))
    assert sorted(path.name for path in tmp_path.iterdir()) == list(here.ours())  # nothing left beside them


def test_another_time_is_written_over_our_own(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.write(UNITS)
    later = units(replace(SETUP, night="03:10"))
    assert [unit.name for unit in later if here.there(unit) == "older"] == ["eakte-ops-sweep.timer"]
    assert here.write(later) == ("eakte-ops-sweep.timer",)


@pytest.mark.parametrize(
    "text",
    ["[Timer]\n", f"{MARK}/srv/other\n", f"{MARK}/srv/centre2\n", f"\n{MARK}/srv/centre\n", "", "\xff"],
    ids=["no mark", "other folder", "longer folder", "mark elsewhere", "empty", "no text"],
)
def test_what_is_not_ours_stops_everything_before_the_first_file(text: str, tmp_path: Path) -> None:
    foreign = tmp_path / "eakte-ops-light.timer"
    foreign.write_bytes(text.encode("latin-1"))
    here = place(tmp_path)
    with pytest.raises(Refused, match=r"eakte-ops-light\.timer .* is not from this operations folder"):
        here.write(UNITS)
    assert [path.name for path in tmp_path.iterdir()] == ["eakte-ops-light.timer"]
    assert here.ours() == ()


@pytest.mark.parametrize("target", ["/dev/null", "/nowhere", "own"])
def test_a_link_is_never_ours(target: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text(UNITS[0].text)
    (tmp_path / UNITS[0].name).symlink_to(own if target == "own" else target)
    assert place(tmp_path).there(UNITS[0]) == "not ours"
    assert place(tmp_path).ours() == ()


def test_removing_takes_ours_and_names_the_drop_ins_that_stay(tmp_path: Path) -> None:
    here = place(tmp_path)
    here.write(UNITS)
    (tmp_path / "eakte-ops-mine.timer").write_text("[Timer]\n")
    (tmp_path / "eakte-ops-sweep.service.d").mkdir()
    names = here.ours()
    here.remove(names)
    assert here.drop_ins(names) == (tmp_path / "eakte-ops-sweep.service.d",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eakte-ops-mine.timer", "eakte-ops-sweep.service.d"]


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineFailed, match="can not be written"):
        place(tmp_path / "nowhere").write(UNITS)


def test_root_is_no_account_for_the_night(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="do not run as root"):
        account_for("root", tmp_path)
    with pytest.raises(UsageError, match="no account nobody-of-that-name"):
        account_for("nobody-of-that-name", tmp_path)
    assert account_for("daemon", tmp_path).name == "daemon"
    assert owner_of(tmp_path).number == os.geteuid()


def test_what_the_account_can_not_do_is_said_one_by_one(tmp_path: Path) -> None:
    account = Account("ops", os.geteuid(), os.getegid(), tmp_path)
    plain = tmp_path / "plain"
    plain.write_text("")
    assert what_is_missing(account, Path("/bin/true"), (tmp_path, plain), tmp_path / "state") == ()
    assert (tmp_path / "state").is_dir()
    assert what_is_missing(account, plain, (tmp_path / "key",), plain / "state") == (
        f"the account ops can not run {plain}",
        f"the account ops can not read {tmp_path / 'key'}",
        f"the account ops can not write {plain / 'state'}",
    )
