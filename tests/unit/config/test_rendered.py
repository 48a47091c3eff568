"""Text with named places for secrets: what is shown, what becomes a file, and when two are the same."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.rendered import Content, Pieces, Rendered, Slot
from eakte_ops.config.sandbox import pieces_of
from eakte_ops.errors import UsageError
from eakte_ops.secret.value import Secret
from tests.unit.config.made import template

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: none}
"""
TEMPLATE = template(HEAD)
SLOTS = st.builds(Slot, st.sampled_from(["a-key", "b-key"]), st.sampled_from(["yaml", "line", "properties", "conf"]))
TEXTS = st.text(st.sampled_from("ab\n ‹›|\x01"), min_size=1, max_size=6)


def joined(pieces: list[str | Slot]) -> Pieces:
    """Pieces as rendering gives them: no empty ones, and no two texts in a row."""
    made: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, str) and made and isinstance(made[-1], str):
            made[-1] += piece
        else:
            made.append(piece)
    return tuple(made)


PIECES = st.lists(TEXTS | SLOTS, max_size=6).map(joined)


def rendered(*pieces: str | Slot, path: str = "/etc/eakte/gateway/a.yml") -> Rendered:
    return Rendered("witten", "witten-gw", TEMPLATE, path, "eakte-ops", "eakte", 0o640, pieces)


def reveal(name: str) -> Secret:
    return Secret(name, {"a-key": "canary'\"ä", "b-key": "  canary\n"}[name])


def test_what_is_shown_names_secrets_and_holds_none() -> None:
    file = rendered("a: ", Slot("a-key", "yaml"), "\nb: ", Slot("b-key", "yaml"), "\n")
    assert file.masked() == "a: ‹secret a-key›\nb: ‹secret b-key›\n"
    assert file.secrets == ("a-key", "b-key")
    assert "canary" not in repr(file)
    assert (file.proposal, file.confidential) == (False, False)


def test_a_file_holds_its_secrets_each_in_its_form() -> None:
    file = rendered(
        "a: ", Slot("a-key", "yaml"), "\nb=", Slot("b-key", "properties"), "\nc=", Slot("a-key", "conf"), "\n"
    )
    content = file.content(reveal)
    assert content.data.decode() == "a: \"canary'\\\"ä\"\nb=\\  canary\\n\nc='canary''\"ä'\n"
    assert (content.path, content.mode, content.open) == (file.path, 0o640, False)
    assert "canary" not in repr(content)


def test_a_secret_that_a_form_can_not_carry_is_named_and_not_shown() -> None:
    with pytest.raises(UsageError) as refused:
        rendered(Slot("b-key", "line")).content(reveal)
    assert refused.value.said.startswith("b-key can not stand in a line of its own")
    assert "canary" not in f"{refused.value!r} {refused.value}"


@pytest.mark.parametrize(("mode", "is_open"), [(0o640, False), (0o644, True), (0o641, False), (0o604, True)])
def test_open_is_what_everybody_may_read(mode: int, is_open: bool) -> None:
    assert Content(str(PurePosixPath("/a")), mode, b"").open == is_open


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_lines_are_the_text_cut_at_line_feeds(pieces: Pieces) -> None:
    file = rendered(*pieces)
    lines = list(file.lines())
    assert all("" not in line for line in lines)
    assert all("\n" not in piece for line in lines for piece in line if isinstance(piece, str))
    text = "\n".join("".join(map(str, line)) for line in lines)
    assert file.masked() in (text, f"{text}\n")
    assert len(lines) == file.masked().count("\n") + (not file.masked().endswith("\n") and file.masked() != "")


def test_a_line_is_the_same_wherever_it_stands() -> None:
    key = Slot("a-key", "line")
    assert list(rendered(key, "\n", key, "\nx").lines()) == [(key,), (key,), ("x",)]
    assert list(rendered("\n\na", key).lines()) == [(), (), ("a", key)]
    assert list(rendered().lines()) == []


@settings(max_examples=300, deadline=None)
@given(PIECES, PIECES)
def test_the_fingerprint_is_the_same_exactly_for_the_same_text_and_places(one: Pieces, other: Pieces) -> None:
    assert (rendered(*one).fingerprint == rendered(*other).fingerprint) == (one == other)


def test_the_fingerprint_is_of_the_text_alone() -> None:
    assert rendered("a").fingerprint == rendered("a", path="/etc/b").fingerprint
    assert rendered("a").fingerprint != rendered("a\n").fingerprint


@pytest.mark.parametrize(
    "forged",
    [
        ("\x01a-key\x01yaml",),
        ("a\x00\x01a-key\x01yaml\x00b",),
        ('["a-key", "yaml"]',),
        ("‹secret a-key›",),
    ],
)
def test_no_text_has_the_fingerprint_of_a_secrets_place(forged: tuple[str, ...]) -> None:
    real = [(Slot("a-key", "yaml"),), ("a", Slot("a-key", "yaml"), "b")]
    assert rendered(*forged).fingerprint not in {rendered(*pieces).fingerprint for pieces in real}


def test_what_looks_like_a_mark_is_text() -> None:
    assert pieces_of("a\ue000x|a-key|yaml\ue001b") == ("a\ue000x|a-key|yaml\ue001b",)
    assert pieces_of("") == ()
