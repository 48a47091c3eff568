"""The note of what was placed, read back from a server that may say anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.record import Identity, Placed, identity_of, placed_of

LINE = [
    "/etc/eakte/a.yml", "plain", "0" * 63 + "a", "644", "eakte-ops", "eakte", "120", "4711", "1732000000.123456789",
    "1732000001.000000000", "1732000002", "run-7",
]  # fmt: skip


def changed(at: int, word: str) -> list[str]:
    return [*LINE[:at], word, *LINE[at + 1 :]]


def test_a_line_is_read() -> None:
    identity = Identity("644", "eakte-ops", "eakte", 120, 4711, "1732000000.123456789", "1732000001.000000000")
    assert placed_of(LINE) == Placed("/etc/eakte/a.yml", "plain", "0" * 63 + "a", identity, 1732000002, "run-7")
    assert identity_of(LINE[3:10]) == identity


@pytest.mark.parametrize("whole", ["1732000000", "0", "1732000000.1"])
def test_a_moment_may_be_whole_seconds(whole: str) -> None:
    found = placed_of(changed(8, whole))
    assert found is not None
    assert found.identity.modified == whole


@pytest.mark.parametrize(
    ("at", "word"),
    [
        (1, ""), (1, "PLAIN"), (1, "open"), (2, ""), (2, "a" * 63), (2, "a" * 65), (2, "A" * 64), (2, "g" * 64),
        (2, "a" * 64 + "\n"), (3, ""), (3, "64"), (3, "0o644"), (3, "888"), (3, "77777"), (6, ""), (6, "-1"),
        (6, "1.0"), (6, "1e3"), (6, "²"), (6, "١٢"), (6, "9" * 60), (6, " 1"), (7, "x"), (7, "9" * 5000),
        (8, ""), (8, "-1"), (8, "1."),
        (8, "1.1234567890"), (8, "١"), (8, "1\n"), (9, "x"), (9, "9" * 13), (10, ""), (10, "x"), (10, "1.5"), (10, "٣"),
        (10, "9" * 13), (10, "-1"),
    ],
)  # fmt: skip
def test_a_line_with_anything_odd_in_it_is_none(at: int, word: str) -> None:
    assert placed_of(changed(at, word)) is None


@pytest.mark.parametrize("count", [0, 1, 11, 13, 5000])
def test_a_line_of_another_length_is_none(count: int) -> None:
    assert placed_of((LINE * 500)[:count]) is None
    assert identity_of(LINE[:count]) is None


WORDS = st.text(max_size=8) | st.sampled_from(
    [*LINE, "9" * 5000, "\0", "\ud800", "١", "²", "\u202e", "-0", "0x1", "inf", "nan"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(WORDS, min_size=10, max_size=14) | st.permutations(LINE).map(list))
def test_nothing_that_a_server_says_raises(parts: list[str]) -> None:
    found = placed_of(parts)
    assert found is None or (found.path == parts[0] and found.identity.size >= 0 and found.when >= 0)
    identity_of(parts)
