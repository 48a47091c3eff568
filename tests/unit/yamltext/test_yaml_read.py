"""What is read, as what, and what is refused. Every table runs with the C parser and with the pure one."""

from typing import Any

import pytest
import yaml

from eakte_ops import yamltext
from eakte_ops.yamltext.parse import Loader

LOADERS: list[Loader] = [yaml.CSafeLoader, yaml.SafeLoader]


@pytest.fixture(params=LOADERS, ids=["C", "pure"])
def loader(request: pytest.FixtureRequest) -> Loader:
    chosen: Loader = request.param
    return chosen


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("22:30", "22:30"),
        ("03452012", "03452012"),
        ("-012", "-012"),
        ("00", "00"),
        ("007.5", "007.5"),
        ("2026-11-24", "2026-11-24"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("11.10.2", "11.10.2"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("+", "+"),
        (".", "."),
        ("٣", "٣"),
        ("1234567890123456789012", "1234567890123456789012"),
        ("<<", "<<"),
        ("0", 0),
        ("-0", 0),
        ("5432", 5432),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("11.10", 11.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("0.25", 0.25),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"5432"', "5432"),
        ("'true'", "true"),
        ('""', ""),
        ("|\n  5\n", "5\n"),
    ],
)
def test_an_unquoted_word_is_yaml_1_2_core_and_never_a_surprise(word: str, value: Any, loader: Loader) -> None:
    document = yamltext.read(f"a: {word}", "f.yml", loader)
    assert document.mistakes == ()
    assert isinstance(document.data, dict)
    assert document.data["a"] == value
    assert type(document.data["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "place", "path", "says"),
    [
        ("a: 1\nb: &x 2\n", (2, 4), "b", "anchors"),
        ("a: &x {b: 1}\n", (1, 4), "a", "anchors"),
        ("a: *x\n", (1, 4), "a", "references"),
        ("a: !!str 1\n", (1, 4), "a", "tags"),
        ("a: ! 1\n", (1, 4), "a", "tags"),
        ("a: !x [1]\n", (1, 4), "a", "tags"),
        ("a:\n  - !!python/object:os.system {}\n", (2, 5), "a.0", "tags"),
        ("a: 1\n---\nb: 2\n", (2, 1), "", "second document"),
        ("%YAML 1.1\n---\na: 1\n", (1, 1), "", "directives"),
        ("%YAML 7.0\n---\na: 1\n", (1, 1), "", "directives"),
        ("a: 1\nb: 2\na: 3\n", (3, 1), "a", "double key; it stands in line 1 already"),
        ("a: {b: 1, b: 2}\n", (1, 11), "a.b", "double key"),
        ("a:\n  - b: 1\n    b: 2\n", (3, 5), "a.0.b", "double key"),
        ("5: a\n", (1, 1), "5", 'a key is text; write "5"'),
        ("true: a\n", (1, 1), "true", 'write "true"'),
        ("? [a, b]\n: 1\n", (1, 3), "", "a key is one word of text"),
        ("? {a: b}\n: 1\n", (1, 3), "", "a key is one word of text"),
        ("? \n: 1\n", (1, 2), "", "a key is one word of text"),
        ("a:\n\tb: 1\n", (2, 1), "", "a tab"),
        ("a: b\t# c\n", (1, 5), "", "a tab"),
        ("\ufeffa: 1\n", (1, 1), "", "byte order mark"),
        ("a: 1\rb: 2\n", (1, 5), "", "old Macs"),
        ("a: b\u202ec\n", (1, 5), "", "U+202E"),
        ("a: b\u00a0c\n", (1, 5), "", "U+00A0"),
        ("a: 1\n# \x1b[2J\n", (2, 3), "", "U+001B"),
        ("a: \x00\n", (1, 4), "", "U+0000"),
        ("a: \ud800\n", (1, 4), "", "U+D800"),
        ('a: "x\\e[2Jy"\n', (1, 4), "a", "U+001B"),
        ('a: "\\0"\n', (1, 4), "a", "U+0000"),
        ("a: b: c\n", (1, 5), "", 'a second ": "'),
        ("a: x\n  b: y\n", (2, 4), "", 'a second ": "'),
        ("name Witten\nkey\n", (1, 1), "", ""),
        ("a: 1\nname Witten\nb: 2\n", (2, 1), "", "is the colon missing?"),
        ("a: [1, 2\nb: 3\n", (2, 2), "", 'the list that "[" opens in line 1'),
        ("a: {b: 1\nc: 2\n", (2, 2), "", 'the mapping that "{" opens in line 1'),
        ("a: 'x\nb: 1\n", (2, 5), "", "the quoted text that begins in line 1 is not closed"),
        ("a: @x\n", (1, 4), "", "can not begin with this character"),
        ("a: `x`\n", (1, 4), "", "can not begin with this character"),
        ("a: %x\n", (1, 4), "", "can not begin with this character"),
        ('a: "\\z"\n', (1, 5), "", "unknown escape"),
        ("a:\n  - b\n c: d\n", (3, 2), "", "indentation"),
        ("- a\nb: 1\n", (2, 1), "", "indentation"),
        ("a: - b\n", (1, 4), "", "list entry"),
        ("äöü: b: c\n", (1, 7), "", 'a second ": "'),
        ("a: 😀 b: c\n", (1, 7), "", 'a second ": "'),
    ],
)
def test_what_is_refused_and_where(text: str, place: tuple[int, int], path: str, says: str, loader: Loader) -> None:
    mistakes = yamltext.read(text, "f.yml", loader).mistakes
    if not says:  # a file that is one text: no mistake of the reading, the model will not take it
        assert mistakes == ()
        return
    assert len(mistakes) == 1
    first = mistakes[0]
    assert says in first.sentence
    assert first.path == path
    # The two parsers point at the begin or at the end of what they could not finish.
    if loader is yaml.CSafeLoader:
        assert (first.line, first.column) == place
    else:
        assert abs(first.line - place[0]) <= 1


def test_bytes_that_are_no_utf8_are_refused_at_their_place() -> None:
    (mistake,) = yamltext.read("ä: 1\nb: ".encode() + b"\xff\n", "f.yml").mistakes
    assert (mistake.line, mistake.column) == (2, 4)
    assert "0xFF" in mistake.sentence


def test_utf16_is_refused() -> None:
    assert yamltext.read("a: 1".encode("utf-16"), "f.yml").mistakes


def test_an_escape_that_names_no_character_is_refused(loader: Loader) -> None:
    (mistake,) = yamltext.read('a: "\\U00110000"', "f.yml", loader).mistakes
    assert "names no character" in mistake.sentence


def test_several_mistakes_are_told_at_once_and_the_rest_is_still_read() -> None:
    document = yamltext.read("a: &x 1\nb: *x\nc: 1\nc: 2\nd: 4\n", "f.yml")
    assert [mistake.path for mistake in document.mistakes] == ["a", "b", "c"]
    assert document.data == {"a": 1, "b": None, "c": 1, "d": 4}


def test_windows_line_ends_and_umlauts_are_fine() -> None:
    assert yamltext.read("ä: ö\r\nb: 1\r\n".encode(), "f.yml").data == {"ä": "ö", "b": 1}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "---\n...\n"])
def test_an_empty_file_is_none_without_mistake(text: str, loader: Loader) -> None:
    document = yamltext.read(text, "f.yml", loader)
    assert document.data is None
    assert document.readable
    assert document.mistakes == ()
