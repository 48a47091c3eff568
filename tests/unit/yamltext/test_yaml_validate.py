"""A model's complaints as plain sentences at their places, all at once."""

from datetime import date, time
from enum import Enum
from ipaddress import IPv4Address
from typing import Annotated, Literal, get_args

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import core_schema

from eakte_ops import yamltext
from eakte_ops.yamltext.sentences import sentence


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Thing:
    """A type that pydantic does not know."""


class Ring(Enum):
    PILOT = "pilot"
    REST = "rest"


class Gateway(Strict):
    kind: Literal["gateway"]
    port: int = Field(default=443, gt=0, le=65535)


class Database(Strict):
    kind: Literal["database"]
    data: str


Part = Annotated[Gateway | Database, Field(discriminator="kind")]


class Server(Strict):
    name: Annotated[str, yamltext.form(r"[a-z][a-z0-9-]*", "a name of small letters, digits and hyphens")]
    address: IPv4Address | None = None
    platform: Literal["linux", "windows"] = "linux"
    components: dict[str, int] = {}
    parts: list[Part] = []
    tags: tuple[str, ...] = ()
    jump: str | list[str] | None = None
    either: Gateway | Database | None = None
    loose: int | Gateway = 0


class Town(Strict):
    key: Annotated[str, yamltext.digits(5, 8)] = "05954"
    release: str = "11.0"
    servers: list[Server] = []
    since: date | None = None
    at: time | None = None
    ring: Ring = Ring.PILOT
    on: bool = False
    rounds: int = Field(default=1, ge=1, le=9, multiple_of=1)
    words: list[Annotated[str, Field(min_length=1, max_length=3)]] = Field(default=[], max_length=2)
    half: float = 0.5

    @field_validator("release")
    @classmethod
    def _known(cls, release: str, info: ValidationInfo) -> str:
        if release in (info.context or {}).get("gone", ()):
            raise ValueError(f"release {release} is not supported any more")
        return release


def complaints(text: str) -> list[str]:
    model, mistakes = yamltext.validate(yamltext.read(text, "w.yml"), Town)
    assert model is None
    return [str(mistake).removeprefix("w.yml:") for mistake in mistakes]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: 5954036", '1:6  key: text expected, found the number 5954036; write "05954036"'),
        ("key: 5954", '1:6  key: text expected, found the number 5954; write "05954"'),
        ('key: "5954036"', '1:6  key: text of 5 or 8 digits expected, found the text "5954036"'),
        ("release: 11.10", '1:10  release: text expected, found the number 11.10; write "11.10"'),
        ("release: true", '1:10  release: text expected, found true; write "true"'),
        ("release:", "1:9  release: text expected, found nothing"),
        ("release: [a]", "1:10  release: text expected, found a list"),
        ("on: NO", '1:5  on: true or false expected, found the text "NO"; write false'),
        ("on: 1", "1:5  on: true or false expected, found the number 1"),
        ("rounds: '3'", '1:9  rounds: a whole number expected, found the text "3"; write 3 without quotes'),
        ("rounds: 3.5", "1:9  rounds: a whole number expected, found the number 3.5"),
        ("rounds: 10", "1:9  rounds: at most 9 expected, found the number 10"),
        ("rounds: 0", "1:9  rounds: at least 1 expected, found the number 0"),
        ("half: much", '1:7  half: a number expected, found the text "much"'),
        ("ring: pilt", '1:7  ring: one of pilot, rest expected, found the text "pilt"; did you mean "pilot"?'),
        ("since: 24.11.2026", '1:8  since: a date such as 2026-11-24 expected, found the text "24.11.2026"'),
        ("since: 2026-02-30", '1:8  since: a date such as 2026-11-24 expected, found the text "2026-02-30"'),
        ("at: 25:99", '1:5  at: a time such as 22:30 expected, found the text "25:99"'),
        ("words: [abcd]", '1:9  words.0: at most 3 characters expected, found the text "abcd"'),
        ('words: [""]', "1:9  words.0: text expected, found an empty text"),
        ("words: [a, b, c]", "1:8  words: at most 2 entries expected, found 3"),
        ("words: a", '1:8  words: a list expected, found the text "a"; write [a]'),
        ("relaese: a", '1:1  relaese: unknown key; did you mean "release"?'),
        ("servers: [{}]", "1:11  servers.0.name: missing"),
        ("servers: [5]", '1:11  servers.0: a mapping ("key: value") expected, found the number 5'),
        ("servers: [{name: W}]", "servers.0.name: a name of small letters, digits and hyphens expected"),
        ("servers: [{name: a, componets: {}}]", '1:21  servers.0.componets: unknown key; did you mean "components"?'),
        ("servers: [{name: a, components: {x: y}}]", "servers.0.components.x: a whole number expected"),
        ("servers: [{name: a, parts: [{kind: gatway}]}]", 'one of gateway, database expected, found the text "gatway"'),
        ("servers: [{name: a, parts: [{port: 1}]}]", "1:29  servers.0.parts.0.kind: missing"),
        ("servers: [{name: a, parts: [{kind: gateway, data: x}]}]", "data: unknown key; known are kind, port"),
        ("servers: [{name: a, jump: 3}]", "servers.0.jump: text or a list expected, found the number 3"),
        ("servers: [{name: a, jump: [3]}]", 'servers.0.jump.0: text expected, found the number 3; write "3"'),
        ("servers: [{name: a, either: {kind: gateway, prt: 1}}]", 'either.prt: unknown key; did you mean "port"?'),
        ("servers: [{name: a, either: 4}]", 'either: a mapping ("key: value") expected, found the number 4'),
        ("servers: [{name: a, loose: x}]", 'loose: a whole number or a mapping ("key: value") expected'),
        ("servers: [{name: a, loose: {kind: gateway, port: 0}}]", "loose.port: more than 0 expected"),
        ("- a", '1:1  a mapping ("key: value") expected, found a list'),
        ("", "1:1  the file is empty"),
    ],
)
def test_one_mistake_is_one_sentence(text: str, said: str) -> None:
    (only,) = complaints(text)
    assert said in only


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    found = complaints("on: NO\nkey: 1\nservers:\n  - nam: a\n  - name: b\n    tags: [3]\nring: x\nring: pilot\n")
    assert [line.split()[1] for line in found] == [
        "on:", "key:", "servers.0.nam:", "servers.0.name:", "servers.1.tags.0:", "ring:", "ring:",
    ]  # fmt: skip


def test_what_was_refused_while_reading_is_not_complained_about_again() -> None:
    assert complaints("servers: &all [{name: 5}]\nrounds: *x\n") == [
        "1:10  servers: anchors (&name) are not used here; write the value out each time it is needed",
        "2:9  rounds: references (*name) are not used here; write the value out",
    ]


def test_text_that_is_no_yaml_is_told_once() -> None:
    assert complaints("on: NO\na: b: c\n") == [
        '2:5  a second ": " in one entry; put the text in quotes or correct the indentation'
    ]


def test_a_right_file_gives_the_model_and_no_mistake() -> None:
    text = (
        "key: 05954036\nsince: 2026-11-24\nat: 22:30\nring: rest\nservers: [{name: a, tags: [x], address: 192.0.2.10}]"
    )
    town, mistakes = yamltext.validate(yamltext.read(text, "w.yml"), Town)
    assert mistakes == []
    assert town is not None
    assert (town.key, town.since, town.at, town.ring) == ("05954036", date(2026, 11, 24), time(22, 30), Ring.REST)
    assert town.servers[0].tags == ("x",)
    assert town.servers[0].address == IPv4Address("192.0.2.10")


def test_validators_speak_in_their_own_words_and_get_the_context() -> None:
    document = yamltext.read("release: '9.0'", "w.yml")
    assert yamltext.validate(document, Town)[1] == []
    (mistake,) = yamltext.validate(document, Town, context={"gone": {"9.0"}})[1]
    assert str(mistake) == "w.yml:1:10  release: release 9.0 is not supported any more"


def test_laid_together_data_is_inspected_without_a_document() -> None:
    town, problems = yamltext.inspect({"release": 11.1, "x": 1}, Town, raw=lambda path: "11.10")
    assert town is None
    assert sorted((problem.path, problem.at_key) for problem in problems) == [(("release",), False), (("x",), True)]
    assert yamltext.inspect({"release": "11.0"}, Town)[0] == Town()


@pytest.mark.parametrize("kind", get_args(core_schema.ErrorType))
@pytest.mark.parametrize("value", [None, "x", 3, 2.5, True, [], {}])
def test_no_kind_of_error_lets_the_librarys_own_words_through(kind: str, value: object) -> None:
    context = dict.fromkeys(
        ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "actual_length", "pattern"), 7
    )
    said = sentence(kind, "Input should be a thing", context, value, None)
    assert said
    assert "nput" not in said
    assert "Value error" not in said


def test_a_model_without_json_schema_is_still_checked() -> None:
    class Odd(Strict):
        model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
        place: Thing | None = None

    (mistake,) = yamltext.validate(yamltext.read("plce: 1", "w.yml"), Odd)[1]
    assert mistake.sentence == "unknown key"


def test_a_number_that_is_one_of_the_words_is_told_to_be_put_in_quotes() -> None:
    class Choice(Strict):
        release: Literal["11.0", "11.10"]

    (mistake,) = yamltext.validate(yamltext.read("release: 11.10", "w.yml"), Choice)[1]
    assert mistake.sentence == 'one of 11.0, 11.10 expected, found the number 11.10; write "11.10"'
