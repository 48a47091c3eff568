"""A town beside those of the lab, for tests of the lab itself. Run as a program it boots it: argument its folder."""

from __future__ import annotations

import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from eakte_ops.lab.lab import Lab
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import Host, LabTown, Leg, Network
from eakte_ops.store.lock import held

OUTER = Network("labtest", IPv4Network("203.0.113.0/28"), IPv4Address("203.0.113.14"))
INNER = Network("labtest-b", IPv4Network("203.0.113.32/28"))
FRONT = Host(
    "labtest-front",
    "labtest",
    "jump",
    (Leg(OUTER, IPv4Address("203.0.113.2")), Leg(INNER, IPv4Address("203.0.113.33"))),
)
BACK = Host("labtest-back", "labtest", "server", (Leg(INNER, IPv4Address("203.0.113.34")),), "labtest-front")
TOWN = LabTown("labtest", (OUTER, INNER), (FRONT, BACK))


def small_lab(folder: Path) -> Lab:
    """A lab of these two hosts that shares nothing but the image with the lab of this machine."""
    return Lab(Places(state=folder / "state", lock=folder / "lock"), towns=(TOWN,))


if __name__ == "__main__":
    lab = small_lab(Path(sys.argv[1]))
    with held(lab.places.lock, "the lab", "small lab"):
        lab.boot()
