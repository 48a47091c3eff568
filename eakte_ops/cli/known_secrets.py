"""What a server shows may hold secrets of its town: they are opened here, only so that they can be taken out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eakte_ops.cli.output import say
from eakte_ops.errors import EakteError

if TYPE_CHECKING:
    from eakte_ops.inventory.model import Town


def know_secrets(town: Town) -> bool:
    """From now on every secret of `town` that can be opened is shown by its name alone; says so where one can not.

    Never fails: a look must be possible on a day on which no secret opens. True if all of them are known.
    """
    from eakte_ops.cli.secret import vault_of

    unknown: dict[str, list[str]] = {}
    try:
        vault = vault_of(town)
        names = vault.names()
    except EakteError as problem:
        say(_told(town, "the secrets", problem))
        return False
    for name in names:
        try:
            vault.reveal(name).reveal()
        except EakteError as problem:
            unknown.setdefault(problem.said, []).append(name)
    for said, which in unknown.items():
        say(f"NOTE: {', '.join(which)} of {town.name} can not be opened here ({said}): not taken out of what is shown.")
    return not unknown


def _told(town: Town, what: str, problem: EakteError) -> str:
    return f"NOTE: {what} of {town.name} can not be opened here ({problem.said}): not taken out of what is shown."
