"""~/.ssh/config as people break it: a sentence about this machine, never one about the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.errors import UsageError
from eakte_ops.remote.sshconfig import SshConfig
from eakte_ops.remote.types import Target


@pytest.mark.parametrize("text", [b"Host *\n  ProxyCommand\n", b"\xff\xfe", b"Host *\n  Port abc\n"])
def test_a_broken_file_is_said_and_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "config").write_bytes(text)
    route = SshConfig(str(tmp_path / "config"), "/dev/null").route
    with pytest.raises(UsageError, match="config"):
        route(Target("witten-db", "", "eakte-look", tmp_path / "known_hosts"))
