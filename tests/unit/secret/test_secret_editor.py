"""Where a value may be edited: in memory or nowhere."""

from pathlib import Path

import pytest

from eakte_ops.errors import Refused, UsageError
from eakte_ops.secret import editor


def test_the_private_folder_of_the_session_goes_before_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "_mounts", lambda: {Path("/"): "tmpfs"})
    assert editor._places({"XDG_RUNTIME_DIR": "/usr"})[0] == Path("/usr")
    assert editor._places({"XDG_RUNTIME_DIR": "/no/such/folder"}) == editor._places({})


def test_without_a_folder_in_memory_nothing_is_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "_mounts", lambda: {Path("/"): "ext4"})
    with pytest.raises(Refused, match="no folder in memory") as caught:
        editor.edited(None, "x", {"XDG_RUNTIME_DIR": str(tmp_path), "EDITOR": "true"})
    assert "secret set" in caught.value.way_out
    assert list(tmp_path.iterdir()) == []


def test_the_kind_of_the_nearest_mount_counts() -> None:
    kinds = {Path("/"): "ext4", Path("/run"): "tmpfs", Path("/run/disk"): "xfs"}
    assert editor._kind(Path("/run/user/1000"), kinds) == "tmpfs"
    assert editor._kind(Path("/run/disk/x"), kinds) == "xfs"
    assert editor._kind(Path("/home/x"), kinds) == "ext4"


@pytest.mark.parametrize(("text", "value"), [("a\n", "a"), ("a", "a"), ("a\n\n", "a\n"), ("a\r\n", "a"), ("", "")])
def test_one_line_end_belongs_to_the_editor(text: str, value: str) -> None:
    assert editor.without_line_end(text) == value


def test_vim_is_kept_from_writing_the_value_elsewhere(tmp_path: Path) -> None:
    program = tmp_path / "vim.basic"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "vi").symlink_to(program)
    assert editor._editor({"VISUAL": f"{tmp_path}/vi -R", "EDITOR": "nano"})[1:4] == ["-R", "-n", "-i"]
    with pytest.raises(UsageError, match="no editor"):
        editor._editor({"EDITOR": "no-such-editor-here"})
