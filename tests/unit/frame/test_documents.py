"""What the documents point to is there: tests, files, commands."""

import re
from pathlib import Path

import pytest

from eakte_ops.cli.commands import COMMANDS

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_of_the_project_that_are_named_exist(page: Path) -> None:
    places = re.findall(r"`((?:tests|scripts|benchmarks|eakte_ops)/[A-Za-z0-9_./-]+)", page.read_text("utf-8"))
    assert [place for place in places if "NAME" not in place and not (ROOT / place.rstrip(".")).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_that_are_shown_exist(page: Path) -> None:
    shown = re.findall(r"^\s*(?:\$ )?eakte-ops ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE)
    assert set(shown) <= set(COMMANDS)


@pytest.mark.parametrize("name", ["threat-model.md", "invariants.md"])
def test_every_row_of_proof_names_a_test(name: str) -> None:
    rows = [
        row for row in (ROOT / "docs" / name).read_text("utf-8").splitlines() if re.match(r"\| (shown by|\d+) ", row)
    ]
    assert len(rows) >= 9
    assert [row for row in rows if "`tests/" not in row and "comes with" not in row and "yet" not in row] == []
