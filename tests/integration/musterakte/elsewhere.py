"""A town with its folders, accounts and ports elsewhere, so that the templates give files for a place of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from eakte_ops.inventory.model import Town
from eakte_ops.product.model import Component

PORTS = {
    "database": ("database", "sql"),
    "application-server": ("application-server", "rpc"),
    "osrest": ("application-server", "osrest"),
    "index": ("index", "http"),
    "service-manager": ("service-manager", "http"),
    "gateway": ("gateway", "http"),
    "gateway-tls": ("gateway", "https"),
}
"""Name in the tests -> component and name of the port there."""


def elsewhere(town: Town, root: Path, own: str, ports: Mapping[str, int], services: Mapping[str, int]) -> Town:
    """The same town with everything below `root`, under the account `own`, on other ports."""
    profile = town.profile
    layout = profile.layout["linux"].model_copy(
        update={
            "software_account": own, "work_account": own, "look_account": own, "current": str(root / "release"),
            "configuration": str(root / "etc"), "data": str(root / "var"), "logs": str(root / "log"),
        }
    )  # fmt: skip
    components = {name: _moved(name, part, root, ports, services) for name, part in profile.components.items()}
    moved = profile.model_copy(update={"layout": {"linux": layout}, "components": components})
    return replace(town, profile=moved)


def _moved(name: str, part: Component, root: Path, ports: Mapping[str, int], services: Mapping[str, int]) -> Component:
    own = {port: ports[known] for known, (component, port) in PORTS.items() if component == name}
    folders = {"/etc/eakte": "etc", "/var/lib/eakte": "var", "/var/log/eakte": "log", "/run/eakte": "run"}
    places = dict(part.places)
    for place, path in part.places.items():
        top = next(top for top in folders if path.startswith(top))
        places[place] = str(root / folders[top]) + path.removeprefix(top)
    moved = {each: one.model_copy(update={"port": services.get(each)}) for each, one in part.services.items()}
    return part.model_copy(update={"ports": {**part.ports, **own}, "places": places, "services": moved})
