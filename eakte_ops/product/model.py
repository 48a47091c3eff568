"""What an e-file product is made of: the values that profiles/NAME.yml holds. No product is known to any other code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Platform: TypeAlias = Literal["linux", "windows"]
Language: TypeAlias = Literal["de", "en"]
PortNumber: TypeAlias = Annotated[int, Field(ge=1, le=65535)]


class Strict(BaseModel):
    """Base of all models read from YAML: exact types, no unknown keys, not changed after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Title(Strict):
    """A name for people, in both languages."""

    de: str = Field(description="In German.")
    en: str = Field(description="In English.")


class Probe(Strict):
    """How one can see from the server itself that a component works.

    health: GET `path` on `port` of 127.0.0.1 answers JSON with `status` (body counts, not the HTTP status), nested
    `components`. aggregate: JSON list of all services and their state. page: the answer contains `contains`.
    index: health body that also carries colour and blocks. startup: the file at `place` ends with `contains`.
    port: accepts a connection. certificate: TLS on `port` shows a certificate with an end.
    sql: SELECT as the night account's role over the local socket in `place`.
    roundtrip: stores, finds, reads and deletes a document below `path` on `port`, as `user` with the secret `secret`.
    """

    kind: Literal["health", "aggregate", "page", "index", "startup", "port", "certificate", "sql", "roundtrip"]
    port: str = ""  # name of a port of the component
    path: str = ""
    place: str = ""  # name of a place of the component
    contains: str = ""
    user: str = ""
    secret: str = ""  # name of a secret of the town


class Merged(Strict):
    """A folder whose every .yml file, also below it, a component takes as configuration: a forgotten copy counts.

    `files`: release -> those that belong there, as paths in the folder.
    """

    place: str  # name of a place of the component
    files: Mapping[str, tuple[str, ...]] = Field(min_length=1)


class Service(Strict):
    """A microservice that a component's process runs; `instances` 0 switches it off (the normal way).

    A service without a port is not asked by itself; the aggregate of its component still names it.
    `licence`: the nested component of its health body whose details say `valid_until`, a day.
    """

    port: PortNumber | None = None
    health: str = "/manage/health"
    instances: int = Field(default=1, ge=0, le=32)
    licence: str = ""
    since: str = ""
    until: str = ""


class Component(Strict):
    """One part of the software. `order`: starts in rising order, stops in falling order.

    `unit`: per platform, the name under which the service manager of the operating system knows it; on Windows the
    display name, in which `*` stands for a version or the name of an instance.
    `required`: a town can not be without it. `many`: it may stand on more than one server of a town.
    `stop_signal`: what makes its main process end in order (Linux).
    `drains`: what has to come to rest before it is stopped; queue: rows that a worker holds (oscpmqueue), which begin
    anew after the next start where it does not.
    `since`/`until`: first and last release that has it; empty means no limit.
    """

    title: Title
    order: int
    drains: tuple[Literal["queue"], ...] = ()
    stop_signal: Literal["SIGTERM", "SIGINT"] = "SIGTERM"
    unit: Mapping[Platform, str] = Field(min_length=1)
    required: bool = False
    many: bool = False
    ports: Mapping[str, PortNumber] = {}
    places: Mapping[str, str] = {}
    services: Mapping[str, Service] = {}
    probes: tuple[Probe, ...] = ()
    merged: Merged | None = None
    since: str = ""
    until: str = ""


class Release(Strict):
    """A version of all components. `next`: the releases one may go to from here, nearest first."""

    next: tuple[str, ...] = ()


class Layout(Strict):
    """Where the centre's things lie on a server of one platform, and under which accounts."""

    software_account: str
    work_account: str
    look_account: str
    releases: str
    current: str
    configuration: str
    data: str
    logs: str
    state: str  # our own: jobs, lock, hold
    granted: str  # root-owned: what the town granted, the stop switch


class Profile(Strict):
    """A product. `releases` in the order in which they came out."""

    name: str
    title: Title
    tried: Title  # an honest word on what this profile was tried on
    platforms: tuple[Platform, ...] = Field(min_length=1)
    layout: Mapping[Platform, Layout]
    releases: Mapping[str, Release] = Field(min_length=1)
    components: Mapping[str, Component] = Field(min_length=1)

    def has(self, part: Component | Service, release: str) -> bool:
        """Whether `part` belongs to `release`; both must be of this profile."""
        order = list(self.releases)
        at = order.index(release)
        return (not part.since or order.index(part.since) <= at) and (not part.until or at <= order.index(part.until))

    def components_of(self, release: str) -> Mapping[str, Component]:
        """The components of one release by name, in the order in which they start."""
        found = [(name, part) for name, part in self.components.items() if self.has(part, release)]
        return dict(sorted(found, key=lambda item: (item[1].order, item[0])))

    def services_of(self, component: str, release: str) -> Mapping[str, Service]:
        """The services of a component in one release, those switched off included. Raises KeyError."""
        services = self.components[component].services
        return {name: service for name, service in services.items() if self.has(service, release)}
