"""Rendering whole towns: which files belong where, and everything that is wrong with them at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.destinations import Taken, objection
from eakte_ops.config.library import Library
from eakte_ops.config.render import placed_on, places, render
from eakte_ops.config.template import Template
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.inventory.model import Town
from eakte_ops.product.load import profile
from eakte_ops.yamltext.characters import unwanted
from tests.unit.config.made import library, template, town_of, whole_town

HEAD = """\
title: {de: Datei, en: file}
components: [gateway]
destination: /etc/eakte/gateway/a.yml
effect: {how: none}
"""
TWO = """\
product: musterakte
release: "11.0"
servers:
  - {name: db, address: 192.0.2.1, components: {database: {}, index: {}}}
  - {name: gw, address: 192.0.2.2, components: {gateway: {}, index: {}}}
"""


def wrong(towns: list[Town], found: Library) -> list[str]:
    with pytest.raises(InvalidFile) as told:
        render(towns, found)
    return [str(each).removeprefix("templates/musterakte/11.0/") for each in told.value.mistakes]


def on(components: str, destination: str, *more: str, body: str = "a: 1\n", name: str = "gateway/a.yml") -> Template:
    lines = HEAD.replace("[gateway]", f"[{components}]").replace("/etc/eakte/gateway/a.yml", f'"{destination}"')
    return template(lines + "\n".join(more), body, name=name)


def test_a_file_belongs_on_every_server_with_one_of_its_components() -> None:
    town = town_of(TWO)
    found = library(
        on("index, database", "/etc/eakte/a", name="index/a"),
        on("gateway", "/etc/eakte/b", name="gateway/b"),
        on("service-manager", "/etc/eakte/c", name="service-manager/c"),
    )
    files = render([town], found)
    assert [(file.server, file.template.id, file.path) for file in files] == [
        ("db", "index/a", "/etc/eakte/a"),
        ("gw", "gateway/b", "/etc/eakte/b"),
        ("gw", "index/a", "/etc/eakte/a"),
    ]
    assert [each.id for each in placed_on(town, town.server("gw"), found)] == ["gateway/b", "index/a"]


@pytest.mark.parametrize(("operator", "count"), [("centre", 1), ("local-it", 0)])
def test_a_file_for_one_operator_of_the_database_belongs_only_there(operator: str, count: int) -> None:
    town = town_of(TWO + f"database_operator: {operator}\n")
    assert len(render([town], library(on("database", "/etc/eakte/a", "database: centre")))) == count


def test_whose_a_file_is() -> None:
    found = library(
        on("database", "/etc/eakte/a", "mode: '0644'"), on("index", "/etc/eakte/b", "owner: root", name="index/b")
    )
    first, second = [file for file in render([town_of(TWO)], found) if file.server == "db"]
    assert (first.account, first.group, first.mode, first.proposal) == ("eakte-ops", "eakte", 0o644, False)
    assert (second.account, second.group, second.mode, second.proposal) == ("root", "root", 0o640, True)


def test_a_release_is_the_towns() -> None:
    later = template(HEAD, "later\n", release="11.10")
    earlier = template(HEAD, "earlier\n")
    texts = {
        release: render([whole_town("musterakte", release)], library(earlier, later))[0].masked()
        for release in ("11.0", "11.10", "12.0")
    }
    assert texts == {"11.0": "earlier\n", "11.10": "later\n", "12.0": "later\n"}


def test_what_a_server_says_wins_over_the_town_and_this_over_the_default() -> None:
    head = HEAD.replace("[gateway]", "[index]") + (
        "values: {a: {default: 1, means: {de: a, en: a}}, b: {default: x, means: {de: b, en: b}}, "
        "c: {default: true, means: {de: c, en: c}}}\n"
    )
    text = TWO.replace("components: {gateway", "configuration: {index/a.yml: {b: here}}, components: {gateway")
    town = town_of(text + "configuration: {index/a.yml: {a: 2, b: town}, index/b.yml: {c: false}}\n")
    found = template(head, "{{ values.a }} {{ values.b }} {{ values.c }}\n", name="index/a.yml")
    assert {file.server: file.masked() for file in render([town], library(found))} == {
        "db": "2 town true\n",
        "gw": "2 here true\n",
    }


def test_the_same_goes_in_and_the_same_comes_out() -> None:
    town = whole_town("musterakte", "11.0", secrets=("a-key",))
    body = "{% for name in here.components %}{{ parts[name].address }}\n{% endfor %}{{ secret['a-key'] | yaml }}"
    once, again = (render([town], library(template(HEAD, body))) for _ in range(2))
    assert [(file.pieces, file.fingerprint) for file in once] == [(file.pieces, file.fingerprint) for file in again]


def test_everything_that_is_wrong_is_said_with_town_and_server() -> None:
    town = town_of(TWO)
    found = library(
        on("index", "/etc/eakte/{{ parts.index.port.nix }}", name="index/a"),
        on("index", "/etc/eakte/b", body="\n{{ here.nix }}\n", name="index/b"),
        on("gateway", "/etc/eakte/c", body="{{ 1 // 0 }}\n", name="gateway/c"),
        on("database", "/etc/eakte/good", name="database/d"),
    )
    assert wrong([town], found) == [
        "gateway/c.j2:7:1  teststadt, gw: nothing can be divided by zero",
        'index/a.j2:4:14  teststadt, db: parts.index.port has no port "nix"',
        'index/a.j2:4:14  teststadt, gw: parts.index.port has no port "nix"',
        'index/b.j2:8:1  teststadt, db: here has no value "nix"',
        'index/b.j2:8:1  teststadt, gw: here has no value "nix"',
    ]


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        ("/etc/eakte/a", "/etc/eakte/a", True),
        ("/etc/eakte/a", "/etc/eakte/a.yml", False),
        ("/etc/eakte/a", "/etc/eakte/A", False),
        ("/etc/eakte/a", "/etc/eakte/a/b", True),
        ("/etc/eakte/a/b", "/etc/eakte/a", True),
        ("/etc/eakte/a/b/c/d", "/etc/eakte/a", True),
        ("/etc/eakte/a/b", "/etc/eakte/a/c", False),
        ("/etc/eakte/ab", "/etc/eakte/a/b", False),
    ],
)
def test_files_do_not_get_into_each_others_way(first: str, second: str, collide: bool) -> None:
    found = library(on("gateway", first, name="gateway/a"), on("gateway", second, name="gateway/b"))
    if not collide:
        assert len(render([town_of(TWO)], found)) == 2
        return
    said = f"{second} gets into the way of templates/musterakte/11.0/gateway/a.j2, which is placed before"
    assert wrong([town_of(TWO)], found) == [f"gateway/b.j2:4:14  teststadt, gw: {said}"]


@pytest.mark.parametrize(
    ("first", "second", "collide"),
    [
        (r"C:\enaio\a.yml", r"c:\ENAIO\A.YML", True),
        (r"C:\enaio\a.yml", r"D:\enaio\a.yml", False),
        (r"C:\enaio\a", r"C:\Enaio\a\b", True),
        (r"\\server\share\a", r"\\SERVER\share\a", True),
    ],
)
def test_on_windows_capital_letters_make_no_difference(first: str, second: str, collide: bool) -> None:
    taken: Taken[str] = Taken("windows")
    assert taken.take(first, "a") is None
    assert (taken.take(second, "b") == "a") == collide


def test_the_same_file_on_different_servers_is_no_collision() -> None:
    found = library(on("index", "/etc/eakte/a", name="index/a"))
    assert [file.server for file in render([town_of(TWO)], found)] == ["db", "gw"]


LINUX = profile("musterakte").layout["linux"]
WINDOWS = profile("enaio").layout["windows"]


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "etc/a", "./a", "/etc/", "/etc/a/", "/etc/../a", "/etc/./a", "/etc//a", "/etc/a b", "/etc/a\n",
        "/etc/\x00", "/etc/ä", "/etc/$(id)", "/etc/a'b", "~/a", "C:\\a", "\\\\server\\a", "/etc/a\\b", "/etc/a:b",
        "/etc/..", "/..", "/var/lib/eakte-ops/placed", "/var/lib/eakte-ops/jobs/a", "/etc/*",
    ],
)  # fmt: skip
def test_where_no_file_can_be_put_on_linux(path: str) -> None:
    assert objection(path, "linux", LINUX)


@pytest.mark.parametrize(
    "path",
    [
        "", "C:", "C:\\", "C:a", "C:\\a\\", "C:\\..\\a", "C:\\a\\..\\b", "C:\\.\\a", "C:\\a.", "C:\\a \\b", "C:\\a ",
        "C:/a", "/etc/a", "a", "\\a", "C:\\a|b", "C:\\a:b", "C:\\a\nb", "C:\\a\u202eb", "C:\\a\\\\b", "\\\\server\\",
        "C:\\a?", "C:\\a*",
    ],
)  # fmt: skip
def test_where_no_file_can_be_put_on_windows(path: str) -> None:
    assert objection(path, "windows", WINDOWS)


def test_where_files_can_be_put() -> None:
    for path in ("/etc/eakte/a.yml", "/a", "/var/lib/eakte-opsx/a", "/srv/a_b-c.d+e@f/g"):
        assert objection(path, "linux", LINUX) == ""
    for path in (r"C:\enaio\config\a b.yml", r"D:\ä\a.cfg", r"\\server\share\a.cfg"):
        assert objection(path, "windows", WINDOWS) == ""


OUTSIDE = "lies outside of /etc/eakte, /etc/eakte/gateway/config, where configuration of the centre belongs"
TAKES = "gateway takes every file that ends in .yml there as configuration"


@pytest.mark.parametrize(
    ("destination", "said"),
    [
        ("/home/eakte-ops/.ssh/authorized_keys", OUTSIDE),
        ("/home/eakte-ops/.profile", OUTSIDE),
        ("/opt/eakte/releases/11.0/bin/musterakte-admin", OUTSIDE),
        ("/etc/eakte-ops/stop", OUTSIDE),
        ("/etc/eaktex/a", OUTSIDE),
        ("/etc/eakte", OUTSIDE),
        ("/etc/cron.d/a", OUTSIDE),
        ("/var/lib/eakte/documents/a", OUTSIDE),
        ("/etc/eakte/gateway/config/more.yml", TAKES),
        ("/etc/eakte/gateway/config/old/application-prod.yml", TAKES),
        ("/etc/eakte/gateway/config/more.YML", TAKES),
        ("/etc/eakte/gateway/config/application-prod.yml", ""),
        ("/etc/eakte/gateway/config/more.properties", ""),
        ("/etc/eakte/gateway/more.yml", ""),
    ],
)
def test_what_the_centre_places_goes_where_its_configuration_is(destination: str, said: str) -> None:
    found = library(on("gateway", destination))
    if said:
        assert said in wrong([town_of(TWO)], found)[0]
    else:
        assert [each.path for each in render([town_of(TWO)], found)] == [destination]


def test_nobody_is_asked_to_put_a_second_file_into_the_gateways_folder() -> None:
    more = "/etc/eakte/gateway/config/more.yml"
    assert TAKES in wrong([town_of(TWO)], library(on("index", more, "owner: root")))[0]
    assert render([town_of(TWO)], library(on("index", "/etc/sysctl.d/a.conf", "owner: root")))


def test_a_wrong_destination_is_said() -> None:
    assert wrong([town_of(TWO)], library(on("gateway", "{{ layout.state }}/placed"))) == [
        "gateway/a.yml.j2:4:14  teststadt, gw: /var/lib/eakte-ops/placed lies in /var/lib/eakte-ops,"
        " where no configuration belongs"
    ]
    assert wrong([town_of(TWO)], library(on("gateway", "etc/a"))) == [
        "gateway/a.yml.j2:4:14  teststadt, gw: no path of a file for linux: 'etc/a'"
    ]


def test_a_secret_is_in_no_file_that_everybody_may_use() -> None:
    town = whole_town("musterakte", "11.0", secrets=("a-key",))
    body = "{{ secret['a-key'] | yaml }}\n"
    for mode in ("0644", "0641", "0642"):
        found = library(template(HEAD + f'mode: "{mode}"\n', body))
        said = f"holds a secret and could be used by everybody on the server (mode {mode})"
        assert wrong([town], found) == [f"gateway/a.yml.j2:6:7  teststadt, one: {said}"]
    assert len(render([town], library(template(HEAD + 'mode: "0640"\n', body)))) == 1
    guarded = "{% if values.a %}" + body + "{% endif %}"
    values = "values: {a: {default: false, means: {de: a, en: a}}}\n"
    assert len(render([town], library(template(HEAD + 'mode: "0644"\n' + values, guarded)))) == 1


def test_places_are_known_without_rendering_texts() -> None:
    town = town_of(TWO)
    found = library(
        on("gateway", "/etc/eakte/a", body="{{ 1 // 0 }}"),
        on("gateway", "/etc/eakte/{{ own.port.nix }}", name="gateway/b"),
    )
    first, second = places(town, town.server("gw"), found)
    assert first[1] == "/etc/eakte/a"
    assert isinstance(second[1], Mistake)
    assert second[1].sentence == 'parts.gateway.port has no port "nix"'


PLAIN = st.characters(exclude_characters="{").filter(lambda char: char == "\t" or not [*unwanted(char, "")])


@settings(max_examples=100, deadline=None)
@given(st.text(PLAIN, max_size=40))
def test_any_text_that_means_nothing_comes_out_as_it_went_in(text: str) -> None:
    assert render([town_of(TWO)], library(template(HEAD, text)))[0].masked() == text
