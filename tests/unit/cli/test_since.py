"""`--since` as people write it, in the town's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from eakte_ops.cli.since import moment_since
from eakte_ops.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 15, 40, tzinfo=UTC)  # 16:40 in Berlin


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("30min", "2026-11-24T15:10"),
        ("1h", "2026-11-24T14:40"),
        ("2 d", "2026-11-22T15:40"),
        ("14:00", "2026-11-24T13:00"),
        ("16:40", "2026-11-24T15:40"),
        ("16:41", "2026-11-23T15:41"),
        ("2026-11-24T10:00", "2026-11-24T09:00"),
        ("2026-11-24 10:00:30", "2026-11-24T09:00:30"),
        ("2026-11-24T10:00+00:00", "2026-11-24T10:00"),
        ("2026-07-01", "2026-06-30T22:00"),
    ],
)
def test_a_moment_or_a_span(said: str, then: str) -> None:
    assert moment_since(said, NOW, BERLIN) == datetime.fromisoformat(then).replace(tzinfo=UTC)


@pytest.mark.parametrize("said", ["", "yesterday", "h", "25:00", "2026-13-01", "2026-11-25", "\x1b[2J", "1w"])
def test_what_is_none_says_how_it_is_written(said: str) -> None:
    with pytest.raises(UsageError) as caught:
        moment_since(said, NOW, BERLIN)
    assert "--since 30min" in caught.value.way_out
