"""Files that differ from host to host: addresses and names."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.lab.towns import Host, LabTown

# No gateway, no DHCP, no link-local address: a host reaches its own network and nothing else.
_NETWORK = """\
[Match]
Name={name}

[Network]
Address={address}
DHCP=no
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
"""


def guest_files(host: Host, town: LabTown) -> Mapping[str, str]:
    """Path below / -> text. The network files sort before systemd's own 80-container-host0.network."""
    files = {
        f"etc/systemd/network/10-lab-host{number}.network": _NETWORK.format(name=f"host{number}", address=leg.interface)
        for number, leg in enumerate(host.legs)
    }
    names = f"127.0.0.1 localhost\n{town.host_addresses()}"
    # The package lists of the image are as old as the image; a host that is made now has just looked for newer ones.
    lists = "var/lib/apt/periodic/update-success-stamp"
    return {**files, "etc/hosts": names, "etc/hostname": f"{host.name}\n", lists: ""}
