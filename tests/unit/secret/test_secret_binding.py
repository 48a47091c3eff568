"""The first line inside an age file, and what is none."""

import pytest

from eakte_ops.secret.binding import MARK, Content, bound, read


@pytest.mark.parametrize("value", ["x", "", "two\nlines\n", "\n", "ü", f"{MARK}herdecke/x\nnested", "\r\n"])
def test_what_was_bound_is_read_again(value: str) -> None:
    assert read(bound("witten/database-password", value)) == Content("witten/database-password", value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "value",
        "value\nmore",
        f"{MARK}witten/x",
        MARK.rstrip(),
        f"{MARK}\nvalue",
        f" {MARK}witten/x\nvalue",
        f"\ufeff{MARK}witten/x\nvalue",
        "eakte-ops secret 2 witten/x\nvalue",
        f"{MARK}{'w' * 200}\nvalue",
        f"{MARK}witten\x1b[2J/x\nvalue",
        f"{MARK}witten/x\r\nvalue",
    ],
)
def test_everything_else_says_nothing_of_a_town(text: str) -> None:
    assert read(text) == Content(None, text)
