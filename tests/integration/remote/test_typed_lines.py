"""Lines that a person types, carried out by real shells: what comes back, what stays, and what ends them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.errors import LineLost, Refused
from eakte_ops.remote import typed
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.local import LocalConnection
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.typed import Lines
from eakte_ops.remote.types import Connection
from tests.integration.remote.sshd import Sshd, until


class Desk:
    """Types lines and keeps what was heard."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.out: list[str] = []
        self.err: list[str] = []
        self.lines = Lines(connection, "here", str(folder / "stop"), self.hear, str(folder))

    def hear(self, stream: str, line: str) -> None:
        (self.out if stream == "out" else self.err).append(line)

    def type(self, line: str, limit: int = 20) -> typed.Ended:
        self.out.clear()
        self.err.clear()
        return self.lines.carry_out(line, limit)


@pytest.fixture(params=["dash", "sshd"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, no_config: SshConfig) -> Iterator[Desk]:
    connection: Connection = LocalConnection((request.param, "-s"))
    if request.param == "sshd":
        server: Sshd = request.getfixturevalue("sshd")
        connection = Connector(ssh_config=no_config)(server.target(), time.monotonic() + 30)
    yield Desk(connection, tmp_path.resolve())
    connection.close()


def interrupted(after: float) -> None:
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()


def runs(word: str) -> bool:
    """Whether a process of this machine was begun with `word`."""
    return any(word.encode() in _words(place) for place in Path("/proc").glob("[0-9]*/cmdline"))


def _words(place: Path) -> list[bytes]:
    try:
        return place.read_bytes().split(b"\0")
    except OSError:  # it ended just now
        return []


def test_what_a_line_says_and_how_it_ended(desk: Desk) -> None:
    assert desk.type("echo out; echo err >&2; printf 'no end'; exit 3") == typed.Ended(3, desk.lines.folder)
    assert (desk.out, desk.err) == (["out", "no end"], ["err"])
    assert desk.type("printf '%s|' 'it'\"'\"'s' \"$((6 * 7))\" '$HOME' '\\n'; cat; true").status == 0
    assert desk.out == ["it's|42|$HOME|\\n|"]
    assert desk.type("printf 'a\\n\\n\\nb\\n'").status == 0
    assert desk.out == ["a", "", "", "b"]
    assert desk.type("echo (").status == 2
    assert "yntax error" in desk.err[0]


def test_the_folder_stays_and_variables_do_not(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a b ü'$x").mkdir()
    assert desk.type("cd 'a b ü'\\''$x' && x=1").folder == str(tmp_path.resolve() / "a b ü'$x")
    desk.type('pwd; echo "x=$x"')
    assert desk.out == [desk.lines.folder, "x="]
    assert desk.type("cd / && exit 7") == typed.Ended(7, "/")
    desk.type(f"cd {tmp_path}/a*")
    (tmp_path / "a b ü'$x").rmdir()
    assert desk.type("pwd").folder == "/"
    assert desk.err == ["the folder is gone, this line is carried out in /"]


def test_output_comes_while_the_line_runs(desk: Desk) -> None:
    heard: list[float] = []
    desk.lines.hear = lambda _stream, _line: heard.append(time.monotonic())
    desk.type("echo a; sleep 0.5; echo b >&2")
    assert heard[1] - heard[0] > 0.4


def test_a_line_ends_at_its_limit(desk: Desk) -> None:
    assert desk.type("sleep 41.7", 1).status == 124
    until(lambda: not runs("41.7"))


def test_what_runs_in_the_background_ends_with_its_line(desk: Desk) -> None:
    began = time.monotonic()
    assert desk.type("sleep 43.9 & sleep 0.2; echo on").status == 0
    assert time.monotonic() - began < 5
    until(lambda: not runs("43.9"))


def test_ctrl_c_ends_the_line_and_not_more(desk: Desk) -> None:
    interrupted(0.6)
    began = time.monotonic()
    ended = desk.type("echo a; trap '' INT; sleep 47.3; echo never")
    assert time.monotonic() - began < 5
    assert (ended.why, desk.out) == ("ended by Ctrl-C", ["a"])
    until(lambda: not runs("47.3"))
    assert desk.type("echo on").status == 0


def test_what_does_not_want_to_end_is_ended(tmp_path: Path) -> None:
    interrupted(0.4)
    ended = Desk(LocalConnection(("bash", "-s")), tmp_path).type("trap '' TERM INT HUP; while :; do sleep 0.05; done")
    assert ended.why == "ended by Ctrl-C"


def test_a_line_that_says_too_much_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "MOST", 200_000)
    ended = desk.type("yes only-here")
    assert ended.status is None
    assert "and was ended" in ended.why
    until(lambda: not runs("only-here"))
    assert sum(len(line) + 1 for line in desk.out) <= 200_000
    assert desk.type("echo on").status == 0


def test_the_stop_switch_of_the_town_refuses_each_line(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "stop").write_text("Strom wird abgestellt\x1b[2J\nmore\n")
    with pytest.raises(Refused, match="set the stop switch of this server: Strom wird abgestellt"):
        desk.type("touch done")
    assert not (tmp_path / "done").exists()
    (tmp_path / "stop").unlink()
    assert desk.type("touch done").status == 0


def test_what_moves_a_terminal_is_taken_out(desk: Desk) -> None:
    desk.type("printf '\\033]0;x\\007a\\033[2Jb\\rc\\303\\244\\377\\n'; printf '\\033[1m' >&2")
    assert (desk.out, desk.err) == (["ab", "cä\ufffd"], [""])


def test_no_line_stands_in_a_list_of_processes(desk: Desk) -> None:
    seen = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
    desk.type(f"x=needle-4711; {seen} | grep -c 'needle-[4]'")
    assert desk.out[-1] == "0"


@pytest.mark.parametrize("line", ["kill -9 $$", "exec true", "trap - EXIT; cd /etc", "exec 5>&-; cd /etc"])
def test_a_line_that_hurts_its_own_shell_leaves_the_folder(line: str, desk: Desk) -> None:
    before = desk.lines.folder
    assert desk.type(line).folder in (before, "/etc")
    assert desk.type("pwd").status == 0
    assert desk.out == [desk.lines.folder]


def test_a_line_that_breaks_is_an_error_and_not_an_end() -> None:
    lines = Lines(LocalConnection(("dash", "-s")), "here", "/nonexistent/stop", lambda _stream, _line: None)
    with pytest.raises(LineLost):
        lines.carry_out("kill -9 $(ps -o ppid= -p $(ps -o ppid= -p $(ps -o ppid= -p $$)))", 5)


def test_begin_and_end_stand_in_the_journal_or_nothing_is_done(tmp_path: Path) -> None:
    program = tmp_path / "bin/logger"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{tmp_path}/journal\n')
    program.chmod(0o755)
    env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path)}
    connection = LocalConnection(("dash", "-s"), env=env)
    stop, hold = tmp_path / "stop", tmp_path / "hold"

    def begin() -> typed.Opened:
        return typed.begin(connection, stop=str(stop), hold=str(hold), note="audit 1 'x' $y", server="here")

    assert begin() == typed.Opened(str(tmp_path.resolve()), "")
    hold.write_text("handover since 18:00\n")
    assert begin().hold == "handover since 18:00"
    typed.end(connection, note="audit 2", server="here")
    assert (tmp_path / "journal").read_text().splitlines() == ["-t eakte-ops -- audit 1 'x' $y"] * 2 + [
        "-t eakte-ops -- audit 2"
    ]
    stop.write_text("no\n")
    with pytest.raises(Refused, match="stop switch of this server: no"):
        begin()
    stop.unlink()
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Refused, match="could not be announced"):
        begin()
