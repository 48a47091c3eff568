"""The samples are right, and they are the towns of the district and of the lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops import health
from eakte_ops.inventory.load import load
from eakte_ops.inventory.model import Inventory
from eakte_ops.inventory.samples import samples_folder

KEYS = {
    "breckerfeld": "05954004",
    "ennepetal": "05954008",
    "gevelsberg": "05954012",
    "hattingen": "05954016",
    "herdecke": "05954020",
    "schwelm": "05954024",
    "sprockhoevel": "05954028",
    "wetter": "05954032",
    "witten": "05954036",
    "ennepe-ruhr-kreis": "05954",
}
LAB = {
    "witten-db": "192.0.2.10",
    "witten-app": "192.0.2.11",
    "witten-index": "192.0.2.12",
    "witten-gw": "192.0.2.13",
    "herdecke-box": "192.0.2.42",
    "hattingen-db": "198.51.100.42",
    "hattingen-app": "198.51.100.43",
}


@pytest.fixture(scope="module")
def samples() -> Inventory:
    """Read with the thresholds that the checks really have."""
    return load(samples_folder(), thresholds=health.vocabulary())


def test_they_are_the_towns_of_the_district_with_their_official_keys(samples: Inventory) -> None:
    assert {town.id: town.said.municipality.key for town in samples.towns.values()} == KEYS


def test_witten_goes_first_and_alone(samples: Inventory) -> None:
    assert [town.id for town in samples.towns.values() if town.said.ring == 0] == ["witten"]


def test_the_towns_of_the_lab_have_the_addresses_of_the_lab(samples: Inventory) -> None:
    towns = [samples.towns[town] for town in ("witten", "herdecke", "hattingen")]
    assert {server.name: server.address for town in towns for server in town.said.servers} == LAB
    assert [jump.address for jump in samples.towns["hattingen"].said.jump_hosts] == ["198.51.100.5"]
    assert {server.jump for server in samples.towns["hattingen"].said.servers} == {"hattingen-jump"}


def test_every_town_can_be_told_and_its_storage_is_another_machine(samples: Inventory) -> None:
    for town in samples.towns.values():
        assert town.said.contacts["local-it"].mail.endswith(".example")
        addresses = {server.address for server in town.said.servers}
        assert town.said.storage is None or town.said.storage.address not in addresses


def test_addresses_are_documentation_networks_or_example_names(samples: Inventory) -> None:
    hosts = [host for town in samples.towns.values() for host in (*town.said.servers, *town.said.jump_hosts)]
    assert all(
        host.address.startswith(("192.0.2.", "198.51.100.", "203.0.113.")) or host.address.endswith(".example")
        for host in hosts
    )
    assert len({host.address for host in hosts}) == len(hosts)


def test_they_show_what_an_inventory_can_say(samples: Inventory) -> None:
    said = [town.said for town in samples.towns.values()]
    servers = [server for town in said for server in town.servers]
    assert {town.product for town in said} == {"musterakte", "enaio"}
    assert {town.database_operator for town in said} == {"centre", "local-it"}
    assert {server.platform for server in servers} == {"linux", "windows"}
    assert any(town.thresholds for town in said)
    assert any(server.thresholds for server in servers)
    assert any(len(town.windows.closed) > 1 for town in said)
    assert any(opening.until < opening.from_ for town in said for opening in town.windows.open)
    assert any(settings.ports for server in servers for settings in server.components.values())
    assert any(settings.places for server in servers for settings in server.components.values())
    assert any(settings.services for server in servers for settings in server.components.values())


@pytest.mark.parametrize("file", sorted((samples_folder() / "inventories").glob("*.yml")), ids=lambda file: file.stem)
def test_each_points_at_its_schema_and_explains_itself(file: Path) -> None:
    first, second, third = file.read_text("utf-8").splitlines()[:3]
    schema = "defaults" if file.stem == "_defaults" else "inventory"
    assert first == f"# yaml-language-server: $schema=../docs/reference/{schema}.schema.json"
    assert second == "#"
    assert third.startswith("# ")
