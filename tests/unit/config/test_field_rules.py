"""Rules of the field that hold for every product and every release that the project knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from eakte_ops.config.library import Library, load_library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.errors import InvalidFile
from eakte_ops.inventory.model import Owner, Town
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.product.load import known, profile
from tests.unit.config.made import whole_town

LIBRARY = load_library(samples_folder())
ALL = [(product, release) for product in known() for release in profile(product).releases]
OPERATORS: tuple[Owner, ...] = ("centre", "local-it")
CLEAR_TEXT = ("application-es.yml", "built-in.usr")
each_release = pytest.mark.parametrize(("product", "release"), ALL)


def secrets_of(product: str) -> tuple[str, ...]:
    """Names of all secrets that some template of the product may ask for."""
    texts = [each.text for each in LIBRARY.centre if each.product == product]
    return tuple(sorted({name for text in texts for name in re.findall(r'secret\["([a-z0-9.-]+)"\]', text)}))


def everything(product: str, release: str) -> tuple[Town, tuple[Rendered, ...]]:
    """A town that has every component and every service, and all its files, whoever operates its database."""
    towns = [whole_town(product, release, secrets=secrets_of(product), operator=each) for each in OPERATORS]
    return towns[0], render(towns, LIBRARY.right())


def path_of(rendered: Rendered, town: Town) -> PurePath:
    kind = PureWindowsPath if town.server(rendered.server).platform == "windows" else PurePosixPath
    return kind(rendered.path)


def merged(town: Town, release: str) -> Iterator[tuple[PurePath, tuple[str, ...]]]:
    """Every folder whose .yml files are all taken, and those that belong there."""
    for server in town.said.servers:
        for part in town.installed(server):
            if part.component.merged is not None:
                kind = PureWindowsPath if server.platform == "windows" else PurePosixPath
                yield kind(part.places[part.component.merged.place]), part.component.merged.files[release]


def test_the_templates_of_the_centre_are_right() -> None:
    assert [str(mistake) for mistake in LIBRARY.mistakes] == []
    assert {each.product for each in LIBRARY.centre} == set(known())


@each_release
def test_every_template_of_a_release_can_be_rendered(product: str, release: str) -> None:
    _town, files = everything(product, release)
    assert {file.template.id for file in files} == {each.id for each in LIBRARY.of(product, release)}
    assert files


@each_release
def test_only_the_files_that_the_profile_names_are_left_where_all_are_taken(product: str, release: str) -> None:
    town, files = everything(product, release)
    folders = list(merged(town, release))
    assert folders
    for folder, names in folders:
        below = [path_of(file, town) for file in files if folder in path_of(file, town).parents]
        taken = {path.relative_to(folder).as_posix() for path in below if path.suffix in {".yml", ".yaml"}}
        assert taken == set(names)


def test_a_town_that_moved_the_folder_of_its_gateway_gets_the_files_there() -> None:
    gateway = "{places: {configuration: 'F:\\gw'}}"
    more = f"  - {{name: two, address: 192.0.2.78, platform: windows, components: {{gateway: {gateway}}}}}"
    town = whole_town("enaio", "11.0", secrets=secrets_of("enaio"), more=more)
    files = [file.path for file in render([town], LIBRARY) if file.server == "two"]
    assert files == ["F:\\gw\\application-prod.yml"]


@each_release
def test_an_older_release_never_gets_a_file_that_was_written_for_a_newer_one(product: str, release: str) -> None:
    order = list(profile(product).releases)
    for each in LIBRARY.of(product, release):
        assert order.index(each.release) <= order.index(release)
        assert not each.head.until or order.index(release) <= order.index(each.head.until)


@each_release
def test_files_with_passwords_in_clear_text_are_secret(product: str, release: str) -> None:
    _town, files = everything(product, release)
    found = [file for file in files if file.path.replace("\\", "/").rpartition("/")[2] in CLEAR_TEXT]
    assert found
    assert all(file.confidential for file in found)
    assert all(file.mode & 0o007 == 0 for file in found)


@pytest.mark.parametrize("release", profile("enaio").releases)
def test_enaio_has_both_of_them_in_every_release(release: str) -> None:
    ids = {each.id for each in LIBRARY.of("enaio", release)}
    assert {"service-manager/application-es.yml", "index/built-in.usr"} <= ids


@each_release
def test_nothing_with_a_secret_is_open_to_everybody(product: str, release: str) -> None:
    _town, files = everything(product, release)
    assert all(file.mode & 0o007 == 0 for file in files if file.secrets)


def test_a_copy_left_where_all_are_taken_is_refused(tmp_path: Path) -> None:
    """The rule above can fail: a second file below the folder is not rendered."""
    own = tmp_path / "templates" / "enaio" / "9.10" / "gateway" / "extra.yml.j2"
    own.parent.mkdir(parents=True)
    own.write_text(
        "{#\ntitle: {de: x, en: x}\ncomponents: [gateway]\n"
        "destination: '{{ own.place.configuration }}\\old\\copy.yml'\neffect: {how: none}\n#}\n",
        "utf-8",
    )
    more = load_library(tmp_path)
    assert more.mistakes == ()
    town = whole_town("enaio", "11.0", secrets=secrets_of("enaio"))
    with pytest.raises(InvalidFile) as refused:
        render([town], Library((*LIBRARY.centre, *more.centre)))
    (mistake,) = refused.value.mistakes
    assert "gateway takes every file that ends in .yml there as configuration" in mistake.sentence
