"""The files that the templates of the samples give for the towns of the samples."""

from __future__ import annotations

from eakte_ops.cli.context import Context
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.inventory.model import Town
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.secret.value import Secret


def sample(name: str) -> Town:
    """A town of the samples."""
    return Context(project=samples_folder()).inventory(name).towns[name]


def files_of(town: Town) -> tuple[Rendered, ...]:
    """All that is rendered for a town, by the templates of the samples."""
    return render([town], Context(project=samples_folder()).library().right([town.id]))


def content_of(rendered: Rendered, password: str) -> bytes:
    """The file, each of its secrets the same password."""
    return rendered.content(lambda name: Secret(name, password)).data
