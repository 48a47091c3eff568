"""The texts that start, stop and restart, in a real dash: from every state in which a step can be left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from eakte_ops.playbook import posix
from eakte_ops.product.load import profile
from tests.integration.playbook.played_units import RUN, UNIT, Played

DONE, NOT_BEGUN = 0, 10


@pytest.fixture
def server(tmp_path: Path) -> Played:
    return Played(tmp_path, profile("musterakte").layout["linux"])


def note(server: Played) -> str:
    """What the note before a step says."""
    ran = server.run(posix.note_unit("ran-01", UNIT))
    assert ran.status == 0
    name, _, value = ran.out.strip().partition("=")
    assert name == "ran-01"
    return value


def boot(server: Played) -> None:
    """The machine starts anew, and with it the unit, unless the software is held."""
    (server.folder / "stuck").unlink(missing_ok=True)
    if server.hold.exists():
        server.say(ActiveState="inactive", InvocationID="")
    else:
        server.say(ActiveState="active", InvocationID="boot", count="9")


def texts(server: Played, action: str) -> tuple[str, str, str]:
    """do, verify and undo."""
    return {
        "start": (posix.start_unit(UNIT, server.layout), posix.verify_started(UNIT), posix.undo_start(UNIT)),
        "stop": (
            posix.stop_unit(UNIT, server.layout),
            posix.verify_stopped(UNIT),
            posix.undo_stop(UNIT, server.layout),
        ),
        "restart": (
            posix.restart_unit(UNIT, server.layout),
            posix.verify_restarted(UNIT),
            posix.undo_restart(UNIT, server.layout),
        ),
    }[action]


WISHED = {"start": "active", "stop": "inactive", "restart": "active"}


class TestNote:
    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("active", "up-id1"),
            ("reloading", "up-id1"),
            ("activating", "up-id1"),
            ("deactivating", "up-id1"),
            ("inactive", "down"),
            ("failed", "down"),
        ],
    )
    def test_it_says_how_the_unit_runs(self, server: Played, state: str, expected: str) -> None:
        server.say(ActiveState=state)
        assert note(server) == expected

    def test_no_answer_is_no_note(self, server: Played) -> None:
        ran = server.run(posix.note_unit("x", "eakte-other.service"))
        assert (ran.status, ran.out) == (1, "")


@pytest.mark.parametrize("action", ["start", "stop", "restart"])
@pytest.mark.parametrize("before", ["active", "inactive", "failed"])
class TestFromEveryState:
    def test_done_and_verified(self, server: Played, action: str, before: str) -> None:
        server.say(ActiveState=before)
        ran = note(server)
        do, verify, undo = texts(server, action)
        assert server.run(do, ran).status == 0
        assert server.state == WISHED[action]
        assert server.run(verify, ran).status == DONE
        assert server.run(do, ran).status == 0, "it can be repeated"
        assert server.state == WISHED[action]
        assert server.run(undo, ran).status == 0
        if action == "restart":
            assert server.state == "active", "the way back of a restart stops nothing"
        elif (before, action) == ("active", "start"):
            assert (server.state, server.invocation) == ("active", "id1"), "what ran before was never touched"
        else:
            assert (server.state == "active") == (before == "active")

    def test_not_begun(self, server: Played, action: str, before: str) -> None:
        server.say(ActiveState=before)
        ran = note(server)
        _do, verify, undo = texts(server, action)
        already = WISHED[action] == before or (action == "stop" and before == "failed")
        assert server.run(verify, ran).status == (DONE if already and action != "restart" else NOT_BEGUN)
        assert server.run(undo, ran).status == 0
        assert (server.state == "active") == (before == "active")
        assert server.invocation == "id1", "nothing was touched"

    def test_the_machine_starts_anew_under_it(self, server: Played, action: str, before: str) -> None:
        server.say(ActiveState=before)
        ran = note(server)
        _do, verify, undo = texts(server, action)
        boot(server)
        assert server.run(verify, ran).status == (NOT_BEGUN if action == "stop" else DONE)
        assert server.run(undo, ran).status == 0
        if action == "start":
            assert (server.state == "active") == (before == "active")
        else:
            assert server.state == "active", "what a boot started is left alone"


class TestHold:
    @pytest.mark.parametrize("action", ["start", "restart"])
    @pytest.mark.parametrize("run", [RUN, "2026-11-20-witten-zzzz"])
    def test_nothing_is_started_under_it(self, server: Played, action: str, run: str) -> None:
        server.held_by(run)
        ran = server.run(texts(server, action)[0], "up-id1")
        assert ran.status == 1
        assert f"the hold is set: run={run} until=" in ran.err
        assert (server.state, server.invocation) == ("active", "id1")

    def test_stopping_under_the_own_one_and_the_way_back(self, server: Played) -> None:
        ran = note(server)
        do, verify, undo = texts(server, "stop")
        server.held_by(RUN)
        assert server.run(do, ran).status == 0
        boot(server)
        assert server.state == "inactive"
        assert server.run(verify, ran).status == DONE
        assert server.run(undo, ran).status == 0
        assert server.state == "active"
        assert not server.hold.exists()

    def test_the_way_back_of_what_did_not_run_leaves_the_hold(self, server: Played) -> None:
        server.say(ActiveState="inactive")
        server.held_by(RUN)
        assert server.run(texts(server, "stop")[2], "down").status == 0
        assert server.hold.exists()
        assert server.state == "inactive"

    @pytest.mark.parametrize("run", ["2026-11-20-witten-zzzz", f"{RUN}x", f"x{RUN}"])
    def test_under_that_of_another_run_nothing_is_stopped(self, server: Played, run: str) -> None:
        server.held_by(run)
        ran = server.run(texts(server, "stop")[0], "up-id1")
        assert ran.status == 1
        assert f"another run holds the software here: run={run}" in ran.err
        assert server.state == "active"

    def test_and_what_is_down_stays_down_and_is_said(self, server: Played) -> None:
        server.say(ActiveState="inactive")
        server.held_by("2026-11-20-witten-zzzz")
        ran = server.run(texts(server, "stop")[2], "up-id1")
        assert ran.status == 1
        assert "the hold is set: run=2026-11-20-witten-zzzz" in ran.err
        assert server.hold.exists()
        assert server.state == "inactive"


class TestHalfDone:
    def test_a_restart_that_only_stopped_can_not_be_told_is_repeated_and_then_runs(self, server: Played) -> None:
        ran = note(server)
        do, verify, undo = texts(server, "restart")
        server.say(cut="")
        assert server.run(do, ran).status == 1
        assert server.run(verify, ran).status == 1
        (server.folder / "cut").unlink()
        assert server.run(undo, ran).status == 0
        assert server.state == "active"
        assert server.run(do, ran).status == 0
        assert server.run(verify, ran).status == DONE

    @pytest.mark.parametrize("action", ["start", "restart"])
    def test_what_does_not_come_up_fails_and_so_does_the_way_back_where_it_ran(
        self, server: Played, action: str
    ) -> None:
        server.say(ActiveState="active" if action == "restart" else "inactive")
        ran = note(server)
        do, _verify, undo = texts(server, action)
        server.say(broken="")
        assert server.run(do, ran).status == 1
        assert server.state == "failed"
        assert server.run(undo, ran).status == (1 if action == "restart" else 0)

    def test_what_does_not_go_down_fails(self, server: Played) -> None:
        server.say(stuck="")
        assert server.run(texts(server, "stop")[0], "up-id1").status == 1

    def test_what_starts_without_a_word_that_it_did_not_is_a_failure(self, server: Played) -> None:
        """systemd starts nothing where a condition of the unit does not hold, and ends with 0 all the same."""
        server.say(ActiveState="inactive")
        program = server.folder / "bin/systemctl"
        program.write_text(program.read_text().replace("up() {", "up() { become inactive; return 0;"))
        ran = server.run(texts(server, "start")[0])
        assert (ran.status, ran.err) == (1, f"{UNIT} is inactive\n")


class TestOnItsWay:
    @pytest.mark.parametrize(
        ("action", "way", "then", "expected"),
        [
            ("stop", "deactivating", "inactive", DONE),
            ("stop", "activating", "active", NOT_BEGUN),
            ("start", "activating", "active", DONE),
            ("start", "deactivating", "inactive", NOT_BEGUN),
            ("restart", "deactivating", "active", DONE),
            ("restart", "reloading", "failed", 1),
        ],
    )
    def test_it_is_waited_for(self, server: Played, action: str, way: str, then: str, expected: int) -> None:
        server.say(ActiveState=way, then=then, way="1")
        assert server.run(texts(server, action)[1], "up-id1").status == expected

    def test_a_job_that_is_still_open_is_waited_for(self, server: Played) -> None:
        """The client of systemctl may die before its job has begun: the unit is still active, and will not be."""
        server.say(Job="4711")
        verify = texts(server, "restart")[1].replace("-le 30", "-le 0")
        assert server.run(verify, "up-id1").status == 1
        server.say(Job="")
        assert server.run(verify, "up-id1").status == NOT_BEGUN

    def test_what_never_comes_to_rest_can_not_be_told(self, server: Played) -> None:
        server.say(ActiveState="activating")
        for action in ("start", "stop", "restart"):
            verify = texts(server, action)[1].replace("-le 30", "-le 0")
            assert server.run(verify, "up-id1").status == 1

    def test_without_a_note_nobody_can_tell_and_nothing_is_stopped(self, server: Played) -> None:
        assert server.run(texts(server, "restart")[1], "").status == 1
        for action in ("start", "stop", "restart"):
            assert server.run(texts(server, action)[2], "").status == 0
            assert (server.state, server.invocation) == ("active", "id1")

    def test_a_service_manager_that_does_not_answer_can_not_be_told(self, server: Played) -> None:
        (server.folder / "bin/systemctl").write_text("#!/bin/sh\nexit 1\n")
        for action in ("start", "stop", "restart"):
            assert server.run(texts(server, action)[1], "up-id1").status == 1
        assert server.run(posix.note_unit("x", UNIT)).status == 1


def test_only_lines_of_the_access_pack_are_tried(server: Played) -> None:
    (server.folder / "rules").write_text("")
    for action in ("start", "stop", "restart"):
        server.say(ActiveState="inactive" if action == "start" else "active")
        ran = server.run(texts(server, action)[0], "up-id1")
        assert ran.status == 1
        assert "a password is required" in ran.err


def test_the_questions_before(server: Played) -> None:
    assert server.run(posix.loaded(UNIT)).out == "loaded\n"
    assert server.run(posix.held(server.layout)).out == "free\n"
    server.held_by(RUN)
    assert server.run(posix.held(server.layout)).out == "set\n"


def test_dash_reads_every_text(server: Played) -> None:
    for action in ("start", "stop", "restart"):
        for text in texts(server, action):
            subprocess.run(["dash", "-n"], input=text.encode(), check=True)
