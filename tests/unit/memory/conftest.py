"""A memory in a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.memory.looks import TWICE, Memory, memory_in


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """One bad look opens, one good look closes."""
    with memory_in(tmp_path) as made:
        yield made


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Memory]:
    """Two bad looks open, two good looks close."""
    with memory_in(tmp_path, TWICE) as made:
        yield made
