"""The head of a template: where its file goes, whose it is, and how a change of it takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from eakte_ops.inventory.files import Filled, Line, Name, Owner
from eakte_ops.product.model import Strict, Title
from eakte_ops.yamltext import form

Mode: TypeAlias = Annotated[str, form(r"0[0-7]{3}", 'a mode such as "0640"')]
ValueName: TypeAlias = Annotated[str, form(r"[a-z][a-z0-9_]{0,62}", "a name of small letters, digits and underscores")]
Sum: TypeAlias = Annotated[str, form(r"([0-9a-f]{64})?", "a SHA-256 in hexadecimal digits")]


class Effect(Strict):
    """How a change of the file takes effect."""

    how: Literal["restart", "reload", "none", "hand"] = Field(
        description="`restart`: the component `of` is restarted (the service-manager for its microservices). "
        "`reload`: it goes on running, and `by` is run as the software's account; without `by` a person reloads the "
        "head's `service` in the software's own administration. `none`: whoever needs the file reads it each time. "
        "`hand`: local IT makes it take effect."
    )
    of: Name | Literal[""] = Field(default="", description="The component that is restarted or reloaded.")
    by: tuple[Line, ...] = Field(default=(), description="A command on the server, word by word; each is a template.")


class Value(Strict):
    """Something that a town may say differently, in `configuration:` of its inventory file."""

    default: int | float | str | bool = Field(
        description="What holds where nobody says something else; its kind is the kind of the value."
    )
    means: Title = Field(description="What it is, in both languages.")
    least: float | None = Field(default=None, description="The least that a number may be.")
    most: float | None = Field(default=None, description="The most that a number may be.")
    choices: tuple[Filled, ...] = Field(default=(), description="The texts that it may be; empty: any line.")


class Head(Strict):
    """Everything about a template but its text."""

    title: Title = Field(description="What the file is, in both languages.")
    components: tuple[Name, ...] = Field(min_length=1, description="It belongs on every server that has one of them.")
    destination: Filled = Field(description="Where it goes: an absolute path, and a template.")
    owner: Literal["work", "root"] = Field(
        default="work",
        description="`work`: the account of people at work; `root`: a proposal to local IT, never put there by us.",
    )
    mode: Mode = Field(default="0640", description="Its mode there; what holds a secret is closed to others.")
    effect: Effect = Field(description="How a change of it takes effect.")
    validation: tuple[Line, ...] = Field(
        default=(),
        description="A command on the server, word by word, each a template, with `{file}` for the file that is looked "
        "at; status 0: the file can be used.",
    )
    validated_as: Literal["work", "software"] = Field(default="work", description="The account that runs `validation`.")
    service: Name | Literal[""] = Field(
        default="", description="The microservice that reads it: it belongs only where that one is switched on."
    )
    partial: bool = Field(
        default=False,
        description="The template holds no more of the file than is documented: it is shown and never becomes a file.",
    )
    secret: bool = Field(
        default=False, description="Nothing of the file is ever shown, not even what the template itself says."
    )
    database: Owner | None = Field(default=None, description="Only where the database is operated by this one.")
    until: Line = Field(default="", description="The last release that has the file; empty: all later ones.")
    source: Line = Field(default="", description="Where it is documented.")
    values: Mapping[ValueName, Value] = Field(default={}, description="What a town may say differently: name: value.")
    replaces: Sum = Field(
        default="", description="Of a town's own template: SHA-256 of the centre's that it was made from."
    )
