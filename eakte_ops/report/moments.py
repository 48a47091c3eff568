"""Days and times as a reader writes them: in the language and on the clock of whoever gets the mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from eakte_ops.health import wording
from eakte_ops.inventory.hours import zone_of

if TYPE_CHECKING:
    from eakte_ops.health.types import Language

_DAYS = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads. `zone`: IANA name; `now`: Unix seconds of the mail, so that another year is said."""

    language: Language
    zone: str
    now: float

    def day(self, at: float) -> str:
        """`Di 24.11.`, `Tue 24 Nov`; with the year where it is not that of the mail."""
        day, now = self._local(at), self._local(self.now)
        name = _DAYS[self.language][day.weekday()]
        if self.language == "de":
            return f"{name} {day.day}.{day.month}.{day.year if day.year != now.year else ''}"
        return f"{name} {day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if day.year != now.year else ''}"

    def time(self, at: float) -> str:
        """`02:14`; in the hour that the clocks repeat also which of the two it is: `02:14 (UTC+2)`."""
        local = self._local(at)
        if not _happens_twice(local):
            return f"{local:%H:%M}"
        return f"{local:%H:%M} ({_offset(local)})"

    def moment(self, at: float) -> str:
        """`Di 24.11. 02:14`."""
        return f"{self.day(at)} {self.time(at)}"

    def span(self, seconds: float) -> str:
        """A duration: `3 min 40 s`."""
        return wording.span(seconds, self.language)

    def number(self, value: float) -> str:
        """`1.234`, `1,234`."""
        return wording.number(value, self.language)

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC).astimezone(zone_of(self.zone))


def _happens_twice(local: datetime) -> bool:
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second


def _offset(local: datetime) -> str:
    offset = local.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset is not None else 0
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}{f':{rest:02d}' if rest else ''}"
