"""scripts/proof: runs what is named, writes a page, and ends with 1 where anything was not well."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
PROOF = '''"""That two and two are four."""

from tests.proof.line import Line


def prove(say):
    say(Line("Sums", "2 + 2", "4", True))
    say(Line("Sums", "2 | 2", {second!r}, {well}))
'''


@pytest.fixture
def runner() -> ModuleType:
    """scripts/proof.py, which is no package."""
    spec = importlib.util.spec_from_file_location("proof_runner", ROOT / "scripts/proof.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def proofs(folder: Path, second: str, well: bool) -> Path:
    (folder / "proofs").mkdir()
    (folder / "proofs/sums.py").write_text(PROOF.format(second=second, well=well))
    (folder / "proofs/line.py").write_text("")
    return folder / "proofs"


def test_a_proof_that_is_well_is_written_down(
    runner: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(["sums"], proofs(tmp_path, "2", True), tmp_path / "pages") == 0
    assert capsys.readouterr().out == "well   Sums: 2 + 2: 4\nwell   Sums: 2 | 2: 2\n"
    text = (tmp_path / "pages/sums.md").read_text("utf-8")
    assert text.startswith("# Proof: sums\n<!-- made by ./scripts/proof sums -->\n\nThat two and two are four.\n")
    assert " 2 of 2 cases are well.\n\n## Sums\n\n| case | outcome |\n| --- | --- |\n" in text
    assert text.endswith("| 2 + 2 | 4 |\n| 2 \\| 2 | 2 |\n")


def test_what_is_wrong_stands_first_and_is_the_status(runner: ModuleType, tmp_path: Path) -> None:
    assert runner.main(["sums"], proofs(tmp_path, "a secret\nin stdout", False), tmp_path / "pages") == 1
    text = (tmp_path / "pages/sums.md").read_text("utf-8")
    assert " 1 of 2 cases are well.\n\n## Wrong\n" in text
    assert "| Sums | 2 \\| 2 | a secret in stdout |\n\n## Sums" in text


def test_a_proof_without_a_case_proves_nothing(runner: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "none.py").write_text('"""Nothing."""\n\n\ndef prove(say):\n    pass\n')
    assert runner.main(["none"], tmp_path, tmp_path / "pages") == 1


@pytest.mark.parametrize("words", [[], ["no-such"], ["line"], ["canary", "more"]])
def test_a_proof_that_there_is_not_is_answered_with_those_there_are(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/proof.py", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "which proof? There are: canary engine health\n"
