"""What `access` and `audit` say beside the result: the way out, who is locked out, what an act was about."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.errors import HostKeyUnknown
from eakte_ops.remote.fake import FakeFleet, FakeServer
from tests.unit.access.test_facts import block
from tests.unit.access.town import key

ROOT = Path(__file__).parents[3]
Run = Callable[..., int]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample folder with Herdecke and Gevelsberg, which has Windows servers alone."""
    (tmp_path / "inventories").mkdir()
    towns = (f"inventories/{town}.yml" for town in ("_defaults", "herdecke", "gevelsberg"))
    for name in ("eakte-ops.yml", "access.yml", *towns):
        shutil.copy(ROOT / name, tmp_path / name)
    change(tmp_path, "[witten, herdecke]", "[herdecke]")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    return lambda *words: main(["--project", str(folder), *words])


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "access.yml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_town_without_any_pack_is_not_told_to_read_one(run: Run, capsys: Said) -> None:
    assert run("access", "pack", "gevelsberg") == 7
    said = capsys.readouterr().err
    assert "No machine of gevelsberg gets an access pack" in said
    assert "FREIGABE" not in said
    assert "NO PACK for gevelsberg-app" in said


def test_without_a_holder_there_is_no_pack(folder: Path, run: Run, capsys: Said) -> None:
    text = (folder / "access.yml").read_text("utf-8")
    begin, end = text.index("holders:"), text.index("# Whose signature")
    change(folder, text[begin:end], "holders: []\n")
    assert run("inventory", "check") == 0
    assert run("access", "pack", "herdecke") == 2
    assert "nobody holds a key yet" in capsys.readouterr().err
    assert not (folder / "packs").exists()


def test_a_pack_says_whom_it_does_not_let_in(folder: Path, run: Run, capsys: Said) -> None:
    assert run("access", "pack", "herdecke") == 0
    assert "NOTE" not in capsys.readouterr().err
    assert run("access", "revoke", "night", "--why", "rotated") == 0
    assert "NOTE: this pack does not let in the night at gevelsberg, herdecke" in capsys.readouterr().err
    change(folder, 'expires: "2027-', 'expires: "2020-')
    change(folder, "issue: 2", "issue: 3")
    assert run("access", "pack", "herdecke") == 0
    assert "NOTE: this pack does not let in people at work at herdecke" in capsys.readouterr().err


def test_the_reason_is_named_by_its_option(run: Run, capsys: Said) -> None:
    assert run("access", "revoke", "night", "--why", "") == 2
    assert capsys.readouterr().err.startswith("--why: one line")


def test_a_person_is_no_role(folder: Path, run: Run, capsys: Said) -> None:
    lines = ("format 1", "town herdecke", "host herdecke-box", "pack 1 " + "a" * 64, "installed 1")
    (folder / "sent.txt").write_text(block(*lines, f"host-key {key(1)}"))
    sent = ("access", "accept", "herdecke", str(folder / "sent.txt"), "--how", "phone", "--confirmed-by")
    assert run(*sent, "Role With Capitals") == 2
    assert "never the name of a person" in capsys.readouterr().err
    assert run(*sent, "local-it") == 0
    capsys.readouterr()
    assert run("audit", "show", "herdecke") == 0
    assert "confirmed_by local-it, how phone" in capsys.readouterr().out


def test_what_was_not_looked_at_comes_with_the_way_out(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    fleet = FakeFleet({"herdecke-box": FakeServer({})})
    fleet.servers["herdecke-box"].refuses = HostKeyUnknown(server="herdecke-box", found="ssh-ed25519 SHA256:x")
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    assert run("access", "check", "herdecke") == 3
    said = capsys.readouterr().err
    assert "herdecke-box: with the account eakte-look: shows a host key" in said
    assert said.count("eakte-ops access accept TOWN FILE") == 1
    assert "0 of 1 machines were compared; nothing is known" in said


def test_a_damaged_record_is_never_shown_as_if_it_were_whole(folder: Path, run: Run, capsys: Said) -> None:
    assert run("access", "pack", "herdecke") == 0
    with next(folder.glob("state/audit.jsonl")).open("a") as file:
        file.write("{broken\n")
    capsys.readouterr()
    assert run("audit", "show") == 1
    seen = capsys.readouterr()
    assert "access pack" in seen.out
    assert "The record has 1 fault, so this may not be all of it" in seen.err
    assert run("audit", "check") == 1
    assert "audit.jsonl: 1 fault.\n" in capsys.readouterr().err
