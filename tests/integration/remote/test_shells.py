"""The contract of a real shell: /bin/sh of this machine, and sshd with every kind of login shell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.remote.connection import Connector
from eakte_ops.remote.local import LocalConnection
from eakte_ops.remote.session import SshConnection
from eakte_ops.remote.sshconfig import SshConfig
from tests.contract.transport import ECHO, LAST, Play, RealShell, exchange, is_unharmed
from tests.integration.remote.sshd import Sshd, running


class LocalWorld:
    def __init__(self, *command: str, env: dict[str, str] | None = None) -> None:
        self._command = command
        self._env = env

    def connect(self, *_plays: Play) -> LocalConnection:
        return LocalConnection(self._command, env=self._env)


class SshWorld:
    def __init__(self, server: Sshd, config: SshConfig) -> None:
        self._server = server
        self._connector = Connector(ssh_config=config)

    def connect(self, *_plays: Play) -> SshConnection:
        return self._connector(self._server.target(), monotonic() + 30)


@pytest.mark.parametrize("world", [LocalWorld("dash", "-s"), LocalWorld("bash", "--posix", "-s")], ids=["dash", "bash"])
class TestLocal(RealShell):
    pass


@pytest.mark.usefixtures("no_thread_left")
class TestSshd(RealShell):
    @pytest.fixture
    def world(self, sshd: Sshd, no_config: SshConfig) -> SshWorld:
        return SshWorld(sshd, no_config)


# sshd runs a command as `SHELL -c COMMAND` with the login shell of passwd. As nobody but root can change that, the same
# line is run by ForceCommand.
_LOGIN_SHELLS = {
    "bash": "exec bash -c",
    "login bash": "exec bash -lc",
    "dash": "exec dash -c",
    "zsh": "exec zsh -c",
    "fish": "exec fish -c",
    "tcsh": "exec tcsh -c",
    # What a profile may do before the command is reached.
    "noisy profile": "printf 'Welcome!\\033[2J\\a'; head -c 30000 /dev/urandom; echo to err >&2; exec sh -c",
    "profile that reads": "read -r line; exec sh -c",
    "strange settings": "umask 777; ulimit -c 0; export LC_ALL=de_DE.UTF-8 IFS=e POSIXLY_CORRECT=1; exec sh -c",
    "no PATH": "export PATH=; exec /bin/sh -c",
}


@pytest.fixture
def shell_server(tmp_path: Path) -> Iterator[Callable[[str], Sshd]]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(before: str) -> Sshd:
            banner = tmp_path / "banner"
            banner.write_text("Nur für Befugte!\n" * 50)
            more = f'Banner {banner}\nPrintMotd yes\nForceCommand {before} "$SSH_ORIGINAL_COMMAND"'
            return stack.enter_context(running(tmp_path / "server", more=more))

        yield start


@pytest.mark.parametrize("shell", [name for name in _LOGIN_SHELLS if name != "profile that reads"])
def test_login_shells_profiles_and_banners_change_nothing(
    shell: str, shell_server: Callable[[str], Sshd], no_config: SshConfig
) -> None:
    world = SshWorld(shell_server(_LOGIN_SHELLS[shell]), no_config)
    play = Play("args", "printf '%s|' \"$@\" 'it''s' \"$0\"", args=("Grüße", "$x `y`"))
    told = exchange(world, ECHO, play, LAST)
    is_unharmed(told)
    assert told["args"].out.decode() == "Grüße|$x `y`|its|sh|"


def test_a_profile_that_eats_our_text_leads_to_no_answer_and_executes_nothing(
    shell_server: Callable[[str], Sshd], no_config: SshConfig, tmp_path: Path
) -> None:
    world = SshWorld(shell_server(_LOGIN_SHELLS["profile that reads"]), no_config)
    told = exchange(world, Play("touch", f"\ntouch {tmp_path}/made\n\ntouch {tmp_path}/made\n"))
    assert told["touch"].why == "line lost"
    assert not (tmp_path / "made").exists()


@pytest.fixture
def few_tools(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment with these programs and no others."""

    def make(*names: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in names:
            found = shutil.which(name)
            assert found, name
            (folder / name).symlink_to(found)
        return {"PATH": str(folder)}

    return make


def test_a_missing_timeout_does_not_matter(few_tools: Callable[..., dict[str, str]]) -> None:
    # The path is extended by the sbin folders, where nothing of this lies.
    world = LocalWorld("/bin/sh", "-s", env=few_tools("cat", "head", "sleep", "setsid", "yes"))
    told = exchange(
        world,
        ECHO,
        Play("no timeout", "command -v timeout"),
        Play("hangs", "sleep 7655; echo no", limit=1.0),
        Play("flood", "yes"),
        LAST,
    )
    is_unharmed(told)
    assert told["no timeout"].status in (1, 127)
    assert told["hangs"].why == "killed at its limit of 1 s"
    assert told["flood"].cut
    assert told.seconds < 10


def test_without_setsid_as_well_questions_are_still_answered(few_tools: Callable[..., dict[str, str]]) -> None:
    world = LocalWorld("/bin/sh", "-s", env=few_tools("cat", "head", "sleep", "yes"))
    told = exchange(world, ECHO, Play("flood", "yes"), Play("status", "exit 9"), LAST)
    is_unharmed(told)
    assert told["flood"].cut
    assert told["status"].status == 9


def _namespace() -> tuple[str, ...]:
    """How a file system of our own is had here, without being root where the kernel allows that."""
    for way in (("unshare", "-m"), ("unshare", "-rm")):
        if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    return ()


@pytest.mark.parametrize("shell", ["dash", "bash --posix"])
@pytest.mark.parametrize(
    "tmp",
    [
        "mount -t tmpfs -o ro none /tmp",
        "mount -t tmpfs -o size=8k none /tmp; head -c 8192 /dev/zero >/tmp/full",
        "mount -t tmpfs -o mode=000 none /tmp",
    ],
    ids=["read-only", "full", "closed"],
)
def test_tmp_does_not_matter(shell: str, tmp: str) -> None:
    way = _namespace()
    if way:
        world = LocalWorld(*way, "sh", "-c", f"{tmp}; export TMPDIR=/tmp; exec {shell} -s")
    else:  # a shell that wanted a file would look there, and find nothing
        world = LocalWorld(*shell.split(), "-s", env={**os.environ, "TMPDIR": "/nowhere"})
    told = exchange(
        world,
        ECHO,
        Play("long", "# " + "x" * 100_000 + "\necho ran", args=("y" * 100_000,)),
        Play("flood", "yes"),
        LAST,
    )
    is_unharmed(told)
    assert told["long"].out == b"ran\n"
    assert told["flood"].cut
