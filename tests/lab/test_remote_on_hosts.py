"""The contract of every transport on real hosts: one reached directly, one through the town's jump host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.errors import AuthenticationFailed
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.towns import host_named
from eakte_ops.remote.connection import Connector
from eakte_ops.remote.fleet import Errand, visit_all
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Connection, Question, Script, Target
from tests.contract.transport import ECHO, LAST, Play, RealShell, exchange, is_unharmed

SHELLS = ("/bin/dash", "/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", "/usr/bin/tcsh")


def target_of(operations: Path, server: str) -> Target:
    context = Context(project=operations)
    town = context.inventory().towns[server.split("-", maxsplit=1)[0]]
    return context.target(town, town.server(server), "look")


class World:
    """A host, asked with the night account."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.connector = Connector(ssh_config=SshConfig("/dev/null", "/dev/null"))

    def connect(self, *_plays: Play) -> Connection:
        return self.connector(self.target, monotonic() + 30)


@pytest.fixture(scope="module", params=["herdecke-box", "hattingen-app"])
def world(lab: Lab, request: pytest.FixtureRequest) -> Iterator[World]:
    world = World(target_of(lab.places.operations, request.param))
    yield world
    world.connector.abort()


class TestOnHosts(RealShell):
    """Every clause of it."""


@pytest.fixture
def box(lab: Lab) -> Iterator[LocalIT]:
    """Local IT at the console of a server; what the night account is let in with is put back afterwards."""
    at_console = lab.local_it(host_named("herdecke-box"))
    keys = "/etc/eakte-ops/home/eakte-look/.ssh/authorized_keys"
    at_console.script(f"cp -p {keys} /root/keys.before; getent passwd eakte-look | cut -d: -f7 >/root/shell.before")
    yield at_console
    at_console.script(
        f'cp -p /root/keys.before {keys}; usermod -s "$(cat /root/shell.before)" eakte-look; rm -f /root/*.before '
        "/etc/profile.d/noise.sh /etc/zsh/zshenv.d /etc/csh/login.d/noise.csh"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_whatever_the_login_shell(box: LocalIT, operations: Path, shell: str) -> None:
    box.script('usermod -s "$1" eakte-look', shell)
    is_unharmed(exchange(World(target_of(operations, "herdecke-box")), ECHO, LAST))


def test_rights_taken_away_are_said(box: LocalIT, operations: Path) -> None:
    world = World(target_of(operations, "herdecke-box"))
    is_unharmed(exchange(world, ECHO, LAST))
    box.script(": >/etc/eakte-ops/home/eakte-look/.ssh/authorized_keys")
    with pytest.raises(AuthenticationFailed, match="herdecke-box: does not let eakte-look in"):
        world.connect()


def test_max_startups_on_the_jump_host_drops_nothing(lab: Lab, operations: Path) -> None:
    """Twelve connections at once through a jump host that takes two handshakes at a time: one is made and shared."""
    jump = lab.local_it(host_named("hattingen-jump"))
    jump.script("echo 'MaxStartups 2:100:2' >/etc/ssh/sshd_config.d/few.conf; systemctl reload ssh")
    try:
        question = Question("hello", Script({"posix": "echo hello"}))
        servers = [target_of(operations, name) for name in ("hattingen-db", "hattingen-app")]
        errands = [Errand(target, (question,), 30.0) for target in servers * 6]
        outcomes = list(visit_all(errands, Connector(ssh_config=SshConfig("/dev/null", "/dev/null")), threads=12))
    finally:
        jump.script("rm -f /etc/ssh/sshd_config.d/few.conf; systemctl reload ssh")
    assert [outcome.error for outcome in outcomes] == [None] * 12
    assert all(outcome.answers[0].out == b"hello\n" for outcome in outcomes)
