"""The job protocol with all its parts: jobs.sh and the two programs of the access pack, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from eakte_ops.errors import CommandFailed, EakteError, SudoPasswordAsked
from eakte_ops.remote import jobs, townlock
from eakte_ops.remote.jobs import JobState, Order
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.townlock import Holder
from tests.integration.remote.ops_folder import WHOLE, OpsFolder, make, mortal

EXIT_0 = JobState("exit", 0)


@pytest.fixture
def server(tmp_path: Path) -> OpsFolder:
    return make(tmp_path)


def order(server: OpsFolder, job: str = "a", text: str = "", token: int = 0, limit: int = 60, **more: Any) -> Order:
    return Order(job, text or server.effect, limit, token, **more)


def fence(server: OpsFolder, token: int) -> int:
    """Somebody has the town's lock with this token."""
    return townlock.take(server.line(), Holder("r", "admin-1", "ops-1", "test", 1.0, 2.0, token)).token


# -- of the account of the software


def test_the_newest_records_stay_and_whatever_has_not_ended(server: OpsFolder) -> None:
    there = server.line()
    fence(server, 1)
    kept = order(server, "long", f"while [ ! -e {server.top}/go ]; do sleep 0.05; done", 1)
    jobs.start(there, kept)
    for number in range(305):
        folder = server.job(f"old-{number:03}")
        folder.mkdir()
        (folder / "account").write_text("work\n")
        (folder / "end").write_text("exit 0\n")
        os.utime(folder, (number + 1, number + 1))
    os.utime(server.job("long"), (1, 1))
    assert jobs.attach(there, order(server, "new", "true", 1)).state == JobState("exit", 0)
    left = {folder.name for folder in server.job("long").parent.iterdir() if folder.is_dir()}
    assert {"long", "new", "old-304", "old-010"} <= left
    assert not {"old-000", "old-003"} & left
    (server.top / "go").touch()
    assert jobs.wait(there, "long", 20) == JobState("exit", 0)


def test_a_job_runs_once_and_leaves_its_record(server: OpsFolder) -> None:
    there = server.line()
    fence(server, 5)
    script = f"echo out; echo err >&2; {server.effect}; exit 4"
    said = order(server, "r.s.do.1", script, 5, note="restart, by admin-1")
    assert jobs.wait(there, "r.s.do.1", 1) == JobState("absent")
    assert jobs.start(there, said).kind in ("queued", "running", "exit")
    assert jobs.wait(there, "r.s.do.1", 20) == JobState("exit", 4)
    assert jobs.output(there, "r.s.do.1") == ("out\n", "err\n")
    assert jobs.start(there, said) == JobState("exit", 4)
    assert server.effects() == 1
    folder = server.job("r.s.do.1")
    modes = {file.name: oct(file.stat().st_mode)[-4:] for file in [folder, *folder.iterdir()]}
    open_to_the_software = dict.fromkeys(("out", "err", "end"), "0660")
    closed = dict.fromkeys(("script", "token", "limit", "boot", "account", "note", "alive", "group"), "0640")
    assert modes == {"r.s.do.1": "2750", **open_to_the_software, **closed}
    assert server.journal == ["begin r.s.do.1 account=software limit=60 restart, by admin-1"]
    (listed,) = jobs.listed(there)
    assert (listed.job, listed.state, listed.account) == ("r.s.do.1", JobState("exit", 4), "software")
    assert (listed.limit, listed.note) == (60, "restart, by admin-1")
    assert abs(listed.since - folder.stat().st_mtime) < 2


def test_many_starts_of_one_id_run_it_once(server: OpsFolder) -> None:
    def start(_number: int) -> JobState:
        return jobs.start(server.line(), order(server, "same", f"{server.effect}; sleep 0.2"))

    with ThreadPoolExecutor(6) as pool:
        states = list(pool.map(start, range(12)))
    assert {state.kind for state in states} <= {"queued", "running", "exit"}
    assert jobs.wait(server.line(), "same", 20) == EXIT_0
    assert server.effects() == 1
    assert len(server.journal) == 1


def test_waiting_ends_with_the_job_or_with_the_patience(server: OpsFolder) -> None:
    there = server.line()
    jobs.start(there, order(server, "long", f"while [ ! -e {server.top}/go ]; do sleep 0.05; done"))
    began = monotonic()
    assert jobs.wait(there, "long", 0).kind in ("queued", "running")
    assert jobs.wait(there, "long", 1) == JobState("running")
    assert monotonic() - began < 10
    (server.top / "go").touch()
    assert jobs.wait(there, "long", 30) == EXIT_0


def test_a_job_that_has_to_wait_for_another_one_begins_when_its_turn_has_come(server: OpsFolder) -> None:
    there = server.line()
    jobs.start(there, order(server, "first", f"while [ ! -e {server.top}/go ]; do sleep 0.05; done"))
    jobs.wait(there, "first", 0)
    assert jobs.start(there, order(server, "second")) == JobState("queued")
    assert jobs.start(there, order(server, "third")) == JobState("queued")
    assert jobs.wait(there, "second", 1) == JobState("queued")
    (server.top / "go").touch()
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda job: jobs.wait(server.line(), job, 20), ("second", "third")))
    assert ends == [EXIT_0] * 2
    assert jobs.wait(there, "first", 1) == EXIT_0
    assert server.effects() == 2


def test_an_old_token_starts_nothing(server: OpsFolder) -> None:
    there = server.line()
    assert jobs.start(there, order(server, token=1)) == JobState("fenced", said="0")
    assert fence(server, 8) == 8
    for token in (0, 3, 9):
        assert jobs.start(there, order(server, token=token)) == JobState("fenced", said="8")
        assert jobs.attach(there, order(server, token=token)).state == JobState("fenced", said="8")
    assert not list((server.state / "jobs").iterdir())
    assert server.journal == []


def test_a_token_raised_in_between_fences_a_queued_job_for_ever(server: OpsFolder) -> None:
    later = server.flag("later")
    there = server.line()
    fence(server, 1)
    assert jobs.start(there, order(server, token=1)) == JobState("queued")
    assert townlock.raise_token(there, 2, "r") == 2
    assert jobs.wait(there, "a", 1) == JobState("refused", said="fenced")
    later.unlink()
    server.run_unit()
    assert jobs.wait(there, "a", 1) == JobState("refused", said="fenced")
    assert jobs.start(there, order(server, token=2)) == JobState("refused", said="fenced")
    assert jobs.start(there, order(server, "b", token=2)).kind in ("queued", "running", "exit")
    assert jobs.wait(there, "b", 10) == EXIT_0
    assert server.effects() == 1


def test_a_job_of_another_boot_is_refused_or_lost_and_never_runs(server: OpsFolder) -> None:
    server.flag("later")
    there = server.line()
    for name in ("queued", "claimed"):
        jobs.start(there, order(server, name))
        (server.job(name) / "boot").write_text("another boot\n")
    (server.job("claimed") / "ready").unlink()
    assert jobs.wait(there, "queued", 1) == JobState("refused", said="other-boot")
    assert jobs.wait(there, "claimed", 1) == JobState("lost")
    for name in ("queued", "claimed"):
        (server.state / "jobs" / "next").write_text(f"{name}\n")
        server.run_unit()
    assert jobs.wait(there, "queued", 1) == JobState("refused", said="other-boot")
    assert server.effects() == 0


def test_the_stop_switch_of_the_town_refuses_with_its_reason(server: OpsFolder) -> None:
    there = server.line()
    later = server.flag("later")
    jobs.start(there, order(server, "queued"))
    server.stop.write_text("we move the storage\x1b[2J\nsecond line\n")
    refused = JobState("refused", said="stop-switch we move the storage")
    assert jobs.start(there, order(server, "a")) == refused
    assert jobs.attach(there, order(server, "b")).state == refused
    assert not server.job("a").exists()
    assert not server.job("b").exists()
    later.unlink()
    assert jobs.start(there, order(server, "queued")).kind in ("queued", "refused")
    assert jobs.wait(there, "queued", 10) == refused
    server.stop.unlink()
    assert jobs.wait(there, "queued", 1) == refused
    jobs.start(there, order(server, "a"))
    assert jobs.wait(there, "a", 10) == EXIT_0
    assert server.effects() == 1
    assert len(server.journal) == 2


def test_nothing_begins_that_the_town_can_not_see(server: OpsFolder) -> None:
    deaf = server.flag("deaf")
    there = server.line()
    assert jobs.start(there, order(server)).said == "no-system-journal"
    assert jobs.attach(there, order(server, "b")).state.said == "no-system-journal"
    assert not [each for each in (server.state / "jobs").iterdir() if each.is_dir()]
    deaf.unlink()
    assert jobs.attach(there, order(server, "b")).state == EXIT_0
    assert server.effects() == 1


def test_an_old_access_pack_is_said(server: OpsFolder) -> None:
    (server.top / "eakte-claim").unlink()
    state = jobs.start(server.line(), order(server))
    assert (state.kind, state.said.split()[0]) == ("refused", "old-access-pack")
    assert not server.job("a").exists()


def test_a_missing_rule_is_said_and_the_job_can_be_started_later(server: OpsFolder) -> None:
    denied = server.flag("denied")
    there = server.line()
    with pytest.raises(SudoPasswordAsked):
        jobs.start(there, order(server))
    with pytest.raises(SudoPasswordAsked):
        jobs.wait(there, "a", 5)
    denied.unlink()
    jobs.start(there, order(server))
    assert jobs.wait(there, "a", 10) == EXIT_0


def test_a_runner_that_dies_leaves_a_lost_job(server: OpsFolder) -> None:
    there = server.line()
    parents = 'kill -9 "$(ps -o ppid= -p "$PPID" | tr -d " ")" $PPID $$'
    jobs.start(there, order(server, text=f"{server.effect}; {parents}"))
    assert jobs.wait(there, "a", 10) == JobState("lost")
    assert jobs.start(there, order(server)) == JobState("lost")
    assert server.effects() == 1


FORGED = {
    "an end that asks for another start": "refused other-boot\n",
    "nothing": "",
    "noise": "exit 1000\n\0\x1b[2J",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_the_software_writes_into_the_record_never_makes_a_job_begin_again(forged: str, server: OpsFolder) -> None:
    """It can write three files and hold the lock of its job; that is all it can do there (tests/lab)."""
    there = server.line()
    jobs.start(there, order(server, "a", f"{server.effect}; while [ ! -e {server.top}/go ]; do sleep 0.02; done"))
    jobs.wait(there, "a", 0)
    (server.job("a") / "end").write_text(forged)
    assert jobs.start(there, order(server)) == JobState("running")
    (server.top / "go").touch()
    jobs.wait(there, "a", 10)
    for name in ("end", "out", "err"):
        (server.job("a") / name).write_text(forged)
    assert jobs.start(there, order(server)) == JobState("lost")
    server.run_unit()
    assert jobs.wait(there, "a", 0) == JobState("lost")
    assert server.effects() == 1


def test_a_lost_job_stays_lost_while_another_one_runs(server: OpsFolder) -> None:
    there = server.line()
    jobs.start(there, order(server))
    jobs.wait(there, "a", 10)
    (server.job("a") / "end").write_text("\n")
    jobs.start(there, order(server, "b", f"while [ ! -e {server.top}/go ]; do sleep 0.05; done"))
    assert jobs.wait(there, "b", 1) == JobState("running")
    assert jobs.wait(there, "a", 1) == JobState("lost")
    (server.top / "go").touch()
    assert jobs.wait(there, "b", 10) == EXIT_0


def test_the_lock_of_a_job_that_somebody_holds_hides_no_end(server: OpsFolder) -> None:
    there = server.line()
    jobs.start(there, order(server))
    jobs.wait(there, "a", 10)
    (server.job("a") / "end").write_text("\n")
    with subprocess.Popen(["flock", server.job("a") / "alive", "sleep", "20"]) as holding:
        sleep(0.1)
        assert jobs.wait(there, "a", 1) == JobState("lost")
        subprocess.run(["pkill", "-P", str(holding.pid)], check=False)


# -- of the account of people at work, inside the session


def test_an_attached_job_gives_its_end_and_leaves_the_same_record(server: OpsFolder) -> None:
    there = server.line()
    ended = jobs.attach(
        there, order(server, text=f"echo out; echo err >&2; {server.effect}; exit 4", note="by admin-1")
    )
    assert ended == jobs.Ended(JobState("exit", 4), "out\n", "err\n")
    assert jobs.attach(there, order(server)) == ended
    assert jobs.wait(there, "a", 1) == JobState("exit", 4)
    assert jobs.output(there, "a") == ("out\n", "err\n")
    assert server.effects() == 1
    assert oct(server.job("a").stat().st_mode)[-4:] == "0700"
    _until(lambda: len(server.journal) == 2)
    assert server.journal == ["begin a account=work limit=60 by admin-1", "end a exit 4"]
    assert [(each.job, each.account) for each in jobs.listed(there)] == [("a", "work")]


def test_a_text_gets_no_arguments_no_input_and_its_secrets(server: OpsFolder) -> None:
    value = "it's a \\ $(ruin) `x`\nsecond line \""
    text = (
        'printf "%s" "$PASSWORD"; echo "[$#]"; cat; echo "[$$]" >&2; env | grep -c PASS; tr "\\0" " " </proc/$$/cmdline'
    )
    order_ = order(server, text=text, secrets={"PASSWORD": "db/password", "OTHER": "x"})
    ended = jobs.attach(server.line(), order_, reveal=lambda name: value if name == "db/password" else "y")
    assert ended.state == EXIT_0
    assert ended.out.startswith(f"{value}[0]\n0\nsh -c ")
    assert "ruin" not in ended.out.removeprefix(value)
    kept = b"".join(file.read_bytes() for file in server.job("a").iterdir() if file.name != "out")
    assert b"ruin" not in kept
    assert b"ruin" not in "".join(server.journal).encode()


def test_only_the_ends_of_much_output_are_given(server: OpsFolder) -> None:
    ended = jobs.attach(server.line(), order(server, text="seq 20000; seq 20000 >&2"))
    assert ended.state == EXIT_0
    assert len(ended.out) <= jobs.TAIL
    assert ended.out.endswith("\n20000\n")
    assert ended.err.endswith("\n20000\n")


def test_an_attached_job_survives_its_line_and_another_one_waits_for_it(server: OpsFolder) -> None:
    text = f"while [ ! -e {server.top}/go ]; do sleep 0.02; done; {server.effect}; echo done; exit 3"
    talking = server.line().talk(_sent(order(server, text=text)), deadline=monotonic() + 20, cap=100_000)
    listening = threading.Thread(target=lambda: next(talking))
    listening.start()
    _until(lambda: server.job("a").exists() and not (server.job("a") / "ready").exists())
    listening.join(5)
    talking.close()  # kills the shell of the session
    there = server.line()
    assert jobs.wait(there, "a", 0) == JobState("running")
    threading.Timer(0.3, (server.top / "go").touch).start()
    assert jobs.attach(there, order(server)) == jobs.Ended(JobState("exit", 3), "done\n", "")
    assert server.effects() == 1


def test_an_attached_job_has_its_limit_and_leaves_nothing_behind(server: OpsFolder) -> None:
    marker = f"{server.top}/child"
    # The child ignores TERM and has left its parent; it is still of the group.
    text = f"sh -c 'trap \"\" TERM; while :; do touch {marker}; sleep 0.05; done' & wait"
    began = monotonic()
    ended = jobs.attach(server.line(), order(server, text=text, limit=1))
    assert ended.state == JobState("exit", 124)
    assert monotonic() - began < 8
    sleep(0.1)
    Path(marker).unlink()
    sleep(0.3)
    assert not Path(marker).exists()


def test_an_attached_job_whose_session_died_before_it_began_may_begin(server: OpsFolder) -> None:
    there = server.line()
    jobs.attach(there, order(server))
    (server.job("a") / "ready").touch()
    assert jobs.wait(there, "a", 1) == JobState("absent")
    assert jobs.attach(there, order(server)).state == EXIT_0
    assert server.effects() == 2


# -- ending jobs


def test_what_is_queued_and_cancelled_never_begins(server: OpsFolder) -> None:
    later = server.flag("later")
    there = server.line()
    jobs.start(there, order(server))
    refused = JobState("refused", said="cancelled")
    assert jobs.cancel(there, "a") == refused
    later.unlink()
    assert jobs.start(there, order(server)) == refused
    server.run_unit()
    assert jobs.cancel(there, "a") == refused
    assert jobs.cancel(there, "b") == JobState("absent")
    assert server.effects() == 0
    assert server.journal[1:] == ["cancel a, which had not begun"]


@pytest.mark.parametrize(("obeys", "code"), [(True, 143), (False, 137)])
def test_a_running_job_of_the_software_is_ended_with_its_unit(obeys: bool, code: int, server: OpsFolder) -> None:
    there = server.line()
    deaf = "" if obeys else 'trap "" TERM;'
    jobs.start(there, order(server, text=f"{deaf} touch {server.top}/at-work; while :; do sleep 0.05; done"))
    _until((server.top / "at-work").exists)
    assert jobs.cancel(there, "a") == JobState("exit", code)
    assert jobs.wait(there, "a", 1) == JobState("exit", code)
    assert "cancel a" in server.journal
    jobs.start(there, order(server, "b"))
    assert jobs.wait(there, "b", 10) == EXIT_0
    assert jobs.cancel(there, "b") == EXIT_0


def test_cancelling_one_job_does_not_end_another(server: OpsFolder) -> None:
    there = server.line()
    jobs.start(there, order(server, "first", f"while [ ! -e {server.top}/go ]; do sleep 0.05; done"))
    jobs.wait(there, "first", 0)
    jobs.start(there, order(server, "second"))
    assert jobs.cancel(there, "second") == JobState("refused", said="cancelled")
    assert jobs.wait(there, "first", 0) == JobState("running")
    (server.top / "go").touch()
    assert jobs.wait(there, "first", 10) == EXIT_0


@pytest.mark.parametrize(("obeys", "code"), [(True, 143), *([(False, 137)] if WHOLE else [])])  # five seconds of grace
def test_a_running_attached_job_is_ended_with_its_group(obeys: bool, code: int, server: OpsFolder) -> None:
    deaf = "" if obeys else 'trap "" TERM;'
    text = f"{deaf} touch {server.top}/at-work; while :; do sleep 0.05; done"
    with ThreadPoolExecutor(1) as pool:
        attached = pool.submit(jobs.attach, server.line(), order(server, text=text))
        _until((server.top / "at-work").exists)
        assert jobs.cancel(server.line(), "a") == JobState("exit", code)
        assert attached.result(20).state == JobState("exit", code)


# -- every point of interruption

POINTS = 90
"""More than programs are called by a start or an attach, with claim and runner."""


def _points() -> Iterator[int]:
    yield from range(1, POINTS, 1 if WHOLE else 7)


def _interrupted(top: Path, number: int, attached: bool) -> bool:
    """One case; gives whether somebody was killed in it."""
    top.mkdir()
    server = mortal(make(top))
    fence(server, 1)
    there = server.line()
    said = order(server, token=1)
    server.die_at(number)
    try:
        if attached:
            jobs.attach(there, said)
        elif not jobs.start(there, said).ended:
            jobs.wait(there, "a", 3)
    except EakteError:
        pass
    died = server.live()
    if number % 2:  # the same process, or the next one, asks again
        again = jobs.attach(there, said).state if attached else jobs.start(there, said)
        state = jobs.wait(there, "a", 20) if again.kind in ("queued", "running") else again
        assert state.kind in ("exit", "lost"), (number, state)
    else:  # another one has taken the run over: what is not there can not begin any more
        assert townlock.raise_token(there, 2, "r") == 2
        state = jobs.wait(there, "a", 20)
        assert state.kind in ("exit", "lost", "absent") or state == JobState("refused", said="fenced"), (number, state)
        if state.kind in ("absent", "refused"):
            assert server.effects() == 0
            new = order(server, "a2", token=2)
            if attached:
                jobs.attach(there, new)
            else:
                jobs.start(there, new)
            assert jobs.wait(there, "a2", 20) == EXIT_0
            assert jobs.wait(there, "a", 0) == state
            assert server.effects() == 1, number
    assert server.effects() <= 1, (number, state)
    assert server.effects() == 1 or state != EXIT_0, (number, state)
    return died


@pytest.mark.parametrize("attached", [False, True], ids=["start", "attach"])
def test_whoever_dies_at_any_point_a_job_begins_once_at_most(attached: bool, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        died = list(pool.map(lambda number: _interrupted(tmp_path / str(number), number, attached), _points()))
    assert any(died)
    assert not died[-1], "more programs are called than there are points"


# -- no room


@pytest.fixture
def little_room(tmp_path: Path) -> Iterator[OpsFolder]:
    """A server whose disk holds 256 KiB."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root alone")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.decode(errors='replace')}")
    try:
        server = make(tmp_path / "server")
        (server.state / "filler").touch()
        subprocess.run(["cp", "-a", f"{server.state}/.", disk], check=True)
        subprocess.run(["rm", "-rf", server.state], check=True)
        server.state.symlink_to(disk)
        yield server
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_on_a_full_disk_nothing_begins_and_that_is_said(little_room: OpsFolder) -> None:
    there, filler = little_room.line(), little_room.state / "filler"
    subprocess.run(["sh", "-c", f"cat /dev/zero >{filler} 2>/dev/null"], check=False)
    for state in (jobs.start(there, order(little_room)), jobs.attach(there, order(little_room, "b")).state):
        assert (state.kind, state.said.split()[0]) == ("refused", "no-record")
    assert jobs.listed(there) == ()
    filler.unlink()
    jobs.start(there, order(little_room))
    assert jobs.wait(there, "a", 10) == EXIT_0
    assert jobs.attach(there, order(little_room, "b")).state == EXIT_0
    assert little_room.effects() == 2


def test_a_job_that_fills_the_disk_still_gets_its_end_recorded(little_room: OpsFolder) -> None:
    there, filler = little_room.line(), little_room.state / "filler"
    text = f"cat /dev/zero >{filler}; exit 4"
    jobs.start(there, order(little_room, "a", text))
    assert jobs.wait(there, "a", 10) == JobState("exit", 4)
    filler.unlink()
    assert jobs.attach(there, order(little_room, "b", text)).state == JobState("exit", 4)


def test_a_queued_job_can_be_claimed_on_a_full_disk(little_room: OpsFolder) -> None:
    later, there = little_room.flag("later"), little_room.line()
    jobs.start(there, order(little_room))
    subprocess.run(["sh", "-c", f"cat /dev/zero >{little_room.state}/filler 2>/dev/null"], check=False)
    later.unlink()
    jobs.start(there, order(little_room))
    assert jobs.wait(there, "a", 10) == EXIT_0
    assert little_room.effects() == 1


def test_a_server_without_our_folder_is_an_error(server: OpsFolder) -> None:
    server.state.rename(server.top / "away")
    with pytest.raises(CommandFailed):
        jobs.start(server.line(), order(server))


def _sent(said: Order) -> bytes:
    return Posix().ask([jobs.attach_question(said)], "ab" * 16, 30, lambda _name: "")


def _until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, "it did not come to pass"
        sleep(0.01)
