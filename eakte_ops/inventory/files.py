"""What stands in inventories/*.yml: the shape and the words. The reference and the JSON Schema are made from here.

Rules that need more than one value (names that must exist, duplicates, windows that never open) are in rules/.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from eakte_ops.product.model import Language, Platform, PortNumber, Strict
from eakte_ops.yamltext import digits, form

Owner: TypeAlias = Literal["centre", "local-it"]
SecondPerson: TypeAlias = Literal["playbook", "stops", "always"]
Role: TypeAlias = Literal["centre", "local-it", "management", "data-protection"]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Key: TypeAlias = Annotated[str, digits(5, 8)]
NAME = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Name: TypeAlias = Annotated[str, form(NAME, "a name of small letters, digits and hyphens")]
SecretName: TypeAlias = Annotated[
    str, form(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", "a name of small letters, digits, hyphens and dots")
]
TimeOfDay: TypeAlias = Annotated[
    str, form(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", 'a time of day such as "18:00", up to "24:00",')
]
Day: TypeAlias = Annotated[str, form(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", 'a day such as "2026-12-24"')]
Mail: TypeAlias = Annotated[
    str,
    form(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", "a mail address such as it@town.example"),
]
Phone: TypeAlias = Annotated[str, form(r"([+0-9][0-9 /()-]{2,30})?", 'a telephone number such as "+49 221 4710 100"')]
Line: TypeAlias = Annotated[str, form(r"[^\x00-\x1f\x7f-\x9f]{0,200}", "one line of at most 200 characters")]
Filled: TypeAlias = Annotated[str, form(r"[^\x00-\x1f\x7f-\x9f]{1,200}", "one line of 1 to 200 characters")]
Address: TypeAlias = Annotated[str, form(r"[A-Za-z0-9.:-]{1,253}", "an IP address or a host name")]
OptionalAddress: TypeAlias = Annotated[str, form(r"[A-Za-z0-9.:-]{0,253}", "an IP address or a host name")]
Thresholds: TypeAlias = Mapping[str, Mapping[str, int | float | str | bool]]
Configuration: TypeAlias = Mapping[str, Mapping[str, int | float | str | bool]]


class Municipality(Strict):
    """Who the town is."""

    key: Key = Field(description="Official municipality key (AGS), always text: 8 digits, a district 5.")
    name: Filled = Field(description="Short name, as people say it.")
    full_name: Line = Field(default="", description="Name for reports, for example Stadt Witten.")


class Contact(Strict):
    """Who is asked and told: a role, never the name of a person."""

    mail: Mail = Field(description="Role mailbox.")
    phone: Phone = Field(default="", description="Telephone number of the role, with country code.")


class Opening(Strict):
    """A regular time."""

    days: tuple[Weekday, ...] = Field(min_length=1, description="Weekdays on which it begins.")
    from_: TimeOfDay = Field(alias="from", description="Begin, local time of the town.")
    until: TimeOfDay = Field(description="End; before `from` it lies on the next day.")


class Closed(Strict):
    """Days on which nothing is allowed although a window would be open."""

    from_: Day = Field(alias="from", description="First day.")
    until: Day = Field(description="Last day; it is included.")
    why: Filled = Field(description="Reason, shown when work is refused.")

    def covers(self, day: date) -> bool:
        """Whether `day` is closed."""
        return date.fromisoformat(self.from_) <= day <= date.fromisoformat(self.until)


class Windows(Strict):
    """When the town allows work."""

    zone: Line = Field(description="Time zone of the town, IANA name, for example Europe/Berlin.")
    open: tuple[Opening, ...] = Field(min_length=1, description="Regular times in which work is allowed.")
    closed: tuple[Closed, ...] = Field(default=(), description="Periods without any work; they win over `open`.")


class Availability(Strict):
    """What was agreed with the town."""

    percent: float = Field(ge=0, le=100, description="Share of the service hours, in percent.")
    hours: tuple[Opening, ...] = Field(min_length=1, description="Service hours, in the time zone of the windows.")


class ServiceSettings(Strict):
    """What a town changed about a microservice of the profile."""

    port: PortNumber | None = Field(default=None, description="Its port here.")
    instances: int | None = Field(default=None, ge=0, le=32, description="How many run here; 0 switches it off.")


class ComponentSettings(Strict):
    """What a town changed about a component of the profile. The names must exist there."""

    ports: Mapping[str, PortNumber] = Field(default={}, description="Name of a port in the profile: its number here.")
    places: Mapping[str, Line] = Field(default={}, description="Name of a place in the profile: its path here.")
    services: Mapping[str, ServiceSettings] = Field(default={}, description="Name of a service: what differs here.")


class Host(Strict):
    """What all hosts of a town have."""

    name: Name = Field(description="Unique among all names of all towns.")
    address: Address = Field(description="IP address or host name, as the operations host reaches it.")
    port: PortNumber = Field(default=22, description="Port of sshd.")


class JumpHost(Host):
    """A host of the town through which its servers are reached, as the account that the access pack creates."""

    inside: OptionalAddress = Field(
        default="", description="Address under which the servers behind it see it; empty means `address`."
    )


class Storage(Host):
    """The town's own backup storage; the centre has no account there."""

    address: Address = Field(description="IP address or host name, as the servers of the town reach it.")


class Server(Host):
    """A server of the town, with parts of the software on it."""

    address: Address = Field(
        description="IP address or host name, as the operations host reaches it; behind a jump host, as that one does."
    )
    platform: Platform = Field(default="linux", description="Operating system.")
    jump: Name | None = Field(default=None, description="Jump host of the same town that leads here.")
    components: Mapping[str, ComponentSettings] = Field(
        default={}, description="Components of the product on this server: what differs from the profile, else {}."
    )
    thresholds: Thresholds = Field(default={}, description="Check: field: value that differs on this server.")
    configuration: Configuration = Field(default={}, description="Template: value: what differs on this server.")
    tags: tuple[Name, ...] = Field(default=(), description="Words of your own, to select servers by.")


_LANGUAGE = "Language of reports and mails to the town."
_PRODUCT = "Product: name of a profile (docs/reference/products.md)."
_RELEASE = 'Release of the product, always text: "11.10".'
_OPERATOR = "Who operates the database: `centre` in a cluster of its own, or `local-it`."
_CONTACTS = "Role: contact. `centre` and `local-it` are needed."
_WINDOWS = "When the town allows work."
_AVAILABILITY = "Agreed availability."
_ROUND_TRIP = (
    "Whether the night may store a small test document, find it and delete it again (needs the secret osrest-password)."
)
_APPROVAL = "Which plans a second person has to approve here, if that is more than the centre asks for."
_CONFIGURATION = "Template: value: what differs from its default (docs/reference/templates.md)."
_THRESHOLDS = "Check: field: value that differs from the default (eakte-ops checks NAME shows the fields)."


class Approval(Strict):
    """Which plans a second person has to approve. A town may ask for more than the centre does, never for less."""

    second_person: SecondPerson = Field(
        default="playbook",
        description="`playbook`: those whose playbook says so; `stops`: also each that stops the service;"
        " `always`: every plan.",
    )


class TownDefaults(Strict):
    """inventories/_defaults.yml: what holds for every town that says nothing else.

    A key of a town replaces the whole default key, with these exceptions: `contacts` are merged role by role,
    `thresholds` check by check and field by field, `configuration` template by template and value by value.
    """

    language: Language | None = Field(default=None, description=_LANGUAGE)
    product: str | None = Field(default=None, description=_PRODUCT)
    release: str | None = Field(default=None, description=_RELEASE)
    database_operator: Owner | None = Field(default=None, description=_OPERATOR)
    contacts: Mapping[Role, Contact] = Field(default={}, description=_CONTACTS)
    windows: Windows | None = Field(default=None, description=_WINDOWS)
    availability: Availability | None = Field(default=None, description=_AVAILABILITY)
    round_trip: bool | None = Field(default=None, description=_ROUND_TRIP)
    approval: Approval | None = Field(default=None, description=_APPROVAL)
    thresholds: Thresholds = Field(default={}, description=_THRESHOLDS)
    configuration: Configuration = Field(default={}, description=_CONFIGURATION)


class TownFile(Strict):
    """inventories/TOWN.yml, after the defaults were laid under it. The name of the file is the town's id."""

    municipality: Municipality = Field(description="Who the town is.")
    ring: int = Field(ge=0, le=9, description="Turn in which it gets a new release; 0 is the pilot.")
    language: Language = Field(description=_LANGUAGE)
    product: str = Field(description=_PRODUCT)
    release: str = Field(description=_RELEASE)
    database_operator: Owner = Field(description=_OPERATOR)
    contacts: Mapping[Role, Contact] = Field(description=_CONTACTS)
    windows: Windows = Field(description=_WINDOWS)
    availability: Availability = Field(description=_AVAILABILITY)
    round_trip: bool = Field(default=False, description=_ROUND_TRIP)
    approval: Approval = Field(default=Approval(), description=_APPROVAL)
    thresholds: Thresholds = Field(default={}, description=_THRESHOLDS)
    configuration: Configuration = Field(default={}, description=_CONFIGURATION)
    secrets: tuple[SecretName, ...] = Field(
        default=(), description="Names of the town's secrets; the values lie in age files (eakte-ops secret)."
    )
    jump_hosts: tuple[JumpHost, ...] = Field(default=(), description="Hosts through which servers are reached.")
    storage: Storage | None = Field(default=None, description="Backup storage of the town.")
    servers: tuple[Server, ...] = Field(min_length=1, description="The servers of the town.")
