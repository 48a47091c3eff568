"""The text that puts files in their places: what it holds, and what it refuses to be made of."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.place import script
from eakte_ops.config.rendered import Content
from eakte_ops.product.load import profile

LAYOUT = profile("musterakte").layout["linux"]
FILE = Content("/etc/eakte/index/built-in.usr", 0o640, b"elastic:canary\n")


def test_each_file_is_one_command_with_its_content_on_standard_input() -> None:
    text = script([FILE, Content("/etc/eakte/a", 0o644, b"")], LAYOUT, "run-7")
    hashed, empty = (hashlib.sha256(data).hexdigest() for data in (FILE.data, b""))
    assert text.startswith("set -eu\nstate='/var/lib/eakte-ops' look='eakte-look' by='run-7'\n")
    assert text.endswith(
        f"put '/etc/eakte/index/built-in.usr' 0640 {hashed} <<'END_OF_FILE'\nZWxhc3RpYzpjYW5hcnkK\nEND_OF_FILE\n"
        f"put '/etc/eakte/a' 0644 {empty} <<'END_OF_FILE'\nEND_OF_FILE\n"
    )


def test_nothing_of_a_file_stands_in_a_command() -> None:
    text = script([FILE], LAYOUT, "run-7")
    assert "canary" not in text
    assert base64.b64encode(FILE.data).decode() in text


def test_of_no_files_it_places_none() -> None:
    assert "put '" not in script([], LAYOUT, "run-7")


@pytest.mark.parametrize("by", ["", "two words", "a\tb", "a\nb", "ä", "\x00"])
def test_who_does_it_is_one_word(by: str) -> None:
    with pytest.raises(ValueError, match="not one word"):
        script([FILE], LAYOUT, by)


@pytest.mark.parametrize("path", ["/etc/a\tb", "/etc/a\nb", "/etc/\x00", "/etc/\x1b"])
def test_a_path_would_not_break_the_lines_of_the_note(path: str) -> None:
    with pytest.raises(ValueError, match="no path"):
        script([Content(path, 0o640, b"")], LAYOUT, "run-7")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_content_can_end_its_own_text(data: bytes) -> None:
    lines = script([Content("/a", 0o640, data)], LAYOUT, "run-7").partition("\nput ")[2].split("\n")
    assert lines.count("END_OF_FILE") == 1
    assert lines[-2:] == ["END_OF_FILE", ""]
    assert base64.b64decode("".join(lines[1:-2])) == data
