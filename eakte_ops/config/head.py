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
    """How a change of the file takes effect.

    restart: the component `of` is restarted (the service-manager for its microservices, the application server for
    settings of the server). reload: `by` is run, as the software's account, and `of` goes on running; without `by` a
    person reloads the head's `service` in the software's own administration. none: whoever needs the file reads it
    each time. hand: local IT makes it take effect.
    """

    how: Literal["restart", "reload", "none", "hand"]
    of: Name | Literal[""] = ""
    by: tuple[Line, ...] = ()


class Value(Strict):
    """Something that a town may say differently, in `configuration:` of its inventory file.

    The kind of the default is the kind of the value. `least` and `most` are included; `choices` for texts.
    """

    default: int | float | str | bool
    means: Title
    least: float | None = None
    most: float | None = None
    choices: tuple[Filled, ...] = ()


class Head(Strict):
    """Everything about a template but its text.

    `components`: the file belongs on every server that has one of them. `destination` and the words of `effect.by` and
    `validation` are templates themselves; in `validation` `{file}` stands for the file that is looked at.
    `service`: a microservice of these components that reads the file; it belongs only where that one is switched on.
    `partial`: the template holds no more of a file than is documented; what it gives is shown and never becomes a file.
    """

    title: Title
    components: tuple[Name, ...] = Field(min_length=1)
    destination: Filled
    owner: Literal["work", "root"] = "work"  # root: a proposal to local IT, never placed by us
    mode: Mode = "0640"
    effect: Effect
    validation: tuple[Line, ...] = ()  # a command on the server; status 0: the file can be used
    validated_as: Literal["work", "software"] = "work"
    service: Name | Literal[""] = ""
    partial: bool = False
    secret: bool = False  # nothing of the file is ever shown, not even what the template itself says
    database: Owner | None = None  # only where the database is operated by this one
    until: Line = ""  # the last release that has the file; "": all later ones
    source: Line = ""  # where it is documented
    values: Mapping[ValueName, Value] = {}
    replaces: Sum = ""  # of a town's own template: SHA-256 of the centre's that it was made from
