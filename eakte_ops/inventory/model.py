"""The values an operations folder holds: centre settings, towns, servers. Loading and checking is done by load.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from eakte_ops.product.model import Component, Language, Platform, PortNumber, Profile, Service, Strict

Owner: TypeAlias = Literal["centre", "local-it"]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Key: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{5}([0-9]{3})?$")]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
TimeOfDay: TypeAlias = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Day: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Mail: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
SecretName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$")]
Thresholds: TypeAlias = Mapping[str, Mapping[str, int | float | str | bool]]

JUMP_ACCOUNT = "eakte-jump"
"""The account that the access pack creates on a jump host; it opens ways to servers and gives no shell."""


class Municipality(Strict):
    """Who the town is. `key`: AGS, the official municipality key, always text (8 digits, a district 5)."""

    key: Key
    name: str
    full_name: str = ""


class Contact(Strict):
    """A role mailbox and, if there is one, a telephone number; no names of people."""

    mail: Mail
    phone: str = ""


class Opening(Strict):
    """Regular time in which the town allows work; `until` before `from` runs past midnight."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    from_: TimeOfDay = Field(alias="from")
    until: TimeOfDay


class Closed(Strict):
    """Days (both included) on which nothing is allowed although a window would be open."""

    from_: Day = Field(alias="from")
    until: Day
    why: str

    def covers(self, day: date) -> bool:
        """Whether `day` is closed."""
        return date.fromisoformat(self.from_) <= day <= date.fromisoformat(self.until)


class Windows(Strict):
    """When the town allows work, in its own time zone (IANA name)."""

    zone: str
    open: tuple[Opening, ...] = Field(min_length=1)
    closed: tuple[Closed, ...] = ()


class Availability(Strict):
    """What was agreed: `percent` of the service hours."""

    percent: float = Field(ge=0, le=100)
    hours: tuple[Opening, ...] = Field(min_length=1)


class ServiceSettings(Strict):
    """What a town changed about a microservice of the profile."""

    port: PortNumber | None = None
    instances: int | None = Field(default=None, ge=0, le=32)


class ComponentSettings(Strict):
    """What a town changed about a component of the profile; names must exist there."""

    ports: Mapping[str, PortNumber] = {}
    places: Mapping[str, str] = {}
    services: Mapping[str, ServiceSettings] = {}


class JumpHost(Strict):
    """A host of the town through which its servers are reached, as the account that the access pack creates.

    `inside`: the address under which the servers behind it see it; "" means `address`.
    """

    name: Name
    address: str
    port: PortNumber = 22
    inside: str = ""


class Storage(Strict):
    """The town's own backup storage; the centre has no account there."""

    name: Name
    address: str
    port: PortNumber = 22


class Server(Strict):
    """A host in a town. `jump` names a jump host of the same town."""

    name: Name
    address: str
    platform: Platform = "linux"
    port: PortNumber = 22
    jump: Name | None = None
    components: Mapping[str, ComponentSettings] = {}
    thresholds: Thresholds = {}
    tags: tuple[Name, ...] = ()


class TownDefaults(Strict):
    """inventories/_defaults.yml: what holds for every town that says nothing else. A town's key replaces the whole
    default key, except `contacts` and `thresholds`, which are merged key by key."""

    language: Language | None = None
    product: str | None = None
    release: str | None = None
    database_operator: Owner | None = None
    contacts: Mapping[str, Contact] = {}
    windows: Windows | None = None
    availability: Availability | None = None
    thresholds: Thresholds = {}


class TownFile(Strict):
    """inventories/TOWN.yml after the defaults were laid under it."""

    municipality: Municipality
    ring: int = Field(ge=0, le=9)  # 0: pilot, takes releases first
    language: Language
    product: str
    release: str
    database_operator: Owner
    contacts: Mapping[Literal["centre", "local-it", "management", "data-protection"], Contact]
    windows: Windows
    availability: Availability
    thresholds: Thresholds = {}
    secrets: tuple[SecretName, ...] = ()
    jump_hosts: tuple[JumpHost, ...] = ()
    storage: Storage | None = None
    servers: tuple[Server, ...] = Field(min_length=1)


class Limits(Strict):
    """How much is done at once and how long is waited, for all towns."""

    threads: int = Field(default=64, ge=1, le=1024)
    handshakes: int = Field(default=16, ge=1, le=1024)
    server_seconds: float = Field(default=30.0, gt=0, le=3600)


class Night(Strict):
    """The unattended account. `identity`: private key file, relative to this folder; "" leaves it to the agent."""

    identity: str = ""


class Work(Strict):
    """People at work. `identity`: private key file; "" leaves it to the agent and ~/.ssh/config."""

    identity: str = ""


class SecretSettings(Strict):
    """`identity`: age identity file of this machine; "" means the environment variable EAKTE_OPS_IDENTITY says it."""

    identity: str = ""


class Centre(Strict):
    """The competence centre itself."""

    name: str
    contact: Contact


class Settings(Strict):
    """eakte-ops.yml: the centre's settings; its presence marks the root of an operations folder."""

    centre: Centre
    lab: bool = False
    state: str = "state"  # folder for what the tool remembers, relative to the operations folder
    night: Night = Night()
    work: Work = Work()
    secrets: SecretSettings = SecretSettings()
    limits: Limits = Limits()


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

    def server(self, name: str) -> Server:
        """The server of that name. Raises KeyError."""
        return next((s for s in self.said.servers if s.name == name), None) or _missing(name)

    def jump_of(self, server: Server) -> JumpHost | None:
        """The jump host that leads to `server`."""
        return next((jump for jump in self.said.jump_hosts if jump.name == server.jump), None)

    def installed(self, server: Server) -> tuple[Installed, ...]:
        """The components on `server`, in the order in which they start."""
        known = self.profile.components_of(self.said.release)
        return tuple(
            _lay(name, part, server.components[name], self) for name, part in known.items() if name in server.components
        )


def _missing(name: str) -> Server:
    raise KeyError(name)


def _lay(name: str, part: Component, changed: ComponentSettings, town: Town) -> Installed:
    services = {}
    for each, service in part.services.items():
        override = changed.services.get(each)
        update = {} if override is None else override.model_dump(exclude_none=True)
        laid = service.model_copy(update=update)
        if laid.instances and town.profile.has(service, town.said.release):
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
