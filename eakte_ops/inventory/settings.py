"""What stands in eakte-ops.yml, the centre's settings."""

from __future__ import annotations

from pydantic import Field

from eakte_ops.inventory.files import Contact, Filled, Line
from eakte_ops.product.model import Strict


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
    """How this machine opens the towns' age files."""

    identity: Line = Field(
        default="", description="age identity file; the environment variable EAKTE_OPS_IDENTITY goes before it."
    )


class Centre(Strict):
    """The competence centre itself."""

    name: Filled = Field(description="Its name, as reports show it.")
    contact: Contact = Field(description="Where the towns reach it.")


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
    retention: Retention = Field(default=Retention(), description="How long what was seen is kept.")
    limits: Limits = Field(default=Limits(), description="How much at once, how long at most.")
