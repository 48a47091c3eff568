"""The store for a run, which many threads use: one thread owns it, and everybody else asks that one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from eakte_ops.store import Rows, Store

T = TypeVar("T")


class Keeper:
    """Thread safe. `open_store`: opens the store, in the thread that is to own it; close it when all is done."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._owner = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            self._store = self._owner.submit(open_store).result()
        except BaseException:
            self._owner.shutdown()
            raise

    def writing(self, act: Callable[[Rows], T]) -> T:
        """One transaction, on disk when this returns. Raises what `act` and Store.writing raise."""

        def written() -> T:
            with self._store.writing() as rows:
                return act(rows)

        return self._owner.submit(written).result()

    def reading(self, act: Callable[[Rows], T]) -> T:
        """One transaction that changes nothing."""

        def read() -> T:
            with self._store.reading() as rows:
                return act(rows)

        return self._owner.submit(read).result()

    def close(self) -> None:
        """Give the store back."""
        self._owner.submit(self._store.close).result()
        self._owner.shutdown()
