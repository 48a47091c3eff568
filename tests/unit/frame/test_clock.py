from datetime import timedelta

from eakte_ops.clock import SYSTEM


def test_now_is_aware_and_in_utc() -> None:
    assert SYSTEM.now().utcoffset() == timedelta(0)


def test_monotonic_never_runs_backwards() -> None:
    assert SYSTEM.monotonic() <= SYSTEM.monotonic()
