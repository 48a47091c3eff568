"""Writes every generated file of docs/reference from the models; --check only says what is stale (status 1)."""

from __future__ import annotations

import sys
from pathlib import Path

from eakte_ops.cli.reference import documents

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compare or write; print one line per file that differs."""
    check = sys.argv[1:] == ["--check"]
    stale = 0
    for name, text in documents().items():
        file = ROOT / name
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{name} is stale: run ./scripts/generate")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
