"""What stands in playbooks/*.yml: the shape and the words. The reference and the JSON Schema are made from here.

Rules that need more than one value (names that must exist, what an action takes) are in load.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from eakte_ops.inventory.files import NAME, Filled, Name, Owner
from eakte_ops.playbook.draft import Order
from eakte_ops.playbook.plan import ValueKind
from eakte_ops.product.model import Strict, Title
from eakte_ops.yamltext import form

ArgumentKind: TypeAlias = Literal["component", "server", "name", "line", "number", "time"]
ArgumentName: TypeAlias = Annotated[str, form(r"[a-z][a-z0-9_]{0,30}", "a name of small letters, digits and _")]
ValueName: TypeAlias = Annotated[
    str, form(r"[a-z][a-z0-9.-]{0,62}", "a name of small letters, digits, hyphens and dots")
]
NameOrArgument: TypeAlias = Annotated[
    str, form(rf"{NAME}|\$[a-z][a-z0-9_]{{0,30}}", "a name, or $ with the name of an argument,")
]
MOST_SECONDS = 86_400
_STEPS = 99


class Argument(Strict):
    """What has to be said when the playbook is used."""

    kind: ArgumentKind = Field(
        description="`component` and `server`: of the town; `name`: small letters, digits, hyphens; `line`: any line; "
        "`number`: a whole number; `time`: a moment, ISO 8601 with its zone, that titles show as the town's clock does."
    )
    text: Title = Field(description="What it is, in both languages.")
    optional: bool = Field(
        default=False,
        description="Whether it may be left out; then `where` is as if it was not written there.",
    )


class Needed(Strict):
    """What has to be there before a plan of it may begin."""

    window: bool | Literal["stops"] = Field(
        default=True,
        description="Whether it is work for a window of the town; `stops`: where a step of its plan ends the service.",
    )
    second_person: bool = Field(
        default=False, description="Whether a second person has to approve, whatever centre and town ask for."
    )


class Place(Strict):
    """Where a step happens. What is left out chooses nothing out; what is said has to hold all at once."""

    components: tuple[NameOrArgument, ...] = Field(
        default=(), description="Only servers that have one of these, and of what is on them only these."
    )
    servers: tuple[NameOrArgument, ...] = Field(default=(), description="Only these servers.")
    tags: tuple[Name, ...] = Field(
        default=(), description="Only servers that have one of these words in the inventory."
    )


class PlaybookStep(Strict):
    """A step. Steps are carried out in the order of the file; the next one begins when this one is done everywhere."""

    name: Name = Field(description="Unique in the playbook; ids of steps and jobs are made of it.")
    action: Name | None = Field(
        default=None, description="What is done; one of the actions below. Left out only where `owner` is `local-it`."
    )
    title: Title | None = Field(default=None, description="For people; empty: the action says it.")
    where: Place = Field(default=Place(), description="Where; empty: on all servers of the town.")
    order: Order | None = Field(
        default=None,
        description="`start`: as the product starts; `stop`: the other way round; `together`: all side by side; "
        "`one-by-one`: each alone, as the product starts. Empty: what the action does by itself.",
    )
    with_: Mapping[str, Any] = Field(default={}, alias="with", description="What the action has to know.")
    before: tuple[str, ...] = Field(
        default=(), description="Checks that have to be well, there, before the step begins (`eakte-ops checks`)."
    )
    limit: int | None = Field(
        default=None, ge=1, le=MOST_SECONDS, description="Seconds until it is given up; empty: the action's."
    )
    expected: int | None = Field(
        default=None, ge=1, le=MOST_SECONDS, description="Seconds that it usually takes; empty: the action's."
    )
    owner: Owner = Field(
        default="centre", description="Whose work it is. Of `local-it` the plan makes a question to them: the title."
    )
    verify: str | None = Field(
        default=None,
        description="Only of `command`: sh text that tells what became of it: status 0 done, 10 not begun, "
        "else it can not be told. Asked as the account `work`.",
    )
    undo: str | None = Field(
        default=None, description="Only of `command`: sh text for the way back, from every partial state."
    )
    repeatable: bool | None = Field(default=None, description="Only of `command`: whether doing it twice does no harm.")


class PlaybookFile(Strict):
    """A procedure of the centre: named steps, which become a plan for one town."""

    title: Title = Field(description="What it does, in both languages.")
    needs: Needed = Field(default=Needed(), description="What has to be there before it may begin.")
    arguments: Mapping[ArgumentName, Argument] = Field(
        default={}, description="Name: what has to be said when it is used; `$name` stands for it in steps."
    )
    values: Mapping[ValueName, ValueKind] = Field(
        default={}, description="Name: kind of a value that arises while it runs; `gives` and `takes` name it."
    )
    steps: tuple[PlaybookStep, ...] = Field(min_length=1, max_length=_STEPS, description="What is done, in this order.")


Line: TypeAlias = Filled
"""One line of a text for people, for the params of actions."""
