"""What `inventory` says of templates: those of the centre and towns' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.errors import Mistake

if TYPE_CHECKING:
    from eakte_ops.config.template import Template
    from eakte_ops.inventory.model import Town


@dataclass(frozen=True, slots=True)
class Examined:
    """`mistakes`: what is wrong; `warnings`: what has to be looked at and keeps nobody from work; `files`: how many."""

    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    files: int


def examined(asked: tuple[str, ...]) -> Examined:
    """The templates of the centre and the own ones of the towns `asked`, () means all."""
    from eakte_ops.config.own import left_behind, of_no_town

    folder, library, survey = CONTEXT.folder, CONTEXT.library(), CONTEXT.survey()
    astray = () if asked else of_no_town(folder, survey.known)
    warnings = [
        warning
        for town in survey.findings.towns.values()
        if not asked or town.id in asked
        for warning in (*left_behind(folder, library, town), *(each.mistake for each in library.outdated(town)))
    ]
    return Examined((*library.wrong(asked), *astray), tuple(sorted(warnings)), library.files + len(astray))


def own_templates(town: Town) -> tuple[Template, ...]:
    """The town's own templates of its present release."""
    from eakte_ops.config.library import own_folder

    if not own_folder(CONTEXT.folder, town.id).is_dir():
        return ()  # nothing is read for it
    own = CONTEXT.library().own
    return tuple(each for each in own if each.town == town.id and each.release == town.said.release)
