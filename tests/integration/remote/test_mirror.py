"""The copy of a run on a server, in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import CommandFailed, EakteError
from eakte_ops.remote import mirror, townlock
from eakte_ops.remote.mirror import MirrorFenced
from eakte_ops.remote.townlock import Holder
from tests.integration.remote.ops_folder import WHOLE, OpsFolder, make, mortal

RUN = "2026-11-24-witten-a1b2"
HOLDER = Holder(RUN, "admin-1", "ops-1", "test", 1.0, 2.0, 3)
PLAN = '{"town":"witten","text":"a \\"b\\" \'c\' $(d) \\\\n \u202eü"}'
LINES = [f'{{"number":{number},"said":"it\'s \\\\ ü"}}' for number in range(1, 8)]


@pytest.fixture
def server(tmp_path: Path) -> OpsFolder:
    folder = make(tmp_path)
    townlock.take(folder.line(), HOLDER)
    return folder


def test_a_run_is_copied_and_read_back_as_it_was(server: OpsFolder) -> None:
    there = server.line()
    assert mirror.runs(there) == ()
    mirror.put_plan(there, RUN, 3, PLAN)
    mirror.put_plan(there, RUN, 3, PLAN)
    assert mirror.read(there, RUN) == (PLAN, ())
    assert mirror.append(there, RUN, 3, 1, LINES[:2]) == 2
    assert mirror.append(there, RUN, 3, 3, LINES[2:3]) == 3
    assert mirror.append(there, RUN, 3, 4, []) == 3
    assert mirror.read(there, RUN) == (PLAN, tuple(LINES[:3]))
    assert mirror.runs(there) == (RUN,)
    folder = server.state / "runs" / RUN
    assert [oct(each.stat().st_mode)[-3:] for each in (folder.parent, folder, *sorted(folder.iterdir()))] == [
        "700",
        "700",
        "600",
        "600",
    ]


def test_only_what_is_missing_is_appended_and_nothing_over_a_gap(server: OpsFolder) -> None:
    there = server.line()
    mirror.put_plan(there, RUN, 3, PLAN)
    assert mirror.append(there, RUN, 3, 3, LINES[2:4]) == 0
    assert mirror.append(there, RUN, 3, 1, LINES[:4]) == 4
    assert mirror.append(there, RUN, 3, 1, LINES[:2]) == 4
    assert mirror.append(there, RUN, 3, 3, LINES[2:6]) == 6
    assert mirror.append(there, RUN, 3, 1, LINES) == 7
    assert mirror.read(there, RUN)[1] == tuple(LINES)


def test_another_history_is_refused(server: OpsFolder) -> None:
    there = server.line()
    mirror.put_plan(there, RUN, 3, PLAN)
    mirror.append(there, RUN, 3, 1, LINES[:4])
    with pytest.raises(CommandFailed, match="other lines than these"):
        mirror.append(there, RUN, 3, 3, ['{"other":1}', LINES[3], LINES[4]])
    with pytest.raises(CommandFailed, match="another plan"):
        mirror.put_plan(there, RUN, 3, "{}")
    assert mirror.read(there, RUN) == (PLAN, tuple(LINES[:4]))


def test_a_stale_token_writes_nothing(server: OpsFolder) -> None:
    there = server.line()
    mirror.put_plan(there, RUN, 3, PLAN)
    townlock.raise_token(there, 4, RUN)
    with pytest.raises(MirrorFenced, match="another run has taken over"):
        mirror.append(there, RUN, 3, 1, LINES)
    with pytest.raises(MirrorFenced):
        mirror.put_plan(there, "other", 3, PLAN)
    assert mirror.read(there, RUN) == (PLAN, ())
    assert mirror.append(there, RUN, 4, 1, LINES) == 7


def test_a_line_that_was_not_written_whole_is_none(server: OpsFolder) -> None:
    there = server.line()
    mirror.put_plan(there, RUN, 3, PLAN)
    mirror.append(there, RUN, 3, 1, LINES[:2])
    with (server.state / "runs" / RUN / "journal.jsonl").open("a") as stream:
        stream.write('{"number":3,"sa')
    assert mirror.read(there, RUN)[1] == tuple(LINES[:2])
    assert mirror.append(there, RUN, 3, 3, LINES[2:4]) == 4
    assert mirror.read(there, RUN)[1] == tuple(LINES[:4])


def test_the_newest_runs_are_kept(server: OpsFolder) -> None:
    there = server.line()
    runs = server.state / "runs"
    for number in range(60):
        (runs / f"old-{number:02}").mkdir(parents=True)
        os.utime(runs / f"old-{number:02}", (1_000_000 + number, 1_000_000 + number))
    mirror.put_plan(there, RUN, 3, PLAN)
    kept = mirror.runs(there)
    assert len(kept) == 50
    assert kept[0] == RUN
    assert kept[-1] == "old-11"


def test_a_big_plan_and_many_lines_come_back_whole(server: OpsFolder) -> None:
    there = server.line()
    plan = '{"text":"' + "x'\\\\" * 300_000 + '"}'
    lines = [f'{{"n":{number},"said":"{"y" * 900}"}}' for number in range(1500)]
    mirror.put_plan(there, RUN, 3, plan)
    assert mirror.append(there, RUN, 3, 1, lines) == 1500
    assert mirror.read(there, RUN) == (plan, tuple(lines))


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "\x1b[2J", "a\r"])
def test_what_is_not_one_line_is_not_sent(text: str, server: OpsFolder) -> None:
    with pytest.raises(ValueError, match="in one line"):
        mirror.put_plan(server.line(), RUN, 3, text)
    with pytest.raises(ValueError, match="in one line"):
        mirror.append(server.line(), RUN, 3, 1, [text])


@pytest.mark.parametrize("run", ["", "../x", ".x", "a/b", "a b", "x" * 81])
def test_a_name_that_leads_elsewhere_is_not_sent(run: str, server: OpsFolder) -> None:
    for call in (lambda: mirror.read(server.line(), run), lambda: mirror.put_plan(server.line(), run, 3, PLAN)):
        with pytest.raises(ValueError, match="can not be the id"):
            call()


def test_a_copy_that_can_not_be_ours_is_an_error(server: OpsFolder) -> None:
    there = server.line()
    with pytest.raises(CommandFailed, match="no copy of the run"):
        mirror.read(there, RUN)
    with pytest.raises(CommandFailed, match="no plan of the run"):
        mirror.append(there, RUN, 3, 1, LINES)
    mirror.put_plan(there, RUN, 3, PLAN)
    file = server.state / "runs" / RUN / "journal.jsonl"
    file.write_text('{"a":"\x1b[2J"}\n')
    with pytest.raises(CommandFailed, match="control characters"):
        mirror.read(there, RUN)
    file.write_bytes(b'{"a":"\xff"}\n')
    with pytest.raises(CommandFailed, match="UTF-8"):
        mirror.read(there, RUN)


@pytest.mark.parametrize("number", range(1, 26, 1 if WHOLE else 5))
def test_whoever_dies_in_it_leaves_a_copy_that_can_go_on(number: int, tmp_path: Path) -> None:
    server = mortal(make(tmp_path))
    there = server.line()
    townlock.take(there, HOLDER)
    server.die_at(number)
    try:
        mirror.put_plan(there, RUN, 3, PLAN)
        mirror.append(there, RUN, 3, 1, LINES[:3])
    except EakteError:
        pass
    server.live()
    mirror.put_plan(there, RUN, 3, PLAN)
    assert mirror.append(there, RUN, 3, 1, LINES[:5]) == 5
    assert mirror.read(there, RUN) == (PLAN, tuple(LINES[:5]))


@pytest.fixture
def full(server: OpsFolder) -> Iterator[OpsFolder]:
    """The same with runs/ on a disk of 64 KiB."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root alone")
    disk = server.state / "runs"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.decode(errors='replace')}")
    try:
        yield server
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_keeps_what_is_there_and_takes_more_later(full: OpsFolder) -> None:
    there, filler = full.line(), full.state / "runs" / "filler"
    mirror.put_plan(there, RUN, 3, PLAN)
    mirror.append(there, RUN, 3, 1, LINES[:2])
    subprocess.run(["sh", "-c", f"cat /dev/zero >{filler} 2>/dev/null"], check=False)
    long = [*LINES[2:3], '{"said":"' + "z" * 9_000 + '"}']
    with pytest.raises(CommandFailed, match="disk full"):
        mirror.append(there, RUN, 3, 3, long)
    assert mirror.read(there, RUN)[1] == tuple(LINES[:2])
    filler.unlink()
    assert mirror.append(there, RUN, 3, 3, long) == 4
    assert mirror.read(there, RUN)[1] == (*LINES[:2], *long)


def test_a_holder_of_another_run_may_not_write_with_its_old_token(server: OpsFolder) -> None:
    there = server.line()
    mirror.put_plan(there, RUN, 3, PLAN)
    townlock.break_(there, 4, "by admin-2")
    townlock.take(there, replace(HOLDER, run="other", token=5))
    with pytest.raises(MirrorFenced):
        mirror.append(there, RUN, 3, 1, LINES)
