"""The lock of a town on a server, in a folder of the test's own."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed, EakteError
from eakte_ops.remote import townlock
from eakte_ops.remote.townlock import Holder
from tests.integration.remote.ops_folder import WHOLE, OpsFolder, make, mortal

OURS = Holder("2026-11-24-witten-a1b2", "admin-1", "ops-1", "restart of gateway", 1795536018.25, 1795539600.0, 5)
THEIRS = Holder("2026-11-24-witten-z9y8", "admin-2", "ops-2", "Störung: ü", 1795536019.0, 1795539601.0, 5)


@pytest.fixture
def server(tmp_path: Path) -> OpsFolder:
    return make(tmp_path)


def test_taking_reading_and_giving_back(server: OpsFolder) -> None:
    there = server.line()
    assert townlock.read(there) == (0, None)
    assert townlock.take(there, OURS) == OURS
    assert townlock.read(there) == (5, OURS)
    assert townlock.take(there, OURS) == OURS  # after a line that broke
    assert townlock.take(there, THEIRS) == OURS
    assert townlock.read(there) == (5, OURS)
    assert townlock.release(there, OURS.run, 5)
    assert townlock.read(there) == (5, None)
    assert townlock.release(there, OURS.run, 5)
    assert townlock.take(there, THEIRS) == replace(THEIRS, token=6)
    assert townlock.release(there, OURS.run, 5)
    assert townlock.read(there) == (6, replace(THEIRS, token=6))


def test_the_names_of_people_are_for_people_at_work(server: OpsFolder) -> None:
    townlock.take(server.line(), OURS)
    assert oct((server.state / "lock" / "holder").stat().st_mode)[-4:] == "0600"


def test_a_token_only_ever_rises(server: OpsFolder) -> None:
    there = server.line()
    tokens = [townlock.take(there, replace(OURS, token=token)).token for token in (5, 3, 7, 7)]
    assert tokens == [5, 6, 7, 7]
    assert townlock.raise_token(there, 9, OURS.run) == 9
    assert townlock.read(there) == (9, replace(OURS, token=9))
    assert townlock.raise_token(there, 8, OURS.run) == 9
    assert townlock.raise_token(there, 20, THEIRS.run) == 9
    assert not townlock.release(there, OURS.run, 7)
    assert townlock.read(there) == (9, replace(OURS, token=9))
    assert townlock.release(there, OURS.run, 9)
    assert townlock.raise_token(there, 20, OURS.run) == 9


def test_a_lock_is_broken_with_a_word_in_the_journal_of_the_town(server: OpsFolder) -> None:
    there = server.line()
    townlock.take(there, OURS)
    assert townlock.break_(there, 6, "by admin-2: laptop was stolen") == OURS
    assert townlock.read(there) == (6, None)
    assert server.journal == ["lock of the town broken: by admin-2: laptop was stolen"]
    assert townlock.break_(there, 3, "again") is None
    assert townlock.read(there) == (7, None)
    townlock.take(there, OURS)
    server.flag("deaf")
    with pytest.raises(CommandFailed):
        townlock.break_(there, 20, "unseen")
    assert townlock.read(there) == (8, replace(OURS, token=8))


def test_of_many_takers_at_once_one_has_it(server: OpsFolder) -> None:
    takers = [replace(THEIRS, run=f"run-{number}", token=1) for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        had = list(pool.map(lambda taker: townlock.take(server.line(), taker), takers))
    assert len({holder.run for holder in had}) == 1
    assert had[0].token == 1
    assert townlock.read(server.line()) == (1, had[0])


def test_what_is_told_can_not_leave_its_line(server: OpsFolder) -> None:
    there = server.line()
    hostile = replace(OURS, who="admin\nroot\n99", purpose="x\x1b[2J\r\n$(ruin) `y` 'z'" * 50)
    had = townlock.take(there, hostile)
    assert had.who == "admin root 99"
    assert had.purpose.startswith("x $(ruin) `y` 'z'")
    assert (had.run, had.token, had.until) == (OURS.run, 5, OURS.until)


@pytest.mark.parametrize("number", range(1, 22, 1 if WHOLE else 4))
def test_whoever_dies_in_it_leaves_a_lock_that_can_be_taken(number: int, tmp_path: Path) -> None:
    server = mortal(make(tmp_path))
    there = server.line()
    server.die_at(number)
    try:
        townlock.take(there, OURS)
        townlock.raise_token(there, 9, OURS.run)
    except EakteError:
        pass
    server.live()
    token, holder = townlock.read(there)
    assert holder is None or (holder.run == OURS.run and holder.token <= token)
    had = townlock.take(there, replace(OURS, token=token + 1))
    assert had == replace(OURS, token=token + 1)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "x",
        "-1",
        "5\nrun",
        "5\nrun\nwho\nhost\nwhy\nnow\nlater\n5\n",
        "5\nr\nw\nh\np\n1\n2\n\n",
        "5\n\n\n\n\n1\n2\n3",
    ],
)
def test_what_is_no_lock_is_not_taken_for_one(said: str, server: OpsFolder) -> None:
    assert townlock.parse(said.encode()) is None


def test_on_a_full_disk_the_lock_stays_as_it_was(server: OpsFolder) -> None:
    there = server.line()
    townlock.take(there, OURS)
    (server.top / "bin" / "sync").write_text("#!/bin/sh\necho 'sync: No space left on device' >&2\nexit 1\n")
    subprocess.run(["chmod", "0755", server.top / "bin" / "sync"], check=True)
    with pytest.raises(CommandFailed, match="No space left"):
        townlock.raise_token(there, 9, OURS.run)
    assert townlock.read(there) == (5, OURS)
