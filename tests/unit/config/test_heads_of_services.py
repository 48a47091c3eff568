"""Files of one microservice, and templates that hold only a part of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.config.library import load_library
from eakte_ops.config.render import placed_on, render
from eakte_ops.errors import Refused
from eakte_ops.secret.value import Secret
from tests.unit.config.made import library, template, town_of

HEAD = """\
title: {de: Datei, en: file}
components: [service-manager]
destination: /etc/eakte/service-manager/license-prod.yml
effect: {how: reload, of: service-manager}
service: license
"""
TOWN = """\
product: musterakte
release: "11.0"
servers:
  - {name: one, address: 192.0.2.77, components: {service-manager: {services: {license: {instances: INSTANCES}}}}}
"""


@pytest.mark.parametrize(("instances", "belongs"), [(0, False), (1, True), (2, True)])
def test_a_file_of_a_service_belongs_only_where_the_service_is_switched_on(instances: int, belongs: bool) -> None:
    town = town_of(TOWN.replace("INSTANCES", str(instances)))
    found = list(placed_on(town, town.said.servers[0], library(template(HEAD))))
    assert bool(found) == belongs


def said_of(tmp_path: Path, head: str) -> list[str]:
    """What the library says of a template with this head."""
    file = tmp_path / "templates" / "musterakte" / "11.0" / "service-manager" / "license-prod.yml.j2"
    file.parent.mkdir(parents=True)
    file.write_text(f"{{#\n{head}#}}\n", "utf-8")
    return [str(mistake).partition("license-prod.yml.j2:")[2] for mistake in load_library(tmp_path).mistakes]


def test_a_service_can_be_reloaded_by_a_person(tmp_path: Path) -> None:
    assert said_of(tmp_path, HEAD) == []


def test_what_is_reloaded_is_said(tmp_path: Path) -> None:
    head = HEAD.replace("service: license\n", "")
    assert said_of(tmp_path, head) == ["5:9  effect: `by` is missing: with which command is it reloaded?"]


def test_a_command_belongs_to_reloading_alone(tmp_path: Path) -> None:
    head = HEAD.replace("how: reload, of: service-manager", "how: restart, of: service-manager, by: [kill]")
    assert said_of(tmp_path, head) == ["5:49  effect.by: a command belongs to `reload` alone"]


def test_a_misspelt_service_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    head = HEAD.replace("service: license\n", "service: licence\n")
    assert said_of(tmp_path, head) == ["6:10  service: there is no service 'licence'; did you mean \"license\"?"]


def test_a_service_of_another_component_is_none(tmp_path: Path) -> None:
    head = HEAD.replace("components: [service-manager]", "components: [gateway]")
    assert said_of(tmp_path, head) == ["6:10  service: there is no service 'license'"]


def test_of_a_part_of_a_file_never_becomes_a_file() -> None:
    head = HEAD.replace("service: license\n", "service: license\npartial: true\n")
    town = town_of("secrets: [word-of-honour]\n" + TOWN.replace("INSTANCES", "1"))
    (rendered,) = render([town], library(template(head, 'a: {{ secret["word-of-honour"] | yaml }}\n')))
    assert rendered.partial
    assert rendered.masked() == "a: ‹secret word-of-honour›\n"
    opened: list[str] = []

    def reveal(name: str) -> Secret:
        opened.append(name)
        return Secret(name, "canary-of-a-part")

    with pytest.raises(Refused, match="holds only what is documented") as refused:
        rendered.content(reveal)
    assert opened == []
    assert "config adopt" in refused.value.way_out


def test_a_whole_file_is_no_part() -> None:
    (rendered,) = render([town_of(TOWN.replace("INSTANCES", "1"))], library(template(HEAD, "a: 1\n")))
    assert not rendered.partial
    assert rendered.content(lambda name: Secret(name, "x")).data == b"a: 1\n"
