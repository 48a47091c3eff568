"""Which files belong on a server, without rendering what they hold; and what keeps that from being known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte_ops.config.library import Library
from eakte_ops.config.template import Template, template_of
from eakte_ops.errors import InvalidFile, Mistake
from eakte_ops.health.agreed import Agreed, AgreedFile, agreed
from eakte_ops.health.site import site_of
from tests.unit.health import well

GATEWAY = """title: {de: x, en: x}
components: [gateway]
destination: "{{ own.place.configuration }}/application-prod.yml"
mode: "0644"
effect: {how: restart, of: gateway}"""
SECRET = """title: {de: x, en: x}
components: [index, gateway]
destination: "{{ layout.configuration }}/application-es.yml"
effect: {how: none}"""
PROPOSAL = """title: {de: x, en: x}
components: [gateway]
destination: /etc/sysctl.d/eakte.conf
owner: root
effect: {how: hand}"""
PART = """title: {de: x, en: x}
components: [gateway]
destination: /etc/eakte/part.yml
partial: true
effect: {how: none}"""
BROKEN = """title: {de: x, en: x}
components: [gateway]
destination: "{{ layout.nowhere }}/x"
effect: {how: none}"""


def made(head: str, name: str = "gateway/application-prod.yml", release: str = "11.0", town: str = "") -> Template:
    """A template whose text can not be rendered: only its head is needed."""
    text = f"{{#\n{head}\n#}}\na: {{{{ town.nothing }}}}\n"
    shown = f"templates/musterakte/{release}/{name}.j2"
    return template_of(text, shown, template=name, product="musterakte", release=release, town=town)


def found(*templates: Template, server: str = "witten-gw", mistakes: tuple[Mistake, ...] = ()) -> Agreed | None:
    town = well.inventory().towns[server.split("-", maxsplit=1)[0]]
    own = tuple(each for each in templates if each.town)
    library = Library(tuple(each for each in templates if not each.town), own, mistakes)
    return agreed(town, town.server(server), lambda: library)


def mistake(file: str) -> Mistake:
    return Mistake(file, 3, 1, "", "there is no such word")


def test_a_file_has_its_path_its_name_and_who_takes_it_at_its_start() -> None:
    assert found(made(GATEWAY), made(SECRET, "index/application-es.yml")) == Agreed(
        (
            AgreedFile(
                "/etc/eakte/gateway/config/application-prod.yml",
                "gateway/application-prod.yml",
                secret=False,
                component="gateway",
            ),
            AgreedFile("/etc/eakte/application-es.yml", "index/application-es.yml", secret=True, component=""),
        )
    )


def test_only_what_belongs_on_this_server() -> None:
    known = found(made(GATEWAY), made(SECRET, "index/application-es.yml"), server="witten-index")
    assert known is not None
    assert [file.template for file in known.files] == ["index/application-es.yml"]
    assert found(made(GATEWAY), server="witten-db") == Agreed(())


def test_what_is_proposed_to_local_it_and_parts_of_files_are_not_placed() -> None:
    known = found(made(GATEWAY), made(PROPOSAL, "gateway/eakte.conf"), made(PART, "gateway/part.yml"))
    assert known is not None
    assert [file.template for file in known.files] == ["gateway/application-prod.yml"]


def test_a_product_without_anything_to_place_has_no_agreement() -> None:
    assert found() is None
    assert found(made(PROPOSAL), made(PART, "gateway/part.yml")) is None


def test_a_towns_own_template_is_enough_for_that_town_alone() -> None:
    own = made(GATEWAY, town="witten")
    assert found(own) is not None
    assert found(own, server="hattingen-app") is None


def test_no_template_for_the_release_is_not_nothing_to_place() -> None:
    known = found(made(GATEWAY, release="12.0"))
    assert known is not None
    assert known.files == ()
    assert known.wrong == ("templates/musterakte: none holds for release 11.0",)


def test_a_destination_that_can_not_be_known_is_said_and_the_others_are() -> None:
    known = found(made(GATEWAY), made(BROKEN, "gateway/x"))
    assert known is not None
    assert [file.template for file in known.files] == ["gateway/application-prod.yml"]
    (wrong,) = known.wrong
    assert wrong.startswith("templates/musterakte/11.0/gateway/x.j2:")
    assert "nowhere" in wrong


def test_mistakes_count_where_their_template_may_hold() -> None:
    for file in (
        "templates/musterakte/11.0/logs/y.j2",
        "templates/musterakte/11.0/gateway/y.j2",
        "templates/musterakte/y.j2",
        "inventories/witten.templates/x.j2",
        "inventories/witten.templates/11.0/gateway/y.j2",
    ):
        known = found(made(GATEWAY), mistakes=(mistake(file),))
        assert known is not None
        assert len(known.files) == len(known.wrong) == 1, file
        alone = found(mistakes=(mistake(file),))
        assert alone is not None
        assert alone.wrong
    for file in (
        "templates/musterakte/12.0/gateway/y.j2",
        "templates/musterakte/11.0/index/y.j2",  # it is told on the server that has one
        "inventories/witten.templates/11.0/index/y.j2",
        "templates/enaio/11.0/x/y.j2",
        "inventories/herdecke.templates/x.j2",
        "templates/what/y.j2",
    ):
        assert found(made(GATEWAY), mistakes=(mistake(file),)) == found(made(GATEWAY)), file


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (InvalidFile([mistake("eakte-ops.yml")]), "1 error in 1 file."),
        (PermissionError(13, "Permission denied"), "[Errno 13] Permission denied"),
        (ZeroDivisionError(), "a mistake in eakte-ops (ZeroDivisionError)"),
    ],
)
def test_templates_that_can_not_be_read_at_all_end_nobodys_look(problem: Exception, said: str) -> None:
    def library() -> Library:
        raise problem

    town = well.inventory().towns["witten"]
    assert agreed(town, town.server("witten-gw"), library) == Agreed((), (said,))


def test_the_templates_are_read_when_somebody_asks_and_once_per_server() -> None:
    asked = []

    def library() -> Library:
        asked.append(1)
        return Library((made(GATEWAY),))

    town = well.inventory().towns["witten"]
    site = site_of(town, town.server("witten-gw"), None, library)
    assert asked == []
    assert site.agreed() == site.agreed()
    assert asked == [1]


def test_what_is_placed_in_the_gateways_folder_is_no_stray_file() -> None:
    """A town's own template may put a second file there."""
    site = well.site("witten-gw")
    folder = "/etc/eakte/gateway/config"
    yml = well.product(site, yml=("application-prod.yml", "town.yml"))
    assert well.results("gateway.stray", well.look(site, product=yml))["gateway"].said == "stray"
    agreed_there = replace(site, agreed=lambda: Agreed((AgreedFile(f"{folder}/town.yml", "gateway/town.yml"),)))
    assert well.results("gateway.stray", well.look(agreed_there, product=yml))["gateway"].said == "clean"
