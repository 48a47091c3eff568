"""Installed from a wheel, the program brings what a new operations folder needs: nothing of the checkout is used."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*.j2")}


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder of an unpacked wheel."""
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    return tmp_path / "installed"


def test_init_from_a_wheel_makes_a_folder_that_is_right(installed: Path, tmp_path: Path) -> None:
    new = tmp_path / "operations"
    run = "import sys; from eakte_ops.cli.main import main; sys.exit(main(sys.argv[1:]))"

    def eakte_ops(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-c", run, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout

    where = [sys.executable, "-P", "-c", "import eakte_ops; print(eakte_ops.__file__)"]
    there = subprocess.run(
        where, env={**os.environ, "PYTHONPATH": str(installed)}, check=True, capture_output=True, text=True, timeout=60
    )
    assert there.stdout.startswith(str(installed))
    eakte_ops("init", str(new))
    assert {path.relative_to(new).as_posix() for path in (new / "templates").rglob("*.j2")} == TEMPLATES
    said = eakte_ops("--project", str(new), "inventory", "check")
    assert f"{len(TEMPLATES)} templates, 4 playbooks: no errors." in said
