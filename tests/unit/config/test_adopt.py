"""What is on a server becomes a town's own word: what is made gives exactly that text, and no secret gets out."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte_ops.config.adopt import Adoption, NewTemplate, NewValues, Present, Secrets, adopt, proved
from eakte_ops.config.library import Library, load_library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.template import Template
from eakte_ops.errors import EakteError, Refused, UsageError
from eakte_ops.inventory.model import Town
from eakte_ops.secret.value import Secret
from tests.unit.config.made import template, town_of, whole_town

MARK = "2026-03-01 12:00 UTC by admin from one"
HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
mode: "0644"
effect: {how: restart, of: gateway}
"""
VALUES = """\
values:
  title: {default: eAkte, means: {de: Titel, en: title}}
  sessions: {default: 100, least: 1, most: 1000, means: {de: Sitzungen, en: sessions}}
  share: {default: 0.5, least: 0.0, most: 1.0, means: {de: Anteil, en: share}}
  log: {default: info, choices: [info, debug, warn], means: {de: Protokoll, en: log}}
  banner: {default: false, means: {de: Hinweis, en: banner}}
"""
BODY = """\
# Made by eakte-ops from a template.
server:
  port: {{ own.port.http }}
title: {{ values.title | yaml }}
name: {{ values.title | line }} of {{ town.name }}
sessions: {{ values.sessions }}
share: {{ values.share }}
log: {{ values.log }}
{% if values.banner %}
banner: true
{% endif %}
services:
{% for name in here.components %}
  - {{ name }}
{% endfor %}
end: true
"""
WITH_SECRETS = """\
# Made by eakte-ops from a template.
cluster: eakte
title: {{ values.title | yaml }}
sessions: {{ values.sessions }}
log: {{ values.log }}
password: {{ secret["elastic-password"] | yaml }}
{% for name in here.components %}
  - {{ name }}
{% endfor %}
url: {{ secret["database-password"] | line }}
end: true
"""
SECRETS = {"elastic-password": 'Kq7-geheim"x\\y', "database-password": "Zw9xT4mPq1"}


def one_town(more: str = "", servers: str = "") -> Town:
    servers = servers or "  - {name: one, address: 192.0.2.77, components: {gateway: {}, index: {}}}\n"
    return town_of(
        'product: musterakte\nrelease: "11.0"\nsecrets: [elastic-password, database-password]\n'
        f"{more}servers:\n{servers}"
    )


TWO = """\
  - {name: one, address: 192.0.2.77, components: {gateway: {}}}
  - {name: two, address: 192.0.2.78, components: {gateway: {}}}
"""


def opened(values: Mapping[str, str] = SECRETS) -> dict[str, Secret]:
    return {name: Secret(f"teststadt/{name}", value) for name, value in values.items()}


def text_of(rendered: Rendered, secrets: Mapping[str, str] = SECRETS) -> str:
    return rendered.content(lambda name: Secret(f"teststadt/{name}", secrets[name])).data.decode()


def files(town: Town, made: Template) -> tuple[Rendered, ...]:
    return render([town], Library((made,)))


def adopted(
    town: Town,
    made: Template,
    change: Mapping[str, bytes | str],
    secrets: Mapping[str, Secret] | None = None,
) -> Adoption:
    """What comes of texts on servers; the other servers are not asked."""
    every = files(town, made)
    present = [
        Present(each, text if isinstance(text, bytes) else text.encode())
        for each in every
        if (text := change.get(each.server)) is not None
    ]
    others = [each for each in every if each.server not in change]
    return adopt(town, present, others, opened() if secrets is None else secrets, MARK)


def gives(town: Town, made: NewTemplate, texts: Mapping[str, str]) -> bool:
    present = [Present(each, texts[each.server].encode()) for each in files(town, made.template)]
    return proved(town, Library((made.template,)), present)


@pytest.fixture(scope="module")
def town() -> Town:
    return one_town()


@pytest.fixture(scope="module")
def plain() -> Template:
    return template(HEAD + VALUES, BODY)


@pytest.fixture(scope="module")
def secret() -> Template:
    return template(HEAD.replace("0644", "0640") + VALUES, WITH_SECRETS)


@pytest.fixture
def text(town: Town, plain: Template) -> str:
    return text_of(files(town, plain)[0])


class TestValues:
    @pytest.mark.parametrize(
        ("changes", "values"),
        [
            ({'"eAkte"': '"Witten"', "eAkte of": "Witten of"}, {"title": "Witten"}),
            ({'"eAkte"': '"A \\"b\\" \\\\ ä"', "eAkte of": 'A "b" \\ ä of'}, {"title": 'A "b" \\ ä'}),
            ({"sessions: 100": "sessions: 7"}, {"sessions": 7}),
            ({"share: 0.5": "share: 0.25"}, {"share": 0.25}),
            ({"log: info": "log: debug"}, {"log": "debug"}),
            ({"share: 0.5": "share: 1"}, {"share": 1}),
            ({"services:": "banner: true\nservices:"}, {"banner": True}),
            (
                {"services:": "banner: true\nservices:", "log: info": "log: warn", "sessions: 100": "sessions: 1000"},
                {"banner": True, "log": "warn", "sessions": 1000},
            ),
        ],
    )
    def test_values_explain_it(
        self, town: Town, plain: Template, text: str, changes: Mapping[str, str], values: Mapping[str, object]
    ) -> None:
        for old, new in changes.items():
            assert text.count(old) == 1
            text = text.replace(old, new)
        made = adopted(town, plain, {"one": text})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server, made.template) == (values, "", "gateway/a.yml")

    @pytest.mark.parametrize(
        "change",
        [
            ("sessions: 100", "sessions: 1001"),  # beyond what it may be
            ("sessions: 100", "sessions: 007"),
            ("sessions: 100", "sessions: 7 "),
            ("sessions: 100", "sessions: many"),
            ("log: info", "log: loud"),
            ('"eAkte"', '"Witten"'),  # of two places only one
            ("port: 80", "port: 8081"),  # no value of the template
        ],
    )
    def test_values_do_not_explain_it(self, town: Town, plain: Template, text: str, change: tuple[str, str]) -> None:
        assert text.count(change[0]) == 1
        made = adopted(town, plain, {"one": text.replace(*change)})
        assert isinstance(made, NewTemplate)
        assert gives(town, made, {"one": text.replace(*change)})

    def test_a_number_that_is_the_same_and_written_otherwise_is_another(self, plain: Template, text: str) -> None:
        town = one_town("configuration: {gateway/a.yml: {share: 1}}\n")
        made = adopted(town, plain, {"one": text.replace("0.5", "1.0")})
        assert isinstance(made, NewValues)
        assert repr(dict(made.values)) == "{'share': 1.0}"

    def test_a_value_that_the_town_says_already_is_said_anew(self, plain: Template, text: str) -> None:
        town = one_town("configuration: {gateway/a.yml: {sessions: 50, log: debug}}\n")
        now = text.replace("log: info", "log: debug")
        assert isinstance(adopted(town, plain, {"one": now.replace("100", "50")}), Secrets)
        made = adopted(town, plain, {"one": now})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server) == ({"sessions": 100}, "")

    def test_a_server_that_says_it_itself_says_it_anew(self, plain: Template, text: str) -> None:
        own = "{name: one, address: 192.0.2.77, components: {gateway: {}, index: {}}, configuration: "
        town = one_town(servers=f"  - {own}{{gateway/a.yml: {{sessions: 5}}}}}}\n")
        made = adopted(town, plain, {"one": text.replace("100", "6")})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server) == ({"sessions": 6}, "one")
        made = adopted(town, plain, {"one": text.replace("100", "5").replace("0.5", "0.1")})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server) == ({"share": 0.1}, "")


class TestSeveralServers:
    @pytest.fixture
    def town(self) -> Town:
        return one_town(servers=TWO)

    @pytest.fixture
    def text(self, town: Town, plain: Template) -> str:
        return text_of(files(town, plain)[0])

    def test_the_same_on_all_is_the_towns(self, town: Town, plain: Template, text: str) -> None:
        now = text.replace("100", "7")
        made = adopted(town, plain, {"one": now, "two": now})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server) == ({"sessions": 7}, "")

    def test_of_one_that_was_chosen_is_that_servers(self, town: Town, plain: Template, text: str) -> None:
        made = adopted(town, plain, {"two": text.replace("100", "7")})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.server) == ({"sessions": 7}, "two")

    @pytest.mark.parametrize("other", ["100", "8", "7 # more"])
    def test_different_texts_have_to_be_chosen_from(self, town: Town, plain: Template, text: str, other: str) -> None:
        with pytest.raises(UsageError) as raised:
            adopted(town, plain, {"one": text.replace("100", "7"), "two": text.replace("100", other)})
        assert raised.value.said == "the servers hold different texts of gateway/a.yml: one, two"
        assert raised.value.way_out == "say from which one, for example --server one"

    def test_the_example_is_a_server_that_has_something_to_take_over(
        self, town: Town, plain: Template, text: str
    ) -> None:
        with pytest.raises(UsageError) as raised:
            adopted(town, plain, {"one": text, "two": text.replace("100", "7")})
        assert raised.value.way_out == "say from which one, for example --server two"

    def test_a_template_for_all_that_hold_the_same(self, town: Town, plain: Template, text: str) -> None:
        made = adopted(town, plain, {"one": text + "more: 1\n", "two": text + "more: 1\n"})
        assert isinstance(made, NewTemplate)
        assert gives(town, made, {"one": text + "more: 1\n", "two": text + "more: 1\n"})

    def test_different_lines_have_to_be_chosen_from(self, town: Town, plain: Template, text: str) -> None:
        with pytest.raises(UsageError, match="different texts"):
            adopted(town, plain, {"one": text + "more: 1\n", "two": text + "more: 2\n"})

    def test_what_differs_by_itself_from_server_to_server_stays_so(self, town: Town) -> None:
        made = template(HEAD, "name: {{ here.name }}\nend: true\n")
        texts = {"one": "name: one\nend: false\n", "two": "name: two\nend: false\n"}
        found = adopted(town, made, texts)
        assert isinstance(found, NewTemplate)
        assert "name: {{ here.name }}\nend: false\n" in found.template.text
        assert gives(town, found, texts)

    def test_a_template_for_one_server_alone_is_refused(self, town: Town, plain: Template, text: str) -> None:
        with pytest.raises(Refused, match="holds for two, too, and would change the file there"):
            adopted(town, plain, {"one": text + "more: 1\n"})

    def test_a_server_that_says_something_itself_has_to_be_chosen(self, plain: Template, text: str) -> None:
        own = TWO.replace("77, components: {gateway: {}}", "77, components: {gateway: {}}, configuration: CONF")
        town = one_town(servers=own.replace("CONF", "{gateway/a.yml: {sessions: 5}}"))
        now = text.replace("100", "7")
        with pytest.raises(UsageError, match="one says something of its own about gateway/a"):
            adopted(town, plain, {"one": now, "two": now})


class TestTemplates:
    def test_what_the_template_says_stays_and_what_the_server_says_is_put_between(
        self, town: Town, plain: Template, text: str
    ) -> None:
        now = text.replace("end: true", "# {{ no }} {% code %} {# here #} {\nend: false")
        made = adopted(town, plain, {"one": now})
        assert isinstance(made, NewTemplate)
        head, _, body = made.template.text.partition("#}\n")
        assert head.split("\n")[:3] == ["{#", f"# Adopted {MARK}", f"replaces: {plain.sum}"]
        assert body == BODY.replace(
            "end: true", '# {{ "{" }}{ no }} {{ "{" }}% code %} {{ "{" }}# here #} {\nend: false'
        )
        assert (made.lines, made.odd, made.lost) == (2, 0, ())
        assert gives(town, made, {"one": now})
        assert made.template.file == "inventories/teststadt.templates/11.0/gateway/a.yml.j2"
        assert made.template.head.replaces == plain.sum

    def test_a_loop_stays_or_goes_as_a_whole(self, town: Town, plain: Template, text: str) -> None:
        made = adopted(town, plain, {"one": text.replace("  - index\n", "  - indices\n")})
        assert isinstance(made, NewTemplate)
        assert "{% for" not in made.template.text
        assert "{% if values.banner %}" in made.template.text

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("\n", "\r\n"),
            lambda text: text.replace("end: true\n", "end: true\r\n"),
            lambda text: text.removesuffix("\n"),
            lambda text: text + "\n\n",
            lambda text: "",
            lambda text: "\ufeff" + text,
            lambda text: text + "\x1b[31mred\u202e \u00a0 \u2028 \ufffe \U000e0100 {\r",
            lambda text: text + "\ue000 {{ '{{' }}",
            lambda text: "".join(reversed(text.splitlines(keepends=True))),
        ],
    )
    def test_odd_texts(self, town: Town, plain: Template, text: str, change: object) -> None:
        now = change(text)  # type: ignore[operator]
        made = adopted(town, plain, {"one": now})
        assert isinstance(made, NewTemplate)
        assert gives(town, made, {"one": now})
        body = made.template.text
        assert all(char.isprintable() or char == "\n" for char in body.replace("\ue000", ""))

    def test_lines_that_nobody_sees_whole_are_counted(self, town: Town, plain: Template, text: str) -> None:
        made = adopted(town, plain, {"one": text + "a: b\r\nc: d\n"})
        assert isinstance(made, NewTemplate)
        assert (made.lines, made.odd) == (2, 1)
        assert 'a: b{{ "\\u000d" }}\n' in made.template.text

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"\xff\xfe\x00", "is no text in UTF-8"),
            (b"a\0b", "is no text in UTF-8"),
            (b"x" * 300_000, "is too long for a template"),
            (b"\n" * 6_000, "is too long for a template"),
            ((b"\x1b" * 30 + b"\n") * 4_000, "no template could be made that gives exactly the text"),
        ],
    )
    def test_what_can_be_no_template(self, town: Town, plain: Template, data: bytes, said: str) -> None:
        with pytest.raises(Refused) as raised:
            adopted(town, plain, {"one": data})
        assert said in raised.value.said
        assert raised.value.place == "/etc/eakte/gateway/a.yml"

    def test_values_without_effect_are_named(self, plain: Template) -> None:
        town = one_town("configuration: {gateway/a.yml: {sessions: 50, log: info}}\n")
        now = text_of(files(town, plain)[0]).replace("sessions: 50", "sessions: fifty")
        made = adopted(town, plain, {"one": now})
        assert isinstance(made, NewTemplate)
        assert made.lost == ("sessions",)

    def test_an_own_template_is_adopted_anew_and_keeps_what_it_replaces(self, town: Town, plain: Template) -> None:
        first = adopted(town, plain, {"one": "a: 1\n"})
        assert isinstance(first, NewTemplate)
        again = adopted(town, first.template, {"one": "a: 1\nb: 2\n"})
        assert isinstance(again, NewTemplate)
        assert again.template.head.replaces == plain.sum
        assert again.template.text.count("# Adopted ") == again.template.text.count("replaces: ") == 1
        assert again.template.text.endswith("#}\na: 1\nb: 2\n")

    def test_what_was_only_a_part_becomes_the_whole_file(self, town: Town) -> None:
        made = adopted(town, template(f"{HEAD}partial: true\n{VALUES}", "a: {{ values.log }}\n"), {"one": "a: debug\n"})
        assert isinstance(made, NewTemplate)
        assert not made.template.head.partial

    @pytest.mark.parametrize(
        "line",
        [
            "proxy-password: hunter2",
            "url: https://user:hunter2@proxy.example",
            "-----BEGIN PRIVATE KEY-----",
            "note: Zw9xT4mPq1",
            "note: Wnc5eFQ0bVBxMQ==",  # the same in base64
        ],
    )
    def test_a_secret_in_a_file_without_secrets_is_refused(
        self, town: Town, plain: Template, text: str, line: str
    ) -> None:
        with pytest.raises(Refused) as raised:
            adopted(town, plain, {"one": f"{line}\n{text}ok: 1\n"})
        assert "there are lines that hold a secret, look as if they did" in raised.value.said
        assert re.search(r"\(lines? 1[, ]", raised.value.said)
        assert "hunter2" not in str(raised.value)

    def test_templates_with_control_of_blanks(self, town: Town) -> None:
        for body in (
            "a\n  {%- if true %}\nb\n{%- endif %}\n\nc\n",
            "{{ town.id -}}\n  x\ny\n",
            "{% set a = 1 -%}\n x\ny\n",
        ):
            made = template(HEAD, body)
            now = text_of(files(town, made)[0]) + " more\n"
            found = adopted(town, made, {"one": now})
            assert isinstance(found, NewTemplate)
            assert gives(town, found, {"one": now})
            found = adopted(town, made, {"one": " first\n" + now.replace("y", "z").replace("c", " d")})
            assert isinstance(found, NewTemplate)


class TestSecrets:
    @pytest.fixture
    def text(self, town: Town, secret: Template) -> str:
        return text_of(files(town, secret)[0])

    def test_nothing_to_take_over(self, town: Town, secret: Template, text: str) -> None:
        assert adopted(town, secret, {"one": text}) == Secrets()

    def test_other_values_are_said_and_stay_where_they_are(self, town: Town, secret: Template, text: str) -> None:
        now = text.replace("Zw9xT4mPq1", "hunter2")
        assert adopted(town, secret, {"one": now}) == Secrets(differ=("database-password",))
        assert adopted(town, secret, {"one": now}, {}) == Secrets(closed=("database-password", "elastic-password"))

    def test_values_that_are_no_secrets(self, town: Town, secret: Template, text: str) -> None:
        now = text.replace("100", "7").replace("Zw9xT4mPq1", "hunter2")
        made = adopted(town, secret, {"one": now})
        assert isinstance(made, NewValues)
        assert (dict(made.values), made.secrets) == ({"sessions": 7}, Secrets(differ=("database-password",)))

    def test_values_of_few_choices_need_no_secrets(self, town: Town, secret: Template, text: str) -> None:
        made = adopted(town, secret, {"one": text.replace("info", "debug")}, {})
        assert isinstance(made, NewValues)
        with pytest.raises(Refused, match="could not be opened, so nobody can be sure"):
            adopted(town, secret, {"one": text.replace("100", "7")}, {})

    @pytest.mark.parametrize("value", ["Zw9xT4mPq1", "xxZw9xT4mPq1xx", 'Kq7-geheim\\"x\\\\y', "Wnc5eFQ0bVBxMQ=="])
    def test_a_secret_at_the_place_of_a_value_is_refused(
        self, town: Town, secret: Template, text: str, value: str
    ) -> None:
        with pytest.raises(Refused, match="the value of `title` on the server is a secret, or looks like one"):
            adopted(town, secret, {"one": text.replace('"eAkte"', f'"{value}"')})

    def test_the_servers_own_secret_at_the_place_of_a_value_too(self, town: Town, secret: Template, text: str) -> None:
        now = text.replace("Zw9xT4mPq1", "sommer").replace('"eAkte"', '"Im sommer"')
        with pytest.raises(Refused) as raised:
            adopted(town, secret, {"one": now})
        assert "sommer" not in str(raised.value)

    def test_lines_that_are_not_in_the_template_are_refused_by_number(
        self, town: Town, secret: Template, text: str
    ) -> None:
        with pytest.raises(Refused) as raised:
            adopted(town, secret, {"one": f"a: 1\n{text}b: 2\nc: 3\n"})
        assert raised.value.said == (
            "a file with secrets has lines that are not in its template (lines 1, 12-13 on one); nothing was written,"
            " nothing is shown"
        )
        assert raised.value.way_out.startswith("add a value to templates/musterakte/11.0/gateway/a.yml.j2")

    def test_a_value_beyond_its_limits_is_named(self, town: Town, secret: Template, text: str) -> None:
        with pytest.raises(Refused, match=r"\(line 4 on one\); `sessions` would be what the template does not allow"):
            adopted(town, secret, {"one": text.replace("100", "1001")})

    def test_lines_that_went_or_moved_are_no_secrets(self, town: Town, secret: Template, text: str) -> None:
        now = text.replace("# Made by eakte-ops from a template.\n", "").replace("Zw9xT4mPq1", "hunter2")
        now += "cluster: eakte\n"
        made = adopted(town, secret, {"one": now})
        assert isinstance(made, NewTemplate)
        assert 'url: {{ secret["database-password"] | line }}\n' in made.template.text
        assert made.secrets == Secrets(differ=("database-password",))
        assert gives(town, made, {"one": now})

    def test_a_loop_with_a_secret_in_it_is_written_with_its_name(self, town: Town) -> None:
        body = '{% for name in here.components %}\n{{ name }}: {{ secret["elastic-password"] | line }}\n{% endfor %}\n'
        made = template(HEAD.replace("0644", "0640"), body)
        now = "gateway: hunter2\n"
        found = adopted(town, made, {"one": now})
        assert isinstance(found, NewTemplate)
        assert found.template.text.endswith('#}\ngateway: {{ secret["elastic-password"] | line }}\n')

    def test_a_file_that_may_hold_a_secret_is_one_with_secrets(self, town: Town) -> None:
        made = template(
            HEAD.replace("0644", "0640") + VALUES,
            'log: {{ values.log }}\n{% if values.banner %}\nx: {{ secret["elastic-password"] | yaml }}\n{% endif %}\n',
        )
        with pytest.raises(Refused, match=r"a file with secrets has lines .* \(line 2 on one\)"):
            adopted(town, made, {"one": "log: info\ny: abc\n"})
        found = adopted(town, made, {"one": 'log: info\nx: "abc"\n'})
        assert isinstance(found, NewValues)
        assert (dict(found.values), found.secrets) == ({"banner": True}, Secrets(differ=("elastic-password",)))

    def test_a_value_beside_a_secret_is_not_read(self, town: Town) -> None:
        """Where one ends and the other begins nobody can say: this may be the end of the secret."""
        body = 'url: {{ secret["elastic-password"] | line }}/{{ values.title | line }}\nlog: {{ values.log }}\n'
        made = template(HEAD.replace("0644", "0640") + VALUES, body)
        with pytest.raises(Refused, match=r"\(line 1 on one\)"):
            adopted(town, made, {"one": "url: Sommer/hunter2/eAkte Witten\nlog: info\n"})
        found = adopted(town, made, {"one": "url: Sommer/hunter2/eAkte\nlog: debug\n"})
        assert isinstance(found, NewValues)
        assert dict(found.values) == {"log": "debug"}

    def test_a_secret_file_is_always_refused(self, town: Town) -> None:
        made = template(HEAD.replace("0644", "0640") + "secret: true\n" + VALUES, "log: {{ values.log }}\nend: 1\n")
        assert adopted(town, made, {"one": "log: info\nend: 1\n"}) == Secrets()
        with pytest.raises(Refused) as raised:
            adopted(town, made, {"one": "log: debug\nend: 1\n"})
        assert "(line 1 on one)" in raised.value.said
        with pytest.raises(Refused, match="lines are missing on one"):
            adopted(town, made, {"one": "log: info\n"})


ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ODD = st.text(st.sampled_from("{}%#-\"'\\ \t\r\nabc:=|~\ue000é\u202e\ufeff"), max_size=20)
LINES = st.one_of(ANY, ODD, st.sampled_from(["{{ town.id }}", "{% for a in b %}", "{#", "#}", "end: true", ""]))
EDITS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["insert", "replace", "delete", "join"]), LINES), max_size=5
)


def edited(text: str, edits: Sequence[tuple[int, str, str]]) -> str:
    lines = text.split("\n")
    for place, how, word in edits:
        at = place % (len(lines) + 1)
        if how == "insert":
            lines.insert(at, word)
        elif at < len(lines):
            if how == "replace":
                lines[at] = word
            elif how == "join":
                lines[at] += word
            elif len(lines) > 1:
                del lines[at]
    return "\n".join(lines)


def adopted_or_refused(
    town: Town, made: Template, now: str, known: Mapping[str, Secret] | None = None
) -> Adoption | EakteError:
    try:
        return adopted(town, made, {"one": now}, known)
    except EakteError as refused:
        return refused


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(EDITS)
def test_any_edit_of_a_plain_file_is_given_exactly(
    town: Town, plain: Template, edits: list[tuple[int, str, str]]
) -> None:
    now = edited(text_of(files(town, plain)[0]), edits)
    made = adopted_or_refused(town, plain, now)
    if isinstance(made, Refused):
        assert "look as if they did" in made.said  # a run of letters that may be anything
    elif isinstance(made, NewTemplate):
        assert gives(town, made, {"one": now})
    elif isinstance(made, NewValues):
        assert proved_by_values(plain, made, now)
    else:
        assert now == text_of(files(town, plain)[0])


def proved_by_values(made_from: Template, made: NewValues, now: str) -> bool:
    town = one_town()
    said = town.said.model_copy(update={"configuration": {made.template: dict(made.values)}})
    new = Town(town.id, town.file, said, town.profile)
    return text_of(files(new, made_from)[0]) == now


TITLES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=30).filter(
    lambda text: text.isprintable() and text == text.strip()
)


@QUICK
@given(
    TITLES,
    st.integers(1, 1000),
    st.sampled_from(["info", "debug", "warn"]),
    st.booleans(),
)
def test_any_values_are_found_again(plain: Template, title: str, sessions: int, log: str, banner: bool) -> None:
    values = {"title": title, "sessions": sessions, "log": log, "banner": banner}
    town = one_town()
    said = town.said.model_copy(update={"configuration": {"gateway/a.yml": values}})
    now = text_of(files(Town(town.id, town.file, said, town.profile), plain)[0])
    made = adopted_or_refused(town, plain, now)
    if isinstance(made, NewValues):
        assert proved_by_values(plain, made, now)
    else:
        assert isinstance(made, Refused) or now == text_of(files(town, plain)[0])


PLANTED = "Vb6nQ2wLz8"


@QUICK
@given(
    EDITS,
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["insert", "replace", "join"])), max_size=3),
    st.booleans(),
)
def test_nothing_of_a_planted_secret_gets_out(
    town: Town,
    secret: Template,
    edits: list[tuple[int, str, str]],
    planted: list[tuple[int, str]],
    of_the_vault: bool,
) -> None:
    """It stands at its place on the server, and anywhere else; the vault knows it or another one."""
    before = text_of(files(town, secret)[0], {**SECRETS, "database-password": PLANTED})
    now = edited(before, [*edits, *((at, how, f"title: {PLANTED}") for at, how in planted)])
    known = opened({**SECRETS, "database-password": PLANTED} if of_the_vault else SECRETS)
    made = adopted_or_refused(town, secret, now, known)
    said = [repr(made)]
    if isinstance(made, EakteError):
        said += [*traceback.format_exception(made), made.way_out]
    elif isinstance(made, NewTemplate):
        said += [made.template.text, str(made.lost)]
    elif isinstance(made, NewValues):
        said.append(str(made.values))
    assert not any(PLANTED in each for each in said)


@pytest.mark.parametrize("product", ["musterakte", "enaio"])
def test_every_template_of_the_samples(product: str) -> None:
    """A line more, a line less: of files without secrets a template that gives it; of others a refusal."""
    library = load_library(Path(__file__).parents[3]).right()
    names = {"elastic-password", "database-password", "osrest-password", "index-password"}
    release = "11.0"
    every = library.of(product, release)
    for each in every:
        names |= set(re.findall(r'secret\["([a-z0-9.-]+)"\]', each.text))
    town = whole_town(product, release, secrets=tuple(sorted(names)))
    known = {name: Secret(f"teststadt/{name}", f"Ge-{at}-heim") for at, name in enumerate(sorted(names))}
    for one in render([town], library):
        text = "".join(piece if isinstance(piece, str) else "x" for piece in one.pieces)
        for now in (f"{text}# a line more\n", text.partition("\n")[2]):
            present = [Present(one, now.encode())]
            try:
                made = adopt(town, present, (), known, MARK)
            except Refused:
                assert one.secrets or one.confidential
                continue
            if one.secrets and isinstance(made, Secrets):
                continue
            assert isinstance(made, NewTemplate), one.template.file
            assert proved(town, Library((made.template,)), present)
