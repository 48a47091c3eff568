"""What templates see of a town, from each of its servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eakte_ops.config.known import Held, Misused, Part, network, seen_from, url_host
from eakte_ops.inventory.model import Town
from tests.unit.config.made import town_of
from tests.unit.config.told import HEAD, told

TOWN = town_of("""\
product: musterakte
release: "11.0"
database_operator: local-it
secrets: [a-key]
servers:
  - {name: db, address: db.town.example, components: {database: {ports: {sql: 5433}}}}
  - {name: app, address: "2001:db8::2", components: {application-server: {}}}
  - name: mid
    address: 192.0.2.3
    components:
      service-manager: {services: {dms: {port: 7999}, rendition: {instances: 0}, license: {instances: 3}}}
      gateway: {places: {configuration: /srv/gateway}}
""")
"""Without the index."""


def seen(server: str, town: Town = TOWN) -> Mapping[str, Any]:
    return seen_from(town, town.server(server))


def test_the_town_itself() -> None:
    assert dict(seen("db")["town"]) == {
        "id": "teststadt",
        "name": "Teststadt",
        "key": "05954036",
        "language": "de",
        "product": "musterakte",
        "release": "11.0",
        "database_operator": "local-it",
    }


def test_the_server_itself() -> None:
    here = seen("mid")["here"]
    assert dict(here) == {"name": "mid", "address": "192.0.2.3", "components": ("service-manager", "gateway")}


@pytest.mark.parametrize(
    ("server", "part", "address", "is_here"),
    [
        ("db", "database", "127.0.0.1", True),
        ("app", "database", "db.town.example", False),
        ("mid", "database", "db.town.example", False),
        ("db", "application-server", "2001:db8::2", False),
        ("app", "application-server", "127.0.0.1", True),
        ("mid", "gateway", "127.0.0.1", True),
    ],
)
def test_a_component_is_reached_on_loopback_where_it_is(server: str, part: str, address: str, is_here: bool) -> None:
    found = seen(server)["parts"][part]
    assert (found["address"], found["addresses"], found["here"]) == (address, (address,), is_here)


def test_ports_places_and_services_are_those_of_the_server_that_has_them() -> None:
    parts = seen("db")["parts"]
    assert parts["database"]["port"]["sql"] == 5433
    assert parts["gateway"]["place"]["configuration"] == "/srv/gateway"
    services = parts["service-manager"]["service"]
    assert dict(services["dms"]) == {"name": "dms", "instances": 1, "port": 7999}
    assert services["rendition"]["instances"] == 0
    assert services["license"]["instances"] == 3
    assert dict(services["argus"]) == {"name": "argus", "instances": 1}


def test_a_component_that_the_town_lacks_is_missing_and_may_be_asked_for() -> None:
    parts = seen("db")["parts"]
    assert "index" not in parts
    assert parts.may_lack("index")
    assert not parts.may_lack("indx")
    assert told("{{ parts.index is defined }}", town=TOWN_OF_ONE) == "false"
    assert told("{{ parts.index.port.http }}", town=TOWN_OF_ONE) == [
        '1: the town has no component "index"',
    ]


TOWN_OF_ONE = town_of("""\
product: musterakte
release: "11.0"
servers: [{name: one, address: "::1", components: {gateway: {}, database: {}}}]
""")


def test_an_address_that_looks_like_loopback_is_no_sign_of_being_here() -> None:
    town = town_of("""\
product: musterakte
release: "11.0"
servers:
  - {name: near, address: 127.0.0.1, components: {database: {}}}
  - {name: far, address: 192.0.2.9, components: {gateway: {}}}
""")
    assert seen("far", town)["parts"]["database"]["here"] is False
    assert seen("near", town)["parts"]["database"]["here"] is True
    assert seen("near", town)["parts"]["gateway"]["address"] == "192.0.2.9"


def test_a_component_on_several_servers_has_all_their_addresses() -> None:
    text = """\
product: enaio
release: "11.0"
servers:
  - {name: one, address: 192.0.2.1, platform: windows, components: {appconnector: {ports: {osrest: 8061}}}}
  - {name: two, address: 192.0.2.2, platform: windows, components: {appconnector: {}}}
  - {name: three, address: 192.0.2.3, platform: windows, components: {gateway: {}}}
"""
    town = town_of(text)
    addresses = {name: seen(name, town)["parts"]["appconnector"]["addresses"] for name in ("one", "two", "three")}
    assert addresses == {
        "one": ("127.0.0.1", "192.0.2.2"),
        "two": ("192.0.2.1", "127.0.0.1"),
        "three": ("192.0.2.1", "192.0.2.2"),
    }
    ports = {name: seen(name, town)["parts"]["appconnector"]["port"]["osrest"] for name in ("one", "two", "three")}
    assert ports == {"one": 8061, "two": 8060, "three": 8061}
    assert seen("three", town)["parts"]["appconnector"]["address"] == "192.0.2.1"


def test_secrets_are_names_alone() -> None:
    held = seen("db")["secret"]["a-key"]
    assert (held.name, held.form) == ("a-key", "")
    for misuse in (str, bool, hash, lambda it: it == "a", lambda it: it in ["a"], lambda it: f"{it}"):
        with pytest.raises(Misused, match="a-key"):
            misuse(held)
    assert seen("db")["secret"].may_lack("anything")


def test_a_part_is_known_by_its_name() -> None:
    part = Part("parts.gateway.port", {"http": 80}, "port", may=("tls",))
    assert (repr(part), len(part), list(part), part["http"]) == ("<parts.gateway.port>", 1, ["http"], 80)
    assert (part.may_lack("tls"), part.may_lack("http")) == (True, False)
    assert Held("a").form == ""


@pytest.mark.parametrize(
    ("address", "as_network", "in_url"),
    [
        ("192.0.2.1", "192.0.2.1/32", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1/128", "[2001:db8::1]"),
        ("::1", "::1/128", "[::1]"),
        ("db.town.example", "db.town.example", "db.town.example"),
        ("192.0.2.300", "192.0.2.300", "192.0.2.300"),
    ],
)
def test_an_address_as_a_network_and_in_a_url(address: str, as_network: str, in_url: str) -> None:
    assert (network(address), url_host(address)) == (as_network, in_url)


def test_only_what_may_be_missing_can_be_asked_for() -> None:
    assert told("{{ parts.gateway.service is defined }}") == "true"
    head = HEAD.replace("[gateway]", "[gateway, service-manager]")
    assert told("{{ parts['service-manager'].service.dms is defined }}", head) == "true"
    assert told("{{ parts['service-manager'].service.dmz is defined }}", head) == [
        '1: parts.service-manager.service has no service "dmz"; did you mean "dms"?'
    ]
