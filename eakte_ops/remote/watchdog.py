"""One thread that ends whatever is past its deadline, because some of paramiko's waits have no time limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

_LONGEST_S = 3600.0  # the operating system knows no endless time-out


class Watch:
    """One thing that is watched. `fired`: its deadline passed and it was ended."""

    __slots__ = ("_dog", "at", "end", "fired")

    def __init__(self, dog: Watchdog, at: float, end: Callable[[], None]) -> None:
        self._dog = dog
        self.at = at
        self.end = end
        self.fired = False

    def until(self, at: float) -> None:
        """Move the deadline (monotonic seconds)."""
        self._dog.move(self, at)

    def stop(self) -> None:
        """Watch no longer; may be called twice."""
        self._dog.forget(self)


class Watchdog:
    """Calls `end` of each Watch whose deadline passes.

    The thread exists only while something is watched, so nothing is left behind.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: set[Watch] = set()
        self._next = float("inf")
        self._thread: threading.Thread | None = None

    def watch(self, at: float, end: Callable[[], None]) -> Watch:
        """Watch from now on. `end` is called at most once, must be quick and must not raise."""
        watch = Watch(self, at, end)
        with self._changed:
            self._watched.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="watchdog")
                self._thread.start()
            elif at < self._next:
                self._changed.notify()
        return watch

    def move(self, watch: Watch, at: float) -> None:
        """A new deadline for a thing that is still watched."""
        with self._changed:
            watch.at = at
            if at < self._next:
                self._changed.notify()

    def forget(self, watch: Watch) -> None:
        """Stop watching; with the last one the thread ends, and is waited for."""
        with self._changed:
            self._watched.discard(watch)
            thread = None if self._watched else self._thread
            if thread is not None:
                self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(1.0)

    def everything(self) -> list[Watch]:
        """What is being watched now."""
        with self._changed:
            return list(self._watched)

    def _run(self) -> None:
        with self._changed:
            while self._watched:
                now = monotonic()
                for watch in [each for each in self._watched if each.at <= now]:
                    self._watched.discard(watch)
                    watch.fired = True
                    watch.end()
                self._next = min((each.at for each in self._watched), default=now)
                if self._watched:
                    self._changed.wait(min(_LONGEST_S, max(0.0, self._next - monotonic())))
            self._next = float("inf")
            self._thread = None
