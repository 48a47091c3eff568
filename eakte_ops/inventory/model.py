"""An operations folder as the rest of the program sees it. The files' own shape is in files.py and settings.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.inventory.files import (
    Availability,
    Closed,
    ComponentSettings,
    Contact,
    Host,
    JumpHost,
    Municipality,
    Name,
    Opening,
    Owner,
    Role,
    Server,
    ServiceSettings,
    Storage,
    Thresholds,
    TownDefaults,
    TownFile,
    Weekday,
    Windows,
)
from eakte_ops.inventory.settings import Centre, Limits, Night, SecretSettings, Settings, Work
from eakte_ops.product.model import Component, Profile, Service

__all__ = [
    "JUMP_ACCOUNT",
    "Availability",
    "Centre",
    "Closed",
    "ComponentSettings",
    "Contact",
    "Host",
    "Installed",
    "Inventory",
    "JumpHost",
    "Limits",
    "Municipality",
    "Name",
    "Night",
    "Opening",
    "Owner",
    "Role",
    "SecretSettings",
    "Server",
    "ServiceSettings",
    "Settings",
    "Storage",
    "Thresholds",
    "Town",
    "TownDefaults",
    "TownFile",
    "Weekday",
    "Windows",
    "Work",
]

JUMP_ACCOUNT = "eakte-jump"
"""The account that the access pack creates on a jump host; it opens ways to servers and gives no shell."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A component on a server: the profile with what the town changed laid over it."""

    name: str
    component: Component
    ports: Mapping[str, int]
    places: Mapping[str, str]
    services: Mapping[str, Service]  # only those with at least one instance


@dataclass(frozen=True, slots=True)
class Town:
    """A town as the rest of the program sees it. `id`: name of its inventory file without `.yml`."""

    id: str
    file: Path
    said: TownFile
    profile: Profile

    @property
    def name(self) -> str:
        """The name for people: Witten."""
        return self.said.municipality.name

    def server(self, name: str) -> Server:
        """The server of that name. Raises KeyError."""
        for server in self.said.servers:
            if server.name == name:
                return server
        raise KeyError(name)

    def jump_of(self, server: Server) -> JumpHost | None:
        """The jump host that leads to `server`."""
        return next((jump for jump in self.said.jump_hosts if jump.name == server.jump), None)

    def thresholds(self, server: Server | None = None) -> Thresholds:
        """Check -> field -> value, as far as the inventory says it; those of `server` win, field by field."""
        own: Thresholds = server.thresholds if server else {}
        return {
            check: {**self.said.thresholds.get(check, {}), **own.get(check, {})}
            for check in (*self.said.thresholds, *(check for check in own if check not in self.said.thresholds))
        }

    def installed(self, server: Server) -> tuple[Installed, ...]:
        """The components on `server`, in the order in which they start."""
        known = self.profile.components_of(self.said.release)
        return tuple(
            _lay(name, part, server.components[name], self) for name, part in known.items() if name in server.components
        )


def _lay(name: str, part: Component, changed: ComponentSettings, town: Town) -> Installed:
    services = {}
    for each, service in town.profile.services_of(name, town.said.release).items():
        override = changed.services.get(each)
        laid = service.model_copy(update=override.model_dump(exclude_none=True)) if override else service
        if laid.instances:
            services[each] = laid
    return Installed(name, part, {**part.ports, **changed.ports}, {**part.places, **changed.places}, services)


@dataclass(frozen=True, slots=True)
class Inventory:
    """An operations folder, read and found right. `folder` holds eakte-ops.yml; towns in the order of their ids."""

    folder: Path
    settings: Settings
    towns: Mapping[str, Town]

    def known_hosts(self, town: str) -> Path:
        """The town's file of confirmed host keys (OpenSSH format)."""
        return self.folder / "inventories" / f"{town}.known_hosts"
