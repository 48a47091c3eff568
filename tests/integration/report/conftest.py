"""Papers of a mail server, and a store with one town."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.report.postmen import Papers, papers
from tests.unit.report.post import Post, post_in


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """A certificate for localhost."""
    return papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """As in the unit tests."""
    with post_in(tmp_path) as made:
        yield made
