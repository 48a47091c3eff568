"""The age format: what goes in comes out, what the head says is true, what fails says nothing of the value."""

import base64
import traceback
from contextlib import suppress

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.errors import Refused
from eakte_ops.secret import age
from tests.unit.secret.town import ssh_public_key

IDENTITIES = [pyrage.x25519.Identity.generate() for _ in range(3)]
KEYS = [str(identity.to_public()) for identity in IDENTITIES]
SSH = ssh_public_key()


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(1, 3))
def test_every_recipient_and_nobody_else_opens_it(value: str, count: int) -> None:
    sealed = age.encrypt(value, KEYS[:count])
    assert sealed.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    for index, identity in enumerate(IDENTITIES):
        if index < count:
            assert age.decrypt(sealed, [identity], "f.age") == value
        else:
            with pytest.raises(Refused, match="does not open"):
                age.decrypt(sealed, [identity], "f.age")
    assert [stanza.kind for stanza in age.stanzas(sealed)] == ["X25519"] * count


def test_the_head_shows_how_many_and_which_ssh_keys_and_leaves_decoys_out() -> None:
    for _ in range(20):  # decoys come at random
        sealed = age.encrypt("x", [KEYS[0], SSH])
        assert set(age.stanzas(sealed)) == {age.stanza_of(KEYS[0]), age.stanza_of(SSH)}
    assert age.stanza_of(SSH).tag


@pytest.mark.parametrize("damage", range(7))
def test_a_damaged_file_is_said_and_never_half_read(damage: int) -> None:
    sealed = age.encrypt("canary-value", KEYS[:1])
    binary = base64.b64decode(b"".join(sealed.split(b"\n")[1:-2]))
    damaged = [
        b"",
        b"no age file",
        sealed[:100],
        sealed[: len(sealed) // 2] + b"AAAA" + sealed[len(sealed) // 2 + 4 :],
        binary[:-1],
        binary[:-1] + bytes([binary[-1] ^ 1]),
        sealed.replace(b"AGE ENCRYPTED", b"SOMETHING ELSE"),
    ][damage]
    with pytest.raises(Refused) as caught:
        age.decrypt(damaged, IDENTITIES[:1], "inventories/witten.secrets/x.age")
    assert "inventories/witten.secrets/x.age" in str(caught.value)
    assert "damaged" in str(caught.value)


@pytest.mark.parametrize("sealed", [b"", b"x", b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl"])
def test_the_head_of_what_is_no_age_file_is_an_error(sealed: bytes) -> None:
    with pytest.raises(ValueError, match="age file"):
        age.stanzas(sealed)


@given(st.binary(max_size=300))
def test_the_head_of_anything_is_read_without_a_crash(raw: bytes) -> None:
    armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n" + raw
    for sealed in (raw, armored, b"age-encryption.org/v1\n-> " + raw + b"\n--- x"):
        with suppress(ValueError):
            assert isinstance(age.stanzas(sealed), tuple)


def test_a_value_that_is_no_text_does_not_show_in_the_error_or_anything_it_hangs_on() -> None:
    sealed = pyrage.encrypt(b"canary-value\xff\xfe", [IDENTITIES[0].to_public()])
    with pytest.raises(Refused, match="no UTF-8") as caught:
        age.decrypt(sealed, IDENTITIES, "x.age")
    assert caught.value.__context__ is None
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "key",
    ["", "age1", "age1xyz", KEYS[0] + "q", KEYS[0] + " x", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3", "1"],
    ids=["empty", "prefix", "short", "longer", "two words", "type alone", "cut", "rsa", "number"],
)
def test_what_is_no_usable_public_key_is_said(key: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        age.stanza_of(key)
