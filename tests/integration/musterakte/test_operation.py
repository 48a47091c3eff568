"""Start, health, job lines, index, gateway, database rights: what operations see."""

import json
import socket

import pytest

from tests.integration.musterakte.conftest import PASSWORD, Town, wait_until

HEALTHY = ("osrest", "index", "service-manager", "gateway", "services-admin", "discovery", "license", "dms")


@pytest.mark.parametrize("port", [*HEALTHY, "index-service", "rendition"])
def test_everything_is_up_and_says_what_it_is(town: Town, port: str) -> None:
    body = town.health(port)
    assert body["status"] == "UP"
    assert {part["status"] for part in body["components"].values()} == {"UP"}
    status, info = town.ask(port, "/manage/info")
    expected = {"osrest": "application-server"}.get(port, port)
    assert (status, info["product"], info["release"], info["component"]) == (200, "musterakte", "11.0", expected)


def test_the_aggregate_names_every_service(town: Town) -> None:
    status, entries = town.ask("services-admin", "/applications")
    assert status == 200
    assert {entry["name"]: entry["status"] for entry in entries} == dict.fromkeys(town.services, "UP")
    place = entries[0]["instances"][0]["registration"]["healthUrl"]
    assert place == f"http://127.0.0.1:{town.services['services-admin']}/manage/health"


def test_job_lines_answer_and_refuse(town: Town) -> None:
    info, check, disk, queues, refused = town.lines(
        "krn.GetServerInfo",
        "krn.CheckServerConnection",
        "krn.CheckDiskSpace",
        "krn.QueueEnum",
        "krn.ShutDown",
        "krn.QueueEnum",
    )
    assert (info["release"], info["schema"]) == ("11.0", ["001_objects", "002_queues", "003_look", "004_night"])
    assert check == {"job": "krn.CheckServerConnection", "rc": 0}
    assert 0 < disk["free"] < disk["total"]
    assert queues["rc"] == 0
    assert refused["rc"] == -1
    assert "refused" in refused["error"]
    assert town.listens("application-server")


def test_the_index_wants_a_password_except_for_health(town: Town) -> None:
    assert town.ask("index", "/_cluster/health")[0] == 401
    assert town.ask("index", "/fts/_search?q=a", user="elastic", password="no")[0] == 401
    status, body = town.ask("index", "/_cluster/health", user="elastic")
    assert (status, body["status"]) == (200, "green")
    assert town.ask("index", "/_cat/health", user="elastic")[1].split()[1:3] == ["musterakte-fts", "green"]
    assert town.ask("index", "/_all/_settings", user="elastic")[1]["fts"]["settings"]["index"] == {
        "number_of_shards": "1"
    }
    cluster = town.health("index")["components"]["cluster"]["details"]
    assert (cluster["color"], cluster["blocks"]) == ("green", [])


def test_an_index_snapshot_brings_back_what_it_held(town: Town) -> None:
    def ask(method: str, path: str, body: object = None) -> tuple[int, object]:
        return town.ask("index", path, method, body, user="elastic")

    assert ask("PUT", "/_snapshot/nightly", {"settings": {"location": "nightly"}})[0] == 200
    assert ask("PUT", "/fts/_doc/TEST", {"title": "Zeuge", "content": "Schnappschuss"})[0] == 201
    assert ask("PUT", "/_snapshot/nightly/one")[0] == 200
    assert ask("DELETE", "/fts/_doc/TEST")[0] == 200
    assert ask("POST", "/_snapshot/nightly/one/_restore")[0] == 200
    assert ask("GET", "/fts/_doc/TEST")[0] == 200
    assert ask("DELETE", "/_snapshot/nightly/one")[0] == 200
    assert ask("GET", "/_snapshot/nightly/_all")[1] == {"snapshots": []}
    ask("DELETE", "/fts/_doc/TEST")


def test_the_gateway_shows_the_page_and_while_there_is_a_notice_only_that(town: Town) -> None:
    assert town.ask("gateway", "/")[0] == 302
    status, page = town.ask("gateway", "/osweb")
    assert (status, "Musterakte" in page) == (200, True)
    notice = town.root / "notice"
    notice.write_text("Bis 18 Uhr <b>Umzug</b>\nzweite Zeile\n")
    try:
        status, page = town.ask("gateway", "/osweb")
        assert status == 503
        assert "Wartungsarbeiten" in page
        assert "Bis 18 Uhr &lt;b&gt;Umzug&lt;/b&gt;" in page
        assert "zweite" not in page
        assert town.ask("gateway", "/osrest/search?q=x", user="osrest")[0] == 503
        assert town.health("gateway")["status"] == "UP"
    finally:
        notice.unlink()
    assert town.ask("gateway", "/osweb")[0] == 200


READABLE = ["osdochash", "oscpmqueue", "osftslog", "osmaintenance", "oslicense"]
FORBIDDEN = (
    "select title from osobject",
    "select * from osobject",
    "update oscpmqueue set lock_service = null",
    "set default_transaction_read_only = off; delete from osftslog",
    "create table mine (x int)",
    "create temp table mine (x int)",
    "set default_transaction_read_only = off; create temp table mine (x int)",
    "set default_transaction_read_only = off; select lo_create(0)",
    "set default_transaction_read_only = off; select lo_creat(-1)",
    "set default_transaction_read_only = off; select lo_from_bytea(0, 'x')",
    "set temp_file_limit = -1",
    "select count(*) from (select repeat('x', 500) || g as t from generate_series(1, 400000) g order by 1) sorted",
    "select rolpassword from pg_authid",
    "select pg_read_file('PG_VERSION')",
    "copy osdochash to program 'true'",
    "set role eakte",
    "select pg_sleep(30)",
)


@pytest.mark.parametrize("table", READABLE)
def test_the_night_login_reads_states(town: Town, table: str) -> None:
    done = town.sql(f"select count(*) >= 0 from {table}", role="eakte_look")
    assert (done.returncode, done.stdout) == (0, "t\n")


def test_the_night_login_counts_objects(town: Town) -> None:
    done = town.sql("select count(object_id), sum(pages) > 300 from osobject", role="eakte_look")
    assert done.stdout == "300|t\n"


@pytest.mark.parametrize("text", FORBIDDEN)
def test_the_night_login_can_do_nothing_else(town: Town, text: str) -> None:
    assert town.sql(text, role="eakte_look").returncode != 0


def test_the_product_role_has_no_way_in_without_its_password(town: Town) -> None:
    assert town.sql("select 1", role="eakte").returncode != 0


def test_init_and_schema_change_nothing_when_repeated(town: Town) -> None:
    before = town.sql("select * from osmaintenance order by 1").stdout
    assert town.admin("init-database", stdin=PASSWORD + "\n") == {"schema": []}
    assert town.admin("upgrade-schema") == {"schema": []}
    assert town.sql("select * from osmaintenance order by 1").stdout == before
    assert "standard input" in town.admin("init-database", stdin="\n", status=1)
    assert town.admin("counts")["documents"] == 300


def test_no_password_in_logs_nor_titles(town: Town) -> None:
    text = "".join(path.read_text() for path in (town.root / "log").rglob("*") if path.is_file())
    text += "".join(path.read_text() for path in town.root.glob("*.err"))
    assert "Server start succeeded" in text
    assert PASSWORD not in text
    assert "Hundesteuer" not in text


def restart(town: Town, component: str, port: str) -> None:
    town.stop(component)
    town.start(component)
    wait_until(lambda: town.listens(port), port)


def test_a_restarted_database_is_found_again(town: Town) -> None:
    restart(town, "database", "database")
    ports = ("osrest", "license", "index-service", "rendition")
    wait_until(lambda: all(town.health(port)["status"] == "UP" for port in ports), "all healthy")


def test_a_start_that_fails_says_why_and_a_later_one_succeeds(town: Town) -> None:
    town.sql("insert into oslicense (release) values ('12.0')")
    try:
        town.stop("application-server")
        town.start("application-server")
        last = wait_until(lambda: [x for x in town.startup_text().splitlines() if "start failed" in x], "failure")[-1]
        assert last.endswith("Server start failed: the licence was raised to 12.0 and does not go back to 11.0")
        assert town.running["application-server"].wait(10) == 1
        assert not town.listens("application-server")
        assert town.health("gateway")["components"]["osrest"]["status"] == "DOWN"
        assert town.health("license")["components"]["licence"]["status"] == "DOWN"
    finally:
        town.sql("delete from oslicense where release = '12.0'")
        town.start("application-server")
    wait_until(lambda: town.startup_text().endswith("Server start succeeded\n"), "good start")
    wait_until(lambda: town.health("gateway")["status"] == "UP", "gateway")


def test_a_forgotten_copy_in_the_gateway_folder_counts(town: Town) -> None:
    copy = town.root / "etc/gateway/config/routes.bak.yml"
    last = copy.with_name("zz-old.yml")
    copy.write_text("routes: {osrest: 'http://127.0.0.1:1'}\n")
    last.write_text("osweb: {title: Alter Titel}\n")
    try:
        restart(town, "gateway", "gateway")
        assert "Alter Titel" in town.ask("gateway", "/osweb")[1]
    finally:
        copy.unlink()
        last.unlink()
        restart(town, "gateway", "gateway")
    assert "Alter Titel" not in town.ask("gateway", "/osweb")[1]


def test_a_service_with_no_instances_is_off(town: Town) -> None:
    path = town.root / "etc/service-manager/config/servicewatcher-sw.yml"
    text = path.read_text()
    port = town.services["dms"]
    path.write_text(
        text.replace(f"name: dms\n    instances: 1\n    port: {port}", f"name: dms\n    instances: 0\n    port: {port}")
    )
    try:
        restart(town, "service-manager", "services-admin")
        names = {entry["name"] for entry in town.ask("services-admin", "/applications")[1]}
        assert names == set(town.services) - {"dms"}
        assert not town.listens("dms")
    finally:
        path.write_text(text)
        restart(town, "service-manager", "rendition")
    wait_until(lambda: town.listens("dms"), "dms")


def test_wrong_configuration_is_one_sentence(town: Town) -> None:
    path = town.root / "etc/index/elasticsearch.yml"
    text = path.read_text()
    path.write_text("a: [\n")
    try:
        town.stop("index")
        town.start("index")
        assert town.running["index"].wait(10) == 1
    finally:
        path.write_text(text)
        town.start("index")
    said = (town.root / "index.err").read_text()
    assert f"\nindex: {path}: line 2, column 1: expected the node content, but found …" in f"\n{said}"
    assert "Traceback" not in said
    wait_until(lambda: town.listens("index"), "index")


def test_a_silent_client_stops_nobody(town: Town) -> None:
    held = [socket.create_connection(("127.0.0.1", town.ports["gateway"])) for _ in range(20)]
    try:
        assert town.ask("gateway", "/osweb")[0] == 200
    finally:
        for sock in held:
            sock.close()


def test_the_manifest_lies_beside_the_programs(town: Town) -> None:
    manifest = json.loads((town.root / "release/manifest.json").read_text())
    assert manifest["release"] == "11.0"
