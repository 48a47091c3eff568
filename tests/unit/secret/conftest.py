"""The operations folder of these tests, and the command line on it."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.secret import identity
from tests.unit.secret.town import Town

REPO = Path(__file__).parents[3]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Witten and Herdecke of the samples; recipients are admin-1, admin-2 and the recovery."""
    (tmp_path / "inventories").mkdir()
    for name in ("eakte-ops.yml", "inventories/_defaults.yml", "inventories/witten.yml", "inventories/herdecke.yml"):
        shutil.copy(REPO / name, tmp_path / name)
    witten = tmp_path / "inventories/witten.yml"
    # Whatever the sample lists: these tests know two names.
    text, count = re.subn(r"(?m)^secrets: \[.*\]", "secrets: [database-password, index-password]", witten.read_text())
    assert count == 1
    witten.write_text(text)
    keys = {who: identity.create(tmp_path / f"{who}.key") for who in ("admin-1", "admin-2", "machine", "safe")}
    found = Town(tmp_path, keys)
    found.recipients("admin-1", "admin-2")
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", str(tmp_path / "admin-1.key"))
    monkeypatch.setenv("EAKTE_OPS_PROJECT", str(tmp_path))
    return found


@pytest.fixture
def eakte_ops(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command line in this process, with a context that knows nothing yet."""
    from eakte_ops.cli.main import main

    def run(*words: str) -> int:
        monkeypatch.setattr(CONTEXT, "_survey", None)
        monkeypatch.setattr(CONTEXT, "_told", False)
        return main(list(words))

    return run
