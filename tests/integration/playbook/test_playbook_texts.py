"""shellcheck over every text that the sample playbooks become in the sample towns, as it is sent."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.inventory.samples import samples_folder
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.load import Playbook, load_playbooks
from eakte_ops.playbook.model import Argument
from eakte_ops.playbook.placeholders import SAMPLES
from eakte_ops.playbook.plan import OnServer
from eakte_ops.playbook.variables import Variables
from eakte_ops.remote.posix import quote
from tests.unit.playbook.played_books import documented, ground, playbook_of, steps

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
    for book in (*load_playbooks(samples_folder()).known.values(), documented(), ALL):
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
    return values.get(argument.kind, SAMPLES[argument.kind])


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


@pytest.mark.parametrize("left", ["not begun", "folder made", "half moved", "done"])
def test_the_sample_of_the_how_to_holds_from_every_state(tmp_path: Path, left: str) -> None:
    """What the page tells others to think of is true of its own sample."""
    step = next(step for step in documented().said.steps if step.name == "move")
    index = tmp_path / "index"
    index.mkdir()
    for name in ("segment", "segment 2", ".lock"):
        (index / name).write_text(name)
    if left in ("folder made", "half moved"):
        (index / "old-run1").mkdir()
    if left == "half moved":
        (index / "segment").rename(index / "old-run1/segment")
    if left == "done":
        assert "entries=4" in _carried_out(step.with_["text"], tmp_path).stdout
        assert [path.name for path in index.iterdir()] == ["old-run1"]
    expected = {"not begun": 10, "done": 0}.get(left, 1)
    assert _carried_out(step.verify or "", tmp_path).returncode == expected
    assert _carried_out(step.undo or "", tmp_path).returncode == 0
    assert sorted(path.name for path in index.iterdir()) == [".lock", "segment", "segment 2"]


def _carried_out(text: str, data: Path) -> subprocess.CompletedProcess[str]:
    lead = f"data={quote(str(data))}\nrun=run1\n"
    return subprocess.run(["dash", "-s"], input=lead + text, capture_output=True, text=True, check=False)
