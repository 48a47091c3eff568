"""What stands in eakte-ops.yml, the centre's settings."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from eakte_ops.inventory.files import Address, Approval, Contact, Filled, Line, Mail, SecretName
from eakte_ops.product.model import Language, PortNumber, Strict
from eakte_ops.yamltext import form


def _zone(name: str) -> str:
    from eakte_ops.inventory.rules.times import wrong_zone

    if said := wrong_zone(name):
        raise _mistake(said)
    return name


def _mistake(said: str) -> Any:
    return PydanticCustomError("rule", "{said}", {"said": said})


Moment: TypeAlias = Annotated[str, form(r"([01][0-9]|2[0-3]):[0-5][0-9]", 'a time of day such as "01:30"')]
Login: TypeAlias = Annotated[str, form(r"([a-z_][a-z0-9_-]{0,31})?", "the name of an account of this machine")]
Zone = Annotated[str, AfterValidator(_zone)]


class Limits(Strict):
    """How much is done at once and how long is waited, for all towns."""

    threads: int = Field(default=64, ge=1, le=1024, description="Servers asked at the same time.")
    handshakes: int = Field(default=16, ge=1, le=1024, description="Logins that begin at the same time.")
    server_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="Seconds after which a server is given up, login included."
    )


class FindingSettings(Strict):
    """When what is not well becomes a finding, and when it is over."""

    open_after: int = Field(
        default=2, ge=1, le=20, description="Bad looks in a row, for checks that are looked at every few minutes."
    )
    close_after: int = Field(default=2, ge=1, le=20, description="Good looks in a row after which such a one is over.")
    nightly_open_after: int = Field(default=1, ge=1, le=20, description="Bad looks, for checks of the night alone.")
    nightly_close_after: int = Field(default=1, ge=1, le=20, description="Good looks, for checks of the night alone.")


class SweepSettings(Strict):
    """How long a sweep over all towns may take; what it does not reach until then is named as missed."""

    full_minutes: float = Field(default=60.0, gt=0, le=720, description="Minutes for the sweep of the night.")
    light_minutes: float = Field(default=4.0, gt=0, le=60, description="Minutes for the one every few minutes.")


class ScheduleSettings(Strict):
    """When the timers of this machine run (eakte-ops schedule). Times are those of the zone `centre.zone`."""

    night: Moment = Field(
        default="01:30",
        description="When the sweep of the night begins. In an hour that the clocks leave out the night has none.",
    )
    light_minutes: Literal[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30] = Field(
        default=5, description="Minutes from one light sweep to the next."
    )
    digest: Moment = Field(default="06:30", description="When the digests are sent.")
    prune: Moment = Field(default="04:45", description="When what is too old is deleted, on Sundays.")
    user: Login = Field(
        default="", description='Account that the timers run as; "" is the owner of the operations folder.'
    )


class Retention(Strict):
    """How long what was seen is kept (eakte-ops store prune)."""

    results_days: int = Field(default=90, ge=7, le=3650, description="Days for single results and figures.")
    daily_years: int = Field(default=10, ge=1, le=30, description="Years for daily figures and findings that are over.")
    names_days: int = Field(
        default=365, ge=1, le=3650, description="Days after which names of people are deleted (who acknowledged)."
    )


class Night(Strict):
    """The unattended account: it looks and changes nothing."""

    identity: Line = Field(
        default="", description='Private key file, relative to this folder; "" leaves it to the agent.'
    )


class Work(Strict):
    """People at work."""

    identity: Line = Field(
        default="",
        description='Private key file, relative to this folder; "" leaves it to the agent and ~/.ssh/config.',
    )


class SecretSettings(Strict):
    """How this machine opens age files, and which secrets the centre itself has."""

    identity: Line = Field(
        default="", description="age identity file; the environment variable EAKTE_OPS_IDENTITY goes before it."
    )
    names: tuple[SecretName, ...] = Field(
        default=(), description="Names of the centre's own secrets (eakte-ops secret set centre NAME)."
    )


class Centre(Strict):
    """The competence centre itself."""

    name: Filled = Field(description="Its name, as reports show it.")
    contact: Contact = Field(description="Where the towns reach it.")
    language: Language = Field(default="de", description="Language of the mails to the centre.")
    zone: Zone = Field(default="Europe/Berlin", description="Time zone of the centre, IANA name.")


class MailSettings(Strict):
    """The mail server that takes digests and alarms."""

    host: Address = Field(description="Name of the mail server, as its certificate has it.")
    port: PortNumber = Field(default=587, description="Its port.")
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls", description="Encryption; `none` only for a mail server on this machine."
    )
    ca: Line = Field(
        default="", description='File with the CA certificate, relative to this folder; "" takes those of the machine.'
    )
    user: Line = Field(default="", description='User at the mail server; "" sends without login.')
    secret: SecretName | None = Field(default=None, description="Name of the password among `secrets.names`.")
    sender: Mail = Field(description="Address that the mails come from.")
    centre: tuple[Mail, ...] = Field(
        default=(), description="Who gets the centre's mails; empty means `centre.contact.mail`."
    )
    timeout_seconds: float = Field(default=30.0, gt=0, le=600, description="Seconds that one mail may take in all.")
    give_up_days: float = Field(default=5.0, gt=0, le=30, description="Days after which a message is given up.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.tls == "none" and not _is_this_machine(self.host):
            raise _mistake("without encryption (`tls: none`) only to a mail server on this machine, such as 127.0.0.1")
        if bool(self.user) != (self.secret is not None):
            raise _mistake("`user` and `secret` are needed together, or neither of them")
        return self


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


class AlarmSettings(Strict):
    """How a new critical finding is told at once, within the service hours of its town."""

    mail: bool = Field(default=True, description="By mail, if `mail` says how.")
    hook: Line = Field(
        default="", description='Program that gets each alarm as JSON on stdin, relative to this folder; "" is none.'
    )
    hook_seconds: float = Field(default=30.0, gt=0, le=600, description="Seconds after which the program is ended.")


class Settings(Strict):
    """eakte-ops.yml: the centre's settings; its presence marks the root of an operations folder."""

    centre: Centre = Field(description="The competence centre itself.")
    lab: bool = Field(default=False, description="Whether this folder describes a lab; all output says so.")
    state: Filled = Field(default="state", description="Folder of what the program remembers, relative to this folder.")
    night: Night = Field(default=Night(), description="The unattended account that looks.")
    work: Work = Field(default=Work(), description="People at work.")
    secrets: SecretSettings = Field(default=SecretSettings(), description="How secrets are opened here.")
    findings: FindingSettings = Field(default=FindingSettings(), description="When a finding opens and closes.")
    sweep: SweepSettings = Field(default=SweepSettings(), description="How long a sweep may take.")
    schedule: ScheduleSettings = Field(default=ScheduleSettings(), description="When the timers of this machine run.")
    approval: Approval = Field(default=Approval(), description="Which plans a second person has to approve.")
    retention: Retention = Field(default=Retention(), description="How long what was seen is kept.")
    limits: Limits = Field(default=Limits(), description="How much at once, how long at most.")
    mail: MailSettings | None = Field(default=None, description="Mail server; without it nothing is sent.")
    alarm: AlarmSettings = Field(default=AlarmSettings(), description="How a new critical finding is told at once.")

    @model_validator(mode="after")
    def _secret_is_listed(self) -> Self:
        if self.mail is not None and self.mail.secret is not None and self.mail.secret not in self.secrets.names:
            raise _mistake(f"the password {self.mail.secret} of `mail` is not listed: secrets: {{names: [...]}}")
        return self
