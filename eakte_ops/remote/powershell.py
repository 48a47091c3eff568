"""The PowerShell dialect: the place where it will be. Windows servers can be played (fake.py), not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from eakte_ops.errors import NotSupported
from eakte_ops.remote.types import Answer, Dialect, Question, Reveal


class PowerShell:
    """See `types.Shell`. Both methods raise NotSupported."""

    dialect: Dialect = "powershell"

    def ask(self, questions: Sequence[Question], marker: str, budget: float, reveal: Reveal) -> bytes:
        """See `types.Shell`."""
        raise NotSupported("asking a Windows server (PowerShell)")

    def read(
        self, stream: Iterable[tuple[Literal["out", "err"], bytes]], questions: Sequence[Question], marker: str
    ) -> Iterator[Answer]:
        """See `types.Shell`."""
        raise NotSupported("asking a Windows server (PowerShell)")
