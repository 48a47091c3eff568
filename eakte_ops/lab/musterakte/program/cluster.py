"""The town's own PostgreSQL: the newest version installed, in /var/lib/eakte/database, under the OS account eakte."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import encrypt_password

from . import common, schema
from .db import local
from .postgres import programs

DATA = common.VAR / "database"
CONFIG = common.ETC / "database" / "postgresql.conf"
# Everybody may make large objects by default: a role that only reads could fill the disk with them. Its own settings a
# role may change, so that they are read only by default binds nobody.
_LARGE_OBJECTS = "lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)"

# What the night account may know of other sessions: two numbers. Its owner can not log in and sees the statistics only.
_TRANSACTIONS = """
CREATE OR REPLACE FUNCTION public.eakte_look_transactions(OUT transactions bigint, OUT longest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), coalesce(max(greatest(0, extract(epoch FROM clock_timestamp() - xact_start))), 0)::bigint
      FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
$$;
ALTER FUNCTION public.eakte_look_transactions() OWNER TO eakte_statistics;
REVOKE ALL ON FUNCTION public.eakte_look_transactions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.eakte_look_transactions() TO eakte_look;
"""


def main() -> None:
    """Become the database server. (Its unit sends SIGINT: SIGTERM would wait for all clients.)"""
    if not (DATA / "PG_VERSION").exists():
        raise common.StartError(f"{DATA}: no database yet: run musterakte-admin init-database")
    server = programs() / "postgres"
    os.execv(server, [str(server), "-D", str(DATA), f"--config-file={CONFIG}"])


def init(password: str) -> list[str]:
    """Make cluster, roles, database and schema, as far as they are missing; returns the schema steps that ran.

    A stopped cluster is started for the time of it, on a socket nobody else knows (/run/eakte comes with the unit).
    """
    if not (DATA / "PG_VERSION").exists():
        create = ["-U", "eakte_super", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=peer"]
        _run("initdb", *create, "--allow-group-access", "--auth-host=scram-sha-256")
    try:
        local("postgres").probe()
    except psycopg2.OperationalError:
        with tempfile.TemporaryDirectory(prefix="musterakte-") as socket:
            quiet = f"-c listen_addresses= -c logging_collector=off -c unix_socket_directories={socket}"
            words = ("-w", "-s", "-l", str(common.LOG / "database" / "init.log"))
            _run("pg_ctl", *words, "-o", f"--config-file={CONFIG} {quiet}", "start")
            try:
                return _fill(password, Path(socket))
            finally:
                _run("pg_ctl", "-w", "-s", "-m", "fast", "stop")
    return _fill(password, common.RUN)


def _fill(password: str, socket: Path) -> list[str]:
    with closing(psycopg2.connect(**local("postgres", socket).where)) as connection:
        connection.autocommit = True  # CREATE DATABASE stands in no transaction
        with connection.cursor() as cursor:
            # Only the hash travels: neither the server's log nor pg_stat_activity sees the password.
            _roles(cursor, encrypt_password(password, "eakte", connection, "scram-sha-256"))
    database = local(socket=socket)
    with database.transaction() as cursor:
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {_LARGE_OBJECTS} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {_LARGE_OBJECTS} TO eakte")
        cursor.execute(_TRANSACTIONS)
    return schema.upgrade(database)


def _run(name: str, *words: str) -> None:
    done = subprocess.run(
        [programs() / name, "-D", DATA, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise common.StartError(f"{name}: {reason}")


def _roles(cursor: Any, password_hash: str) -> None:
    cursor.execute("SELECT rolname FROM pg_roles")
    roles = {row[0] for row in cursor.fetchall()}
    if "eakte" not in roles:
        cursor.execute("CREATE ROLE eakte LOGIN")
    if "eakte_look" not in roles:
        cursor.execute("CREATE ROLE eakte_look LOGIN CONNECTION LIMIT 4")
    if "eakte_statistics" not in roles:
        cursor.execute("CREATE ROLE eakte_statistics NOLOGIN")
    cursor.execute("GRANT pg_read_all_stats TO eakte_statistics")
    cursor.execute("ALTER ROLE eakte PASSWORD %s", (password_hash,))
    cursor.execute("ALTER ROLE eakte_look SET default_transaction_read_only = on")
    cursor.execute("ALTER ROLE eakte_look SET statement_timeout = '5s'")
    cursor.execute("ALTER ROLE eakte_look SET temp_file_limit = '64MB'")
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'eakte'")
    if cursor.fetchone() is None:
        cursor.execute("CREATE DATABASE eakte OWNER eakte TEMPLATE template0")
    cursor.execute("REVOKE ALL ON DATABASE eakte FROM PUBLIC")
    cursor.execute("GRANT CONNECT ON DATABASE eakte TO eakte_look")
