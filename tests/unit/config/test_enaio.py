"""The templates of enaio: what is documented, marked, and nothing beyond it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import yaml

from eakte_ops import health
from eakte_ops.config.library import load_library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.template import Template
from eakte_ops.errors import InvalidFile, Refused
from eakte_ops.inventory.load import survey
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.product.load import profile
from eakte_ops.secret.value import Secret
from tests.unit.config.made import whole_town

LIBRARY = load_library(samples_folder())
TEMPLATES = [each for each in LIBRARY.centre if each.product == "enaio"]
RELEASES = list(profile("enaio").releases)
SECRETS = ("index-password", "service-password")
IN_ALL = {
    "application-server/oxrpt.cfg",
    "documentviewer/osrenditioncache.config.properties",
    "documentviewer/osrenditioncache.route.properties",
    "documentviewer/renditionplus.global.properties",
    "index/built-in.usr",
    "index/elasticsearch.yml",
    "service-manager/application-blue.yml",
    "service-manager/application-es.yml",
    "service-manager/ems-prod.yml",
    "service-manager/repositorymanager-prod.yml",
    "service-manager/servicewatcher-sw.yml",
}
CHANGING = {
    "9.10": {"application-server/as.cfg": "9.10", "gateway/application-prod.yml": "9.10"},
    "10.0": {"application-server/as.cfg": "10.0", "gateway/application-prod.yml": "9.10"},
    "10.10": {
        "application-server/as.cfg": "10.0",
        "gateway/application-prod.yml": "9.10",
        "service-manager/mailjournaling-prod.yml": "10.10",
    },
    "11.0": {
        "application-server/as.cfg": "10.0",
        "gateway/application-prod.yml": "9.10",
        "service-manager/license-prod.yml": "11.0",
    },
    "11.10": {
        "application-server/as.cfg": "10.0",
        "gateway/application-prod.yml": "11.10",
        "service-manager/license-prod.yml": "11.10",
    },
    "12.0": {
        "application-server/as.cfg": "10.0",
        "gateway/application-prod.yml": "11.10",
        "service-manager/license-prod.yml": "12.0",
        "service-manager/masmailbox-prod.yml": "12.0",
    },
}
each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: f"{each.release}/{each.id}")


def files_of(town: Town) -> dict[str, Rendered]:
    """Template -> file, of a town with one server."""
    return {file.template.id: file for file in render([town], LIBRARY)}


def text_of(name: str, release: str, values: str = "", *secrets: str) -> str:
    """A file of a whole town with these values."""
    more = f"configuration: {{{name}: {{{values}}}}}" if values else ""
    return files_of(whole_town("enaio", release, secrets=(*SECRETS, *secrets), more=more))[name].masked()


def body_of(text: str) -> list[str]:
    """The lines that are no comment."""
    return [line for line in text.splitlines() if line and line[0] not in "#;"]


@each_template
def test_each_says_that_it_was_not_tried_and_where_it_is_documented(template: Template) -> None:
    assert template.head.title.de.endswith("(nicht erprobt)")
    assert template.head.title.en.endswith("(not tried)")
    assert re.search(r"\[[OPVC]\] ", template.head.source)
    body = template.text.split("\n#}\n", 1)[1]
    assert body.startswith(("# Not tried on the real product. ", "; Not tried on the real product. "))


@each_template
def test_only_what_is_documented_as_a_whole_file_can_become_one(template: Template) -> None:
    assert template.head.partial == (template.id != "service-manager/license-prod.yml")


@each_template
def test_what_the_vendor_calls_reload_names_its_service(template: Template) -> None:
    effect = template.head.effect
    assert effect.by == ()
    assert (effect.how == "reload") == bool(template.head.service)
    assert effect.how in ("restart", "reload") or template.id == "index/built-in.usr"


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_has_its_files(release: str) -> None:
    found = {each.id: each.release for each in LIBRARY.of("enaio", release)}
    assert found == dict.fromkeys(IN_ALL, "9.10") | CHANGING[release]


@pytest.mark.parametrize("release", RELEASES)
def test_every_yml_file_is_yaml(release: str) -> None:
    files = files_of(whole_town("enaio", release, secrets=SECRETS))
    for name, file in files.items():
        if name.endswith(".yml"):
            yaml.safe_load(file.masked())


def test_a_part_of_a_file_is_shown_and_never_made() -> None:
    files = files_of(whole_town("enaio", "11.0", secrets=SECRETS))
    assert files["index/elasticsearch.yml"].masked().endswith("network.host: 127.0.0.1\n")
    with pytest.raises(Refused, match=r"elasticsearch\.yml\.j2 holds only what is documented"):
        files["index/elasticsearch.yml"].content(lambda name: Secret(name, "canary"))
    assert b"SMU" in files["service-manager/license-prod.yml"].content(lambda name: Secret(name, "canary")).data


@pytest.fixture(scope="module")
def files() -> Mapping[tuple[str, str], Rendered]:
    """Of the sample town Gevelsberg: server and template -> file."""
    found = survey(samples_folder(), thresholds=health.vocabulary()).findings.towns["gevelsberg"]
    return {(file.server, file.template.id): file for file in render([found], LIBRARY)}


class TestTheSampleTown:
    """Gevelsberg: two Windows servers, its own folder for the data, two services switched on."""

    def test_each_server_gets_the_files_of_its_components(self, files: Mapping[tuple[str, str], Rendered]) -> None:
        there: dict[str, set[str]] = {}
        for server, name in files:
            there.setdefault(server, set()).add(name)
        application = {name for name in IN_ALL | set(CHANGING["11.0"]) if name.startswith("application-server/")}
        switched_off = {"service-manager/repositorymanager-prod.yml"}
        assert there == {
            "gevelsberg-app": application,
            "gevelsberg-services": (IN_ALL | set(CHANGING["11.0"])) - application - switched_off,
        }

    def test_its_own_folders_are_used(self, files: Mapping[tuple[str, str], Rendered]) -> None:
        assert files["gevelsberg-app", "application-server/as.cfg"].path == r"F:\Enaio\ENAIODATEN\etc\as.cfg"

    def test_services_find_the_application_server(self, files: Mapping[tuple[str, str], Rendered]) -> None:
        text = files["gevelsberg-services", "service-manager/application-blue.yml"].masked()
        assert yaml.safe_load(text)["enaio.dms.server"] == "203.0.113.2:4000:100"

    def test_its_services_are_those_of_the_inventory(self, files: Mapping[tuple[str, str], Rendered]) -> None:
        text = files["gevelsberg-services", "service-manager/servicewatcher-sw.yml"].masked()
        services = {each.pop("name"): each for each in yaml.safe_load(text)}
        assert services["mailstorage"] == {"instances": 1}
        assert services["gateway-ng"] == {"instances": 0}
        assert services["license"] == {"instances": 1, "port": 7371}
        assert "mailjournaling" not in services
        assert "applet" not in services

    def test_all_its_secrets_are_used_and_shown_by_name_alone(self, files: Mapping[tuple[str, str], Rendered]) -> None:
        assert {name for file in files.values() for name in file.secrets} == set(SECRETS)


def test_a_secret_that_the_town_does_not_list_is_named_with_place() -> None:
    with pytest.raises(InvalidFile) as raised:
        render([whole_town("enaio", "11.0", secrets=("service-password",))], LIBRARY)
    told = [str(mistake) for mistake in raised.value.mistakes]
    assert any(
        line.startswith("templates/enaio/9.10/service-manager/application-es.yml.j2:")
        and 'teststadt, one: the town has no secret "index-password"' in line
        for line in told
    )
    assert len(told) == 2  # and built-in.usr


class TestGateway:
    def test_nothing_but_comments_unless_asked_for(self) -> None:
        assert body_of(text_of("gateway/application-prod.yml", "9.10")) == []

    def test_https_takes_a_secret(self) -> None:
        text = text_of("gateway/application-prod.yml", "9.10", "https: true", "gateway-keystore-password")
        assert body_of(text) == [
            "https:",
            "  enabled: true",
            '  keyAlias: "enaio"',
            '  keystoreFile: "config/gw_keystore"',
            "  keystorePass: ‹secret gateway-keystore-password›",
        ]

    def test_the_order_of_the_login_filters_is_told(self) -> None:
        assert "session GUID, form, NTLM, basic" in text_of("gateway/application-prod.yml", "12.0")

    @pytest.mark.parametrize(("values", "said"), [("", "false"), ("eureka_routes_whitelist: true", "true")])
    def test_the_switch_of_11_10(self, values: str, said: str) -> None:
        text = text_of("gateway/application-prod.yml", "11.10", values)
        assert body_of(text) == [f"enableEurekaRoutesWhitelist: {said}"]


class TestLicences:
    @pytest.mark.parametrize(
        ("release", "modules"),
        [
            ("11.0", ["SMU", "WEB", "LR3", "ILM", "MAS"]),
            ("11.10", ["SMU", "WEB", "LR3", "ILM", "MAS", "TES"]),
            ("12.0", ["SMU", "WEB", "CLU", "LR3", "ILM", "MAS", "TES"]),
        ],
    )
    def test_modules_of_a_release(self, release: str, modules: list[str]) -> None:
        said = yaml.safe_load(text_of("service-manager/license-prod.yml", release))
        assert [module["name"] for module in said["license"]["modules"]] == modules

    def test_a_town_says_how_many_it_has(self) -> None:
        said = yaml.safe_load(text_of("service-manager/license-prod.yml", "12.0", "clu: 250"))
        assert {"name": "CLU", "number": 250} in said["license"]["modules"]


class TestMail:
    NAME = "service-manager/mailjournaling-prod.yml"

    def test_without_login_and_encryption(self) -> None:
        said = yaml.safe_load(text_of(self.NAME, "10.10"))
        assert said == {"mail-journaling": {"duplicate-mode": "IGNORE", "smtp": {"port": 25000, "require-tls": False}}}

    def test_with_both(self) -> None:
        values = "smtp_user: journal, tls: true, key_store: 'D:\\keys'"
        text = text_of(self.NAME, "10.10", values, "journaling-password", "journaling-keystore-password")
        smtp = yaml.safe_load(text)["mail-journaling"]["smtp"]
        assert smtp["username"] == "journal"
        assert smtp["password"] == "‹secret journaling-password›"
        assert smtp["key-store-file"] == "D:\\keys"
        assert smtp["key-store-pass"] == "‹secret journaling-keystore-password›"

    def test_it_ends_with_10_10(self) -> None:
        assert self.NAME not in {each.id for each in LIBRARY.of("enaio", "11.0")}


class TestOthers:
    def test_an_index_on_a_server_of_its_own_keeps_what_the_installation_sets(self) -> None:
        more = "  - {name: two, address: 192.0.2.78, platform: windows, components: {index: {}}}"
        files = render([whole_town("enaio", "11.0", secrets=SECRETS, more=more)], LIBRARY)
        (there,) = [file for file in files if file.server == "two" and file.template.id == "index/elasticsearch.yml"]
        assert body_of(there.masked()) == ["network.host: [_site_, _local_]"]

    def test_entries_of_as_cfg_stand_there_only_when_asked_for(self) -> None:
        name = "application-server/as.cfg"
        assert body_of(text_of(name, "10.0")) == ["[SYSTEM]"]
        values = "identical_documents: true, client_logs: false, old_index_data: true"
        lines = ["[SYSTEM]", "CHECKFORIDENTDOCS=1", "PreventLog=1", "QUERYALLINDEXDATAVERSIONS=1"]
        assert body_of(text_of(name, "10.0", values)) == lines
        assert body_of(text_of(name, "9.10", values)) == lines[:3]

    def test_logs_lie_below_the_folder_of_logs(self) -> None:
        assert body_of(text_of("application-server/oxrpt.cfg", "11.0")) == [r"LogPath=D:\Enaio\Protokolle\serverlogs"]

    def test_the_documentviewer(self) -> None:
        name = "documentviewer/osrenditioncache.config.properties"
        assert body_of(text_of(name, "11.0", "cache_gb: 40")) == [
            "rendition.ocrSelectionPredicate=image/*,application/pdf",
            "cache.maxSize=40GB",
        ]
        assert body_of(text_of("documentviewer/renditionplus.global.properties", "11.0", "ms_office: true")) == [
            "rendition.skip_msOffice=false",
            "rendition.skip_aspose=false",
        ]
        assert body_of(text_of("documentviewer/osrenditioncache.route.properties", "11.0")) == ["ocr-engine=finereader"]

    def test_the_working_directory_of_the_sap_connection(self) -> None:
        name = "service-manager/repositorymanager-prod.yml"
        assert body_of(text_of(name, "11.0")) == []
        assert body_of(text_of(name, "11.0", "working_dir: 'G:\\rm'")) == [r'working-dir: "G:\\rm"']
