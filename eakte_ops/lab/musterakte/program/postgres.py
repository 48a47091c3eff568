"""What is known of the town's PostgreSQL without asking it."""

from __future__ import annotations

from pathlib import Path

from . import common


def programs() -> Path:
    """Folder with initdb, postgres and pg_ctl of the newest installed major version."""
    found = list(Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres"))
    if not found:
        raise common.StartError("no PostgreSQL below /usr/lib/postgresql")
    return max(found, key=lambda path: int(path.parent.parent.name)).parent


def port_in(path: Path) -> int:
    """The port in a postgresql.conf: the one line that all tools need."""
    for line in common.read_text(path).splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "port" and value.strip().isdecimal():
            return int(value)
    return 5432
