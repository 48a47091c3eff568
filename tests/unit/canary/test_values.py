"""Canaries are known again however they are written; nothing else is taken for one."""

from __future__ import annotations

import base64
import html
import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from eakte_ops.config.forms import FORMS
from eakte_ops.secret import identity
from tests.canary.values import PIECE, Canary, Eyes, age_key, canary, ssh_key

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": json.dumps,
    "JSON with umlauts": lambda text: json.dumps(text, ensure_ascii=False),
    "YAML": yaml.safe_dump,
    "YAML in single quotes": lambda text: yaml.safe_dump(text, default_style="'"),
    "a file's YAML": lambda text: FORMS["yaml"](text, ""),
    "properties": lambda text: FORMS["properties"](text, ""),
    "Python": repr,
    "a shell": shlex.quote,
    "an address": lambda text: quote(text, safe=""),
    "HTML": html.escape,
    "hexadecimal digits": lambda text: text.encode().hex(),
    "large hexadecimal digits": lambda text: text.encode().hex().upper(),
    "capitals": str.upper,
    "small letters": str.lower,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 behind a byte": lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    "base64 behind two bytes": lambda text: base64.b64encode(b"xy" + text.encode()).decode(),
    "base64 in short lines": lambda text: "\n".join(_lines(base64.b64encode(text.encode()).decode(), 7)),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of a login": lambda text: base64.b64encode(f"\0eakte\0{text}".encode()).decode(),
    "every letter with a blank": " ".join,
    "two bytes for each letter": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "its begin": lambda text: text[: len("Canary-") + PIECE],
    "its end": lambda text: text[-PIECE:],
}


def _lines(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("awkward", ["\"'\\ $(id)äöü€", "\nsecond line\n", ""])
def test_a_canary_is_seen_in_every_spelling(spelling: str, awkward: str) -> None:
    for _each in range(20):
        ours, another = canary("ours", awkward), canary("another", awkward)
        eyes = Eyes.of(ours, another)
        text = f"before {SPELLINGS[spelling](ours.text)} behind".encode("utf-8", "surrogateescape")
        assert [(sight.canary, sight.place) for sight in eyes.seen(text, "there")] == [("ours", "there")]


def test_nothing_else_is_seen() -> None:
    eyes = Eyes.of(canary("ours"))
    for text in (canary("ours").value, b"Canary-", "äöüß€ $(id) {{7*7}}".encode(), b"", b"\0" * 100):
        assert eyes.seen(text, "there") == []


def test_a_sight_says_what_is_where_and_not_the_value() -> None:
    ours = canary("witten/database-password")
    (sight,) = Eyes.of(ours).seen(ours.value, "stdout")
    assert str(sight) == "witten/database-password, in letters, in stdout"
    assert ours.text not in repr(sight) + repr(ours)


def test_the_secret_half_of_a_key_is_seen_wherever_its_lines_break(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "key"], check=True)
    eyes = Eyes.of(ssh_key(tmp_path / "key"))
    file = (tmp_path / "key").read_bytes()
    raw = base64.b64decode(b"".join(file.splitlines()[1:-1]))
    assert eyes.seen(file, "")
    assert eyes.seen(json.dumps(file.decode()).encode(), "")
    assert eyes.seen(raw, "")
    for width in range(40, 80):
        assert eyes.seen("\\n".join(_lines(base64.b64encode(raw).decode(), width)).encode(), "")
    assert eyes.seen((tmp_path / "key.pub").read_bytes(), "") == []


def test_an_age_key_is_seen_and_its_recipient_is_none(tmp_path: Path) -> None:
    public = identity.create(tmp_path / "key")
    eyes = Eyes.of(age_key(tmp_path / "key"))
    assert eyes.seen((tmp_path / "key").read_bytes(), "")
    assert eyes.seen(public.encode(), "") == []


def test_a_short_value_would_be_known_by_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Eyes.of(Canary("pin", b"1234"))
