"""Musterakte, the lab's stand-in for an e-file product: how a release is put on a server, and a first configuration.

The programs below `program/` are copied to the servers and run there; nothing of eakte-ops imports them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RELEASES = tuple(sorted(path.name for path in (HERE / "releases").iterdir() if path.is_dir()))
PROGRAMS = ("database", "application-server", "index", "service-manager", "gateway", "musterakte-admin")
LOOPBACK = "127.0.0.1"

_START = """#!/usr/bin/python3 -I
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
from musterakte.launch import start

start(Path(__file__).name)
"""

SERVICES = {
    "services-admin": 7273,
    "discovery": 7261,
    "license": 7371,
    "dms": 7380,
    "index-service": 8045,
    "rendition": 8070,
}
PORTS = {
    "database": 5432,
    "application-server": 4000,
    "osrest": 8060,
    "index": 8041,
    "service-manager": 7281,
    "gateway": 80,
    "gateway-tls": 443,
}


def release_files(release: str) -> dict[str, tuple[bytes, int]]:
    """All files of a release by their path below /opt/eakte/releases/RELEASE, each with content and mode."""
    folder = HERE / "releases" / release
    files = {f"bin/{name}": (_START.encode(), 0o750) for name in PROGRAMS}
    for path in sorted((HERE / "program").glob("*.py")):
        files[f"lib/musterakte/{path.name}"] = (path.read_bytes(), 0o640)
    for path in sorted((folder / "schema").glob("*.sql")):
        files[f"schema/{path.name}"] = (path.read_bytes(), 0o640)
    manifest = json.loads((folder / "release.json").read_text())
    manifest["files"] = {path: hashlib.sha256(content).hexdigest() for path, (content, _) in files.items()}
    files["manifest.json"] = ((json.dumps(manifest, indent=2) + "\n").encode(), 0o640)
    return files


@dataclass(frozen=True)
class TownFacts:
    """What a first configuration needs: the server it is for, where everything runs, the passwords.

    `here` is the address of the server; `places` maps each component to the address of its server.
    The folders, ports and `look_user` are other than usual in tests only.
    """

    here: str
    places: Mapping[str, str]
    database_password: str = field(repr=False)
    elastic_password: str = field(repr=False)
    osrest_password: str = field(repr=False)
    look_user: str = "eakte-look"
    own_user: str = "eakte"
    etc: str = "/etc/eakte"
    log: str = "/var/log/eakte"
    var: str = "/var/lib/eakte"
    run: str = "/run/eakte"
    ports: Mapping[str, int] = field(default_factory=lambda: PORTS)
    services: Mapping[str, int] = field(default_factory=lambda: SERVICES)

    def address(self, component: str) -> str:
        """Where this server reaches a component."""
        place = self.places[component]
        return LOOPBACK if place == self.here else place

    def listens(self, *clients: str) -> str:
        """Address to listen on: loopback alone when all clients are on this server."""
        return LOOPBACK if all(self.places[client] == self.here for client in clients) else "*"

    def url(self, component: str, port: str = "") -> str:
        """Base address of a component's HTTP."""
        return f"http://{self.address(component)}:{self.ports[port or component]}"


def configuration(component: str, town: TownFacts) -> dict[str, tuple[str, int]]:
    """The configuration files of a component for release 11.0: absolute path -> (text, mode).

    Raises KeyError for an unknown component.
    """
    made = _WRITERS[component](town)
    return {f"{town.etc}/{component}/{path}": (text, 0o640) for path, text in made.items()}


def _quoted(text: str) -> str:
    """A text as YAML scalar: JSON's double quotes are YAML's."""
    return json.dumps(text)


def _database_block(town: TownFacts) -> str:
    return (
        f"database:\n  host: {town.address('database')}\n  port: {town.ports['database']}\n  name: eakte\n"
        f"  user: eakte\n  password: {_quoted(town.database_password)}\n"
    )


def _index_block(town: TownFacts, key: str) -> str:
    return f"{key}:\n  url: {town.url('index')}\n  user: elastic\n  password: {_quoted(town.elastic_password)}\n"


def _database(town: TownFacts) -> dict[str, str]:
    clients = ("application-server", "service-manager")
    listen = town.listens(*clients)
    networks = sorted({f"{town.address(client)}/32" for client in clients} | {f"{LOOPBACK}/32"})
    hosts = "".join(f"host  eakte  eakte  {network}  scram-sha-256\n" for network in networks)
    return {
        "postgresql.conf": f"""listen_addresses = '{listen}'
port = {town.ports["database"]}
unix_socket_directories = '{town.run}'
hba_file = '{town.etc}/database/pg_hba.conf'
ident_file = '{town.etc}/database/pg_ident.conf'
max_connections = 60
shared_buffers = 64MB
password_encryption = 'scram-sha-256'
logging_collector = on
log_directory = '{town.log}/database'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_file_mode = 0640
log_timezone = 'UTC'
# The log may be read by the night account: no statements, no values of rows.
log_min_error_statement = panic
log_error_verbosity = terse
""",
        "pg_hba.conf": f"""# type database user address method
local all   eakte_super peer map=eakte
local eakte eakte_look  peer map=eakte
{hosts}""",
        "pg_ident.conf": f"""# map system-user database-user
eakte {town.own_user} eakte_super
eakte {town.look_user} eakte_look
""",
    }


def _application_server(town: TownFacts) -> dict[str, str]:
    text = (
        f"listen: {_quoted(town.listens('gateway', 'service-manager'))}\n"
        f"port: {town.ports['application-server']}\n"
        + _database_block(town)
        + _index_block(town, "index")
        + f"osrest:\n  port: {town.ports['osrest']}\n  users:\n    osrest: {_quoted(town.osrest_password)}\n"
    )
    return {"server.yml": text}


def _index(town: TownFacts) -> dict[str, str]:
    host = town.listens("application-server", "service-manager")
    text = (
        f"cluster.name: musterakte-fts\nnetwork.host: {_quoted(host)}\nhttp.port: {town.ports['index']}\n"
        f"path.repo: {town.var}/index/snapshots\n"
    )
    return {"elasticsearch.yml": text, "built-in.usr": f"elastic:{town.elastic_password}\n"}


def _service_manager(town: TownFacts) -> dict[str, str]:
    entries = "".join(f"  - name: {name}\n    instances: 1\n    port: {port}\n" for name, port in town.services.items())
    osrest = f"osrest:\n  url: {town.url('application-server', 'osrest')}\n  user: osrest\n"
    return {
        "config/servicewatcher-sw.yml": f"services:\n{entries}",
        "config/application-es.yml": _index_block(town, "elasticsearch"),
        "config/application-prod.yml": (
            f"port: {town.ports['service-manager']}\n"
            + _database_block(town)
            + f"{osrest}  password: {_quoted(town.osrest_password)}\n"
        ),
    }


def _gateway(town: TownFacts) -> dict[str, str]:
    ports = f"  port: {town.ports['gateway']}\n  tls-port: {town.ports['gateway-tls']}\n"
    return {
        "config/application.yml": f'server:\n  address: "*"\n{ports}',
        "config/routes.yml": f"routes:\n  osrest: {town.url('application-server', 'osrest')}\n",
    }


_WRITERS = {
    "database": _database,
    "application-server": _application_server,
    "index": _index,
    "service-manager": _service_manager,
    "gateway": _gateway,
}
