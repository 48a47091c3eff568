"""The same on several servers at once, each for itself: what came of it, and where it failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from eakte_ops.errors import EakteError

T = TypeVar("T")
_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """`said`: by server, what came of it; `failed`: by server, why nothing did. In the order that was asked for."""

    said: dict[str, T] = field(default_factory=dict)
    failed: dict[str, EakteError] = field(default_factory=dict)

    def must(self, servers: Collection[str]) -> None:
        """Raises the first error of those `servers`."""
        for server, problem in self.failed.items():
            if server in servers:
                raise problem


def everywhere(servers: Iterable[str], act: Callable[[str], T]) -> Heard[T]:
    """Carry `act` out for each server, side by side. Only an EakteError is kept as one; anything else is raised."""
    names = tuple(servers)
    heard: Heard[T] = Heard()
    if not names:
        return heard
    with ThreadPoolExecutor(min(len(names), _SIDE_BY_SIDE), thread_name_prefix="server") as pool:
        tried = {name: pool.submit(act, name) for name in names}
    for name, trial in tried.items():
        problem = trial.exception()
        if problem is None:
            heard.said[name] = trial.result()
        elif isinstance(problem, EakteError):
            heard.failed[name] = problem
        else:
            raise problem
    return heard
