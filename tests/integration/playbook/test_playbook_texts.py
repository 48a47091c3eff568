"""shellcheck over every text that the sample playbooks become in the sample towns, as it is sent."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.load import Playbook, load_playbooks, playbook_of
from eakte_ops.playbook.model import Argument
from eakte_ops.playbook.plan import OnServer
from eakte_ops.playbook.variables import Variables
from tests.unit.playbook.played_books import ground, steps

AFTER = Variables("2026-11-24-witten-a1b2", "0" * 64, "a person", datetime(2026, 11, 24, 22, tzinfo=UTC))
TOWNS = ("herdecke", "schwelm", "witten")
"""One server, four, and a database of local IT."""
ALL = playbook_of(
    steps(
        "{name: stop, action: stop}",
        "{name: start, action: start}",
        "{name: restart, action: restart}",
        "{name: own, action: command, title: {de: a, en: a}, verify: 'test -e \"$data/x\" || exit 10', "
        "undo: 'rm -f \"$data/x\"', with: {text: 'touch \"$data/x\"'}}",
    ),
    "all",
)


def test_no_text_has_a_fault(tmp_path: Path) -> None:
    """SC2034: of the variables that every text is given not each one is used; SC2050, SC2194: with their values before
    it, what is asked about them is constant."""
    texts = sorted({text for found in _compiled() for text in _texts(found)})
    assert len(texts) > 30
    files = [tmp_path / f"{number}.sh" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    done = subprocess.run(
        ["shellcheck", "--shell=sh", "--severity=info", "--exclude=SC2034,SC2050,SC2194", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""


def _compiled() -> Iterator[Compiled]:
    for book in (*load_playbooks(samples_folder()).known.values(), ALL):
        for town in TOWNS:
            for component in sorted({part.installed.name for part in ground(town).parts()}):
                yield compile_(book, ground(town, _arguments(book, component)))
                if "component" not in book.said.arguments:
                    break


def _arguments(book: Playbook, component: str) -> dict[str, str]:
    return {
        name: _value(argument, component) for name, argument in book.said.arguments.items() if not argument.optional
    }


def _value(argument: Argument, component: str) -> str:
    values = {"component": component, "name": "2026-11-24-witten-a1b2", "line": "2026-11-24T22:00Z"}
    return values.get(argument.kind, "1")


def _texts(found: Compiled) -> Iterator[str]:
    """do, verify and undo as they are sent: with the variables that they are given before them."""
    for step in found.steps:
        for do in (step.do, step.undo):
            if isinstance(do, OnServer):
                yield _lead(do) + do.text
        if step.verify is not None and isinstance(step.do, OnServer):
            yield _lead(step.do) + step.verify
    yield from (each.ask for each in found.assumes)


def _lead(do: OnServer) -> str:
    return AFTER.lines(dict.fromkeys([*do.takes, *do.secrets], "value"))
