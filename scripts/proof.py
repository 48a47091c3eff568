"""Runs the proofs of tests/proof and writes docs/proof/NAME.md; see scripts/proof.

A proof is a file NAME.py: its docstring says what is proven, its function `prove(say)` says a `Line` for each case as
soon as it is known.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from tests.proof.line import Line

ROOT = Path(__file__).resolve().parents[1]


def main(words: Sequence[str], proofs: Path = ROOT / "tests/proof", pages: Path = ROOT / "docs/proof") -> int:
    """Run the proof that is named; its page is written whether it is well or not. Gives the exit status."""
    names = sorted(file.stem for file in proofs.glob("*.py") if file.stem != "line")
    if len(words) != 1 or words[0] not in names:
        print(f"which proof? There are: {' '.join(names)}", file=sys.stderr)
        return 2
    proof, lines, began = _loaded(proofs / f"{words[0]}.py"), list[Line](), time.monotonic()

    def say(line: Line) -> None:
        lines.append(line)
        print(f"{'well ' if line.well else 'WRONG'}  {line.part}: {line.what}: {line.outcome}", flush=True)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # see tests/conftest.py
    proof.prove(say)
    pages.mkdir(parents=True, exist_ok=True)
    about = (proof.__doc__ or "").strip()
    (pages / f"{words[0]}.md").write_text(page(words[0], about, lines, _stamp(time.monotonic() - began)), "utf-8")
    return 0 if lines and all(line.well for line in lines) else 1


def page(name: str, about: str, lines: Sequence[Line], stamp: str) -> str:
    """What was seen, as Markdown: what is wrong first, then everything by its part."""
    wrong = [line for line in lines if not line.well]
    text = [
        f"# Proof: {name}",
        f"<!-- made by ./scripts/proof {name} -->",
        "",
        about,
        "",
        f"{stamp} {len(lines) - len(wrong)} of {len(lines)} cases are well.",
    ]
    if wrong:
        text += ["", "## Wrong", "", "| part | case | outcome |", "| --- | --- | --- |"]
        text += [f"| {_cell(each.part)} | {_cell(each.what)} | {_cell(each.outcome)} |" for each in wrong]
    for part in dict.fromkeys(line.part for line in lines):
        text += ["", f"## {part}", "", "| case | outcome |", "| --- | --- |"]
        text += [f"| {_cell(each.what)} | {_cell(each.outcome)} |" for each in lines if each.part == part]
    return "\n".join([*text, ""])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"proof_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _stamp(seconds: float) -> str:
    words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{datetime.now(UTC).date().isoformat()}, commit {commit}, {machine}, {seconds / 60:.0f} minutes."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
