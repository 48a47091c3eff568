"""Addresses, networks and files of the lab's hosts, as values."""

from __future__ import annotations

from ipaddress import IPv4Address
from itertools import combinations
from pathlib import Path

import pytest

from eakte_ops import health
from eakte_ops.errors import UsageError
from eakte_ops.inventory.load import load
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.lab.guest_files import guest_files
from eakte_ops.lab.machine import nspawn_argv, second_leg
from eakte_ops.lab.network import clashes, link_commands, route_commands
from eakte_ops.lab.places import Places
from eakte_ops.lab.secrets import NAMES
from eakte_ops.lab.towns import TOWNS, LabTown, host_named, towns_named

HOSTS = [host for town in TOWNS for host in town.hosts]
NETWORKS = [network for town in TOWNS for network in town.networks]


@pytest.mark.parametrize("ours", TOWNS, ids=lambda town: town.key)
def test_hosts_and_addresses_are_those_of_the_sample_inventory(ours: LabTown) -> None:
    said = load(samples_folder(), thresholds=health.vocabulary()).towns[ours.key].said
    assert said.storage is not None
    wanted = {each.name: each.address for each in (*said.servers, *said.jump_hosts, said.storage)}
    assert {host.name: str(host.address) for host in ours.hosts} == wanted
    servers = [host for host in ours.hosts if host.role == "server"]
    assert {server.name: server.jump for server in said.servers} == {host.name: host.jump for host in servers}
    inside = {host.name: str(host.legs[-1].address) for host in ours.hosts if host.role == "jump"}
    assert {jump.name: jump.inside for jump in said.jump_hosts} == inside
    assert set(said.secrets) == set(NAMES)


def test_every_name_of_an_interface_fits_into_the_kernel() -> None:
    names = [network.bridge for network in NETWORKS]
    names += [second_leg(host, number) for host in HOSTS for number in range(1, len(host.legs))]
    assert all(len(name) <= 15 for name in names)
    assert len(set(names)) == len(names)


def test_networks_are_apart_and_hold_their_hosts() -> None:
    assert not any(one.cidr.overlaps(other.cidr) for one, other in combinations(NETWORKS, 2))
    assert all(leg.address in leg.network.cidr for host in HOSTS for leg in host.legs)
    addresses = [leg.address for host in HOSTS for leg in host.legs]
    addresses += [network.operations for network in NETWORKS if network.operations]
    assert len(set(addresses)) == len(addresses)


def test_only_hosts_in_front_get_a_route_and_what_lies_behind_ends_here() -> None:
    routes = [" ".join(command) for town in TOWNS for command in route_commands(town)]
    assert "ip route replace 198.51.100.5/32 dev lab-hattingen src 198.51.100.14" in routes
    assert "ip route replace unreachable 198.51.100.32/27" in routes
    assert not any("198.51.100.42" in route or "198.51.100.33/32" in route for route in routes)
    assert len(routes) == 9


def test_a_network_for_hosts_only_gets_no_address_of_ours() -> None:
    inner = next(network for network in NETWORKS if network.operations is None)
    assert list(link_commands(inner)) == [["ip", "link", "set", "lab-hattingen-b", "up"]]
    outer = NETWORKS[0]
    assert ["ip", "address", "replace", "192.0.2.30/32", "dev", "lab-witten"] in list(link_commands(outer))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("192.0.2.2", []),  # in Witten's network, but no address of the lab: /32 routes leave it alone
        ("192.0.2.10", ["192.0.2.10"]),
        ("192.0.2.30", ["192.0.2.30"]),
        ("198.51.100.60", ["198.51.100.60"]),  # would end in the unreachable route
        ("10.0.0.1", []),
    ],
)
def test_an_address_of_the_machine_that_the_lab_would_cover_is_found(own: str, expected: list[str]) -> None:
    assert [str(address) for address in clashes(TOWNS, [IPv4Address(own)])] == expected


def test_a_host_knows_its_town_and_nothing_else() -> None:
    jump = host_named("hattingen-jump")
    files = guest_files(jump, towns_named(["hattingen"])[0])
    assert "Address=198.51.100.5/28\n" in files["etc/systemd/network/10-lab-host0.network"]
    assert "Name=host1\n" in files["etc/systemd/network/10-lab-host1.network"]
    assert all("Gateway" not in text and "DHCP=yes" not in text for text in files.values())
    assert "198.51.100.42 hattingen-db\n" in files["etc/hosts"]
    assert "witten" not in "".join(files.values())


def test_a_jump_host_boots_with_two_legs() -> None:
    argv = nspawn_argv(Places(state=Path("/s")), host_named("hattingen-jump"))
    assert "--network-bridge=lab-hattingen" in argv
    assert "--network-veth-extra=lab-hattingen-1:host1" in argv
    assert "--directory=/s/hosts/hattingen-jump/root" in argv
    assert not any("veth-extra" in word for word in nspawn_argv(Places(), host_named("witten-db")))


@pytest.mark.parametrize("wrong", ["dortmund", "Witten"])
def test_an_unknown_town_or_host_is_named_with_those_there_are(wrong: str) -> None:
    with pytest.raises(UsageError) as error:
        towns_named([wrong])
    assert "witten, herdecke, hattingen" in error.value.way_out
    with pytest.raises(UsageError, match=f'no host "{wrong}"'):
        host_named(wrong)


def test_no_word_means_all_towns() -> None:
    assert towns_named([]) == TOWNS
    assert [town.key for town in towns_named(["hattingen", "witten"])] == ["witten", "hattingen"]
