"""What a value is written as, read again by those who will read it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eakte_ops.config.forms import FORMS, conf, line, properties
from eakte_ops.config.forms import yaml as in_yaml
from eakte_ops.errors import UsageError
from tests.unit.config.properties_model import load

ODD = [
    "", " ", "  a ", "a b", "#", "a #b", "a: b", "- a", "? a", "'", '"', "''", '"""', "\\", "\\\\n", "\\u0041",
    "{{ a }}", "{% a %}", "${HOME}", "$(id)", "`id`", "%s", "null", "true", "yes", "0x1", "1e3", "~", "<<", "*a", "&a",
    "!a", "|", ">", "@a", "[a", "{a", "\n", "a\nb", "a\n", "\r\n", "\t", "\f", "\v", "\x01", "\x1b[2J", "\x7f", "\x85",
    "\xa0", "\xad", "ä", "ß", "€", "\u2028", "\u2029", "\u202e", "\u200b", "\ufeff", "\ufffe", "\uffff", "\ue000",
    "😀", "\U000e0041", "\U0010ffff", "---", "...", "a" * 5000, "=", ":", "!a", "a=b", "a:b", "key value", "a\\", " \\",
    "\\ ", "END_OF_FILE",
]  # fmt: skip
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(ODD)
    | st.lists(st.sampled_from(ODD), max_size=4).map("".join)
)


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("\x00")
def test_yaml_is_the_same_text_wherever_it_stands(loader: type[yaml.SafeLoader], value: str) -> None:
    written = in_yaml(value, "the value")
    assert written.isprintable()
    text = f"key: {written}\nflow: {{a: {written}, b: [{written},{written}]}}\nlist:\n- {written}\n- {written} # a\n"
    found = yaml.load(text, loader)
    assert found == {"key": value, "flow": {"a": value, "b": [value, value]}, "list": [value, value]}


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example("\x00")
def test_properties_are_the_same_text_whatever_stands_around(value: str) -> None:
    written = properties(value, "the value")
    assert written.isascii()
    assert written.isprintable()
    text = f"# before\nfirst={written}\nsecond = {written}\nthird: {written}\nlast x"
    units = value.encode("utf-16-be").decode("utf-16-be", "surrogatepass")
    found = {key: _joined(each) for key, each in load(text).items()}
    assert found == {"first": units, "second": units, "third": units, "last": "x"}


def _joined(units: str) -> str:
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be")


def fits_a_line(value: str) -> bool:
    return value.isprintable() and value == value.strip()


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_line_is_the_value_itself_or_refused(value: str) -> None:
    if fits_a_line(value):
        assert line(value, "a-key") == value
        return
    with pytest.raises(UsageError, match="a-key can not stand in a line of its own") as refused:
        line(value, "a-key")
    assert len(value) < 3 or value not in refused.value.said


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_conf_is_one_quoted_text_or_refused(value: str) -> None:
    if not fits_a_line(value):
        with pytest.raises(UsageError):
            conf(value, "a-key")
        return
    written = conf(value, "a-key")
    assert written[0] == written[-1] == "'"
    assert written[1:-1].replace("''", "").replace("\\\\", "").count("'") == 0
    assert written[1:-1].replace("''", "'").replace("\\\\", "\\") == value


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("yaml", '"a\\"\\\\ b\\n\\u0001\\u202Eä\\U0001F600"'),
        ("properties", 'a"\\\\ b\\n\\u0001\\u202E\\u00E4\\uD83D\\uDE00'),
    ],
)
def test_what_is_written(form: str, written: str) -> None:
    assert FORMS[form]('a"\\ b\n\x01\u202eä😀', "the value") == written


def test_what_is_written_in_a_line_and_in_conf() -> None:
    assert line("ä '\\ x", "the value") == "ä '\\ x"
    assert conf("ä '\\ x", "the value") == "'ä ''\\\\ x'"


@pytest.mark.parametrize("form", ["yaml", "line", "conf"])
def test_halves_of_characters_are_refused_without_being_shown(form: str) -> None:
    with pytest.raises(UsageError) as refused:
        FORMS[form]("canary\ud800", "a-key")
    assert "canary" not in str(refused.value)
    assert refused.value.way_out == "choose a value of printable characters"
