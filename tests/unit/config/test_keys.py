"""Where a line of a configuration file stands."""

from __future__ import annotations

import pytest

from eakte_ops.config.keys import LONGEST, keyed

TEXT = """\
# comment: no
a: 1
b:
  c: "x: y"
  d:
    e.f: 3
  g:
  - h: 1
    i: 2
  - h: 3
  j: 4
k : no
l=5
  m = 6
"n": 7
list:
- o: 8
- p: 9
  q: 10
r: http://192.0.2.1:80
host:port
[section]
s: 11
[other]
s: 12
"""
PATHS = [
    (), ("a",), ("b",), ("b", "c"), ("b", "d"), ("b", "d", "e.f"), ("b", "g"), ("b", "g", "-", "h"),
    ("b", "g", "-", "i"), ("b", "g", "-", "h"), ("b", "j"), (), ("l",), ("l", "m"), ("n",), ("list",),
    ("list", "-", "o"), ("list", "-", "p"), ("list", "-", "q"), ("r",), (), (), ("[section]", "s"), (),
    ("[other]", "s"),
]  # fmt: skip


def test_paths_of_keys() -> None:
    found = list(keyed(TEXT.splitlines()))
    assert [each.path for each in found] == PATHS
    assert all(each.lead + each.value == line for each, line in zip(found, TEXT.splitlines(), strict=True) if each.path)


@pytest.mark.parametrize(
    ("line", "value"),
    [("a: 1", "1"), ("a:", ""), ("  - a: b: c", "b: c"), ("a = 'x'  ", "'x'  "), ("a=b=c", "b=c"), ("a:b", "")],
)
def test_values(line: str, value: str) -> None:
    (found,) = keyed([line])
    assert found.value == value


def test_a_long_line_has_no_key() -> None:
    (found,) = keyed(["a: " + "x" * LONGEST])
    assert (found.path, found.name) == ((), "")
