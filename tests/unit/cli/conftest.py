"""An operations folder with a store, a clock that stands still, a fleet on paper, and the program as it is typed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.clock import Clock
from eakte_ops.remote.fake import FakeFleet, FakeServer
from tests.unit.cli import remembered
from tests.unit.cli.remembered import Remembered
from tests.unit.health import well

Run = Callable[..., tuple[int, str, str]]
TOWNS = ("witten", "herdecke", "hattingen", "gevelsberg")


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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operations folder with four towns, spoken to in English."""
    (tmp_path / "inventories").mkdir()
    for name in ("eakte-ops.yml", "access.yml", "inventories/_defaults.yml", *(f"inventories/{t}.yml" for t in TOWNS)):
        shutil.copy(well.ROOT / name, tmp_path / name)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFleet]:
    """All Linux servers of the towns, well."""
    monkeypatch.setattr("eakte_ops.remote.fake.time.time", lambda: well.NOW.timestamp() + 1)
    servers = {}
    for name in TOWNS:
        for server in well.inventory().towns[name].said.servers:
            if server.platform == "linux":
                servers[server.name] = FakeServer(dict(well.outputs(well.site(server.name))), visit=well.VISIT)
    fleet = FakeFleet(servers)
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    for name, empty in (("_survey", None), ("_told", False), ("project", None)):
        monkeypatch.setattr(CONTEXT, name, empty)
    yield fleet
    assert fleet.open == 0


@pytest.fixture
def run(folder: Path, fleet: FakeFleet, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command against that fleet; gives its status, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["--project", str(folder), *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run
