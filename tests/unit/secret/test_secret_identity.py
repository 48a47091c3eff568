"""Identities: which files are taken, and that one readable by others never is."""

import os
from pathlib import Path

import pyrage
import pytest

from eakte_ops.errors import EakteError, IdentityUnsafe, Refused, UsageError
from eakte_ops.secret import identity


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "identity"


def private(file: Path, text: str | bytes, mode: int = 0o600) -> Path:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return file


def test_a_new_identity_is_private_and_loads_with_its_public_key(file: Path) -> None:
    public = identity.create(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert identity.load(file).public == (public,)
    with pytest.raises(FileExistsError):
        identity.create(file)


def test_its_private_key_does_not_show(file: Path) -> None:
    identity.create(file)
    assert "AGE-SECRET-KEY" not in repr(identity.load(file))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o666, 0o620, 0o601, 0o610, 0o755])
def test_an_identity_that_others_can_read_or_change_is_refused(file: Path, mode: int) -> None:
    identity.create(file)
    file.chmod(mode)
    with pytest.raises(IdentityUnsafe) as caught:
        identity.load(file)
    assert f"{mode:04o}" in str(caught.value)
    assert "chmod 600" in caught.value.way_out
    assert caught.value.status == 7


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_private_modes_are_fine(file: Path, mode: int) -> None:
    identity.create(file)
    file.chmod(mode)
    assert identity.load(file).keys


def test_the_mode_of_the_file_behind_a_link_counts(file: Path, tmp_path: Path) -> None:
    identity.create(file)
    (tmp_path / "link").symlink_to(file)
    assert identity.load(tmp_path / "link").keys
    file.chmod(0o644)
    with pytest.raises(IdentityUnsafe):
        identity.load(tmp_path / "link")


def test_the_file_of_another_account_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity.create(file)
    os.chown(file, 12345, -1) if os.geteuid() == 0 else None
    owner = file.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refused, match="belongs to another account"):
        identity.load(file)


def test_several_identities_in_one_file(file: Path) -> None:
    two = [pyrage.x25519.Identity.generate() for _ in range(2)]
    private(file, "\n".join(["# comment", "", *(str(one) for one in two), ""]))
    assert identity.load(file).public == tuple(str(one.to_public()) for one in two)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no identity"),
        ("# only a comment\n", "no identity"),
        ("AGE-SECRET-KEY-1CANARY\n", "no age identity"),
        ("# x\nAGE-PLUGIN-YUBIKEY-1CANARY\n", "no age identity"),
        ("-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\n", "ed25519"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nCANARY\n", "ed25519"),
        (b"\xff\x00CANARY", "no age identity"),
    ],
)
def test_what_is_no_identity_is_said_without_showing_it(file: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        identity.load(private(file, text))
    assert "CANARY" not in str(caught.value)
    assert str(file) in str(caught.value)


def test_the_line_with_the_typing_mistake_is_named(file: Path) -> None:
    with pytest.raises(UsageError, match=r"identity:3: "):
        identity.load(private(file, "# one\n\nAGE-SECRET-KEY-1CANARY\n"))


def test_a_missing_file_a_folder_and_a_pipe_are_said_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("absent", "pipe", "."):
        with pytest.raises(EakteError):
            identity.load(tmp_path / name)


def test_an_identity_with_a_passphrase_asks_for_it(file: Path) -> None:
    one = pyrage.x25519.Identity.generate()
    private(file, pyrage.passphrase.encrypt(f"{one}\n".encode(), "open sesame", armored=True))
    asked: list[str] = []

    def answer(word: str) -> identity.AskPassphrase:
        def ask(question: str) -> str:
            asked.append(question)
            return word

        return ask

    assert identity.load(file, answer("open sesame")).public == (str(one.to_public()),)
    assert str(file) in asked[0]
    with pytest.raises(Refused, match="passphrase does not open") as caught:
        identity.load(file, answer("wrong canary"))
    assert "canary" not in str(caught.value)
    with pytest.raises(Refused, match="nobody to ask"):
        identity.load(file)


def test_nobody_is_told_to_change_the_mode_of_a_file_that_is_no_identity(file: Path) -> None:
    private(file, "root:x:0:0:root:/root:/bin/bash\n", 0o644)
    with pytest.raises(UsageError, match="no identity"):
        identity.load(file)
