"""A hook is a real program: it gets JSON on stdin and nothing of our secrets, and its time comes to an end."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from eakte_ops.report.deliver import Delivered, deliver, ways_of
from tests.unit.memory.looks import said
from tests.unit.report.post import Post, settings


def hook(folder: Path, text: str) -> None:
    file = folder / "hook"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def alarmed(post: Post, folder: Path, seconds: float = 20.0) -> Delivered:
    post.said = settings(mail=None, alarm={"hook": "hook", "hook_seconds": seconds})
    post.look(said("critical", "/var"))
    ways = ways_of(post.said, folder, lambda _name: pytest.fail("no secret is needed"))
    return deliver(post.store, post.said, ways, all_now=True, clock=post.clock)


def test_it_gets_the_alarm_on_stdin(post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", "/nowhere/identity")
    hook(tmp_path, "cat >told; env >environment; printf %s $# >words")
    assert alarmed(post, tmp_path).sent == 1
    told = json.loads((tmp_path / "told").read_text())
    assert (told["schema"], told["version"]) == ("eakte-ops/alarm", 1)
    assert told["findings"][0]["subject"] == "/var"
    assert (tmp_path / "words").read_text() == "0"
    assert "EAKTE_OPS" not in (tmp_path / "environment").read_text()


def test_a_failure_is_kept_told_and_tried_again(post: Post, tmp_path: Path) -> None:
    hook(tmp_path, "echo 'the pager is busy' >&2; exit 3")
    done = alarmed(post, tmp_path)
    assert (done.sent, done.waiting) == (0, 1)
    assert done.trouble == ("hook ended with status 3: the pager is busy",)
    hook(tmp_path, "cat >told")
    assert alarmed(post, tmp_path).sent == 1


@pytest.mark.parametrize("missing", [True, False])
def test_a_program_that_can_not_be_run_is_said(post: Post, tmp_path: Path, missing: bool) -> None:
    if not missing:
        (tmp_path / "hook").write_text("#!/bin/sh\n")
    why = "No such file or directory" if missing else "Permission denied"
    assert alarmed(post, tmp_path).trouble == (f"hook can not be run: {why}",)


def test_one_that_hangs_is_ended_with_all_it_started(post: Post, tmp_path: Path) -> None:
    hook(tmp_path, "sleep 600 & echo $! >child; wait")
    done = alarmed(post, tmp_path, seconds=1.0)
    assert done.trouble == ("hook did not end within 1 s",)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 10
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(child)


def test_one_that_floods_or_does_not_listen_does_no_harm(post: Post, tmp_path: Path) -> None:
    hook(tmp_path, "head -c 3000000 /dev/zero | tr '\\0' x >&2; yes | head -c 3000000; exit 1")
    done = alarmed(post, tmp_path)
    assert done.trouble[0].startswith("hook ended with status 1: xxx")
    assert len(done.trouble[0]) <= 200


def test_a_flood_fills_no_disk(post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    size = "$(stat -L -c %s /proc/$$/fd/2)"
    hook(tmp_path, f"head -c 3000000 /dev/zero >&2; printf %s {size} >size; exit 1")
    alarmed(post, tmp_path)
    assert (tmp_path / "size").read_text() == "0"


def test_one_that_gets_away_with_its_stderr_is_not_waited_for(post: Post, tmp_path: Path) -> None:
    hook(tmp_path, "setsid sleep 30 & echo $! >child; echo gone >&2; exit 3")
    done = alarmed(post, tmp_path)
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
    assert done.trouble == ("hook ended with status 3: gone",)


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
