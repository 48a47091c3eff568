"""What files that are sent are made from, and who makes them: between a Send of a plan and its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eakte_ops.config.library import Library
from eakte_ops.config.rendered import RevealSecret
from eakte_ops.errors import Refused
from eakte_ops.inventory.model import Town
from eakte_ops.playbook.plan import Send


@dataclass(frozen=True, slots=True)
class Sources:
    """`library`: the templates, read when they are asked for; `reveal`: secrets of the town, opened at each call."""

    town: Town
    library: Callable[[], Library]
    reveal: RevealSecret


Making: TypeAlias = Callable[[Send, Sources], bytes]
"""The bytes of an artefact. Raises NotAsPlanned where it is not what `Send.sha256` says any more."""


class NotAsPlanned(Refused):
    """What a file is made from changed after the plan was made."""

    message = "{artefact} is not what the plan was made from any more, so it was not sent"
    hint = "make a new plan; or put back what was changed in the operations folder: eakte-ops runs resume"


def made(send: Send, sources: Sources, kinds: Mapping[str, Making]) -> bytes:
    """The bytes of `send`, secrets included: to be sent at once and kept nowhere.

    `kinds`: the word before the first colon of an artefact -> who makes it. Raises NotAsPlanned, Refused.
    """
    kind = send.artefact.partition(":")[0]
    if kind not in kinds:
        raise Refused(
            f'this version can not make "{send.artefact}" (it knows: {", ".join(sorted(kinds)) or "nothing"})',
            way_out="go on with the version that made the plan",
        )
    return kinds[kind](send, sources)
