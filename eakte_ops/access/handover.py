"""What is handed to a town: all files of one access pack, and whether its number still means one content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eakte_ops.access.database import database_filename, database_sql
from eakte_ops.access.pack import Pack, jump_pack, server_pack
from eakte_ops.access.page import german_page, page_filename
from eakte_ops.access.rules import Access
from eakte_ops.audit import Entry
from eakte_ops.errors import NotSupported, Refused
from eakte_ops.inventory.model import Town

MADE = "access pack"
"""How the audit calls the making of packs."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The files for one town: name -> text. `left_out`: servers without a pack, and why."""

    town: str
    version: int
    packs: tuple[Pack, ...]
    files: Mapping[str, str]
    left_out: Mapping[str, str]

    @property
    def sums(self) -> dict[str, str]:
        """Machine -> SHA-256 of its script."""
        return {pack.host: pack.sha256 for pack in self.packs}


def handover(town: Town, access: Access) -> Handover:
    """All that a town gets. A server on a platform without a pack is left out and named, never forgotten."""
    packs = [jump_pack(town, jump, access) for jump in town.said.jump_hosts]
    left_out = {}
    for server in town.said.servers:
        try:
            packs.append(server_pack(town, server, access))
        except NotSupported as problem:
            left_out[server.name] = problem.said
    files = {pack.filename: pack.text for pack in packs}
    if packs:
        files[page_filename(town)] = german_page(town, packs, access)
    if (sql := database_sql(town)) is not None:
        files[database_filename(town)] = sql
    return Handover(town.id, access.version, tuple(packs), files, left_out)


def must_be_new_or_same(made: Handover, audit: Iterable[Entry]) -> None:
    """Raise Refused if packs of this number were made before with another content: a number is told on the phone."""
    for entry in audit:
        if entry.what != MADE or entry.town != made.town or entry.details.get("version") != made.version:
            continue
        before: dict[str, Any] = entry.details.get("sums") or {}
        differing = sorted(host for host, digest in made.sums.items() if before.get(host, digest) != digest)
        if differing:
            raise Refused(
                f"access pack {made.version} of {made.town} was made on {entry.at[:10]} with another content "
                f"for {', '.join(differing)}",
                place="access.yml",
                way_out="count up `issue` there, so that every number means one content",
            )
