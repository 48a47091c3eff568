"""Names in our folders that no template knows."""

from __future__ import annotations

import pytest

from eakte_ops.config.fetch import Name
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.strays import Stray, folders, strays
from eakte_ops.inventory.model import Town
from eakte_ops.remote import cleaning
from tests.unit.config.made import library, template, whole_town

HEAD = """\
title: {de: Gateway, en: gateway}
components: [gateway]
mode: "0644"
effect: {how: restart, of: gateway}
"""
GATEWAY = "/etc/eakte/gateway"


def town(places: str = "") -> tuple[Town, tuple[Rendered, ...]]:
    made = whole_town("musterakte", "11.0")
    if places:
        said = made.said.servers[0]
        gateway = said.components["gateway"].model_copy(update={"places": {"configuration": places}})
        server = said.model_copy(update={"components": {**said.components, "gateway": gateway}})
        made = Town(made.id, made.file, made.said.model_copy(update={"servers": (server,)}), made.profile)
    one = template(HEAD + f"destination: {GATEWAY}/config/application-prod.yml\n", "a: 1\n")
    two = template(
        HEAD + f"destination: {GATEWAY}/tls.properties\n",
        f"certificate={GATEWAY}/tls.crt\nkey={GATEWAY}/tls.key\nmore={GATEWAY}/config/named.yml.\n",
        name="gateway/tls.properties",
    )
    return made, render([made], library(one, two))


def found(*paths: str, places: str = "") -> list[tuple[str, str]]:
    made, files = town(places)
    names = [Name(cleaning.line(path), path.encode("utf-8", "surrogateescape"), "f") for path in paths]
    return [(stray.kind, stray.path) for stray in strays(made, made.said.servers[0], files, names)]


def test_what_templates_make_or_name_is_known() -> None:
    names = ("config/application-prod.yml", "tls.properties", "tls.crt", "tls.key")
    assert found(*(f"{GATEWAY}/{name}" for name in names)) == []


@pytest.mark.parametrize("name", ["old.yml", "old/application-prod.yml", ".yml", "x.yml.yml", "named.yml", "a b.yml"])
def test_every_yml_in_the_gateways_folder_is_taken_even_if_a_text_names_it(name: str) -> None:
    assert found(f"{GATEWAY}/config/{name}") == [("taken", f"{GATEWAY}/config/{name}")]


@pytest.mark.parametrize(
    "path", [f"{GATEWAY}/config/x.yml.bak", f"{GATEWAY}/config/x.yaml", f"{GATEWAY}/x.yml", f"{GATEWAY}/tls.key.old",
             f"{GATEWAY}/config2/x.yml", f"{GATEWAY}/.application-prod.yml.part"],
)  # fmt: skip
def test_anything_else_is_only_unknown(path: str) -> None:
    assert found(path) == [("unknown", path)]


def test_the_worst_come_first_and_are_safe_to_be_shown() -> None:
    assert found(f"{GATEWAY}/a\x1b[31m\n.txt", f"{GATEWAY}/config/\u202ez.yml") == [
        ("taken", f"{GATEWAY}/config/z.yml"),
        ("unknown", f"{GATEWAY}/a .txt"),
    ]


def test_a_towns_own_place_of_the_gateway_is_looked_at() -> None:
    made, _ = town("/srv/gateway/config/")
    assert folders(made, made.said.servers[0]) == ("/etc/eakte", "/srv/gateway/config")
    assert found("/srv/gateway/config/x.yml", places="/srv/gateway/config/") == [("taken", "/srv/gateway/config/x.yml")]
    made, _ = town()
    assert folders(made, made.said.servers[0]) == ("/etc/eakte",)


def test_which_component_takes_it() -> None:
    made, files = town()
    (stray,) = strays(made, made.said.servers[0], files, [Name("x", f"{GATEWAY}/config/x.yml".encode(), "f")])
    assert stray == Stray("taken", "one", "x", "gateway")
