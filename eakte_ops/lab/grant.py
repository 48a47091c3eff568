"""The town's local IT installs the access pack on each of its machines and sends the host keys back."""

from __future__ import annotations

from eakte_ops.access.pack import Pack
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import host_named

_PLACE = "/root/eakte-ops-pack.sh"
_BEGIN, _END = "-----BEGIN EAKTE-OPS FACTS-----", "-----END EAKTE-OPS FACTS-----"


def facts_block(said: str) -> str:
    """The block to send back, cut out of what the pack printed."""
    begin, end = said.index(_BEGIN), said.index(_END) + len(_END)
    return said[begin:end] + "\n"


def install_pack(places: Places, pack: Pack) -> str:
    """As local IT: lay the file on the machine, run it, give the facts block. Raises: CommandFailed."""
    local_it = LocalIT(places, host_named(pack.host))
    local_it.put(_PLACE, pack.text, "0600")
    return facts_block(local_it.script(f"sh {_PLACE} install"))


def known_hosts_lines(address: str, block: str) -> list[str]:
    """Lines of known_hosts from a facts block; the address is the inventory's, not what the server says."""
    marked = (line.partition("host-key ") for line in block.splitlines())
    return [f"{address} {key}" for before, mark, key in marked if mark and not before]
