"""What the machine must have, said in one sentence; the lock; the parts that read the kernel's files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eakte_ops.cli.main import main
from eakte_ops.errors import Busy, CommandFailed, Refused
from eakte_ops.lab import missing as needs
from eakte_ops.lab.cgroup import enter_argv, hierarchies
from eakte_ops.lab.command import last_words, run, succeeds
from eakte_ops.lab.missing import has_capabilities, missing, refuse_if_missing
from eakte_ops.lab.places import Places
from eakte_ops.store.lock import held


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.mark.usefixtures("as_user")
def test_without_root_one_sentence_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match=r"needs: root \(mounts"):
        refuse_if_missing(Places(state=tmp_path), image_exists=True)
    for words in (["lab", "status"], ["lab", "down"], ["lab", "break", "disk-full"], ["lab", "mend"]):
        assert main(words) == 7
        assert "the lab needs root" in capsys.readouterr().err


def test_missing_packages_are_named_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs.shutil, "which", lambda _program: None)
    monkeypatch.setattr(needs, "_KEYRING", tmp_path / "none")
    said = list(missing(Places(state=tmp_path), image_exists=False))
    packages = next(each for each in said if each.startswith("packages"))
    assert packages.startswith("packages: apt-get install debian-archive-keyring e2fsprogs iproute2 mmdebstrap")
    with_image = next(each for each in missing(Places(state=tmp_path), image_exists=True) if "packages" in each)
    assert "mmdebstrap" not in with_image


def test_a_full_machine_is_missing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_FREE_BYTES", 10**18)
    assert any("free disk" in each for each in missing(Places(state=tmp_path / "not" / "yet"), image_exists=True))


def test_elsewhere_than_linux_nothing_else_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert list(missing(Places(state=tmp_path), image_exists=False)) == ["Linux (the lab boots Debian hosts)"]


@pytest.mark.parametrize(
    ("effective", "enough"),
    [("000001ffffffffff", True), ("00000000a80425fb", False), ("0000000000000000", False), ("0000000008201000", True)],
)
def test_root_of_a_plain_container_is_not_enough(effective: str, enough: bool) -> None:
    assert has_capabilities(f"Name:\tx\nCapEff:\t{effective}\n") is enough


def test_the_groups_of_systemd_are_found_in_every_layout() -> None:
    unified = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\nproc /proc proc rw 0 0\n"
    hybrid = (
        "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
        "cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n"
        "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
    )
    assert list(hierarchies(unified)) == [Path("/sys/fs/cgroup")]
    assert list(hierarchies(hybrid)) == [Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified")]


def test_a_command_starts_inside_its_groups(tmp_path: Path) -> None:
    groups = [tmp_path / "a b", tmp_path / "c"]
    for group in groups:
        group.mkdir()
    done = subprocess.run([*enter_argv(groups), "sh", "-c", "echo $$"], capture_output=True, text=True, check=True)
    assert {(group / "cgroup.procs").read_text() for group in groups} == {done.stdout}


def test_the_lock_says_who_has_it_and_dies_with_its_holder(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    holder = (
        "import sys, pathlib; from eakte_ops.store.lock import held\n"
        "with held(pathlib.Path(sys.argv[1]), 'the lab', 'lab up'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"lab up, since .*, process {process.pid}"), held(file, "the lab", "lab down"):
            pass
        process.kill()
    with held(file, "the lab", "lab down", patience=5):
        assert "lab down" in file.read_text()
    assert file.read_text() == ""


def test_a_failing_program_is_an_error_with_its_last_words() -> None:
    assert run(["sh", "-c", "cat; echo $1", "sh", "b"], stdin="a\n") == "a\nb\n"
    with pytest.raises(CommandFailed, match=r"this machine: sh -c .* ended with status 3: no room"):
        run(["sh", "-c", "echo some; echo no room >&2; echo >&2; exit 3"])
    with pytest.raises(CommandFailed, match=r"killed after 0.2 s"):
        run(["sleep", "60"], limit=0.2)
    with pytest.raises(CommandFailed, match="not installed"):
        run(["no-such-program-here"])
    assert succeeds(["true"])
    assert not succeeds(["false"])
    assert last_words(" \n") == "no message"
