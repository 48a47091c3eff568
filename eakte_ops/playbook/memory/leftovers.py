"""What abandoned runs left on the servers: findings until it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from eakte_ops.store import Rows

Kind: TypeAlias = Literal["hold", "notice", "paused", "mute", "incoming", "previous", "lock", "job", "not-asked"]


@dataclass(frozen=True, slots=True)
class Leftover:
    """`kind`: what; not-asked: the server could not be asked, so nothing is known. `said`: what it says of itself."""

    run: str
    town: str
    server: str
    kind: str
    said: str
    seen: float


def keep(rows: Rows, found: Iterable[Leftover]) -> None:
    """Remember what was found; what was known before is refreshed."""
    rows.many(
        "INSERT INTO leftover (run, town, server, kind, said, seen) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run, server, kind) DO UPDATE SET said = excluded.said, seen = excluded.seen, gone = NULL",
        [(each.run, each.town, each.server, each.kind, each.said, each.seen) for each in found],
    )


def there(rows: Rows, town: str = "", run: str = "") -> tuple[Leftover, ...]:
    """What is not known to be gone, of a town or a run or of all."""
    found = rows.all(
        "SELECT run, town, server, kind, said, seen FROM leftover"
        " WHERE gone IS NULL AND ? IN ('', town) AND ? IN ('', run) ORDER BY town, run, server, kind",
        (town, run),
    )
    return tuple(Leftover(*row) for row in found)


def gone(rows: Rows, each: Leftover, at: float) -> None:
    """It was seen to be there no more."""
    rows.run(
        "UPDATE leftover SET gone = ? WHERE run = ? AND server = ? AND kind = ?", (at, each.run, each.server, each.kind)
    )
