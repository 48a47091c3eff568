"""Files made to hurt: they end quickly, with one sentence and a valid place."""

import os
import time
from pathlib import Path

import pytest

from eakte_ops import yamltext
from eakte_ops.yamltext import parse

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)
HOSTILE = {
    "open lists": "[" * 200_000,
    "open mappings": "{" * 200_000,
    "open entries": "- " * 200_000,
    "open complex keys": "? " * 200_000,
    "deep blocks": "".join(" " * n + "a:\n" for n in range(1_500)),
    "deep but closed": "[" * 21 + "]" * 21,
    "billion laughs": LAUGHS,
    "many values": "- a\n" * 400_000,
    "many double keys": "a: 1\n" * 300_000,
    "many tabs": "\t" * 1_000_000,
    "one long line of pairs": "[" + "a: b, " * 300_000,
    "endless key": "a" * 1_500_000 + ": 1",
    "nothing but lines": "a: " + "\n" * 1_500_000,
    "too large": "a" * 2_000_001,
    "too large in bytes only": "ä" * 1_500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_quickly_with_few_mistakes_inside_the_file(name: str) -> None:
    text = HOSTILE[name]
    began = time.process_time()
    document = yamltext.read(text, "f.yml")
    # A bound against work that grows with the square of the size (minutes), far from what it takes (about a second).
    assert time.process_time() - began < 20
    lines = text.split("\n")
    assert len(document.mistakes) <= yamltext.MAX_MISTAKES + 1
    assert document.mistakes or name == "nothing but lines"
    for mistake in document.mistakes:
        assert 1 <= mistake.line <= len(lines)
        assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
        assert len(str(mistake)) < 400


def test_twenty_levels_are_allowed() -> None:
    assert yamltext.read("[" * 20 + "]" * 20, "f.yml").mistakes == ()


def test_the_limits_say_what_they_are() -> None:
    assert "nested more than 20 levels" in yamltext.read("[" * 30, "f.yml").mistakes[-1].sentence
    assert "2,000,000 bytes" in yamltext.read(b"a" * 2_000_001, "f.yml").mistakes[-1].sentence
    assert "too many values" in yamltext.read("- a\n" * 250_000, "f.yml").mistakes[-1].sentence
    assert "not looked at" in yamltext.read("a: 1\n" * 300, "f.yml").mistakes[-1].sentence


def test_the_fallback_without_libyaml_gives_the_same_document() -> None:
    import yaml

    text = "a: {b: [1, 'x', 2.50]}\nc: |\n  text\n"
    pure, fast = yamltext.read(text, "f", yaml.SafeLoader), yamltext.read(text, "f", parse._LOADER)
    assert pure.data == fast.data
    for path in [("a",), ("a", "b"), ("a", "b", 2), ("c",)]:
        assert pure.place(path) == fast.place(path)
        assert pure.raw(path) == fast.raw(path)


def test_a_file_that_is_missing_a_folder_or_a_pipe_is_a_mistake_and_never_a_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "folder.yml").mkdir()
    for name, says in {"pipe": "no regular file", "folder": "no regular file", "absent": "can not be read"}.items():
        document = yamltext.load(tmp_path / f"{name}.yml", f"inventories/{name}.yml")
        assert not document.readable
        (mistake,) = document.mistakes
        assert str(mistake).startswith(f"inventories/{name}.yml:1:1  ")
        assert says in mistake.sentence


def test_a_file_is_read_under_the_name_people_know(tmp_path: Path) -> None:
    (tmp_path / "witten.yml").write_text("a: 1\n")
    assert yamltext.load(tmp_path / "witten.yml", "inventories/witten.yml").file == "inventories/witten.yml"
    assert yamltext.load(tmp_path / "witten.yml").data == {"a": 1}
