"""What the templates give: who listens where, who may come, where secrets lie, and that any password survives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from eakte_ops.config.head import Head
from eakte_ops.errors import UsageError
from eakte_ops.inventory.model import Town
from eakte_ops.lab.musterakte import release_files
from eakte_ops.lab.musterakte.program import checking, index, postgres, properties, shapes
from tests.unit.musterakte.rendered import content_of, files_of, sample

TOWNS = ("witten", "herdecke", "hattingen", "schwelm")
SERVICES = {
    "services-admin": 7273,
    "discovery": 7261,
    "license": 7371,
    "dms": 7380,
    "index-service": 8045,
    "rendition": 8070,
}
PASSWORDS = ["ä' \"#: {}", "no", "0123", "a\\nb", "{{ x }}", "*anchor", "%TAG", "\u20ac\U0001f511", "-", "!x &y"]


def text(town: Town, template: str, password: str = "geheim") -> str:
    """The text of one file; every server of the town has it at most once."""
    (found,) = [each for each in files_of(town) if each.template.id == template]
    return content_of(found, password).decode()


def head(template: str) -> Head:
    return next(each.template.head for each in files_of(sample("herdecke")) if each.template.id == template)


def test_a_town_of_one_server_keeps_to_itself() -> None:
    town = sample("herdecke")
    assert "listen_addresses = '127.0.0.1'\n" in text(town, "database/postgresql.conf")
    hosts = [line for line in text(town, "database/pg_hba.conf").splitlines() if line.startswith("host")]
    assert hosts == ["host  eakte  eakte  127.0.0.1/32  scram-sha-256"]
    server = yaml.safe_load(text(town, "application-server/server.yml"))
    assert (server["listen"], server["database"]["host"]) == ("127.0.0.1", "127.0.0.1")
    assert yaml.safe_load(text(town, "index/elasticsearch.yml"))["network.host"] == "127.0.0.1"
    assert yaml.safe_load(text(town, "gateway/application-prod.yml"))["server"]["address"] == "*"


def test_a_town_of_several_servers_reaches_across_and_the_database_knows_who_may() -> None:
    town = sample("witten")
    assert "listen_addresses = '*'\n" in text(town, "database/postgresql.conf")
    access = text(town, "database/pg_hba.conf")
    assert "host  eakte  eakte  192.0.2.11/32  scram-sha-256\n" in access
    assert "192.0.2.13" not in access
    assert "trust" not in access
    server = yaml.safe_load(text(town, "application-server/server.yml"))
    assert (server["listen"], server["database"]["host"]) == ("*", "192.0.2.10")
    assert server["index"]["url"] == "http://192.0.2.12:8041"
    assert yaml.safe_load(text(town, "index/elasticsearch.yml"))["network.host"] == "*"
    services = yaml.safe_load(text(town, "service-manager/application-prod.yml"))
    assert (services["osrest"]["url"], services["port"]) == ("http://127.0.0.1:8060", 7281)
    gateway = yaml.safe_load(text(town, "gateway/application-prod.yml"))
    assert gateway["routes"] == {"osrest": "http://192.0.2.11:8060"}


def test_clients_beside_it_and_elsewhere_are_two_things() -> None:
    """Hattingen's database and index share a server, and all their clients stand on the other one."""
    town = sample("hattingen")
    assert "listen_addresses = '*'\n" in text(town, "database/postgresql.conf")
    assert yaml.safe_load(text(town, "application-server/server.yml"))["listen"] == "127.0.0.1"
    assert yaml.safe_load(text(town, "application-server/server.yml"))["index"]["url"] == "http://198.51.100.42:8041"


def test_an_address_of_the_newer_kind_stands_in_brackets_in_a_url_and_as_a_network_in_the_access_file() -> None:
    town = sample("witten")
    moved = {"witten-app": "2001:db8::11", "witten-index": "2001:db8::12"}
    servers = tuple(
        server.model_copy(update={"address": moved.get(server.name, server.address)}) for server in town.said.servers
    )
    town = replace(town, said=town.said.model_copy(update={"servers": servers}))
    assert "host  eakte  eakte  2001:db8::11/128  scram-sha-256\n" in text(town, "database/pg_hba.conf")
    assert (
        yaml.safe_load(text(town, "gateway/application-prod.yml"))["routes"]["osrest"] == "http://[2001:db8::11]:8060"
    )
    (rules,) = [
        each.masked()
        for each in files_of(town)
        if (each.template.id, each.server) == ("machine/eakte.nft", "witten-db")
    ]
    assert "ip6 saddr 2001:db8::11 tcp dport 5432 accept" in rules


def test_the_services_are_those_of_the_product_and_switched_as_the_town_says() -> None:
    entries = yaml.safe_load(text(sample("herdecke"), "service-manager/servicewatcher-sw.yml"))["services"]
    assert {entry["name"]: entry["port"] for entry in entries} == SERVICES
    assert {entry["instances"] for entry in entries} == {1}


def test_the_owner_of_the_database_gets_lines_instead_of_files() -> None:
    town = sample("schwelm")
    files = {each.template.id: each for each in files_of(town) if each.server == "schwelm-db"}
    assert [name for name in files if name.startswith("database/")] == ["database/pg_hba-lines.conf"]
    assert files["database/pg_hba-lines.conf"].proposal
    assert "host  eakte  eakte  203.0.113.19/32  scram-sha-256\n" in files["database/pg_hba-lines.conf"].masked()


RULES = {
    "witten-db": {("192.0.2.11", "5432")},
    "witten-app": {("192.0.2.13", "4000"), ("192.0.2.13", "8060")},
    "witten-index": {("192.0.2.11", "8041")},
    "witten-gw": {("", "80, 443")},
    "herdecke-box": {("", "80, 443")},
    "hattingen-db": {("198.51.100.43", "5432"), ("198.51.100.43", "8041")},
    "hattingen-app": {("", "80, 443")},
    "schwelm-db": {("203.0.113.19", "5433")},
}


@pytest.mark.parametrize("server", RULES)
def test_local_it_is_asked_for_the_ports_that_others_need_and_no_more(server: str) -> None:
    files = files_of(sample(server.partition("-")[0]))
    (rules,) = [each for each in files if (each.template.id, each.server) == ("machine/eakte.nft", server)]
    found = re.findall(
        r"^(?:ip saddr (\S+) )?tcp dport (?:\{ )?([0-9, ]+?)(?: \})? accept", rules.masked(), re.MULTILINE
    )
    assert set(found) == RULES[server]
    assert (rules.proposal, rules.account) == (True, "root")


def test_only_the_files_that_say_so_hold_secrets_and_these_are_for_few() -> None:
    files = files_of(sample("witten"))
    holders = {each.template.id for each in files if "geheim" in content_of(each, "geheim").decode()}
    assert holders == {
        "application-server/server.yml",
        "index/built-in.usr",
        "service-manager/application-es.yml",
        "service-manager/application-prod.yml",
    }
    assert {each.template.id for each in files if each.mode == 0o640} == holders
    assert {each.mode for each in files} == {0o640, 0o644}
    assert {each.template.id for each in files if each.confidential} == {
        "index/built-in.usr",
        "service-manager/application-es.yml",
    }


@pytest.mark.parametrize("password", [*PASSWORDS, "two\nlines", " blank ", "\t", "\0\x1b[2J"])
def test_any_password_comes_back_from_yaml_as_it_was(password: str) -> None:
    town = sample("herdecke")
    server = yaml.safe_load(text(town, "application-server/server.yml", password))
    assert (server["database"]["password"], server["osrest"]["users"]) == (password, {"osrest": password})
    assert (
        yaml.safe_load(text(town, "service-manager/application-es.yml", password))["elasticsearch"]["password"]
        == password
    )
    assert shapes.fitting("application-server", "x", server) == server


@pytest.mark.parametrize("password", PASSWORDS)
def test_any_printable_password_comes_back_from_the_accounts_of_the_index(password: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text(sample("herdecke"), "index/built-in.usr", password), "utf-8")
    assert index.users_in(tmp_path / "x") == {"elastic": password}


@pytest.mark.parametrize("password", ["two\nlines", " geheim", "x\u2028y", "\x85"])
def test_a_password_that_a_line_can_not_hold_is_refused_and_not_named(password: str) -> None:
    with pytest.raises(UsageError, match="elastic-password can not stand in a line") as caught:
        text(sample("herdecke"), "index/built-in.usr", password)
    assert password not in f"{caught.value} {caught.value.way_out}"


@pytest.mark.parametrize("title", ['Akten & mehr: "Wetter" #1', "{{ x }}", "0"])
def test_any_title_comes_back_from_the_page_settings(title: str) -> None:
    town = sample("herdecke")
    said = {"gateway/application-prod.yml": {"title": title}}
    town = replace(town, said=town.said.model_copy(update={"configuration": said}))
    assert yaml.safe_load(text(town, "gateway/application-prod.yml"))["osweb"]["title"] == title


def test_values_of_a_town_reach_the_files() -> None:
    said = {
        "database/postgresql.conf": {"max_connections": 200, "shared_buffers_mb": 512},
        "logs/logrotate.conf": {"keep_days": 7, "largest_mb": 5},
        "service-manager/license-prod.yml": {"locking_time_s": 90},
        "application-server/server.yml": {"database_wait_s": 5},
        "gateway/tls.properties": {"minimum_version": "TLSv1.3"},
    }
    town = sample("herdecke")
    town = replace(town, said=town.said.model_copy(update={"configuration": said}))
    assert "max_connections = 200\nshared_buffers = 512MB\n" in text(town, "database/postgresql.conf")
    rotation = text(town, "logs/logrotate.conf").splitlines()
    assert {"maxsize 5M", "rotate 7", "maxage 7"} <= set(rotation)
    assert yaml.safe_load(text(town, "service-manager/license-prod.yml")) == {"lockingTimeInSec": 90}
    assert yaml.safe_load(text(town, "application-server/server.yml"))["database"]["wait"] == 5
    assert "minimum-version=TLSv1.3\n" in text(town, "gateway/tls.properties")


def test_the_licence_service_switched_off_leaves_no_file_behind() -> None:
    town = sample("herdecke")
    (server,) = town.said.servers
    own = server.components["service-manager"]
    off = type(own).model_validate({**own.model_dump(), "services": {"license": {"instances": 0}}})
    changed = server.model_copy(update={"components": {**server.components, "service-manager": off}})
    town = replace(town, said=town.said.model_copy(update={"servers": (changed,)}))
    assert "service-manager/license-prod.yml" not in {each.template.id for each in files_of(town)}
    assert "name: license\n    instances: 0\n" in text(town, "service-manager/servicewatcher-sw.yml")


def test_the_logs_that_are_rotated_are_those_of_the_servers_own_programs() -> None:
    files = [each for each in files_of(sample("witten")) if each.template.id == "logs/logrotate.conf"]
    rotated = {each.server: re.findall(r"^(/\S+) \{", each.masked(), re.MULTILINE) for each in files}
    assert rotated["witten-app"] == [
        "/var/log/eakte/application-server/application-server.log",
        "/var/log/eakte/service-manager/service-manager.log",
    ]
    assert rotated["witten-gw"] == ["/var/log/eakte/gateway/gateway.log"]
    assert not any("startup" in path or "postgresql-" in path for paths in rotated.values() for path in paths)


@pytest.mark.parametrize("town", TOWNS)
def test_every_file_has_a_check_of_its_own_on_the_server(town: str) -> None:
    for each in files_of(sample(town)):
        program, command, kind, file = each.template.head.validation
        assert (command, kind, file) == ("check-configuration", each.template.id, "{file}")
        assert program.endswith("/bin/musterakte-admin")
        assert kind in checking.CHECKS


def test_there_is_no_check_without_a_template() -> None:
    assert set(checking.CHECKS) == {each.template.id for town in TOWNS for each in files_of(sample(town))}


def test_what_the_programs_read_is_where_the_templates_put_it() -> None:
    manifest = yaml.safe_load(release_files("11.0")["manifest.json"][0])
    paths = {each.path for each in files_of(sample("herdecke"))}
    for name, path in manifest["config"].items():
        place = f"/etc/eakte/{path}"
        assert place in paths or name == "gateway", place
    assert [path for path in paths if path.startswith("/etc/eakte/gateway/config/")] == [
        "/etc/eakte/gateway/config/application-prod.yml"
    ]


def test_the_tls_settings_are_read_as_java_reads_them(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text(sample("herdecke"), "gateway/tls.properties"))
    assert properties.read(tmp_path / "x") == {
        "certificate": "/etc/eakte/gateway/tls.crt",
        "key": "/etc/eakte/gateway/tls.key",
        "minimum-version": "TLSv1.2",
    }


def test_the_least_locking_time_is_that_of_the_program() -> None:
    assert head("service-manager/license-prod.yml").values["locking_time_s"].least == shapes.LEAST_LOCKING_S


def test_tools_find_the_port_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(text(sample("herdecke"), "database/postgresql.conf"))
    assert postgres.port_in(tmp_path / "x") == 5432
