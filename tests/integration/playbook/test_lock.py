"""The lock of a town on all of its servers, with its real texts: one gets it, or nobody."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.errors import Busy, EakteError, LineLost
from eakte_ops.playbook import lock
from eakte_ops.playbook.lines import Lines
from eakte_ops.remote import townlock
from eakte_ops.remote.townlock import Holder
from eakte_ops.remote.types import Connection, Target
from tests.integration.playbook.office import town_of
from tests.integration.remote.ops_folder import OpsFolder

SERVERS = ("a", "b", "c")


class Taken(Busy):
    """Another one has it."""


@pytest.fixture
def servers(tmp_path: Path) -> dict[str, OpsFolder]:
    return town_of(tmp_path, *SERVERS)


def lines(servers: dict[str, OpsFolder], *down: str) -> Lines:
    def connect(target: Target, _deadline: float) -> Connection:
        if target.name in down:
            raise LineLost(server=target.name, phase="login")
        return servers[target.name].line()

    return Lines({name: Target(name, "127.0.0.1", "eakte-ops", Path("none")) for name in servers}, connect, 5.0)


def holder(run: str, host: str = "ops-1") -> Holder:
    return Holder(run, "admin-1", host, "try", 1.0, 2.0, 0)


def no_other(mine: Holder) -> lock.Objection:
    """Nothing is taken out of another run's or another host's hands."""

    def objection(_server: str, _token: int, other: Holder | None) -> EakteError | None:
        same = other is None or (other.run, other.host) == (mine.run, mine.host)
        return None if same else Taken(f"{other.run} on {other.host}" if other else "")

    return objection


def take(through: Lines, mine: Holder, *needed: str) -> lock.Taken:
    return lock.take(through, SERVERS, mine, needed=needed or SERVERS, objection=no_other(mine))


def seen(servers: dict[str, OpsFolder]) -> dict[str, tuple[int, str]]:
    """Token and run by server."""
    said = lock.look(lines(servers), SERVERS).said
    return {server: (token, other.run if other else "") for server, (token, other) in said.items()}


def test_it_is_taken_with_one_token_above_all_others_and_given_back(servers: dict[str, OpsFolder]) -> None:
    (servers["b"].state / "lock" / "token").write_text("7\n")
    taken = take(lines(servers), holder("r1"))
    assert (taken.token, taken.left_out) == (8, {})
    assert seen(servers) == dict.fromkeys(SERVERS, (8, "r1"))
    assert take(lines(servers), holder("r1")).token == 9
    with pytest.raises(Taken, match="r1"):
        take(lines(servers), holder("r2"))
    assert seen(servers) == dict.fromkeys(SERVERS, (9, "r1"))
    assert lock.release(lines(servers), SERVERS, "r1", 8) == {}
    assert seen(servers) == dict.fromkeys(SERVERS, (9, "r1"))
    assert lock.release(lines(servers), SERVERS, "r1", 9) == {}
    assert seen(servers) == dict.fromkeys(SERVERS, (9, ""))


def test_all_or_none(servers: dict[str, OpsFolder]) -> None:
    with pytest.raises(LineLost):
        take(lines(servers, "c"), holder("r1"))
    assert seen(servers) == dict.fromkeys(SERVERS, (0, ""))
    taken = take(lines(servers, "c"), holder("r1"), "a", "b")
    assert (taken.token, list(taken.left_out)) == (1, ["c"])
    assert seen(servers) == {"a": (1, "r1"), "b": (1, "r1"), "c": (0, "")}


def test_one_that_fails_in_between_is_given_back_but_never_what_the_run_had_before(
    servers: dict[str, OpsFolder],
) -> None:
    first = lines(servers)
    take(first, holder("r1"), "a")
    lock.release(first, ["b", "c"], "r1", 1)
    (servers["c"].state / "ops.flock").unlink()  # it can be looked at, and not taken
    with pytest.raises(EakteError):
        take(first, holder("r1"))
    (servers["c"].state / "ops.flock").touch()
    assert {server: run for server, (_token, run) in seen(servers).items()} == {"a": "r1", "b": "", "c": ""}


def test_of_many_who_come_at_once_one_gets_it_everywhere(servers: dict[str, OpsFolder]) -> None:
    def come(number: int) -> str:
        try:
            take(lines(servers), holder(f"r{number}"))
        except Taken:
            return ""
        return f"r{number}"

    with ThreadPoolExecutor(5) as pool:
        got = [run for run in pool.map(come, range(5)) if run]
    assert len(got) == 1
    assert {run for _token, run in seen(servers).values()} == set(got)


def test_of_two_hosts_that_resume_one_run_at_once_one_gets_it(servers: dict[str, OpsFolder]) -> None:
    def come(host: str) -> str:
        try:
            take(lines(servers), holder("r1", host))
        except Taken:
            return ""
        return host

    with ThreadPoolExecutor(2) as pool:
        got = [host for host in pool.map(come, ("ops-1", "ops-2")) if host]
    assert len(got) == 1


def test_breaking_says_so_on_every_server_and_raises_the_fence(servers: dict[str, OpsFolder]) -> None:
    take(lines(servers), holder("r1"))
    broken = lock.break_open(lines(servers, "b"), SERVERS, lambda server: f"for {server}")
    assert {server: was.run for server, was in broken.said.items() if was} == {"a": "r1", "c": "r1"}
    assert list(broken.failed) == ["b"]
    assert seen(servers) == {"a": (2, ""), "b": (1, "r1"), "c": (2, "")}
    assert servers["a"].journal[-1] == "lock of the town broken: for a"


def test_a_server_that_lies_about_its_token_does_not_lead_the_others_there(servers: dict[str, OpsFolder]) -> None:
    take(lines(servers), holder("r0"))
    lock.release(lines(servers), SERVERS, "r0", 1)
    (servers["b"].state / "lock" / "token").write_text("999999999999999\n")
    with pytest.raises(lock.Leapt, match=r"b: its fence token is 999,999,999,999,999, .* \(1\)"):
        take(lines(servers), holder("r1"))
    assert seen(servers) == {"a": (1, ""), "b": (999_999_999_999_999, ""), "c": (1, "")}
    lock.break_open(lines(servers), ("a", "b", "c"), lambda _server: "free it")
    assert {server: (servers[server].state / "lock" / "token").read_text() for server in ("a", "c")} == {
        "a": "2\n",
        "c": "2\n",
    }


def test_nor_when_it_says_so_only_once_it_is_taken(
    servers: dict[str, OpsFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = townlock.take

    def lying(connection: Connection, mine: Holder, *, server: str = "") -> Holder:
        said = honest(connection, mine, server=server)
        return replace(said, token=999_999_999_999) if server == "b" else said

    monkeypatch.setattr(townlock, "take", lying)
    with pytest.raises(lock.Leapt, match="b: its fence token"):
        take(lines(servers), holder("r1"))
    assert {server: said for server, said in seen(servers).items() if server != "b"} == {"a": (1, ""), "c": (1, "")}


@pytest.mark.parametrize("word", ["nan", "inf", "1e999", "9" * 400, "-5", "soon"])
def test_a_holder_that_no_clock_can_show_is_none(servers: dict[str, OpsFolder], word: str) -> None:
    (servers["a"].state / "lock" / "holder").write_text(f"r9\nadmin\nops-2\ntry\n1\n{word}\n3\n")
    said = lock.look(lines(servers), SERVERS)
    assert list(said.failed) == ["a"]
    with pytest.raises(EakteError):
        take(lines(servers), holder("r1"))


def test_whoever_only_looks_keeps_no_work_from_beginning(tmp_path: Path) -> None:
    with lock.working(tmp_path, "witten", "before"):
        pass
    looking = os.open(lock.file_of(tmp_path, "witten"), os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(0.1, os.close, (looking,)).start()
    with lock.working(tmp_path, "witten", "try it"):
        assert lock.is_worked_on(tmp_path, "witten").startswith("try it")


def test_a_process_at_work_is_seen_by_others(tmp_path: Path) -> None:
    assert lock.is_worked_on(tmp_path, "witten") == ""
    with lock.working(tmp_path, "witten", "try it, run r1"):
        assert lock.is_worked_on(tmp_path, "witten").startswith("try it, run r1, since ")
        with pytest.raises(Busy, match="witten is busy: try it, run r1"), lock.working(tmp_path, "witten", "me, too"):
            pass
    assert lock.is_worked_on(tmp_path, "witten") == ""
