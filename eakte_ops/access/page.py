"""FREIGABE-TOWN.md: the page in plain German that says what a town grants with the packs, and what not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from string import Template

from eakte_ops.access.database import database_filename, database_sql
from eakte_ops.access.keys import sha256_hex, spoken
from eakte_ops.access.pack import Pack
from eakte_ops.access.rules import Access
from eakte_ops.inventory.model import Town

_JUMP_ROW = "| `eakte-jump` | Sprungserver | Durchgang zum sshd Ihrer Server; keine Shell, kein anderes Ziel |\n"
_ROTATION = """
`eakte-logs.timer` startet jede Nacht `eakte-logs.service`: `logrotate` als Konto `eakte`, nicht als root, nach den
Regeln in `/etc/eakte/logs/logrotate.conf`. Es schreibt nur in den Protokollordnern der Software und in
`/var/lib/eakte/logrotate`, wo es sich den Stand merkt; was nach den Regeln alt genug ist, löscht es. Niemand braucht
dafür sudo. Das Paket `logrotate` muss installiert sein; fehlt es, sagt das Skript `MISSING`, und alles andere geht.
"""
_OWN_DATABASE = """\
Das Zentrum betreibt einen eigenen PostgreSQL-Cluster unter dem Konto `eakte` in `/var/lib/eakte/database`. Sein
Verwalter ist kein root und kommt an keine andere Datenbank. Die Nachtprüfung hat darin eine eigene Rolle
(`eakte_look`), die nur lesen darf; sie wird vom Zentrum angelegt. Für Sie ist nichts zu tun."""
_TOWNS_DATABASE = """\
Sie betreiben die Datenbank selbst. `{file}` legt zwei Rollen und eine Datenbank an, sonst nichts;
bitte lesen und als Verwalter Ihres Clusters ausführen. Das Passwort der Rolle `eakte` vergeben Sie selbst und nennen
es am Telefon."""


def page_filename(town: Town) -> str:
    """The name under which the page is handed over."""
    return f"FREIGABE-{town.id}.md"


def german_page(town: Town, packs: Sequence[Pack], access: Access) -> str:
    """The page for local IT. It holds the hashes of the scripts, so it is made last."""
    text = (files("eakte_ops.access") / "text" / "freigabe.md").read_text(encoding="utf-8")
    kinds = {pack.grant.kind for pack in packs}
    own = database_sql(town) is None
    return Template(text).substitute(
        town=_plain(town.name),
        version=access.version,
        contact=_contact(town),
        hashes="\n".join(_hashes(town, packs)),
        first=packs[-1].filename,
        jump_row=_JUMP_ROW if "jump host" in kinds else "",
        origins="\n".join(_origins(access)),
        keys="\n".join(_keys(town, access)),
        sudo="\n\n".join(_sudo(packs)),
        units=", ".join(sorted({f"`{unit.name}`" for pack in packs for unit in pack.grant.units})) or "keine",
        rotation=_ROTATION if any(unit.timer for pack in packs for unit in pack.grant.own_units) else "",
        locks="eakte-ops",
        database=_OWN_DATABASE if own else _TOWNS_DATABASE.format(file=database_filename(town)),
    )


def _contact(town: Town) -> str:
    contact = town.said.contacts.get("centre")
    return f"Fragen: {contact.mail}{', ' + contact.phone if contact.phone else ''}." if contact else ""


def _hashes(town: Town, packs: Sequence[Pack]) -> list[str]:
    kinds = {"server": "Server", "jump host": "Sprungserver"}
    rows = [f"| `{pack.filename}` | {kinds[pack.grant.kind]} | `{pack.spoken}` |" for pack in packs]
    if (sql := database_sql(town)) is not None:
        rows.append(f"| `{database_filename(town)}` | Datenbank | `{spoken(sha256_hex(sql.encode('utf-8')))}` |")
    return rows


def _origins(access: Access) -> list[str]:
    roles = {"norm": "Regelbetrieb", "emergency": "Notfall"}
    return [f"- {host.name} ({roles[host.role]}): {', '.join(host.addresses)}" for host in access.said.operations_hosts]


def _keys(town: Town, access: Access) -> list[str]:
    does = {"work": "arbeiten", "look": "nachsehen"}
    return [
        f"| {held.holder} | {held.key.machine} | {does[held.key.account]} | {_day(held.key.expires)} "
        f"| `{held.key.public.fingerprint}` |"
        for held in access.granted(town.id)
    ]


def _sudo(packs: Sequence[Pack]) -> list[str]:
    return [f"{pack.host}:\n\n```\n{chr(10).join(pack.grant.sudo)}\n```" for pack in packs if pack.grant.sudo]


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"


def _plain(text: str) -> str:
    return "".join("\\" + letter if letter in "\\`*_[]<>#|" else letter for letter in text)
