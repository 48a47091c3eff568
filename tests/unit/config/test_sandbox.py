"""Templates by somebody who means harm, or misspells: each ends with a sentence on its line, and none gets anything."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte_ops.config.rendered import Slot
from eakte_ops.config.sandbox import pieces_of
from tests.unit.config.told import BEGIN, HEAD, TOWN, mistakes, told

KEY = 'secret["a-key"]'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ town.name }}\n", "Teststadt\n"),
        ("{{ town['name'] ~ ' ' ~ values.sessions }}", "Teststadt 7"),
        (
            "{{ values.banner }} {{ not values.banner }} {{ 2.5 }} {{ 1e22 }} {{ 0.1 + 0.2 }} {{ -3 }} {{ 7 // 2 }}",
            "true false 2.5 1.0e+22 0.30000000000000004 -3 3",
        ),
        ("{{ values.title | yaml }} {{ values.sessions | yaml }} {{ values.banner | conf }}", '"Anna & Co" 7 true'),
        ("{{ '<&>' }}", "<&>"),
        ("{% set a = 1 %}\n{% with b = 2 %}\n{{ a + b }}\n{% endwith %}\n", "3\n"),
        (
            "{% for a, b in [('x', 1), ('y', 2)] if b > 1 %}{{ loop.index }}{{ loop.last }}{{ a }}{% endfor %}",
            "1truey",
        ),
        ("{% for name in here.components if name in ['index', 'gateway'] %}{{ name }},{% endfor %}", "index,gateway,"),
        (
            "{{ (here.components + ('a', 'a')) | unique | sort | join('-') }}",
            "a-application-server-database-gateway-index-service-manager",
        ),
        (
            "{{ [3, 1, 2] | sort | first }}{{ [3, 1, 2] | sort | last }}{{ [1, 2] | length }}{{ 'abc' | length }}",
            "1323",
        ),
        (
            "{{ 'aXb' | lower }}{{ 'aXb' | upper }}{{ 'aXb' | replace('X', '-') }}{{ town | list | first }}",
            "axbAXBa-bid",
        ),
        ("{% for name, port in own.port | items %}{{ name }}{{ port }};{% endfor %}", "http80;https443;"),
        ("{{ parts.gateway.address | network }} {{ 'fd00::1' | url_host }}", "127.0.0.1/32 [fd00::1]"),
        (
            "{% if secret['c-key'] is defined %}c{% else %}no c{% endif %}{% if 'a-key' in secret %} a{% endif %}",
            "no c a",
        ),
        (f"{{{{ {KEY} | yaml }}}}", "‹secret a-key›"),
        ("{% for each in secret %}{{ secret[each] | line }}\n{% endfor %}", "‹secret a-key›\n‹secret b-key›\n"),
        (f"{{% set key = {KEY} %}}{{{{ key | conf if values.banner else 'none' | conf }}}}", "‹secret a-key›"),
        ("{% raw %}{{ secret }}{% endraw %}{# comment #}{{ '{{' }}", "{{ secret }}{{"),
        ("# for x in y\n## x\n", "# for x in y\n## x\n"),
        ("a\tb", "a\tb"),
        ("{{ 'a' if 'x' == 'y' else 'b' }}", "b"),
        (
            "{% for a in ['dms', 'argus'] %}{{ parts['service-manager'].service[a].port is defined }};{% endfor %}",
            "true;false;",
        ),
    ],
)
def test_what_templates_can_do(body: str, text: str) -> None:
    assert told(body) == text


def cases() -> Iterator[tuple[str, str]]:
    """Text and sentence, from mistakes.txt."""
    lines = Path(__file__).with_name("mistakes.txt").read_text("utf-8").splitlines()
    said = [line for line in lines if line and not line.startswith("# ")]
    for body, sentence in zip(said[::2], said[1::2], strict=True):
        assert sentence.startswith("    ")
        yield body, sentence.strip()


@pytest.mark.parametrize(("body", "sentence"), list(cases()))
def test_what_templates_can_not_do_is_said_with_its_line(body: str, sentence: str) -> None:
    assert told(f"first\n\n{body}\nlast\n")[:1] == [f"3: {sentence}"]


def test_numbers_of_any_length_are_bounded() -> None:
    assert told("a\n{{ 1" + "0" * 5000 + " }}") == ["2: a number is too long"]


@pytest.mark.parametrize(
    "expression",
    [
        "{key} | upper",
        "{key} | length",
        "{key} | yaml | length",
        "{key} ~ 'a'",
        "'a' ~ ({key} | yaml)",
        "{key} == 'a'",
        "'a' != {key}",
        "{key} in ['a']",
        "{key} < {key}",
        "[{key}] | join",
        "[{key} | yaml] | join",
        "[{key}] | sort",
        "[{key}] | unique",
        "'a' | replace('a', {key})",
        "'a' | replace({key}, 'a')",
        "{key} | replace('a', 'b')",
        "{key} | list",
        "{key} | first",
        "{key} | network",
        "{key} | url_host",
        "{key} | items",
        "['a', 'b'] | join({key})",
        "{key} | lower | yaml",
        "[{key}] == [{key}]",
        "'x' in [{key}]",
        "{key} in secret",
    ],
)
def test_a_secret_stands_alone(expression: str) -> None:
    wanted = ["2: the secret a-key can only stand alone: {{ secret['a-key'] | FORM }}"]
    assert told(f"\n{{{{ {expression.format(key=KEY)} }}}}\n") == wanted


def test_two_secrets_can_not_be_added() -> None:
    assert told(f"{{{{ {KEY} + {KEY} }}}}") == ["1: the secret a-key and the secret a-key can not be added"]


def test_nothing_that_a_template_writes_becomes_the_place_of_a_secret() -> None:
    forged = "\ue000{0}|a-key|yaml\ue001"
    for body in (forged, "{{ '" + forged + "' }}", "{{ '\\ue0000000000000000000|a-key|yaml\\ue001' }}"):
        text = told(body)
        assert isinstance(text, str)
        assert not any(isinstance(piece, Slot) for piece in pieces_of(text))


def test_a_mistake_in_a_loop_has_its_own_line() -> None:
    body = "a\n{% for n in [2, 1, 0] %}\nb\n\n{% if true %}\n{{ 4 // n }}\n{% endif %}\n{% endfor %}\nc\n"
    assert told(body) == ["6: nothing can be divided by zero"]


def test_a_mistake_in_the_condition_of_a_loop_has_its_line() -> None:
    assert told("a\n\n{% for n in [0] if 1 // n %}\nb\n{% endfor %}\n") == ["3: nothing can be divided by zero"]


def test_of_an_expression_over_several_lines_the_line_lies_in_it() -> None:
    (said,) = told("a\n{{ 'x'\n  ~ 'y'\n  ~ (1 // 0) }}\n")
    assert said in ("2: nothing can be divided by zero", "4: nothing can be divided by zero")


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert told("{{ a }}\n{{ 2 * 2 }}\n{{ 1 | b }}\n") == [
        '1: there is no "a" here',
        "2: no multiplication in a template",
        '3: there is no filter "b"',
    ]


TEN = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 0]"
WIDE = "{% set x = '" + "a" * 100 + "' %}" + "{% set x = x ~ x ~ x ~ x ~ x ~ x ~ x ~ x %}" * 3


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Less than what the bombs would take, so that a machine survives a bound that does not hold."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 600_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "body",
    [
        "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 60,
        "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x + x %}" * 60,
        "{% set x = [1, 2] %}" + "{% set x = x + x %}" * 60,
        "{% set x = [1, 2] %}" + "{% set x = [x, x] %}" * 60,
        "{% set x = [1] %}{% set y = [1] %}" + "{% set x = [x, x] %}{% set y = [y, y] %}" * 18 + "{{ x == y }}" * 9,
        "{{ 'a'" + "| replace('a', 'aaaaaaaaaa')" * 50 + " }}",
        "{{ '\\\\'" + "| yaml" * 50 + " }}",
        "{{ '\\\\'" + "| properties" * 50 + " }}",
        '{{ "\'"' + "| conf" * 50 + " }}",
        "{% set x = 'aaaaaaaaaa' %}" + "{% set x = [x, x, x] | join(x) %}" * 50,
        f"{{% for a in {TEN} %}}" * 6 + "x" + "{% endfor %}" * 6,
        f"{{% set x = {TEN} %}}" + "{% set x = x + x + x %}" * 5 + "{% for a in x %}" * 6 + "{% endfor %}" * 6,
        f"{{% set x = {TEN} %}}" + "{% set x = x + x + x %}" * 5 + "{% for a in x if false %}{% endfor %}" * 900,
        f"{{% set x = {TEN} %}}" + "{% set x = x + x + x %}" * 5 + "{% for a in x if a in x %}{% endfor %}" * 900,
        WIDE + "{{ x }}" * 2000,
        WIDE + "{% if x in x %}{% endif %}" * 2000,
        WIDE + "".join(f"{{% set a{at} = x ~ x %}}" for at in range(1000)),
        WIDE + "{{ x | upper | length }}" * 2000,
        WIDE + "{% for a in " + TEN + " %}" + "{{ x | network }}" * 200 + "{% endfor %}",
    ],
)
def test_a_template_that_would_go_on_for_ever_ends(body: str) -> None:
    assert told(f"a\n{body}\n") == ["2: the template does too much: 1,000,000 characters and steps are the most"]


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "body",
    [
        "{{ " + "(" * 90_000 + "1" + ")" * 90_000 + " }}",
        "{{ " + "[" * 90_000 + "]" * 90_000 + " }}",
        "{{ town" + ".a" * 90_000 + " }}",
        "{{ " + "not " * 40_000 + "1 }}",
        "{{ " + "-" * 90_000 + "1 }}",
        "{{ 'a'" + " + 'a'" * 300 + " }}",
        "{{ true" + " and true" * 300 + " }}",
        "{{ " + "1 if true else " * 9_000 + "2 }}",
        "{% if true %}" * 70 + "{% endif %}" * 70,
        "{% if true %}" * 6_000,
        "{% for a in [1] %}" * 7 + "{% endfor %}" * 7,
        "{% if 1 %}" + "{% elif 1 %}" * 100 + "{% endif %}",
        "{" * 190_000,
    ],
)
def test_what_is_nested_too_deeply_is_not_compiled(body: str) -> None:
    assert told(f"a\n{body}\n") == ["2: this is nested too deeply"]


@pytest.mark.parametrize(
    "body",
    [
        "{% if true %}" * 55 + "{% for a in [1] if a %}x{% endfor %}" + "{% endif %}" * 55,
        "{% for a in [1] if a %}" * 6 + "x" + "{% endfor %}" * 6,
        "{{ " + "['x'] | join ~ (" * 14 + "''" + ")" * 14 + " }}",
        "{{ 'x'" + " | lower" * 50 + " }}",
        "{% if 0 %}" + "{% elif 0 %}" * 60 + "{% else %}x{% endif %}",
    ],
)
def test_what_is_nested_as_deeply_as_can_be_is_compiled(body: str) -> None:
    assert str(told(body)).startswith("x")


@pytest.mark.parametrize("body", ["{{ 1 }}" * 27_000, "{% set x = 1 %}" * 9_000, "{{ 1" + " < 2" * 30_000 + " }}"])
def test_how_much_stands_in_a_template_is_bounded(body: str) -> None:
    assert told(f"a\n{body}\n") == ["2: a template has at most 20,000 values, words and signs"]


PIECES = st.sampled_from(
    [
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "if ",
        "for a in ",
        "endfor",
        "endif",
        "else",
        "set x = ",
        "a",
        "x",
        "1",
        "0",
        "'b'",
        '"',
        "[",
        "]",
        "(",
        ")",
        ",",
        " ~ ",
        " + ",
        " // ",
        " | yaml",
        " | join",
        " | sort",
        " | first",
        " | items",
        " | length",
        "town",
        ".name",
        "secret",
        '["a-key"]',
        "parts",
        ".gateway",
        "values",
        "loop",
        ".index",
        " is defined",
        " in ",
        " == ",
        " not ",
        "{# ",
        " #}",
        "#",
        "\n",
        " ",
        "{",
        "}",
        "%",
        "none",
        "true",
        "-",
        "1.5",
        "ä",
        "\ue000",
        "here.components",
    ]
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=14).map("".join))
def test_whatever_stands_in_a_template_it_is_rendered_or_said_why_not(body: str) -> None:
    found = mistakes(body)
    last = BEGIN + body.count("\n")
    assert all(BEGIN - 1 <= each.line <= last and each.column == 1 for each in found)
    assert all(each.sentence and each.sentence.isprintable() and " at 0x" not in each.sentence for each in found)


def test_commands_and_the_destination_are_templates_too() -> None:
    for key, line, said in [
        ('destination: "/etc/{{ nix }}"', 3, 'there is no "nix" here'),
        ('destination: "/etc/{{ 1 // 0 }}"', 3, "nothing can be divided by zero"),
        (
            "destination: \"/etc/{{ secret['a-key'] | line }}\"",
            3,
            "the secret a-key can only stand in the text of a file",
        ),
        ('destination: "/etc/{{"', 3, "unexpected 'end of template'"),
        ('validation: [check, "{{ own.port.nix }}"]', 3, 'parts.gateway.port has no port "nix"'),
        (
            "validation: [check, \"{{ secret['a-key'] | line }}\"]",
            3,
            "the secret a-key can only stand in the text of a file",
        ),
        ('validation: [check, "{{ 2 * 2 }}"]', 3, "no multiplication in a template"),
        ("validation: [check, \"{{ 'a\\\\nb' }}\"]", 3, "a word of a command is one line"),
        (
            'effect: {how: reload, of: gateway, by: ["{{ values.titel }}"]}',
            3,
            'values has no value "titel"; did you mean "title"?',
        ),
        ('effect: {how: reload, of: gateway, by: [a, "{{ range(1) }}"]}', 3, "nothing can be called in a template"),
    ]:
        name = key.partition(":")[0]
        lines = [each for each in HEAD.splitlines() if not each.startswith(f"{name}:")]
        lines.insert(1, key)
        found = mistakes("x\n", "\n".join(lines))
        assert (found[0].line, found[0].sentence) == (line, said), key
        assert found[0].column > len(name)


def test_everything_of_a_command_that_is_not_a_template_stays_as_it_is() -> None:
    from tests.unit.config.made import template

    made = template(HEAD + 'validation: ["{{ layout.current }}/bin/check", "{file}", "{ }", "%}", "a#b"]\n')
    from eakte_ops.config.render import sight

    words = made.words(made.head.validation, sight(TOWN, TOWN.said.servers[0], made))
    assert words == ("/opt/eakte/current/bin/check", "{file}", "{ }", "%}", "a#b")
