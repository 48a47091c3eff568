"""What the night asks the database, asked of a real one: every figure, and that the role learns nothing else."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import pytest

from eakte_ops.health.facts import reading
from eakte_ops.health.facts.database import ANSWERS, Database
from eakte_ops.remote.types import Answer, Visit
from tests.integration.musterakte.conftest import Town, wait_until

VISIT = Visit(0.0, "", "", "", began=time.time())


def asked(town: Town) -> Database:
    text = reading.question("database").script.text["posix"]
    words = ("sh", "-c", text, "sh", str(town.root / "run"), str(town.ports["database"]), "eakte", "eakte_look")
    done = subprocess.run(town.command(words[0], *words[1:]), capture_output=True, cwd="/", timeout=30, check=False)
    return ANSWERS.parse(Answer("database", done.returncode, done.stdout, done.stderr), VISIT)


@contextmanager
def session(town: Town, text: str) -> Iterator[None]:
    """Somebody who said `text` in an SQL window and does not close it."""
    words = ("psql", "-h", str(town.root / "run"), "-p", str(town.ports["database"]), "-U", "eakte_super")
    open_window = subprocess.Popen(
        town.command(words[0], *words[1:], "-d", "eakte", "-X", "-q"),
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", text=True,
    )  # fmt: skip
    assert open_window.stdin is not None
    try:
        open_window.stdin.write(text)
        open_window.stdin.flush()
        yield
    finally:
        open_window.stdin.close()
        open_window.wait(20)


def test_everything_is_answered(town: Town) -> None:
    found = asked(town)
    assert (found.version[:2].isdigit(), found.error) == (True, "")
    assert found.sessions is not None
    assert 1 <= found.sessions.open < found.sessions.most == 57
    assert found.size is not None
    assert found.size > 5_000_000
    assert found.transactions is not None
    assert found.transactions.longest < 60
    assert found.leftover == ()
    assert found.newest is not None
    assert found.newest >= 300
    assert found.hashes is not None
    assert sum(found.hashes.values()) == 300


def test_a_transaction_that_nobody_ends_is_seen(town: Town) -> None:
    with session(town, "begin; select 1;\n"):

        def seen() -> bool:
            found = asked(town).transactions
            return found is not None and found.open >= 1 and found.longest >= 1

        wait_until(seen, "the open transaction")


def test_numbers_are_never_given_twice_however_the_newest_is_deleted(town: Town) -> None:
    sent = {"title": "Probe", "pages": ["Blatt"]}
    status, stored = town.ask("osrest", "/osrest/documents", "POST", sent, user="osrest")
    assert status == 201
    assert town.ask("osrest", f"/osrest/documents/{stored['id']}", "DELETE", user="osrest")[0] == 200
    assert asked(town).newest == int(stored["id"], 16)


def test_a_left_over_index_and_a_lagging_full_text(town: Town) -> None:
    town.sql("create index tmp_osobject_created on osobject (created)")
    town.sql(
        "update osftslog set flag2 = 0, date1 = date1 - 600 where object_id = (select min(object_id) from osobject)"
    )
    try:
        found = asked(town)
        assert found.leftover == ("tmp_osobject_created",)
        assert found.fulltext is not None
        assert found.fulltext.rows >= 1
        assert found.fulltext.oldest >= 36_000
    finally:
        town.sql("drop index tmp_osobject_created")
        town.sql("update osftslog set flag2 = 200, date1 = date1 + 600 where flag2 = 0 and date2 is not null")


def test_one_statement_that_fails_hides_no_other(town: Town) -> None:
    town.sql("revoke execute on function eakte_look_transactions() from eakte_look")
    try:
        found = asked(town)
    finally:
        town.sql("grant execute on function eakte_look_transactions() to eakte_look")
    assert found.transactions is None
    assert "permission denied for function eakte_look_transactions" in found.error
    assert found.newest is not None
    assert found.size is not None


FORBIDDEN = (
    "select query from pg_stat_activity where pid <> pg_backend_pid() and query like '%geheim%' limit 1",
    "select count(*) from pg_stat_activity where usename = 'eakte_super' and xact_start is not null",
)


@pytest.mark.parametrize("text", FORBIDDEN)
def test_of_other_sessions_it_learns_two_numbers_and_nothing_else(town: Town, text: str) -> None:
    with session(town, "begin; select 'geheim';\n"):
        wait_until(lambda: (found := asked(town).transactions) and found.open, "the session")
        assert town.sql(text, role="eakte_look").stdout.strip() in ("", "0")
    columns = town.sql("select * from eakte_look_transactions()", role="eakte_look").stdout.strip()
    assert [part.isdigit() for part in columns.split("|")] == [True, True]


def test_nobody_can_log_in_as_the_owner_of_the_function(town: Town) -> None:
    row = town.sql(
        "select rolcanlogin or rolsuper, rolname from pg_proc join pg_roles r on r.oid = proowner "
        "where proname = 'eakte_look_transactions'"
    )
    assert row.stdout == "f|eakte_statistics\n"
    assert town.sql("set role eakte_statistics", role="eakte_look").returncode != 0
    assert town.sql("alter function eakte_look_transactions() set search_path = public", role="eakte_look").returncode


def test_the_sql_for_local_it_makes_the_same_function(town: Town) -> None:
    """Run as local IT runs it, over what is there: it may be repeated, and the night learns the same."""
    text = (files("eakte_ops.access") / "text" / "database.sql").read_text(encoding="utf-8")
    town.sql("drop function eakte_look_transactions()")
    words = ("-h", str(town.root / "run"), "-p", str(town.ports["database"]), "-U", "eakte_super", "-d", "eakte")
    command = town.command("psql", *words, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-")
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd="/", timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert asked(town).transactions is not None
