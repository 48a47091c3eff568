"""Real servers on loopback for all integration tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from eakte_ops.remote.sshconfig import SshConfig
from tests.integration.remote.sshd import Sshd, running, until


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One sshd for all tests that do not need one of their own."""
    with running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def no_config() -> SshConfig:
    """No ssh_config of this machine and no agent: tests must not depend on them."""
    return SshConfig(user="/dev/null", system="/dev/null")


@pytest.fixture(autouse=True)
def no_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture
def no_thread_left() -> Iterator[None]:
    """No thread of ours outlives the test."""
    before = set(threading.enumerate())
    yield
    until(lambda: not [each for each in threading.enumerate() if each not in before and each.name != "resolver"], 5)
