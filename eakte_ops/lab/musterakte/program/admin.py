"""musterakte-admin: set up, load samples, check, and break on purpose. Runs as the OS account eakte.

check-configuration alone may also be run by whoever changes the configuration.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import psycopg2

from . import checking, cluster, common, documents, faults, samples, schema
from .db import Database, cluster_port, configured, local


def database() -> Database:
    """The database: over the socket where it runs, else as the application server reaches it."""
    if cluster.CONFIG.exists() and (common.RUN / f".s.PGSQL.{cluster_port()}").exists():
        return local()
    return configured(common.config("application-server")["database"])


def init_database(args: argparse.Namespace) -> Any:
    """Cluster, roles, database, schema; the password of role eakte is the first line of stdin."""
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise common.StartError("the password of the role eakte is wanted on standard input")
    return {"schema": cluster.init(password)}


def load_samples(args: argparse.Namespace) -> Any:
    """Top up to N sample documents."""
    return {"added": samples.load(database(), args.number)}


def check(args: argparse.Namespace) -> Any:
    """Recompute the hash of every document."""
    return documents.check(database())


def counts(args: argparse.Namespace) -> Any:
    """How much there is."""
    with database().transaction() as cursor:
        cursor.execute("SELECT count(*), coalesce(sum(pages), 0), (SELECT count(*) FROM oscpmqueue) FROM osobject")
        return dict(zip(("documents", "pages", "queue"), map(int, cursor.fetchone()), strict=True))


def upgrade_schema(args: argparse.Namespace) -> Any:
    """Run the schema steps that are missing."""
    return {"schema": schema.upgrade(database())}


def reload_database(args: argparse.Namespace) -> Any:
    """Let the database of this host read its access files again, unless one is wrong."""
    with local().transaction() as cursor:
        cursor.execute(
            "SELECT 'pg_hba.conf', line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL UNION ALL "
            "SELECT 'pg_ident.conf', line_number, error FROM pg_ident_file_mappings WHERE error IS NOT NULL LIMIT 1"
        )
        wrong = cursor.fetchone()
        if wrong is not None:
            raise common.StartError("{}: line {}: {}: nothing was read again".format(*wrong))
        cursor.execute("SELECT pg_reload_conf()")
    return {"reloaded": ["pg_hba.conf", "pg_ident.conf"]}


def check_configuration(args: argparse.Namespace) -> Any:
    """Say whether FILE can be used as KIND; touches nothing."""
    checking.check(args.kind, args.file)
    return {"usable": args.kind}


def break_on_purpose(args: argparse.Namespace) -> Any:
    """Switch a fault on."""
    return {"broken": faults.switch_on(args.name, args.subject, database)}


def mend(args: argparse.Namespace) -> Any:
    """Switch a fault off, or all."""
    return {"mended": faults.switch_off(args.name, args.subject, database)}


def list_faults(args: argparse.Namespace) -> Any:
    """What is broken on purpose here."""
    return {"faults": [".".join(found) for found in faults.switched_on()]}


def main() -> None:
    """Run one subcommand; its result is one JSON line, status 1 when documents are bad."""
    parser = argparse.ArgumentParser(prog="musterakte-admin", description=__doc__)
    commands = parser.add_subparsers(required=True)
    for name, act in (("init-database", init_database), ("load-samples", load_samples), ("check", check),
                      ("counts", counts), ("upgrade-schema", upgrade_schema), ("break", break_on_purpose),
                      ("mend", mend), ("faults", list_faults), ("reload-database", reload_database),
                      ("check-configuration", check_configuration)):  # fmt: skip
        command = commands.add_parser(name, help=act.__doc__)
        command.set_defaults(act=act)
        if name == "load-samples":
            command.add_argument("number", type=int)
        if name in ("break", "mend"):
            command.add_argument("name", choices=[*faults.FAULTS, *(["all"] if name == "mend" else [])])
            command.add_argument("subject", nargs="?", default="")
        if name == "check-configuration":
            command.add_argument("kind", metavar="COMPONENT/FILE", choices=checking.CHECKS)
            command.add_argument("file", metavar="FILE", type=Path)
    args = parser.parse_args()
    if args.act is not check_configuration:
        (common.VAR / "faults").mkdir(exist_ok=True)
    try:
        result = args.act(args)
    except psycopg2.OperationalError as error:
        raise common.StartError(f"the database does not answer: {str(error).strip()}") from error
    sys.stdout.write(json.dumps(result) + "\n")
    if result.get("bad") or result.get("missing"):
        raise SystemExit(1)
