"""The lab's operations folder is a git repository from its first boot on, with the real git."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from eakte_ops.cli.banner import commit_of, is_committed
from eakte_ops.lab.in_git import keep_in_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))  # whatever git is set to on this machine
    top = tmp_path / "operations"
    for name in ("inventories", "keys", "state", "playbooks"):
        (top / name).mkdir(parents=True)
    (top / "eakte-ops.yml").write_text("lab: true\n")
    (top / "inventories/witten.yml").write_text("one\n")
    (top / "keys/age-identity").write_text("private")
    (top / "state/store.db").write_text("x")
    return top


def files(folder: Path) -> set[str]:
    done = subprocess.run(["git", "-C", folder, "ls-files"], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_is_committed_but_keys_and_what_is_remembered(folder: Path) -> None:
    assert keep_in_git(folder)
    assert files(folder) == {".gitignore", "eakte-ops.yml", "inventories/witten.yml"}
    assert is_committed(commit_of(folder))


def test_a_second_town_and_new_host_keys_are_committed_and_what_a_person_changed_is_not(folder: Path) -> None:
    (folder / "inventories/witten.known_hosts").write_text("old key\n")
    keep_in_git(folder)
    (folder / "inventories/hattingen.yml").write_text("two\n")
    (folder / "inventories/witten.known_hosts").write_text("new key\n")
    assert keep_in_git(folder)
    assert "inventories/hattingen.yml" in files(folder)
    assert is_committed(commit_of(folder))
    (folder / "inventories/witten.yml").write_text("changed by a person\n")
    assert keep_in_git(folder)
    assert not is_committed(commit_of(folder))


def test_without_git_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not keep_in_git(folder)
    assert not is_committed(commit_of(folder))
