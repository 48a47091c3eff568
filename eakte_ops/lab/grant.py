"""The town's local IT installs the access pack on each of its machines and sends the host keys back."""

from __future__ import annotations

from eakte_ops.access import accept as accepting
from eakte_ops.access.accept import names_of, offered
from eakte_ops.access.facts import BEGIN, END, read_blocks
from eakte_ops.access.pack import Pack
from eakte_ops.audit import Trail
from eakte_ops.inventory.model import Inventory, Town
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import host_named

_PLACE = "/root/eakte-ops-pack.sh"


def facts_block(said: str) -> str:
    """The block to send back, cut out of what the pack printed."""
    return said[said.index(BEGIN) : said.index(END) + len(END)] + "\n"


def install_pack(places: Places, pack: Pack) -> str:
    """As local IT: lay the file on the machine, run it, give the facts block. Raises: CommandFailed."""
    local_it = LocalIT(places, host_named(pack.host))
    local_it.put(_PLACE, pack.text, "0600")
    return facts_block(local_it.script(f"sh {_PLACE} install"))


def accept(inventory: Inventory, town: Town, sent: str) -> None:
    """As `access accept`, with the fingerprints seen at the console: keys of the town's hosts are trusted from now on.

    Given: the blocks of all hosts. Raises: InvalidFile for anything odd in them.
    """
    facts = read_blocks(sent.encode("utf-8"), f"{town.id}.txt", town.id, names_of(town))
    trail = Trail(inventory.folder / inventory.settings.state)
    accepting.accept(trail, offered(inventory, town, facts), "local-it", "console")
