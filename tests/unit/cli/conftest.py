"""An operations folder with a store, a clock that stands still, and the program as it is typed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.clock import Clock
from tests.unit.cli import remembered
from tests.unit.cli.remembered import Remembered
from tests.unit.health import well

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remembered]:
    """A store of the sample towns, empty; it is remembered.NOW; spoken to in English."""
    shutil.copy(well.ROOT / "eakte-ops.yml", tmp_path / "eakte-ops.yml")
    (tmp_path / "inventories").mkdir()
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: remembered.NOW))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    kept = Remembered(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def ask(memory: Remembered, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command; gives its status, stdout and stderr."""

    def ask(*words: str) -> tuple[int, str, str]:
        CONTEXT.begin(None, False)
        status = main(["--project", str(memory.folder), *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return ask
