"""Every shell text of this room passes shellcheck, alone and as it is sent."""

from __future__ import annotations

import subprocess
from importlib.resources import files

import pytest

from eakte_ops.remote import fake, jobs, mirror, townlock
from eakte_ops.remote.posix import Posix
from eakte_ops.remote.types import Question, Script


def shellcheck(text: str, *more: str) -> None:
    done = subprocess.run(
        ["shellcheck", "--shell=sh", *more, "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["posix.sh", "ops.sh", "jobs.sh", "townlock.sh", "mirror.sh", "tails.sh", "typed.sh"])
def test_files(name: str) -> None:
    shellcheck((files("eakte_ops.remote") / name).read_text("utf-8"))


def test_an_exchange_as_it_is_sent() -> None:
    questions = [
        Question("plain", Script({"posix": "df -P"}, args=("/var", "it's"))),
        jobs.start_question(jobs.Order("r1", "echo 'hello'", 60, 1)),
        jobs.attach_question(jobs.Order("r2", "echo 'hello'", 60, 1)),
        townlock.ops.call("townlock", "show"),
        mirror.ops.call("mirror", "runs"),
    ]
    sent = Posix().ask(questions, "ab" * 16, 10, lambda _name: "A='b'")
    # What stands in quotes is looked at on its own: that nothing is expanded there is the point (SC2016).
    shellcheck(sent.decode(), "--exclude=SC2016")
    shellcheck(fake._unwrapped(sent), "--exclude=SC1003,SC2016,SC2154")
