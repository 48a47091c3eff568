"""What is put on a server: the files of a release and a first configuration."""

import ast
import hashlib
import json
import sys

import pytest
import yaml

from eakte_ops.lab.musterakte import PROGRAMS, RELEASES, SERVICES, TownFacts, configuration, release_files

COMPONENTS = PROGRAMS[:5]
SPLIT = {
    "database": "192.0.2.10",
    "application-server": "192.0.2.11",
    "index": "192.0.2.12",
    "service-manager": "192.0.2.11",
    "gateway": "192.0.2.13",
}
ONE_BOX = dict.fromkeys(COMPONENTS, "192.0.2.42")
PASSWORDS = {"database_password": "geheim-db", "elastic_password": "geheim-es", "osrest_password": "geheim-or"}


def facts(places: dict[str, str], component: str) -> TownFacts:
    return TownFacts(here=places[component], places=places, **PASSWORDS)


def text_of(places: dict[str, str], component: str, name: str) -> str:
    return configuration(component, facts(places, component))[f"/etc/eakte/{component}/{name}"][0]


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_has_every_program_and_a_true_manifest(release: str) -> None:
    files = release_files(release)
    manifest = json.loads(files.pop("manifest.json")[0])
    assert manifest["release"] == release
    assert set(manifest["components"]) == set(COMPONENTS)
    assert manifest["files"] == {path: hashlib.sha256(content).hexdigest() for path, (content, _) in files.items()}
    assert {path for path, (_, mode) in files.items() if mode == 0o750} == {f"bin/{name}" for name in PROGRAMS}
    assert {mode for _, mode in files.values()} == {0o750, 0o640}
    assert next(path for path in files if path.startswith("schema/")).endswith("001_objects.sql")


def test_the_programs_import_only_what_debian_has_on_the_servers() -> None:
    allowed = {"psycopg2", "yaml", "musterakte"}
    for path, (content, _) in release_files("11.0").items():
        if not path.endswith(".py") and not path.startswith("bin/"):
            continue
        for node in ast.walk(ast.parse(content)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in allowed or top in sys.stdlib_module_names, f"{path}: {name}"


def test_one_box_keeps_to_itself() -> None:
    assert "listen_addresses = '127.0.0.1'" in text_of(ONE_BOX, "database", "postgresql.conf")
    assert text_of(ONE_BOX, "database", "pg_hba.conf").count("host  eakte") == 1
    assert yaml.safe_load(text_of(ONE_BOX, "application-server", "server.yml"))["listen"] == "127.0.0.1"
    assert yaml.safe_load(text_of(ONE_BOX, "index", "elasticsearch.yml"))["network.host"] == "127.0.0.1"
    assert yaml.safe_load(text_of(ONE_BOX, "gateway", "config/application.yml"))["server"]["address"] == "*"


def test_a_split_town_reaches_across_and_the_database_knows_who_may() -> None:
    hba = text_of(SPLIT, "database", "pg_hba.conf")
    assert "host  eakte  eakte  192.0.2.11/32  scram-sha-256" in hba
    assert "192.0.2.13" not in hba
    assert "trust" not in hba
    server = yaml.safe_load(text_of(SPLIT, "application-server", "server.yml"))
    assert (server["listen"], server["database"]["host"]) == ("*", "192.0.2.10")
    assert server["index"]["url"] == "http://192.0.2.12:8041"
    services = yaml.safe_load(text_of(SPLIT, "service-manager", "config/application-prod.yml"))
    assert services["osrest"]["url"] == "http://127.0.0.1:8060"
    assert text_of(SPLIT, "gateway", "config/routes.yml") == "routes:\n  osrest: http://192.0.2.11:8060\n"


def test_the_services_file_names_every_service_once() -> None:
    entries = yaml.safe_load(text_of(SPLIT, "service-manager", "config/servicewatcher-sw.yml"))["services"]
    assert {entry["name"]: entry["port"] for entry in entries} == SERVICES
    assert {entry["instances"] for entry in entries} == {1}


def test_only_the_files_that_say_so_hold_secrets() -> None:
    holders = {
        path
        for component in COMPONENTS
        for path, (text, mode) in configuration(component, facts(SPLIT, component)).items()
        if mode == 0o640 and "geheim" in text
    }
    assert holders == {
        "/etc/eakte/application-server/server.yml",
        "/etc/eakte/index/built-in.usr",
        "/etc/eakte/service-manager/config/application-es.yml",
        "/etc/eakte/service-manager/config/application-prod.yml",
    }
    assert "geheim" not in repr(facts(SPLIT, "index"))


@pytest.mark.parametrize("password", ["ä' \"#: {}", "no", "0123", "a\\nb"])
def test_any_password_comes_back_from_the_yaml_as_it_was(password: str) -> None:
    town = TownFacts(
        here="192.0.2.11", places=SPLIT,
        database_password=password, elastic_password=password, osrest_password=password,
    )  # fmt: skip
    for text, _ in configuration("application-server", town).values():
        assert yaml.safe_load(text)["database"]["password"] == password
        assert yaml.safe_load(text)["osrest"]["users"] == {"osrest": password}


def test_an_unknown_component_has_no_configuration() -> None:
    with pytest.raises(KeyError):
        configuration("documentviewer", facts(SPLIT, "gateway"))
