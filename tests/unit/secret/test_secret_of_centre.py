"""The centre's own secrets: the same commands with the word `centre`, names in eakte-ops.yml."""

import io
import sys
from collections.abc import Callable

import pytest

from tests.unit.secret.town import Town

CANARY = "canary-smtp-71c4"
Run = Callable[..., int]


@pytest.fixture
def centre(town: Town) -> Town:
    """The operations folder of the other tests, in which the centre lists a password of its own."""
    settings = town.root / "eakte-ops.yml"
    settings.write_text(f"{settings.read_text()}\nsecrets: {{names: [smtp-password]}}\n")
    town.recipients("admin-1", "admin-2", town="centre")
    return town


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{CANARY}\n".encode())))


@pytest.mark.usefixtures("piped")
def test_it_is_set_read_checked_and_made_anew_as_those_of_towns_are(
    centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "set", "centre", "smtp-password") == 0
    said = capsys.readouterr().err
    assert "inventories/centre.secrets/smtp-password.age written for safe, admin-1, admin-2." in said
    assert CANARY not in said
    assert eakte_ops("secret", "get", "centre", "smtp-password") == 0
    assert capsys.readouterr().out == CANARY
    assert eakte_ops("secret", "check", "centre") == 0
    assert "0 findings · 1 secret in the centre" in capsys.readouterr().err
    assert eakte_ops("secret", "rekey", "centre", "--remove", "admin-2") == 1
    assert "centre: admin-2 knows smtp-password: change it now" in capsys.readouterr().out
    assert eakte_ops("secret", "check", "centre") == 1


def test_it_is_edited_as_those_of_towns_are(
    centre: Town, eakte_ops: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    centre.vault(town="centre").put("smtp-password", "the-old-value")
    editor = centre.root / "editor"
    editor.write_text(f'#!/bin/sh\nprintf %s {CANARY} >"$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    assert eakte_ops("secret", "edit", "centre", "smtp-password") == 0
    assert CANARY not in "".join(capsys.readouterr())
    assert centre.vault(town="centre").reveal("smtp-password").reveal() == CANARY


def test_what_eakte_ops_yml_does_not_list_is_not_stored(
    centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "set", "centre", "smtp-pasword") == 2
    said = capsys.readouterr().err
    assert 'lists no secret "smtp-pasword"; did you mean "smtp-password"?' in said
    assert "add the name to `secrets: {names: [...]}` in eakte-ops.yml first" in said


def test_check_of_everybody_looks_at_the_centre_too(
    centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "check") == 1
    seen = capsys.readouterr()
    assert "smtp-password" in seen.out
    assert "eakte-ops secret set centre smtp-password" in seen.out
    assert "in 2 towns and the centre" in seen.err


def test_a_mistake_in_a_towns_file_keeps_nobody_from_the_centres_secrets(
    centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    centre.vault(town="centre").put("smtp-password", CANARY)
    (centre.root / "inventories/witten.yml").write_text("municipality: [")
    assert eakte_ops("secret", "get", "centre", "smtp-password") == 0
    assert capsys.readouterr().out == CANARY


def test_no_town_can_be_named_centre(centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]) -> None:
    (centre.root / "inventories/witten.yml").rename(centre.root / "inventories/centre.yml")
    assert eakte_ops("inventory", "check") == 2
    assert "a town can not be named centre" in capsys.readouterr().err


@pytest.mark.usefixtures("piped")
def test_acts_on_it_stand_in_the_audit_and_belong_to_no_town(
    centre: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "set", "centre", "smtp-password") == 0
    capsys.readouterr()
    assert eakte_ops("audit", "show", "--json") == 0
    shown = capsys.readouterr().out
    assert '"what": "secret set"' in shown
    assert '"town": ""' in shown
    assert CANARY not in shown
