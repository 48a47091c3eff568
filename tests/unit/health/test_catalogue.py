"""Names, texts and thresholds of all checks hang together."""

from __future__ import annotations

import re
import string

import pytest

from eakte_ops.errors import UsageError
from eakte_ops.health import catalogue, reference, vocabulary, wording
from eakte_ops.health.catalogue import CHECKS
from eakte_ops.health.reasons import REASONS

BOTH = [(check, key) for check in CHECKS.values() for key in check.text["en"].said]


def fields(template: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _text, name, spec, _conv in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_both_languages_say_the_same(check) -> None:
    english, german = check.text["en"], check.text["de"]
    assert english.said.keys() == german.said.keys()
    assert english.todos.keys() == german.todos.keys()
    for key in english.said:
        assert fields(english.said[key]) == fields(german.said[key]), key
    for key in english.todos:
        assert fields(english.todos[key]) == fields(german.todos[key]), key
    assert fields(english.todo) == fields(german.todo)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_every_check_names_the_incident_it_would_have_caught(check) -> None:
    for text in check.text.values():
        assert text.incident.endswith("."), text.title
        assert 40 < len(text.incident) < 400
        assert "{" not in text.incident + text.clerks
        assert not text.clerks or (text.clerks[0].isupper() and text.clerks.endswith("."))
    assert len({bool(text.clerks) for text in check.text.values()}) == 1


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_texts_are_texts(check) -> None:
    for text in check.text.values():
        for sentence in (text.title, text.means, text.todo, *text.said.values(), *text.todos.values()):
            assert sentence.strip() == sentence
            assert "  " not in sentence
            assert sentence
        for sentence in (text.todo, *text.said.values(), *text.todos.values()):
            assert not sentence.endswith("."), sentence
        assert text.means.endswith(".")
        assert {spec for template in text.said.values() for _name, spec in fields(template)} <= {"", *wording._SHAPES}


def test_reasons_say_the_same_in_both_languages() -> None:
    for reason in REASONS.values():
        assert fields(reason["en"]) == fields(reason["de"])


def test_names_are_words_with_a_dot() -> None:
    for name in CHECKS:
        assert re.fullmatch(r"[a-z]+(\.[a-z]+)?", name), name


def test_the_vocabulary_names_every_check_with_its_thresholds() -> None:
    words = vocabulary()
    assert words.keys() == {check.name for check in catalogue.chosen([])}
    limit = words["disk.space"]["warning_percent"]
    assert (limit.kind, limit.default, limit.least, limit.most) == ("number", 85.0, 1, 100)
    assert words["index.state"]["yellow_is_well"].kind == "yes or no"
    assert words["certificate.end"]["warning_days"].kind == "whole number"
    for fields_ in words.values():
        for name, each in fields_.items():
            assert each.objection(each.default) is None, name


def test_an_unknown_check_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r'no check "disk.spaec"; did you mean "disk.space"\?'):
        catalogue.chosen(["disk.space", "disk.spaec"])


def test_the_reference_explains_every_check_without_holes() -> None:
    text = reference.documents()["docs/reference/checks.md"]
    for name in CHECKS:
        assert f"\n## {name}\n" in text
    assert "{" not in text
