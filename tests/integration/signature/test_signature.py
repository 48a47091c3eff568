"""Signatures by the real ssh-keygen."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.errors import Refused
from eakte_ops.signature.sign import sign
from eakte_ops.signature.verify import verify

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SPACE = "eakte-approval"


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name in ("admin-1", "admin-2", "stranger"):
        made[name] = tmp_path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", made[name]], check=True)
    return made


def signers(keys: dict[str, Path], until: str = "20270101235959Z") -> str:
    public = {name: " ".join(keys[name].with_suffix(".pub").read_text().split()[:2]) for name in ("admin-1", "admin-2")}
    return "".join(f'{name} namespaces="{SPACE}",valid-before="{until}" {key}\n' for name, key in public.items())


def test_says_who_signed(keys: dict[str, Path]) -> None:
    signature = sign(b"witten abc", SPACE, keys["admin-2"])
    signed = verify(b"witten abc", signature, SPACE, signers(keys), NOW)
    assert signed.who == "admin-2"
    assert signed.fingerprint.startswith("SHA256:")


@pytest.mark.parametrize("other", [b"witten abd", b"witten abc\n", b""])
def test_another_text_is_not_signed(keys: dict[str, Path], other: bytes) -> None:
    signature = sign(b"witten abc", SPACE, keys["admin-1"])
    with pytest.raises(Refused, match="no valid signature"):
        verify(other, signature, SPACE, signers(keys), NOW)


def test_a_signature_for_something_else_does_not_count(keys: dict[str, Path]) -> None:
    signature = sign(b"witten abc", "eakte-release", keys["admin-1"])
    with pytest.raises(Refused):
        verify(b"witten abc", signature, SPACE, signers(keys), NOW)


def test_a_stranger_and_an_expired_key_do_not_count(keys: dict[str, Path]) -> None:
    with pytest.raises(Refused):
        verify(b"x", sign(b"x", SPACE, keys["stranger"]), SPACE, signers(keys), NOW)
    with pytest.raises(Refused):
        verify(b"x", sign(b"x", SPACE, keys["admin-1"]), SPACE, signers(keys, "20261123235959Z"), NOW)


@pytest.mark.parametrize(
    "nonsense", ["", "hello", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n", "x" * 30_000]
)
def test_nonsense_is_no_signature(keys: dict[str, Path], nonsense: str) -> None:
    with pytest.raises(Refused):
        verify(b"x", nonsense, SPACE, signers(keys), NOW)


def test_a_key_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no signature was made") as told:
        sign(b"x", SPACE, tmp_path / "none")
    assert "none" in told.value.place
