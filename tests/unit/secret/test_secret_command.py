"""The commands, with a canary: in no output of any command, however it ends, except where `get` was asked for it."""

import io
import json
import shutil
import sys
from collections.abc import Callable

import pytest

from eakte_ops.audit import Trail
from eakte_ops.errors import EakteError
from eakte_ops.secret import age
from tests.unit.secret.town import Town

CANARY = "canary-9f2c-value"
Run = Callable[..., int]


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts bytes on stdin."""

    def feed(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    feed(b"")
    return feed


@pytest.fixture
def filled(town: Town) -> Town:
    for name in ("database-password", "index-password"):
        town.vault().put(name, CANARY)
    return town


def test_set_takes_what_is_piped_in_without_the_line_end_and_says_for_whom(
    town: Town, eakte_ops: Run, pipe: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    pipe(f"{CANARY}\n".encode())
    assert eakte_ops("secret", "set", "witten", "database-password") == 0
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "witten.secrets/database-password.age written for safe, admin-1, admin-2." in seen.err
    assert CANARY not in seen.err
    assert town.vault().reveal("database-password").reveal() == CANARY


@pytest.mark.parametrize("command", ["set", "edit"])
def test_a_value_on_the_command_line_is_refused_not_repeated_and_not_stored(
    town: Town, eakte_ops: Run, pipe: Callable[[bytes], None], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    pipe(b"canary-piped")
    assert eakte_ops("secret", command, "witten", "database-password", CANARY) == 2
    said = capsys.readouterr().err
    assert "never given on the command line" in said
    assert "choose another value" in said
    assert CANARY not in said
    assert town.vault().names() == ()


def test_get_gives_the_next_program_exactly_the_value(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "get", "witten", "database-password") == 0
    assert capsys.readouterr() == (CANARY, "")


def test_get_gives_the_stored_bytes_whatever_the_locale(
    filled: Town, eakte_ops: Run, pipe: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "prüfwort-€".encode()
    pipe(value)
    assert eakte_ops("secret", "set", "witten", "database-password") == 0
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", errors="replace"))
    assert eakte_ops("secret", "get", "witten", "database-password") == 0
    assert raw.getvalue() == value


def test_get_on_a_terminal_wants_to_be_told_twice(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert eakte_ops("secret", "get", "witten", "database-password") == 7
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "--show" in seen.err
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert eakte_ops("secret", "get", "--show", "witten", "database-password") == 0
    assert capsys.readouterr().out == f"{CANARY}\n"


def test_check_says_well_with_0_and_findings_with_1(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "check", "witten") == 0
    assert "0 findings · 2 secrets in 1 town" in capsys.readouterr().err
    assert eakte_ops("secret", "check") == 1
    seen = capsys.readouterr()
    assert "herdecke" in seen.out
    assert "nobody is named yet" in seen.out


def test_check_as_json(filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]) -> None:
    filled.vault().folder.sealed("index-password").unlink()
    filled.vault().folder.record("index-password").unlink()
    assert eakte_ops("secret", "check", "witten", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["schema"], said["version"], said["towns"], said["secrets"]) == (
        "eakte-ops/secret-check",
        1,
        ["witten"],
        2,
    )
    assert [row["subject"] for row in said["findings"]] == ["index-password"]


def test_check_reports_an_identity_that_others_can_read_and_goes_on(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (filled.root / "admin-1.key").chmod(0o644)
    assert eakte_ops("secret", "check", "witten") == 1
    assert "can be read by others (mode 0644)" in capsys.readouterr().out


def test_check_without_identity_says_what_it_did_not_try(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EAKTE_OPS_IDENTITY")
    assert eakte_ops("secret", "check", "witten") == 0
    assert "was not tried" in capsys.readouterr().err
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", str(filled.root / "machine.key"))
    assert eakte_ops("secret", "check", "witten") == 0
    assert "witten: your identity is not a recipient of all secrets" in capsys.readouterr().err


def test_the_setting_names_the_identity_where_the_environment_does_not(
    filled: Town, eakte_ops: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EAKTE_OPS_IDENTITY")
    with (filled.root / "eakte-ops.yml").open("a") as settings:
        settings.write("\nsecrets: {identity: admin-2.key}\n")
    assert eakte_ops("secret", "get", "witten", "database-password") == 0
    assert capsys.readouterr().out == CANARY


def test_rekey_without_a_leaver_names_what_must_be_changed_until_it_is(
    filled: Town, eakte_ops: Run, pipe: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "rekey", "witten", "--remove", "admin-2") == 1
    assert "admin-2 knows database-password, index-password: change them now" in capsys.readouterr().out
    assert eakte_ops("secret", "check", "witten") == 1
    assert "is known to admin-2, removed on" in capsys.readouterr().out
    for name in ("database-password", "index-password"):
        pipe(CANARY.encode())
        assert eakte_ops("secret", "set", "witten", name) == 7
        assert "this is the old value, which admin-2 knows" in capsys.readouterr().err
        pipe(b"canary-new-value")
        assert eakte_ops("secret", "set", "witten", name) == 0
    assert eakte_ops("secret", "check", "witten") == 0


def test_rekey_of_several_towns_says_where_somebody_was_no_recipient(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.recipients("admin-1", town="herdecke")
    assert eakte_ops("secret", "rekey", "witten", "herdecke", "--remove", "admin-2") == 1
    assert 'herdecke: "admin-2" is no recipient here' in capsys.readouterr().err
    assert eakte_ops("secret", "rekey", "witten", "--remove", "admni-1") == 2
    assert 'did you mean "admin-1"?' in capsys.readouterr().err
    assert eakte_ops("secret", "rekey", "witten") == 0


def _unsafe_identity(town: Town) -> None:
    (town.root / "admin-1.key").chmod(0o640)


def _foreign_identity(town: Town) -> None:
    shutil.copy(town.root / "machine.key", town.root / "admin-1.key")


def _no_identity(town: Town) -> None:
    (town.root / "admin-1.key").unlink(missing_ok=True)


def _damaged(town: Town) -> None:
    town.vault(None).folder.sealed("database-password").write_bytes(b"age-encryption.org/v1\nx")


def _cut(town: Town) -> None:
    file = town.vault(None).folder.sealed("database-password")
    file.write_bytes(file.read_bytes()[:200])


def _no_recipients(town: Town) -> None:
    town.vault(None).folder.recipients.unlink(missing_ok=True)


def _wrong_recipients(town: Town) -> None:
    town.vault(None).folder.recipients.write_text(f"recovery: {CANARY}\n")


def _broken_record(town: Town) -> None:
    town.vault(None).folder.record("database-password").write_text("changed: [")


def _other_keys(town: Town) -> None:
    town.vault(None).folder.sealed("database-password").write_bytes(age.encrypt(CANARY, [town.keys["machine"]]))


def _nothing_wrong(_town: Town) -> None:
    pass


BREAKAGES = [
    _nothing_wrong, _unsafe_identity, _foreign_identity, _no_identity, _damaged, _cut, _no_recipients,
    _wrong_recipients, _broken_record, _other_keys,
]  # fmt: skip
COMMANDS = [
    ("set", "witten", "database-password"),
    ("set", "witten", "unlisted"),
    ("set", "wittn", "database-password"),
    ("set", "witten", "database-password", CANARY),
    ("set", "witten", "database-password", f"--value={CANARY}"),
    ("edit", "witten", "database-password", CANARY),
    ("get", "witten", "absent"),
    ("check", "witten"),
    ("check", "witten", "--json"),
    ("rekey", "witten"),
    ("rekey", "witten", "--remove", "admin-2"),
]
STDIN = [CANARY.encode(), b"", b"\xff" + CANARY.encode(), CANARY.encode() + b"\0", CANARY.encode() * 40_000]


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__.strip("_"))
def test_no_command_shows_the_canary_however_it_ends(
    filled: Town,
    eakte_ops: Run,
    pipe: Callable[[bytes], None],
    capfd: pytest.CaptureFixture[str],
    breakage: Callable[[Town], None],
) -> None:
    for words in COMMANDS:
        breakage(filled)
        for raw in STDIN if words[0] == "set" and breakage is _nothing_wrong else STDIN[:1]:
            pipe(raw)
            status = eakte_ops("secret", *words)
            seen = capfd.readouterr()
            assert status in range(8)
            assert "Traceback" not in seen.err
            # Where the canary was written into the list of recipients, people are shown what stands there.
            assert CANARY not in seen.out + seen.err or breakage is _wrong_recipients
    for path in filled.vault(None).folder.path.iterdir():
        assert CANARY.encode() not in path.read_bytes() or breakage is _wrong_recipients


def test_an_error_with_debug_holds_no_value_in_itself_or_what_caused_it(
    filled: Town,
    eakte_ops: Run,
    pipe: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import traceback

    told: list[EakteError] = []
    monkeypatch.setattr("eakte_ops.cli.main.say_error", told.append)
    for breakage in (_foreign_identity, _damaged, _cut):
        breakage(filled)
        assert eakte_ops("--debug", "secret", "get", "witten", "database-password") != 0
        whole = "".join(traceback.TracebackException.from_exception(told[-1], capture_locals=True).format())
        assert CANARY not in whole
    pipe(b"\xff" + CANARY.encode())
    assert eakte_ops("--debug", "secret", "set", "witten", "index-password") != 0
    assert CANARY not in "".join(traceback.format_exception(told[-1]))
    error: BaseException | None = told[-1]
    while error is not None:
        assert CANARY not in repr(error)
        error = error.__context__
    said = capsys.readouterr()
    assert "Traceback" in said.err
    assert CANARY not in said.out + said.err
    assert len(told) == 4


def test_every_act_is_on_record_without_the_value(
    filled: Town, eakte_ops: Run, pipe: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    pipe(f"{CANARY}-2".encode())
    assert eakte_ops("secret", "set", "witten", "database-password") == 0
    assert eakte_ops("secret", "get", "witten", "database-password") == 0
    assert eakte_ops("secret", "rekey", "witten", "--remove", "admin-2") == 1
    written = (filled.root / "state" / "audit.jsonl").read_text()
    entries = [json.loads(line) for line in written.splitlines()]
    assert [(entry["what"], entry["town"], entry["details"]) for entry in entries] == [
        ("secret set", "witten", {"name": "database-password"}),
        ("secret get", "witten", {"name": "database-password"}),
        ("secret rekey", "witten", {"remove": "admin-2"}),
    ]
    assert CANARY not in written


def test_whoever_vouches_for_a_file_is_on_record(
    filled: Town, eakte_ops: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert eakte_ops("secret", "rekey", "witten", "--bind", "database-password") == 0
    assert eakte_ops("secret", "rekey", "witten", "--bind", "databse-password") == 2
    assert 'did you mean "database-password"?' in capsys.readouterr().err
    last = list(Trail(filled.root / "state").entries())[-1]
    assert (last.what, last.details["bind"]) == ("secret rekey", "database-password")


def test_where_the_act_can_not_be_recorded_it_does_not_happen(
    filled: Town, eakte_ops: Run, pipe: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    (filled.root / "state").write_text("a file where the folder should be")
    before = filled.vault().fingerprint("database-password")
    pipe(b"canary-new")
    assert eakte_ops("secret", "set", "witten", "database-password") == 7
    assert eakte_ops("secret", "get", "witten", "database-password") == 7
    assert eakte_ops("secret", "rekey", "witten", "--remove", "admin-2") == 7
    assert filled.vault().fingerprint("database-password") == before
    assert "canary" not in "".join(capsys.readouterr())


def test_what_was_revealed_does_not_leave_through_say_or_show(filled: Town, capsys: pytest.CaptureFixture[str]) -> None:
    from eakte_ops.cli.output import say, show, show_json

    value = filled.vault().reveal("database-password").reveal()
    say(f"failed: {value}")
    show(f"line with {value} in it")
    show_json("x", 1, {"env": {"PGPASSWORD": value}})
    seen = capsys.readouterr()
    assert CANARY not in seen.out + seen.err
    assert seen.out.count("<secret witten/") == 2
