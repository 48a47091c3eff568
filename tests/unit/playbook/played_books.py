"""What tests of playbooks share: sample towns, a ground, a playbook of a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from eakte_ops.errors import InvalidFile
from eakte_ops.health import vocabulary
from eakte_ops.inventory.load import load
from eakte_ops.inventory.model import Inventory
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.draft import Ground
from eakte_ops.playbook.load import FOLDER, SUFFIX, Playbook, checked
from eakte_ops.yamltext import read

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HEAD = "title: {de: Versuch, en: try}\n"


@cache
def playbook_of(text: str, name: str) -> Playbook:
    """The playbook in a text. Raises InvalidFile with all mistakes."""
    playbook, mistakes = checked(read(text, f"{FOLDER}/{name}{SUFFIX}"), name)
    if playbook is None:
        raise InvalidFile(mistakes, 1)
    return playbook


def samples() -> Inventory:
    """The sample towns."""
    return load(samples_folder(), thresholds=vocabulary())


def ground(town: str = "witten", arguments: Mapping[str, str] = {}) -> Ground:
    """A sample town to compile for."""
    return Ground(samples().towns[town], NOW, arguments)


def documented() -> Playbook:
    """The sample of docs/how-to/playbooks.md."""
    page = (Path(__file__).parents[3] / "docs/how-to/playbooks.md").read_text("utf-8")
    return playbook_of(page.partition("```yaml\n")[2].partition("```\n")[0], "rebuild-index")


def steps(*lines: str, more: str = "") -> str:
    """A playbook with these steps, each in one line of YAML flow."""
    return HEAD + more + "steps:\n" + "".join(f"  - {line}\n" for line in lines)
