from __future__ import annotations

import threading
from time import monotonic

from eakte_ops.remote.watchdog import Watchdog


def test_what_is_late_is_ended_once_and_the_rest_is_not() -> None:
    dog, late, good = Watchdog(), threading.Event(), threading.Event()
    first = dog.watch(monotonic() + 60, good.set)
    second = dog.watch(monotonic() + 0.02, late.set)
    assert late.wait(5)
    assert second.fired
    assert not first.fired
    assert not good.is_set()
    assert dog.everything() == [first]
    second.stop()
    first.stop()


def test_a_deadline_can_be_moved_both_ways() -> None:
    dog, ended = Watchdog(), threading.Event()
    watch = dog.watch(monotonic() + 0.05, ended.set)
    watch.until(float("inf"))
    assert not ended.wait(0.2)
    watch.until(monotonic())
    assert ended.wait(5)
    watch.stop()


def test_no_thread_is_left_and_a_new_one_comes_when_needed() -> None:
    dog = Watchdog()
    before = threading.active_count()
    for _round in range(3):
        watches = [dog.watch(monotonic() + 60, lambda: None) for _each in range(5)]
        assert threading.active_count() == before + 1
        for watch in watches:
            watch.stop()
            watch.stop()
        assert threading.active_count() == before
