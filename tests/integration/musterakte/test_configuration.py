"""Every file that the templates give is one that the server itself takes; a broken one is refused with a sentence."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eakte_ops.config.rendered import Rendered
from tests.integration.musterakte.conftest import NEEDED, PASSWORD, Town, put_release, wait_until
from tests.unit.musterakte.rendered import content_of, files_of, sample

TOWNS = ("witten", "herdecke", "hattingen", "schwelm")
SECRET = "Kanarie-7\"'#:-%&*!|>"
FILES = {
    f"{each.server}:{each.template.id}": (each, content_of(each, SECRET)) for t in TOWNS for each in files_of(sample(t))
}
KINDS = sorted({each.template.id for each, _ in FILES.values()})


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the release, with nothing configured."""
    for program in ("/usr/sbin/logrotate", "/usr/bin/openssl"):
        if not Path(program).exists():
            pytest.fail(f"Musterakte needs {program}: {NEEDED}")
    folder = tmp_path_factory.mktemp("release")
    put_release(folder)
    return folder


Check = Callable[[str, bytes], subprocess.CompletedProcess[str]]


@pytest.fixture
def check(release: Path, tmp_path: Path) -> Check:
    """Run the server's own check on a content; the place of the data is one that can not be written."""

    def run(kind: str, content: bytes) -> subprocess.CompletedProcess[str]:
        file = tmp_path / f"candidate-{kind.replace('/', '-')}"
        file.write_bytes(content)
        file.chmod(0o640)
        words = [str(release / "bin/musterakte-admin"), "check-configuration", kind, str(file)]
        env = {"PATH": "/usr/bin:/bin", "EAKTE_VAR": "/proc", "EAKTE_ETC": "/nonexistent", "EAKTE_LOG": "/nonexistent"}
        done = subprocess.run(
            words, capture_output=True, text=True, cwd="/", env=env, timeout=60, check=False, stdin=subprocess.DEVNULL
        )
        assert file.read_bytes() == content
        file.unlink()
        assert list(tmp_path.iterdir()) == []
        return done

    return run


def one(kind: str) -> Rendered:
    """A rendered file of this kind, of the town of one server where it has one."""
    found = [each for each, _ in FILES.values() if each.template.id == kind]
    return next((each for each in found if each.town == "herdecke"), found[0])


def text(kind: str) -> str:
    return content_of(one(kind), SECRET).decode()


@pytest.mark.parametrize("name", FILES)
def test_what_the_templates_give_can_be_used(check: Check, name: str) -> None:
    each, content = FILES[name]
    done = check(each.template.id, content)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"usable": each.template.id}


ODD = ["ä' \"#: {}", "no", "0123", "a\\nb", "{{ x }}", "*anchor", "%TAG", "€🔑", "-", "!x &y", "two\nlines", "\t "]


@pytest.mark.parametrize("password", ODD)
@pytest.mark.parametrize("kind", ["application-server/server.yml", "service-manager/application-es.yml"])
def test_any_password_can_be_used(check: Check, kind: str, password: str) -> None:
    assert check(kind, content_of(one(kind), password)).returncode == 0


@pytest.mark.parametrize("password", ODD[:-2])
def test_any_printable_password_can_be_used_in_a_line(check: Check, password: str) -> None:
    assert check("index/built-in.usr", content_of(one("index/built-in.usr"), password)).returncode == 0


BROKEN = [
    # kind, what is replaced, by what, what is said of it
    ("application-server/server.yml", "listen: ", "listen: [", "line 3, column 1: expected …"),
    ("application-server/server.yml", "  name: eakte\n", "", "database.name is missing"),
    ("application-server/server.yml", "port: 5432", "port: 65536", "database.port: a port from 1 to 65535 is wanted"),
    ("application-server/server.yml", "port: 4000", 'port: "4000"', "port: a port from 1 to 65535 is wanted"),
    ("application-server/server.yml", "port: 4000", "port: yes", "port: a port from 1 to 65535 is wanted"),
    ("application-server/server.yml", 'listen: "127.0.0.1"', "listen: everywhere", "listen: an address of this host"),
    ("application-server/server.yml", "wait: 120", "wait: soon", "database.wait: a whole number from 1 to 3600"),
    ("application-server/server.yml", "  user: eakte\n", "  usr: eakte\n", "database.1 unknown setting"),
    ("application-server/server.yml", "osrest:\n  port", "osrest: x\nosr:\n  port", "osrest: settings are wanted"),
    ("index/elasticsearch.yml", "http.port: 8041", "http.port: 0", "http.port: a port from 1 to 65535"),
    ("index/elasticsearch.yml", "path.repo", "path.rep", "path.repo is missing"),
    ("index/built-in.usr", "elastic:", "elastic\n", "line 1: USER:PASSWORD is wanted"),
    ("index/built-in.usr", "elastic:", "other:", "no user elastic"),
    ("index/built-in.usr", "elastic:", "elastic:x\nelastic:", "line 2: this user stands here twice"),
    ("service-manager/servicewatcher-sw.yml", "name: dms", "name: dmz", "this release has no service 'dmz'"),
    ("service-manager/servicewatcher-sw.yml", "port: 7380", "port: 7371", "dms: name or port is another service's"),
    ("service-manager/servicewatcher-sw.yml", "port: 7380", "port: 73800", "service 4: port: a port from 1 to 65535"),
    ("service-manager/servicewatcher-sw.yml", "port: 7380", "port: 7380\n    args: [--pol=1]", "service 4: args: a"),
    ("service-manager/servicewatcher-sw.yml", "services:\n  -", "services:\n  - dms\n  -", "service 1: settings are"),
    ("service-manager/servicewatcher-sw.yml", "services:\n", "services: 1\nx:\n", "services: a list of services"),
    ("service-manager/application-es.yml", '"http://127.0.0.1:8041"', "127.0.0.1", "elasticsearch.url: an address"),
    ("service-manager/application-es.yml", ":8041", ":80410", "elasticsearch.url: an address such as http://"),
    ("service-manager/application-es.yml", 'password: "', 'password: *"', "line 5, column 14: expected alphabetic"),
    ("service-manager/application-es.yml", 'password: "', 'password: !"', "line 5, column 14: expected …"),
    ("service-manager/application-prod.yml", "port: 7281", "port: -1", "port: a port from 1 to 65535 is wanted"),
    ("service-manager/application-prod.yml", "  user: osrest\n", "", "osrest.user is missing"),
    ("service-manager/license-prod.yml", ": 40", ": 9", "lockingTimeInSec: a whole number from 10 to 86400"),
    ("service-manager/license-prod.yml", ": 40", ": 2026-99-99", "holds a value that is none"),
    ("service-manager/license-prod.yml", "lockingTimeInSec: 40", "- 40", "holds no settings"),
    ("gateway/application-prod.yml", "tls-port: 443", "tlsport: 443", "server.tls-port is missing"),
    ("gateway/application-prod.yml", 'title: "', 'title: ["', "line "),
    ("gateway/application-prod.yml", "osrest: ", "osrest: 1 #", "routes.osrest: an address such as"),
    ("gateway/tls.properties", "TLSv1.2", "TLSv1.1", "minimum-version: one of TLSv1.2, TLSv1.3 is wanted"),
    ("gateway/tls.properties", "key=", "ky=", "key is missing"),
    ("gateway/tls.properties", "certificate=/", "certificate=", "certificate: an absolute path is wanted"),
    ("gateway/tls.properties", "certificate=/", "certificate=\\u12", "an escape \\u is none"),
    ("database/postgresql.conf", "port = 5432", "port = 70000", "70000 is outside the valid range"),
    ("database/postgresql.conf", "max_connections", "max_conections", "unrecognized configuration parameter"),
    ("database/postgresql.conf", "max_connections = 60", "max_connections = many", "invalid value for parameter"),
    ("database/postgresql.conf", "log_timezone = 'UTC'", "log_timezone = 'UTC", "syntax error in file"),
    ("database/postgresql.conf", "hba_file", "# hba_file", "hba_file is missing"),
    ("database/postgresql.conf", "'/run/eakte'", "'/tmp'", "unix_socket_directories lacks /run/eakte"),
    ("database/postgresql.conf", "port = 5432", "port 5432\nport = '5433'", "port has to stand in a line"),
    ("database/pg_hba.conf", "host  eakte", "hst  eakte", "line 5: a line begins with one of local, host"),
    ("database/pg_hba.conf", "scram-sha-256", "scram", "line 5: the method is none of trust"),
    ("database/pg_hba.conf", "127.0.0.1/32", "127.0.0.1/33", "line 5: the address is no network"),
    ("database/pg_hba.conf", "127.0.0.1/32", "192.0.2.11/24", "line 5: the address is no network"),
    ("database/pg_hba.conf", "  127.0.0.1/32", "", "line 5: too few fields for host"),
    ("database/pg_hba.conf", "peer map=eakte\nlocal eakte", "peer map\nlocal eakte", "line 3: what stands behind"),
    ("database/pg_hba.conf", "local all", "# local all", "no line lets eakte_super in over the socket"),
    ("database/pg_hba-lines.conf", "local eakte eakte_look  peer map=eakte", "local eakte", "line 6: too few fields"),
    ("database/pg_ident.conf", "eakte eakte eakte_super", "eakte eakte_super", "line 3: three fields are wanted"),
    ("logs/logrotate.conf", "maxage 30", "maxage soon", "bad maximum age"),
    ("logs/logrotate.conf", "nocreate", "nocreat", "unknown option 'nocreat'"),
    ("logs/logrotate.conf", "gateway.log {\n}", "gateway.log {\n}\n}", "unexpected }"),
    ("machine/60-eakte-index.conf", "262144", "65530", "vm.max_map_count: a whole number, at least 262144"),
    ("machine/60-eakte-index.conf", "vm.max_map_count =", "vm.max_map_count", "line 3: NAME = VALUE is wanted"),
    ("machine/eakte.nft", "443", "44300000", "a port from 1 to 65535 is wanted"),
    ("machine/eakte.nft", "accept comment", "drop comment", "is no rule that opens a port"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "said"), BROKEN, ids=[f"{kind}: {new}" for kind, _, new, _ in BROKEN])
def test_what_is_broken_is_refused_with_a_sentence(check: Check, kind: str, old: str, new: str, said: str) -> None:
    before = text(kind)
    assert before.count(old) >= 1
    done = check(kind, before.replace(old, new, 1).encode())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("musterakte-admin: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert f"candidate-{kind.replace('/', '-')}" in done.stderr
    assert "Kanarie" not in done.stderr


def test_every_kind_has_a_broken_case() -> None:
    assert {kind for kind, *_ in BROKEN} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"\0", SECRET.encode(), b"a: &a [*a, *a]\n"], ids=repr)
def test_rubbish_is_one_sentence_without_a_traceback(check: Check, kind: str, content: bytes) -> None:
    done = check(kind, content)
    assert done.stderr.count("\n") == (done.returncode != 0)
    assert "Traceback" not in done.stderr
    # PostgreSQL and logrotate say what they stumble over; their files have no secrets.
    assert "Kanarie" not in done.stderr or kind in ("database/postgresql.conf", "logs/logrotate.conf")


@pytest.mark.parametrize("at", range(1, 200, 7))
def test_a_file_torn_anywhere_shows_nothing_of_a_password(check: Check, at: int) -> None:
    whole = text("service-manager/application-es.yml")
    done = check("service-manager/application-es.yml", (whole[:-at] + "\n'").encode())
    assert not any(piece in done.stderr for piece in ("Kanarie", "7\\\"'"))


def test_a_file_that_is_not_there_and_a_kind_that_does_not_exist(release: Path, tmp_path: Path) -> None:
    program = str(release / "bin/musterakte-admin")

    def run(kind: str) -> subprocess.CompletedProcess[str]:
        words = [program, "check-configuration", kind, str(tmp_path / "none")]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    done = run("index/elasticsearch.yml")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "none: can not be read: No such file or directory" in done.stderr
    assert run("index/elastic.yml").returncode == 2


def test_the_licence_service_uses_its_locking_time(town: Town) -> None:
    licence = town.health("license")["components"]["licence"]["details"]
    assert licence["lockingTimeInSec"] == 40
    path = town.root / "etc/service-manager/config/license-prod.yml"
    before = path.read_text()
    path.write_text("lockingTimeInSec: 90\n")
    try:
        restarted(town, "service-manager", "license")
        assert town.health("license")["components"]["licence"]["details"]["lockingTimeInSec"] == 90
    finally:
        path.write_text(before)
        restarted(town, "service-manager", "rendition")


def restarted(town: Town, component: str, port: str) -> None:
    town.stop(component)
    town.start(component)
    wait_until(lambda: town.listens(port), port)


def test_a_wrong_file_stops_the_start_with_the_same_sentence_as_the_check(town: Town) -> None:
    path = town.root / "etc/gateway/config/application-prod.yml"
    before = path.read_text()
    path.write_text(before.replace(f"port: {town.ports['gateway']}", "port: high"))
    try:
        town.stop("gateway")
        town.start("gateway")
        assert town.running["gateway"].wait(10) == 1
    finally:
        path.write_text(before)
        town.start("gateway")
    said = (town.root / "gateway.err").read_text().splitlines()[-1]
    assert said.endswith("server.port: a port from 1 to 65535 is wanted")
    wait_until(lambda: town.listens("gateway"), "gateway")


@pytest.mark.parametrize(("least", "offered", "taken"), [("TLSv1.3", "1_2", False), ("TLSv1.3", "1_3", True),
                                                        ("TLSv1.2", "1_2", True)])  # fmt: skip
def test_the_gateway_takes_no_older_tls_than_it_is_told(
    town: Town, tmp_path: Path, least: str, offered: str, taken: bool
) -> None:
    settings, etc = town.root / "etc/gateway/tls.properties", town.root / "etc/gateway"
    before = settings.read_text()
    make = "openssl req -batch -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=t -keyout"
    subprocess.run([*make.split(), etc / "tls.key", "-out", etc / "tls.crt"], check=True, capture_output=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", town.own, etc / "tls.key", etc / "tls.crt"], check=True)
    settings.write_text(before.replace("TLSv1.2", least))
    version = getattr(ssl.TLSVersion, f"TLSv{offered}")
    try:
        restarted(town, "gateway", "gateway-tls")
        assert speaks(town.ports["gateway-tls"], version) is taken
    finally:
        settings.write_text(before)
        (etc / "tls.key").unlink()
        (etc / "tls.crt").unlink()
        restarted(town, "gateway", "gateway")


def speaks(port: int, version: ssl.TLSVersion) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain):
            return True
    except ssl.SSLError:
        return False


def test_a_certificate_and_a_foreign_key_are_refused(check: Check, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tls")
    make = "openssl req -batch -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=t -keyout"
    for name in ("a", "b"):
        words = [*make.split(), folder / f"{name}.key", "-out", folder / f"{name}.crt"]
        subprocess.run(words, check=True, capture_output=True)
    said = "certificate={0}/a.crt\nkey={0}/{1}.key\nminimum-version=TLSv1.2\n"
    assert check("gateway/tls.properties", said.format(folder, "a").encode()).returncode == 0
    done = check("gateway/tls.properties", said.format(folder, "b").encode())
    assert (done.returncode, "key values mismatch" in done.stderr) == (1, True)


def test_the_database_reads_its_access_files_again_unless_one_is_wrong(town: Town) -> None:
    path = town.root / "etc/database/pg_hba.conf"
    before = path.read_text()
    assert town.admin("reload-database") == {"reloaded": ["pg_hba.conf", "pg_ident.conf"]}
    path.write_text(before + "host eakte eakte 192.0.2.99/32 scram\n")
    try:
        assert "line 6: invalid authentication method" in town.admin("reload-database", status=1)
    finally:
        path.write_text(before)
    path.write_text(before + "host eakte night 192.0.2.99/32 reject\n")
    try:
        town.admin("reload-database")
        assert town.sql("select count(*) from pg_hba_file_rules where user_name = '{night}'").stdout == "1\n"
    finally:
        path.write_text(before)
        town.admin("reload-database")


def test_a_town_that_says_something_else_gets_usable_files(check: Check) -> None:
    said = {
        "database/postgresql.conf": {"max_connections": 1000, "shared_buffers_mb": 65536},
        "logs/logrotate.conf": {"keep_days": 3650, "largest_mb": 10000},
        "service-manager/license-prod.yml": {"locking_time_s": 86400},
        "gateway/application-prod.yml": {"title": 'eAkte: "Herdecke" #1 {{ x }} \\ ä'},
        "gateway/tls.properties": {"minimum_version": "TLSv1.3"},
        "application-server/server.yml": {"database_wait_s": 3600},
    }
    town = sample("herdecke")
    for each in files_of(replace(town, said=town.said.model_copy(update={"configuration": said}))):
        assert check(each.template.id, content_of(each, PASSWORD)).stderr == ""
