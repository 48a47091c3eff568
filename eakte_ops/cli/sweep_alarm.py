"""What a sweep tells at once: queued with what it remembers, sent beside it."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.errors import EakteError

if TYPE_CHECKING:
    from types import TracebackType

    from eakte_ops.health.memory.known import Change
    from eakte_ops.inventory.model import Settings, Town
    from eakte_ops.store import Rows

_MAIL_S = 120.0


class Alarm:
    """Queues what can not wait in the transaction that remembers it, and has it sent beside the look.

    A context manager. A mail server that is dead delays nobody: what it does not take stays in the queue.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wake = threading.Event()
        self._end = threading.Event()
        self._postman = threading.Thread(target=self._deliver, name="postman", daemon=True)

    def __enter__(self) -> Alarm:
        if self._settings.mail is not None or self._settings.alarm.hook:
            self._wake.set()  # what an earlier sweep could not get rid of
            self._postman.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._wake.set()
        if self._postman.ident is not None:
            self._postman.join(_MAIL_S if kind is None else 1.0)

    def heard(self, rows: Rows, at: float, town: Town | None, changes: tuple[Change, ...]) -> None:
        """Takes what a look did to the findings of a town; None: of the centre itself."""
        from eakte_ops.health.memory import towns
        from eakte_ops.report import alarm

        known = towns.known(rows, town.id)[0] if town is not None else None
        if alarm.enqueue(rows, at, changes, known, self._settings):
            self._wake.set()

    def _deliver(self) -> None:
        from eakte_ops.cli.digests import deliver_waiting

        try:
            with closing(CONTEXT.store()) as store:
                ended = False
                while not ended:
                    self._wake.wait()
                    ended = self._end.is_set()
                    self._wake.clear()
                    for why in deliver_waiting(store, self._settings, seconds=_MAIL_S).trouble:
                        say(f"Not sent yet, tried again later: {why}")
        except Exception as problem:  # what could not be sent waits in the queue
            said = problem if isinstance(problem, EakteError) else f"a mistake in eakte-ops ({type(problem).__name__})"
            with suppress(OSError):  # nobody may read what is said
                say(f"Nothing more is sent by this sweep: {said}")
