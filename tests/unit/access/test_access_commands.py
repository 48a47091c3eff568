"""`eakte-ops access ...` and `audit ...` as a person types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.access.granted import Expected, expected
from eakte_ops.access.load import load_access
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.errors import AuthenticationFailed, EakteError, TimedOut
from eakte_ops.remote.fake import FakeFleet, FakeServer
from eakte_ops.remote.types import Target
from tests.unit.access.granted import as_granted
from tests.unit.access.test_facts import block
from tests.unit.access.town import key

ROOT = Path(__file__).parents[3]
Run = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample folder with Herdecke and Hattingen."""
    (tmp_path / "inventories").mkdir()
    names = ("eakte-ops.yml", "access.yml", *(f"inventories/{t}.yml" for t in ("_defaults", "herdecke", "hattingen")))
    for name in names:
        shutil.copy(ROOT / name, tmp_path / name)
    rules = (tmp_path / "access.yml").read_text().replace("[witten, herdecke]", "[herdecke]")
    (tmp_path / "access.yml").write_text(rules)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def typed(*words: str) -> int:
        for name, empty in (("_survey", None), ("_told", False), ("project", None)):
            monkeypatch.setattr(CONTEXT, name, empty)
        return main(["--project", str(folder), *words])

    return typed


def wanted(folder: Path, town: str, host: str) -> Expected:
    place = CONTEXT.inventory(town).towns[town]
    return expected(place, place.server(host), load_access(folder, CONTEXT.survey().known))


def sent(folder: Path, host: str, number: int, town: str = "herdecke") -> Path:
    file = folder / "sent.txt"
    lines = ("format 1", f"town {town}", f"host {host}", "pack 1 " + "a" * 64, "installed 1", f"host-key {key(number)}")
    file.write_text(block(*lines))
    return file


def test_pack_writes_scripts_page_and_audit(folder: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("access", "pack", "hattingen") == 0
    out = folder / "packs" / "hattingen"
    assert {file.name for file in out.iterdir()} == {
        "hattingen-jump.sh",
        "hattingen-db.sh",
        "hattingen-app.sh",
        "FREIGABE-hattingen.md",
    }
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert run("audit", "show", "hattingen", "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert (entry["what"], set(entry["details"]["sums"])) == (
        "access pack",
        {"hattingen-jump", "hattingen-db", "hattingen-app"},
    )


def test_the_same_number_with_another_content_is_refused(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("access", "pack", "herdecke", "--out", str(folder / "one")) == 0
    rules = folder / "access.yml"
    rules.write_text(rules.read_text().replace("203.0.113.20", "203.0.113.21"))
    assert run("access", "pack", "herdecke", "--out", str(folder / "two")) == 7
    assert not (folder / "two").exists()
    assert "count up `issue`" in capsys.readouterr().err


def test_nothing_is_handed_out_that_is_not_on_record(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "state").write_text("no folder")
    assert run("access", "pack", "herdecke", "--out", str(folder / "one")) == 7
    assert not (folder / "one").exists()
    assert "so nothing was done" in capsys.readouterr().err


def test_accept_shows_and_refuses_until_somebody_confirmed(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    known = folder / "inventories" / "herdecke.known_hosts"
    file = str(sent(folder, "herdecke-box", 1))
    assert run("access", "accept", "herdecke", file) == 7
    said = capsys.readouterr()
    assert "herdecke-box  ssh-ed25519  new  SHA256:" in said.out
    assert "--confirmed-by ROLE --how phone" in said.err
    assert not known.exists()

    assert run("access", "accept", "herdecke", file, "--confirmed-by", "local-it", "--how", "phone") == 0
    assert known.read_text().splitlines()[-1] == f"192.0.2.42 {key(1)}"
    capsys.readouterr()
    assert run("access", "who", "herdecke", "--json") == 0
    packs = json.loads(capsys.readouterr().out)["packs"]
    assert [(each["host"], each["installed"]) for each in packs] == [("herdecke-box", "1")]


def test_who_without_a_town_tells_of_all(folder: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("access", "who", "herdecke", "--json") == 0
    one = json.loads(capsys.readouterr().out)
    assert run("access", "who", "--json") == 0
    every = json.loads(capsys.readouterr().out)
    assert one["town"] == "herdecke"
    assert every["town"] is None
    assert {each["town"] for each in one["packs"]} == {"herdecke"}
    assert {each["town"] for each in every["packs"]} > {"herdecke"}
    assert all(key in every["keys"] for key in one["keys"])


def test_a_changed_key_is_shown_old_and_new(folder: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    confirmed = ("--confirmed-by", "local-it", "--how", "visit")
    assert run("access", "accept", "herdecke", str(sent(folder, "herdecke-box", 1)), *confirmed) == 0
    assert run("access", "accept", "herdecke", str(sent(folder, "herdecke-box", 2))) == 7
    out = capsys.readouterr().out
    assert "ssh-ed25519  CHANGED  SHA256:" in out
    assert "ssh-ed25519  was      SHA256:" in out
    assert key(1) in (folder / "inventories" / "herdecke.known_hosts").read_text()


def test_a_revoked_host_key_is_never_accepted(folder: Path, run: Run) -> None:
    known = folder / "inventories" / "herdecke.known_hosts"
    known.write_text(f"@revoked * {key(1)}\n")
    file = str(sent(folder, "herdecke-box", 1))
    assert run("access", "accept", "herdecke", file, "--confirmed-by", "local-it", "--how", "phone") == 7
    assert known.read_text() == f"@revoked * {key(1)}\n"


@pytest.mark.parametrize("host", ["hattingen-db", "somewhere"])
def test_facts_of_another_town_are_a_mistake_of_the_file(
    host: str, folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(sent(folder, host, 1))
    assert run("access", "accept", "herdecke", file, "--confirmed-by", "local-it", "--how", "phone") == 2
    assert f'herdecke has no server or jump host "{host}"' in capsys.readouterr().err


@pytest.mark.parametrize("role", ["", "  ", "a\nb", "\x1b[2J", "x" * 201])
def test_a_role_is_one_plain_line(role: str, folder: Path, run: Run) -> None:
    file = str(sent(folder, "herdecke-box", 1))
    assert run("access", "accept", "herdecke", file, "--confirmed-by", role, "--how", "phone") == 2


def test_revoke_marks_names_the_towns_and_writes_their_packs(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("access", "revoke", "admin-2", "--why", "left", "--out", str(folder / "new")) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("revoked  admin-2 at desk-2  SHA256:")
    assert said[1] == "needs access pack 2  herdecke"
    assert [each.name for each in (folder / "new").iterdir()] == ["herdecke"]
    assert run("access", "who", "herdecke") == 0
    assert "revoked 20" in capsys.readouterr().out
    assert run("access", "revoke", "admin-2", "--why", "left") == 2
    assert run("audit", "check") == 0


@pytest.fixture
def fleet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFleet]:
    """Herdecke's server with both accounts: it answers the night and people alike, with the sudo list."""
    for name, empty in (("_survey", None), ("_told", False), ("project", folder)):
        monkeypatch.setattr(CONTEXT, name, empty)
    answer = as_granted(wanted(folder, "herdecke", "herdecke-box"), sudo=True)
    fleet = FakeFleet({"herdecke-box": FakeServer({"access.granted": answer.encode()})})
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    yield fleet
    assert fleet.open == 0


def test_check_finds_nothing_where_all_is_as_granted(
    fleet: FakeFleet, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("access", "check", "herdecke") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 of 1 machines were compared" in said.err


def test_check_says_what_differs_and_whose_it_is(
    fleet: FakeFleet, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    server = fleet.servers["herdecke-box"]
    right = server.answers["access.granted"]
    assert isinstance(right, bytes)
    server.answers = {"access.granted": right.replace(b"groups eakte eakte", b"groups eakte docker eakte")}
    assert run("access", "check", "herdecke") == 1
    assert capsys.readouterr().out == (
        "herdecke-box  groups eakte  eakte is in the group docker, which was not granted  (local-it)\n"
    )


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(server="herdecke-box", seconds=3, phase="banner"),
        AuthenticationFailed(server="herdecke-box", user="eakte-look", said="refused"),
    ],
)
def test_check_never_says_ok_by_not_looking(
    error: EakteError, fleet: FakeFleet, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet.servers["herdecke-box"].refuses = error
    assert run("access", "check", "herdecke") == 3
    said = capsys.readouterr()
    assert "NOT LOOKED AT  herdecke-box: with the account eakte-look" in said.err
    assert "0 of 1 machines were compared" in said.err


@pytest.mark.parametrize("accepted", [True, False, None])
@pytest.mark.usefixtures("fleet")
def test_a_revoked_key_is_tried_on_every_machine(
    accepted: bool | None,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []

    def accepts(target: Target, public_key: str, _deadline: float) -> bool:
        asked.append((target.user, public_key))
        if accepted is None:
            raise TimedOut(server="herdecke-box", seconds=3, phase="banner")
        return accepted

    monkeypatch.setattr("eakte_ops.remote.offer.accepts", accepts)
    assert run("access", "revoke", "admin-2", "--why", "left") == 0
    capsys.readouterr()
    assert run("access", "check", "herdecke") == 1  # the old pack is still installed there
    assert [user for user, _ in asked] == ["eakte-ops"]
    out = capsys.readouterr().out
    assert "the REVOKED key of admin-2 at desk-2 is still let in as eakte-ops" in out
    assert ("still lets in the key of admin-2" in out) == (accepted is True)
    assert ("could not be asked whether it refuses" in out) == (accepted is None)
