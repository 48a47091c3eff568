"""A post office for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.report.post import Post, post_in


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A Tuesday morning at ten; mail goes to the centre and to Herdecke's local IT."""
    with post_in(tmp_path) as made:
        yield made
