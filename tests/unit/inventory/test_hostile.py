"""Inventories changed at random: no input makes a traceback, every mistake has a place, no broken key goes unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.errors import Mistake
from eakte_ops.inventory.load import survey
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.yamltext import read
from tests.unit.inventory.conftest import RESERVED, VOCABULARY

FILES = {
    name: (samples_folder() / "inventories" / f"{name}.yml").read_text("utf-8")
    for name in ("_defaults", "witten", "hattingen", "schwelm", "gevelsberg", "wetter")
}
SETTINGS = (samples_folder() / "eakte-ops.yml").read_text("utf-8")
WORDS = (
    "~",
    "[]",
    "{}",
    "true",
    "-1",
    "1e400",
    "0x7fffffff",
    "[[[]]]",
    "{a: {b: c}}",
    "*a",
    "&a b",
    "!!int 3",
    '"\\0"',
    "'",
    "?",
)
Step = str | int


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An operations folder that examples write over."""
    folder = tmp_path_factory.mktemp("operations")
    (folder / "inventories").mkdir()
    (folder / "eakte-ops.yml").write_text(SETTINGS, "utf-8")
    return folder


def mistakes_of(scratch: Path, name: str, text: str) -> tuple[Mistake, ...]:
    """What is said about a folder that holds the defaults and the file `name` with `text`."""
    for file in (scratch / "inventories").iterdir():
        file.unlink()
    (scratch / "inventories" / "_defaults.yml").write_text(FILES["_defaults"], "utf-8")
    (scratch / "inventories" / f"{name}.yml").write_text(text, "utf-8", newline="")
    found = survey(scratch, thresholds=VOCABULARY, reserved=RESERVED).mistakes()
    for mistake in found:
        lines = text.splitlines() if mistake.file.endswith(f"/{name}.yml") else FILES["_defaults"].splitlines()
        assert 1 <= mistake.line <= len(lines) + 1
        assert mistake.column >= 1
        assert mistake.sentence.strip()
        assert not {category(char) for char in str(mistake)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return found


def paths(node: Any, here: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Every path in plain data."""
    if here:
        yield here
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in below:
        yield from paths(value, (*here, step))


DATA: dict[str, Any] = {name: read(text, name).data for name, text in FILES.items()}
PATHS = [(name, path) for name, data in DATA.items() for path in paths(data)]
KEYS = [(name, path) for name, path in PATHS if isinstance(path[-1], str)]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["witten", "22:30"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(where=st.sampled_from(KEYS), letter=st.sampled_from("xq_0é"), front=st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_broken_key_is_noticed_where_it_stands(
    scratch: Path, where: tuple[str, tuple[Step, ...]], letter: str, front: bool
) -> None:
    name, path = where
    line, column = read(FILES[name], name).place(path, key=True)
    lines = FILES[name].splitlines(keepends=True)
    at = column - 1 if front else column - 1 + len(str(path[-1]))
    lines[line - 1] = lines[line - 1][:at] + letter + lines[line - 1][at:]
    found = mistakes_of(scratch, name, "".join(lines))
    assert (line, column) in {(mistake.line, mistake.column) for mistake in found}


@given(where=st.sampled_from(PATHS), value=VALUES)
@settings(max_examples=150, deadline=None)
def test_any_value_anywhere_ends_in_sentences(scratch: Path, where: tuple[str, tuple[Step, ...]], value: Any) -> None:
    name, path = where
    data = json.loads(json.dumps(DATA[name]))
    node = data
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    mistakes_of(scratch, name, json.dumps(data, ensure_ascii=True))


@given(name=st.sampled_from(sorted(FILES)), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_edit_of_the_text_ends_in_sentences(scratch: Path, name: str, data: st.DataObject) -> None:
    text = FILES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 20))
        text = text[:at] + data.draw(st.sampled_from(WORDS) | st.text(max_size=5)) + text[at + gone :]
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    mistakes_of(scratch, name, text)


@given(text=st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_any_bytes_end_in_sentences(scratch: Path, text: bytes) -> None:
    (scratch / "inventories" / "town.yml").write_bytes(text)
    assert survey(scratch, thresholds=VOCABULARY, reserved=RESERVED).mistakes()
