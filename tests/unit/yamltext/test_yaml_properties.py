"""Whatever the bytes are: nothing is raised, every mistake lies inside the file, every value has its place."""

import json

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, JsonValue

from eakte_ops import yamltext
from eakte_ops.errors import Mistake

# Pieces that mean something to a YAML parser, so that random texts get further than the first character.
PIECES = st.sampled_from(
    ["a", "b: ", "- ", "? ", ": ", "[", "]", "{", "}", ",", "&x ", "*x", "!t ", "!!str ", "|\n", ">-\n", "'", '"', "\\",
     "\n", "  ", "    ", "#", "---\n", "...\n", "%YAML 1.2\n", "1", "0x1", "1.5", "true", "null", "~", "<<: ", "\t",
     "\r\n", "ä", "😀", "\u2028", "\ufeff", "\x00", "@", "`", "%", '"\\x41"', '"\\ud800"', '"\\U00110000"']
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80)
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


class Anything(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int | str | list[str] = 0
    b: dict[str, float] = {}


def inside(mistake: Mistake, text: str) -> bool:
    lines = text.split("\n")
    return 1 <= mistake.line <= len(lines) and 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
@example("---\n  ")
@example("a:\n  ")
@example("- a:\n\n   ")
@example("? a")
def test_any_text_is_read_without_a_crash_and_both_parsers_agree_that_it_is_wrong(text: str) -> None:
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        document = yamltext.read(text, "f.yml", loader)
        assert all(inside(mistake, text) for mistake in document.mistakes)
        assert all(mistake.sentence and mistake.sentence.isprintable() for mistake in document.mistakes)
        model, mistakes = yamltext.validate(document, Anything)
        assert (model is None) == bool(mistakes)
        assert all(inside(mistake, text) for mistake in mistakes)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_a_crash(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    assert all(inside(mistake, text) for mistake in yamltext.read(raw, "f.yml").mistakes)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_what_is_written_as_json_comes_back_the_same_with_a_place_for_everything(value: JsonValue) -> None:
    text = json.dumps(value, indent=2)
    document = yamltext.read(text, "f.yml")
    assert document.mistakes == ()
    assert document.data == value
    lines = text.split("\n")
    for path, leaf in _leaves(value, ()):
        line, column = document.place(path)
        assert lines[line - 1][column - 1 :].startswith(json.dumps(leaf))


def _leaves(value: JsonValue, path: yamltext.Path) -> list[tuple[yamltext.Path, JsonValue]]:
    if isinstance(value, dict):
        return [leaf for key, below in value.items() for leaf in _leaves(below, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, below in enumerate(value) for leaf in _leaves(below, (*path, index))]
    return [(path, value)]
