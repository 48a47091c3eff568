"""The page for local IT: German, complete, and true to the scripts it stands beside."""

from __future__ import annotations

import hashlib
import re

import pytest

from eakte_ops.access.database import database_sql
from eakte_ops.access.handover import handover, must_be_new_or_same
from eakte_ops.access.pack import packs
from eakte_ops.access.page import german_page
from eakte_ops.audit import Entry
from eakte_ops.errors import Refused
from tests.unit.access.town import ACCESS, access, town


def page(**changed: object) -> str:
    place = town(**changed)
    return german_page(place, packs(place, access()), access())


def test_it_holds_the_sum_of_every_file_as_it_can_be_read_out() -> None:
    made = handover(town(database_operator="local-it"), access())
    text = made.files["FREIGABE-witten.md"]
    for name, content in made.files.items():
        if name != "FREIGABE-witten.md":
            digest = hashlib.sha256(content.encode()).hexdigest()
            assert f"`{name}`" in text
            assert " ".join(re.findall("....", digest)) in text


def test_it_names_every_sudo_command_key_account_and_address() -> None:
    text = page()
    for each in packs(town(), access()):
        assert all(command in text for command in each.grant.sudo)
        assert all(f"`{account.name}`" in text for account in each.grant.accounts)
        assert all(unit.name in text for unit in each.grant.units)
    for held in access().granted("witten"):
        assert held.key.public.fingerprint in text
    assert "30.11.2027" in text
    assert "ops-2 (Notfall): 203.0.113.20, 2001:db8::20" in text


def test_it_says_how_to_stop_check_and_take_back() -> None:
    text = page()
    for word in (
        "/etc/eakte-ops/stop",
        "pack.sh uninstall",
        "pack.sh check",
        "sudo -l -U eakte-ops",
        "Was nicht erlaubt wird",
    ):
        assert word in text
    assert "${" not in text


def test_it_says_where_each_look_leaves_its_time() -> None:
    text = page()
    for file in (file for each in packs(town(), access()) for file in each.grant.own_files):
        assert f"`{file.path}`" in text
    assert "-mmin -1560" in text


def test_it_says_what_rotates_the_logs_where_something_does() -> None:
    for word in ("eakte-logs.timer", "logrotate.conf", "/var/lib/eakte/logrotate", "`logrotate` muss installiert sein"):
        assert word in page()
    servers = [{"name": "witten-gw", "address": "192.0.2.13"}]
    assert "logrotate" not in page(servers=servers, jump_hosts=[])


def test_the_jump_host_is_there_only_where_there_is_one() -> None:
    assert "`eakte-jump`" in page()
    servers = [{"name": "witten-gw", "address": "192.0.2.13", "components": {"gateway": {}}}]
    assert "eakte-jump" not in page(servers=servers, jump_hosts=[])


def test_a_name_can_not_bring_markup_into_the_page() -> None:
    assert "Wit\\<b\\>\\`x\\|" in page(municipality={"key": "05954036", "name": "Wit<b>`x|"})


def test_sql_for_local_it_only_where_local_it_operates_the_database() -> None:
    assert database_sql(town()) is None
    sql = database_sql(town(database_operator="local-it"))
    assert sql is not None
    assert "DATENBANK-witten.sql" in sql
    assert "NOSUPERUSER" in sql
    assert "eakte  eakte-look  eakte_look" in sql
    assert not re.search(r"PASSWORD '|GRANT ALL|WITH SUPERUSER", sql)


def test_the_sql_leaves_the_night_account_nothing_to_fill_a_disk_with() -> None:
    sql = database_sql(town(database_operator="local-it"))
    assert sql is not None
    assert "REVOKE ALL ON DATABASE eakte FROM PUBLIC" in sql  # temporary tables
    assert "REVOKE CREATE ON SCHEMA public FROM PUBLIC" in sql
    assert re.search(r"\\connect eakte\n(.*\n)*REVOKE EXECUTE ON FUNCTION lo_creat", sql)


def test_nothing_of_the_softwares_owner_becomes_the_function_that_sees_statistics() -> None:
    """CREATE OR REPLACE would keep its owner, who could put another text in before the function is handed on."""
    sql = database_sql(town(database_operator="local-it"))
    assert sql is not None
    made = re.search(r"\nBEGIN;\n(.*?)\nCOMMIT;\n", sql, re.DOTALL)
    assert made is not None
    lines = r"^(DROP FUNCTION IF EXISTS|CREATE.*FUNCTION|ALTER FUNCTION|REVOKE ALL|GRANT EXECUTE)"
    steps = re.findall(lines, made[1], re.MULTILINE)
    assert steps == ["DROP FUNCTION IF EXISTS", "CREATE FUNCTION", "ALTER FUNCTION", "REVOKE ALL", "GRANT EXECUTE"]
    assert "OR REPLACE" not in sql


def test_a_windows_server_is_left_out_and_named() -> None:
    servers = [
        {"name": "witten-win", "address": "192.0.2.14", "platform": "windows", "components": {}},
        {"name": "witten-gw", "address": "192.0.2.13", "components": {"gateway": {}}},
    ]
    made = handover(town(servers=servers), access())
    assert list(made.left_out) == ["witten-win"]
    assert "witten-gw.sh" in made.files


def entry(version: int, sums: dict[str, str]) -> Entry:
    return Entry("2026-11-20T10:00:00", "x", "y", "access pack", "witten", "", {"version": version, "sums": sums})


def test_a_number_means_one_content_for_ever() -> None:
    made = handover(town(), access())
    must_be_new_or_same(made, [entry(3, made.sums), entry(2, {"witten-db": "0" * 64})])
    with pytest.raises(Refused, match=r"access pack 3 of witten was made on 2026-11-20 .* for witten-db") as caught:
        must_be_new_or_same(made, [entry(3, {**made.sums, "witten-db": "0" * 64})])
    assert "issue" in caught.value.way_out
    raised = handover(town(), access(ACCESS.replace("issue: 3", "issue: 4")))
    must_be_new_or_same(raised, [entry(3, {"witten-db": "0" * 64})])
