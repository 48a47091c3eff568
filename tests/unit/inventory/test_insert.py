"""One value more in the text of a file: it says exactly that, and everything else stays byte for byte."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.inventory.insert import with_values
from eakte_ops.yamltext import read

ROOT = Path(__file__).parents[3]
WHERE = ("configuration", "gateway/a.yml")

CASES = [
    # nothing there yet: at the end of the file
    ("a: 1 # why\n", "a: 1 # why\nconfiguration: {NEW}\n"),
    ("a: 1", "a: 1\nconfiguration: {NEW}\n"),
    ("a: 1\r\n", "a: 1\r\nconfiguration: {NEW}\r\n"),
    ("{a: 1}\n", "{configuration: {NEW}, a: 1}\n"),
    ("{}\n", "{configuration: {NEW}}\n"),
    # the key is there
    ("configuration: {}\nb: 1\n", "configuration: {NEW}\nb: 1\n"),
    ("configuration: { } # x\n", "configuration: {NEW } # x\n"),
    (
        "configuration: {gateway/b.yml: {x: 1}}\n",
        "configuration: {NEW, gateway/b.yml: {x: 1}}\n",
    ),
    (
        "configuration: # what differs\n  # of b\n  gateway/b.yml: {x: 1}\nz: 1\n",
        "configuration: # what differs\n  NEW\n  # of b\n  gateway/b.yml: {x: 1}\nz: 1\n",
    ),
    # the template is there
    (
        "configuration: {gateway/a.yml: {x: 1}}\n",
        "configuration: {gateway/a.yml: {TITLE, x: 1}}\n",
    ),
    (
        "configuration:\n  gateway/a.yml:\n\n    # of x\n    x: 1\n",
        "configuration:\n  gateway/a.yml:\n    TITLE\n\n    # of x\n    x: 1\n",
    ),
    # the value is there
    ("configuration: {gateway/a.yml: {title: Old, x: 1}}\n", "configuration: {gateway/a.yml: {TITLE, x: 1}}\n"),
    (
        "configuration:\n  gateway/a.yml:\n    title: Old it is # why\n",
        "configuration:\n  gateway/a.yml:\n    TITLE # why\n",
    ),
    ('configuration: {gateway/a.yml: {title: "O\\"l\'d"}} # x\n', "configuration: {NEW} # x\n"),
    ("configuration: {gateway/a.yml: {title: 'O''l\"d'}}\n", "configuration: {NEW}\n"),
    (
        "configuration: {\"gateway/a.yml\": {\n  'title': 1}}\n",
        'configuration: {"gateway/a.yml": {\n  \'title\': "New"}}\n',
    ),
]
SERVERS = [
    (
        "servers:\n  - name: one # first\n    # how it is reached\n    address: a\n  - name: two\n    address: b\n",
        "servers:\n  - name: one # first\n    configuration: {NEW}\n    # how it is reached\n"
        "    address: a\n  - name: two\n    address: b\n",
    ),
    (
        "servers:\n- components:\n    gateway: {}\n  name: one\n",
        "servers:\n- components:\n    gateway: {}\n  configuration: {NEW}\n  name: one\n",
    ),
    (
        "servers: [{name: one}, {name: two}]\n",
        "servers: [{configuration: {NEW}, name: one}, {name: two}]\n",
    ),
]


def said(text: str) -> str:
    return text.replace("NEW", 'gateway/a.yml: {title: "New"}').replace("TITLE", 'title: "New"')


@pytest.mark.parametrize(("before", "after"), CASES)
def test_a_value_of_a_town(before: str, after: str) -> None:
    assert with_values(before, WHERE, {"title": "New"}) == said(after)


@pytest.mark.parametrize(("before", "after"), SERVERS)
def test_a_value_of_a_server(before: str, after: str) -> None:
    assert with_values(before, ("servers", 0, *WHERE), {"title": "New"}) == said(after)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (7, "7"),
        (0.25, "0.25"),
        (1e-7, "1e-07"),
        (True, "true"),
        ('ä "b" \\ #: {}', '"ä \\"b\\" \\\\ #: {}"'),
        ("7", '"7"'),
    ],
)
def test_kinds_of_values(value: int | float | str | bool, words: str) -> None:
    assert with_values("a: 1\n", WHERE, {"x": value}) == f"a: 1\nconfiguration: {{gateway/a.yml: {{x: {words}}}}}\n"


def test_several_values_and_odd_names() -> None:
    text = with_values("a: 1\n", ("configuration", "gateway/o d#d.yml"), {"true": 1, "b": 2})
    assert text == 'a: 1\nconfiguration: {"gateway/o d#d.yml": {b: 2, "true": 1}}\n'


@pytest.mark.parametrize(
    "text",
    [
        "configuration:\n  gateway/a.yml:\n    title: |\n      old\n",  # more than a line
        "configuration: {gateway/a.yml: {title: two\n  lines}}\n",
        'configuration: {gateway/a.yml: {title: "two\n  lines"}}\n',
        "configuration: {gateway/a.yml: [1]}\n",
        "configuration: null\n",
        "configuration: 7\n",
        "a: 1\n...\n",
        "- a\n",
        "",
        "a: [\n",
        "a: &x 1\n",
    ],
)
def test_what_is_no_small_insertion(text: str) -> None:
    assert with_values(text, WHERE, {"title": "New"}) is None


def test_what_nobody_sees_is_not_written() -> None:
    assert with_values("a: 1\n", WHERE, {"title": "a\u202eb"}) is None


NAMES = st.sampled_from(["a", "b", "gateway/a.yml", "gateway/b.yml", "title"])
VALUES = st.one_of(st.integers(-9, 9999), st.booleans(), st.text(st.characters(min_codepoint=32, max_codepoint=0x17F)))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([path.name for path in (ROOT / "inventories").glob("[!_]*.yml")]),
    st.booleans(),
    st.lists(st.tuples(NAMES, NAMES, VALUES), min_size=1, max_size=5),
)
def test_samples_say_one_value_more_and_lose_nothing(
    name: str, of_a_server: bool, words: list[tuple[str, str, int | bool | str]]
) -> None:
    text = before = (ROOT / "inventories" / name).read_text("utf-8")
    wanted: Any = copy.deepcopy(read(text, "").data)
    for template, value_name, value in words:
        if isinstance(value, str) and not value.isprintable():
            continue
        node = wanted["servers"][-1] if of_a_server else wanted
        node.setdefault("configuration", {}).setdefault(template, {})[value_name] = value
        last = len(wanted["servers"]) - 1
        path = ("servers", last, "configuration") if of_a_server else ("configuration",)
        made = with_values(text, (*path, template), {value_name: value})
        assert made is not None
        text = made
    assert read(text, "").data == wanted
    left = iter(text.split("\n"))
    assert all(any(line == each or line in each for each in left) for line in before.split("\n"))


def test_mappings_are_not_confused_with_each_other() -> None:
    values: Mapping[str, int] = {"x": 1}
    assert with_values("configuration: {}\n", ("servers", 0, *WHERE), values) is None
