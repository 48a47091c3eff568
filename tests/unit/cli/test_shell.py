"""`shell` with lines from stdin, on a server that is this machine's own shell."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.audit import Entry, Trail
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.errors import LineLost, TimedOut, Unreachable
from eakte_ops.remote.local import LocalConnection
from eakte_ops.remote.types import Target
from eakte_ops.secret.scrub import SCRUBBER

Type = Callable[..., tuple[int, str, str]]
Said = pytest.CaptureFixture[str]


class Servers:
    """Every server is dash on this machine, whose `logger` writes to a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logins: list[str] = []
        self.refuses: Unreachable | None = None
        self.breaks_at = ""
        bin_ = folder / "bin"
        bin_.mkdir()
        (bin_ / "logger").write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >>{folder}/journal\n')
        (bin_ / "logger").chmod(0o755)

    @property
    def journal(self) -> list[str]:
        return (self.folder / "journal").read_text().splitlines() if (self.folder / "journal").exists() else []

    def __call__(self, target: Target, _deadline: float) -> LocalConnection:
        if self.refuses is not None:
            raise self.refuses
        self.logins.append(f"{target.user}@{target.name}")
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "HOME": str(self.folder)}
        return Breaking(self, ("dash", "-s"), env=env)


class Breaking(LocalConnection):
    """Is lost in the line that holds a word."""

    def __init__(self, servers: Servers, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self._servers = servers

    def talk(self, stdin: bytes, *, deadline: float, cap: int):  # type: ignore[no-untyped-def]
        word = self._servers.breaks_at.encode()
        if word and word in stdin:
            raise LineLost(server="witten-app", phase="exchange")
        return super().talk(stdin, deadline=min(deadline, monotonic() + 20), cap=cap)


@pytest.fixture
def servers(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Servers:
    made = Servers(tmp_path.resolve())
    monkeypatch.setattr(CONTEXT, "connect", lambda: made)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert folder
    return made


@pytest.fixture
def type_(folder: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Type:
    def type_(*lines: str, server: str = "witten-app", raw: bytes = b"", more: tuple[str, ...] = ()):
        assert servers
        given = raw or "".join(f"{line}\n" for line in lines).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        status = main(["--project", str(folder), "shell", server, "--why", "Vorgang hängt", *more])
        said = capfd.readouterr()
        return status, said.out, said.err

    return type_


def entries(folder: Path) -> list[Entry]:
    return list(Trail(folder / "state").entries())


def record(folder: Path) -> list[dict[str, object]]:
    (file,) = (folder / "state/shells").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_lines_are_carried_out_one_after_the_other(type_: Type, servers: Servers, folder: Path) -> None:
    status, out, err = type_("echo eins", "cd /usr", "", "pwd; echo zwei >&2", "exit", "echo never")
    assert status == 0, err
    assert out.splitlines() == ["eins", "/usr"]
    assert "zwei" in err
    assert "This is no terminal" in err
    assert servers.logins == ["eakte-ops@witten-app"]
    begin, end = entries(folder)
    assert (begin.what, begin.town, begin.why, begin.details["server"]) == (
        "shell",
        "witten",
        "Vorgang hängt",
        "witten-app",
    )
    assert (end.what, end.details["of"], end.details["lines"], end.details["result"]) == (
        "shell.end",
        begin.hash,
        3,
        "ended, 3 lines",
    )
    kept = Trail(folder / "state")
    assert servers.journal == [f"-t eakte-ops -- {kept.anchor(each)}" for each in (begin, end)]
    lines = record(folder)
    assert [(line["mark"], line.get("line")) for line in lines] == [
        ("begin", None),
        ("line", "echo eins"),
        ("ended", None),
        ("line", "cd /usr"),
        ("ended", None),
        ("line", "pwd; echo zwei >&2"),
        ("ended", None),
    ]
    assert lines[5]["folder"] == "/usr"
    assert lines[0]["audit"] == begin.hash
    (file,) = (folder / "state/shells").iterdir()
    assert end.details["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert main(["--project", str(folder), "audit", "check"]) == 0


def test_what_was_typed_can_not_be_altered_unnoticed(
    type_: Type, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    type_("true")
    (file,) = (folder / "state/shells").iterdir()
    file.write_text(file.read_text().replace("true", "date"))
    assert main(["--project", str(folder), "audit", "check"]) == 1
    assert "was altered since its shell ended" in capfd.readouterr().out
    file.unlink()
    assert main(["--project", str(folder), "audit", "check", "--json"]) == 1
    assert "is gone" in json.loads(capfd.readouterr().out)["faults"][0]


def test_a_line_that_does_not_end_well_shows_in_the_status(type_: Type) -> None:
    status, out, err = type_("false", "echo on")
    assert (status, out) == (1, "on\n")
    assert "[status 1]" in err


def test_the_limit_of_a_line_can_be_changed(type_: Type, folder: Path) -> None:
    status, _out, err = type_(":limit 1", "sleep 5", ":limit x", ":help")
    assert status == 1
    assert "[status 124: ended at its limit of 1 s" in err
    assert ":limit N   a line may take" in err
    assert "ended at its limit" in str(record(folder)[2]["said"])


def test_a_broken_connection_ends_what_comes_from_stdin(type_: Type, servers: Servers, folder: Path) -> None:
    servers.breaks_at = "zwei"
    status, out, err = type_("echo eins", "echo zwei", "echo drei")
    assert (status, out) == (3, "eins\n")
    assert "how far the line came is not known" in err
    assert "The lines after it were not carried out." in err
    assert servers.logins == ["eakte-ops@witten-app"] * 2  # once more to announce the end
    assert len(servers.journal) == 2
    assert "not known" in str(record(folder)[-1]["said"])


def test_a_server_that_is_not_there_leaves_no_entry(type_: Type, servers: Servers, folder: Path) -> None:
    servers.refuses = TimedOut(server="witten-app", seconds=30, phase="connect")
    status, _out, err = type_("true")
    assert status == 3
    assert "no answer within 30 s" in err
    assert entries(folder) == []


def test_a_journal_that_takes_nothing_refuses_the_shell(type_: Type, servers: Servers, folder: Path) -> None:
    (servers.folder / "bin/logger").write_text("#!/bin/sh\nexit 1\n")
    status, out, err = type_("echo never")
    assert (status, out) == (7, "")
    assert "could not be announced in its system journal" in err
    assert [each.details.get("result") for each in entries(folder)] == [None, "not begun"]


@pytest.fixture
def stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "stop"
    monkeypatch.setattr("eakte_ops.cli.shell.Place.stop", str(file))
    return file


def test_the_stop_switch_refuses_the_shell(type_: Type, servers: Servers, stop: Path) -> None:
    stop.write_text("Umbau bis Freitag\n")
    status, out, err = type_("echo never")
    assert (status, out, servers.journal) == (7, "", [])
    assert "local IT set the stop switch of this server: Umbau bis Freitag" in err


def test_the_stop_switch_set_meanwhile_refuses_the_next_line(
    type_: Type, servers: Servers, stop: Path, folder: Path
) -> None:
    status, out, err = type_(f"echo now >{stop}; echo eins", "echo never")
    assert (status, out) == (7, "eins\n")
    assert "stop switch of this server: now" in err
    assert len(servers.journal) == 2
    assert str(entries(folder)[-1].details["result"]).startswith("ended: ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_its_line_and_says_so_everywhere(
    number: signal.Signals, type_: Type, servers: Servers, folder: Path
) -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), number)).start()
    began = monotonic()
    status, out, err = type_("echo eins; sleep 30", "echo never")
    assert (status, out) == (130, "eins\n")
    assert monotonic() - began < 10
    assert "Told to end." in err
    assert len(servers.journal) == 2
    assert entries(folder)[-1].details["result"] == "ended, 1 line"


def test_ctrl_c_ends_the_line_and_the_next_one_is_carried_out(type_: Type, folder: Path) -> None:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    status, out, err = type_("echo eins; sleep 30", "echo zwei")
    assert (status, out) == (1, "eins\nzwei\n")
    assert "ended by Ctrl-C" in err
    assert "ended by Ctrl-C" in str(record(folder)[2]["said"])


def test_the_hold_is_said(type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hold").write_text("handover of 18:00\n")
    monkeypatch.setattr("eakte_ops.cli.shell.Place.hold", str(tmp_path / "hold"))
    assert "the hold is set here, so the software does not start: handover of 18:00" in type_("true")[2]


def test_who_is_at_work_on_the_town_is_said(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    from eakte_ops.remote.townlock import Holder

    holder = Holder("2026-11-24-witten-ab12", "admin-2", "ops-1", "config apply", 1.0, 2.0, 7)
    monkeypatch.setattr("eakte_ops.remote.townlock.read", lambda _connection, server: (7, holder))
    err = type_("true")[2]
    assert "NOTE: admin-2 (ops-1) is at work on Witten since" in err
    assert "config apply (run 2026-11-24-witten-ab12). Do not change" in err


def test_secrets_are_shown_and_written_down_by_name(type_: Type, folder: Path) -> None:
    SCRUBBER.add("witten/database-password", "Sommer-2026-geheim")
    status, out, err = type_("echo Sommer-2026-geheim; echo Sommer-2026-geheim >&2")
    assert status == 0
    assert "Sommer" not in out + err
    assert out == "<secret witten/database-password>\n"
    assert "Sommer" not in json.dumps(record(folder))


@pytest.mark.parametrize("raw", [b"echo \xff\n", b"echo a\0b\n", b"x" * 70_000])
def test_what_is_no_line_is_not_carried_out(raw: bytes, type_: Type) -> None:
    status, out, err = type_(raw=raw)
    assert (status, out) == (2, "")
    assert "Line 1 of stdin" in err


def test_a_reason_is_needed_and_names_are_suggested(
    type_: Type, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, _out, err = type_("true", server="witten-ap")
    assert status == 2
    assert 'did you mean "witten-app"?' in err
    assert type_("true", more=("--why", "  "))[0] == 2
    assert type_("true", server="hattingen-jump")[0] == 7
    status, _out, err = type_("true", server="gevelsberg-app")
    assert status == 7
    assert "Windows server is not supported yet" in err
    assert main(["--project", str(folder), "shell", "witten-app"]) == 2
    assert "--why" in capfd.readouterr().err


def test_a_mistake_in_the_file_of_another_town_does_not_matter(type_: Type, folder: Path) -> None:
    broken = folder / "inventories/herdecke.yml"
    broken.write_text(broken.read_text() + "\nno_such_key: 1\n")
    status, out, err = type_("echo eins")
    assert (status, out) == (0, "eins\n")
    assert "inventory check" in err
