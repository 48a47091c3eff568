from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte_ops.remote import cleaning


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"plain", "plain"),
        ("Grüße, 5 €\n\tTab".encode(), "Grüße, 5 €\n\tTab"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b[2J\x1b[1;1Hcleared", "cleared"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1bPq#0;2;0;0;0\x1b\\after", "after"),
        (b"\x1b]52;c;aGFjaw==", ""),
        (b"\x1bc\x1b(Breset", "reset"),
        ("\x9b31mred".encode(), "red"),
        (b"a\x00b\x08c\x7fd\x07", "abcd"),
        ("abc\u202egpj.exe\u2066x\u200b\ufeff".encode(), "abcgpj.exex"),
        (b"\xff\xfe", "��"),
        ("\U000e0041tag".encode(), "tag"),
        (b"", ""),
    ],
)
def test_only_text_is_left(raw: bytes, said: str) -> None:
    assert cleaning.text(raw) == said


def test_it_is_bounded() -> None:
    assert len(cleaning.text(b"x" * 1_000_000)) == 65_536
    assert cleaning.text("ü".encode() * 10, limit=3) == "ü�"
    assert cleaning.line("word " * 1000, limit=20) == "word word word word…"


def test_a_line_is_one_line() -> None:
    assert cleaning.line(b"  one\n\ttwo \x1b[1m three\r\n") == "one two three"


@given(st.binary(max_size=300))
def test_nothing_that_moves_a_terminal_survives(raw: bytes) -> None:
    said = cleaning.text(raw)
    assert all(sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} for sign in said)
    assert cleaning.text(said.encode()) == said
