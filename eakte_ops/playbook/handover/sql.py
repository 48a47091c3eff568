"""Questions to the product's database over its socket, in the role that may SELECT and nothing else: sh texts. Pure."""

from __future__ import annotations

from eakte_ops.health.facts.database import DATABASE, ROLE
from eakte_ops.playbook.draft import Part
from eakte_ops.playbook.posix import word

HELD = "select count(*) from oscpmqueue where lock_service is not null"
NEWEST = (
    "select greatest((select coalesce(max(object_id), 0) from osobject),"
    " (select case when is_called then last_value else 0 end from osobject_object_id_seq))"
)
"""The highest number that was ever given to a document."""


def asked(part: Part, statement: str) -> str:
    """A command that prints the one number that `statement` gives. `part`: the database."""
    probe = next(probe for probe in part.installed.component.probes if probe.kind == "sql")
    socket, port = part.installed.places[probe.place], part.installed.ports[probe.port]
    return (
        f'PGCONNECT_TIMEOUT=5 psql -X -A -t -q -w -h {word(socket)} -p {port} -d {DATABASE} -U {ROLE} -c "{statement}"'
    )
