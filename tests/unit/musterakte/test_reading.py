"""How the programs read their files: properties as Java does, YAML without quoting what may be a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.config.forms import properties as written
from eakte_ops.lab.musterakte.program import common, postgres, properties, shapes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a=b", {"a": "b"}),
        ("  a : b c ", {"a": "b c "}),
        ("a b", {"a": "b"}),
        ("a", {"a": ""}),
        ("# a=b\n! c=d\n\n \t\ne=f", {"e": "f"}),
        ("a=b\\\n    c", {"a": "bc"}),
        ("a=b\\\\\nc=d", {"a": "b\\", "c": "d"}),
        ("a=\\\n# no comment", {"a": "# no comment"}),
        ("a\\ b\\:c=d", {"a b:c": "d"}),
        ("a=\\u00e4\\uD83D\\uDE00", {"a": "ä😀"}),
        ("a=\\t\\n\\x", {"a": "\t\nx"}),
        ("a=b\r\nc=d\re=f", {"a": "b", "c": "d", "e": "f"}),
        ("a=1\na=2", {"a": "2"}),
        ("a=b=c:d", {"a": "b=c:d"}),
    ],
)
def test_properties_are_read_as_java_reads_them(file: Path, text: str, found: dict[str, str]) -> None:
    file.write_bytes(text.encode())
    assert properties.read(file) == found


@pytest.mark.parametrize("value", [" x ", "a\\b", "#!:=", "ä€🔑", "two\nlines", "\t", "", "\\u0041", "\x7f\x00"])
def test_what_the_form_writes_is_what_is_read(file: Path, value: str) -> None:
    file.write_bytes(f"key={written(value, 'x')}\nnext=1\n".encode())
    assert properties.read(file) == {"key": value, "next": "1"}


@pytest.mark.parametrize("text", ["a=\\u12", "a=\\u00zz", "a=\\uD83D"])
def test_a_torn_escape_is_a_sentence(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(common.StartError, match=r"file: an escape \\u is none"):
        properties.read(file)


@pytest.mark.parametrize(
    "text",
    [
        "password: *Kanarie",
        "password: !Kanarie x",
        "password: 'Kanarie",
        'password: "Kanarie \\q"',
        "password: @Kanarie",
        "password: %Kanarie: x",
        "&Kanarie a: 1\nb: &Kanarie 2\n{",
        "Kanarie: Kanarie: x",
        "password: !!int Kanarie",
        "? [Kanarie]\n: 1",
    ],
)
def test_what_is_no_yaml_is_placed_and_not_quoted(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(common.StartError, match="file: ") as caught:
        common.read_yaml(file)
    assert "Kanarie" not in str(caught.value)


def test_deep_yaml_is_a_sentence(file: Path) -> None:
    file.write_text("a: " + "[" * 5000)
    with pytest.raises(common.StartError):
        common.read_yaml(file)


def test_all_that_is_wrong_is_said_at_once_and_no_value_or_unknown_name() -> None:
    settings = {"port": "Kanarie", "database": {"host": 5, "Kanarie": 1}, "Kanarie": 2}
    with pytest.raises(common.StartError) as caught:
        shapes.fitting("services-common", "x.yml", settings)
    said = str(caught.value)
    assert said.startswith("x.yml: port: a port from 1 to 65535 is wanted; database.host: a text is wanted; ")
    assert "database.password is missing" in said
    assert "osrest is missing" in said
    assert said.count("1 unknown setting (known: ") == 2
    assert "Kanarie" not in said


@pytest.mark.parametrize("line", ["port = 5433", "port=5433", "  port =  5433  ", "# port = 1\nport = 5433"])
def test_the_port_of_the_database(file: Path, line: str) -> None:
    file.write_text(f"listen_addresses = '*'\n{line}\n")
    assert postgres.port_in(file) == 5433


def test_without_a_line_the_port_is_the_usual_one(file: Path) -> None:
    file.write_text("portal = 1\n#port = 2\n")
    assert postgres.port_in(file) == 5432
