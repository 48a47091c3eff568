"""The way to PostgreSQL: a few kept connections, one transaction per block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from . import common, postgres


class Database:
    """Connections to the database `eakte`; given: host, port, dbname, user, password as libpq names them."""

    def __init__(self, **where: Any) -> None:
        self.where = {"connect_timeout": 5, "application_name": "musterakte", **where}
        self.idle: list[Any] = []

    def _connection(self) -> Any:
        while self.idle:
            connection = self.idle.pop()
            try:  # the database may have been restarted since
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except psycopg2.Error:
                connection.close()
            else:
                return connection
        return psycopg2.connect(**self.where)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A cursor; committed at the end of the block, rolled back when it raises."""
        connection = self._connection()
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        except BaseException:
            connection.close()
            raise
        self.idle.append(connection)

    def probe(self) -> dict[str, Any]:
        """Health of the database as this program sees it."""
        with self.transaction() as cursor:
            cursor.execute("SELECT 1")
        return {}


def configured(settings: dict[str, Any]) -> Database:
    """The database that a configuration file names (keys host, port, name, user, password)."""
    try:
        return Database(
            host=settings["host"], port=settings["port"], dbname=settings["name"], user=settings["user"],
            password=settings["password"],
        )  # fmt: skip
    except KeyError as error:
        raise common.StartError(f"the settings of the database lack {error}") from error


def cluster_port() -> int:
    """Port of the town's own cluster."""
    return postgres.port_in(common.ETC / "database/postgresql.conf")


def local(database: str = "eakte", socket: Path = common.RUN) -> Database:
    """The cluster of this host as its superuser: over the socket, by name of the OS account."""
    return Database(host=str(socket), port=cluster_port(), dbname=database, user="eakte_super")
