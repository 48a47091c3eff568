"""What is on a server becomes a town's own word: values in its inventory file, or a template of its own. Pure.

Whatever is made is proved first: rendered anew it gives exactly the text of the server, but for the values of secrets,
which stay names. Nothing of a server that may be a secret comes into what is made, or into a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from eakte_ops.config.adopt_file import Asked, Present, Secrets, held_on
from eakte_ops.config.adopt_template import NewTemplate, new_template
from eakte_ops.config.adopt_values import NewValues, new_values
from eakte_ops.config.library import Library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.source import with_ends
from eakte_ops.inventory.model import Town
from eakte_ops.secret.value import Secret

__all__ = ["Adoption", "NewTemplate", "NewValues", "Present", "Secrets", "adopt", "proved"]

Adoption: TypeAlias = Secrets | NewValues | NewTemplate
"""Secrets alone: the text is as it should be, so nothing is made."""


def adopt(
    town: Town, present: Sequence[Present], others: Sequence[Rendered], secrets: Mapping[str, Secret], mark: str
) -> Adoption:
    """What makes the rendering of one file give what is on servers.

    `present`: the file on the servers that are asked for, one at least; `others`: the same file on the other servers of
    the town. `secrets`: those of the town that could be opened; `mark`: when, by whom and from where, for a template.
    Raises Refused where nothing can be made, UsageError where the servers hold different texts.
    """
    texts = {one.rendered.server: one.lines() for one in present}
    asked = Asked(town, tuple(one.rendered for one in present), tuple(others), texts, secrets)
    held = [held_on(one, texts[one.server]) for one in asked.rendered]
    if all(each is not None for each in held):
        return asked.compared(each for each in held if each is not None)
    if asked.rendered[0].confidential:
        raise asked.refused("nothing of this file is ever shown, and it differs from its template")
    return new_values(asked) or new_template(asked, mark)


def proved(town: Town, library: Library, present: Sequence[Present]) -> bool:
    """Whether rendering gives the texts of the servers, but for the values of secrets."""
    made = {(one.server, one.template.id): one for one in render([town], library)}
    wanted = [(made.get((one.rendered.server, one.rendered.template.id)), one.data) for one in present]
    return all(one is not None and held_on(one, with_ends(data.decode())) is not None for one, data in wanted)
