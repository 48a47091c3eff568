"""`eakte-ops digests` on an operations folder of its own; the mail server is one that writes down what it is given."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import migrations
from eakte_ops.cli.main import main
from eakte_ops.health.memory import towns
from eakte_ops.report import smtp
from eakte_ops.report.ways import NotSent
from eakte_ops.store import Store
from tests.unit.health import well
from tests.unit.report.post import Office

SETTINGS = """
centre: {name: Kompetenzzentrum, contact: {mail: betrieb@centre.example}}
"""
MAIL = "mail: {host: mx.centre.example, sender: eakte@centre.example}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "eakte-ops.yml").write_text(SETTINGS + MAIL)
    monkeypatch.setenv("EAKTE_OPS_PROJECT", str(tmp_path))
    return tmp_path


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office()
    monkeypatch.setattr(smtp.ByMail, "__call__", lambda _self, claimed: made(claimed))
    return made


@pytest.fixture
def herdecke(folder: Path) -> Path:
    """It was looked at once upon a time."""
    (folder / "state").mkdir(mode=0o700)
    with closing(Store.open(folder / "state/store.db", migrations())) as store, store.writing() as rows:
        towns.remember(rows, 0.0, well.inventory().towns["herdecke"])
    return folder


def test_show_works_before_any_sweep_and_without_a_mail_server(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "eakte-ops.yml").write_text(SETTINGS)
    assert main(["digests", "show"]) == 0
    seen = capsys.readouterr()
    assert seen.out.startswith("KEIN Durchgang.\nEs lief noch KEIN voller Durchgang.")
    assert seen.err.startswith("Subject: eAkte: KEIN Durchgang · ")
    assert not (folder / "state").exists()


@pytest.mark.usefixtures("folder")
def test_show_for_a_town_nobody_looked_at_yet_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digests", "show", "--town", "witten"]) == 2
    assert 'no sweep has looked at a town "witten" yet' in capsys.readouterr().err.replace("No sweep", "no sweep")


@pytest.mark.usefixtures("herdecke", "office")
def test_show_speaks_the_receivers_language_or_the_one_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digests", "show", "--town", "herdecke"]) == 0
    assert "Sache des Zentrums" in capsys.readouterr().out
    assert main(["digests", "show", "--town", "herdecke", "--language", "en"]) == 0
    assert "the centre's\njob" in capsys.readouterr().out.replace("centre's job", "centre's\njob")


@pytest.mark.usefixtures("herdecke", "office")
def test_show_as_data_and_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digests", "show", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["version"]) == ("eakte-ops/digest", 1)
    assert told["headline"] == "KEIN Durchgang."
    page = tmp_path / "digest.html"
    assert main(["digests", "show", "--html", str(page)]) == 0
    seen = capsys.readouterr()
    assert seen.out == ""
    assert f"{page} written." in seen.err
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert main(["digests", "show", "--html", str(tmp_path / "no/such/folder.html")]) == 2


@pytest.mark.usefixtures("herdecke")
def test_showing_tells_nobody(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digests", "show"]) == 0
    assert main(["digests", "send", "--dry-run"]) == 0
    seen = capsys.readouterr()
    assert "would be made   betrieb@centre.example   eAkte: KEIN Durchgang" in seen.out
    assert "2 digests to be made, 0 messages waiting. Nothing was sent." in seen.err
    assert main(["digests", "list"]) == 0
    assert "Nothing was sent, and nothing waits." in capsys.readouterr().err
    assert office.tried == []


@pytest.mark.usefixtures("herdecke")
def test_send_sends_once_a_day(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digests", "send"]) == 0
    assert "2 messages sent." in capsys.readouterr().err
    assert main(["digests", "send"]) == 0
    seen = capsys.readouterr().err
    assert "The digests of this day were made before; none was made anew." in seen
    assert "0 messages sent." in seen
    assert len(office.sent) == 2


@pytest.mark.usefixtures("herdecke")
def test_what_waits_is_said_with_status_1_and_goes_out_later(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.refuse = NotSent("the mail server can not be used: Connection refused", way_down=True)
    assert main(["digests", "send"]) == 1
    seen = capsys.readouterr().err
    assert "0 messages sent, 2 waiting." in seen
    assert "Connection refused" in seen
    assert main(["digests", "list"]) == 1
    listed = capsys.readouterr().out
    assert listed.count("waiting   digest") == 2
    assert "betrieb@centre.example" in listed
    assert main(["digests", "list", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], len(told["messages"])) == ("eakte-ops/digests", 2)
    office.refuse = None
    assert main(["digests", "send", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent"] == 2


def test_send_without_a_mail_server_is_a_mistake_in_the_settings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "eakte-ops.yml").write_text(SETTINGS)
    assert main(["digests", "send"]) == 2
    assert "eakte-ops.yml: there is no mail server in it, so nothing can be sent" in capsys.readouterr().err


@pytest.mark.usefixtures("office")
def test_a_mistake_in_a_towns_file_keeps_nobody_from_sending(herdecke: Path) -> None:
    (herdecke / "inventories/herdecke.yml").write_text("municipality: [")
    assert main(["digests", "send"]) == 0


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mail: {host: mx.example, sender: a@b.example, tls: none}", "only to a mail server on this machine"),
        ("mail: {host: 127.evil.example, sender: a@b.example, tls: none}", "only to a mail server on this machine"),
        ("mail: {host: mx.example, sender: a@b.example, user: x}", "`user` and `secret` are needed together"),
        ("mail: {host: mx.example, sender: a@b.example, secret: pw}", "`user` and `secret` are needed together"),
        ("mail: {host: mx.example, sender: a@b.example, user: x, secret: pw}", "pw of `mail` is not listed"),
        ("mail: {host: mx.example, sender: nobody}", "a mail address such as"),
        ("mail: {host: mx.example, sender: a@b.example, tls: ssl}", "one of starttls, implicit, none"),
        ("mail: {host: mx.example, sender: a@b.example, timeout_seconds: 0}", "more than 0"),
        ("alarm: {hook_seconds: 0}", "more than 0"),
    ],
)
def test_mistakes_in_the_settings_are_sentences(
    folder: Path, capsys: pytest.CaptureFixture[str], said: str, told: str
) -> None:
    (folder / "eakte-ops.yml").write_text(f"{SETTINGS}{said}\n")
    assert main(["digests", "show"]) == 2
    seen = capsys.readouterr().err
    assert told in seen
    assert "eakte-ops.yml:" in seen


def test_a_time_zone_that_does_not_exist_is_a_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "eakte-ops.yml").write_text("centre: {name: Z, contact: {mail: a@b.example}, zone: Europe/Berln}\n")
    assert main(["digests", "show"]) == 2
    assert 'no time zone "Europe/Berln"; did you mean "Europe/Berlin"?' in capsys.readouterr().err


def test_what_is_held_until_the_service_hours_is_listed(
    herdecke: Path, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Store.open(herdecke / "state/store.db", migrations())) as store, store.writing() as rows:
        rows.run("INSERT INTO alarm (finding, at, town, whom, due) VALUES (1, 0, 'herdecke', 'local-it', 4e9)")
    assert main(["digests", "list"]) == 0
    assert "1 alarm of herdecke for local-it: held until the service hours begin" in capsys.readouterr().err
    assert main(["digests", "list", "--json"]) == 0
    held = json.loads(capsys.readouterr().out)["held"][0]
    assert (held["town"], held["due"]) == ("herdecke", "2096-10-02T07:06:40+00:00")
    assert office.tried == []


@pytest.mark.usefixtures("herdecke")
def test_a_dry_run_names_what_waits_too(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.refuse = NotSent("down", way_down=True)
    assert main(["digests", "send"]) == 1
    capsys.readouterr()
    assert main(["digests", "send", "--dry-run"]) == 0
    assert capsys.readouterr().out.count("waits           ") == 2
    assert main(["digests", "send", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["made"], len(told["waiting"])) == ([], 2)
    assert {each["made"][-6:] for each in told["waiting"]} == {"+00:00"}
