"""Regular hours of a town as plain values, without the models: open or not, until when, and when next.

The town's clock on the wall decides, also when the clocks change: the hour that they repeat belongs to a window both
times, of the hour that they leave out nothing can be in one. Closed days win, also over the part of a window after
their midnight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FARTHEST_D = 400
"""Days ahead in which a next opening is looked for; the inventory takes no longer closure than 366."""


@dataclass(frozen=True, slots=True)
class Regular:
    """A regular time. `begin`, `until`: HH:MM up to "24:00"; where `until` comes before, it is that of the next day."""

    days: frozenset[str]
    begin: str
    until: str

    def covers(self, local: datetime) -> bool:
        """Whether it is open by the clock on the wall: text of the form HH:MM sorts as times do."""
        clock, today, yesterday = f"{local:%H:%M}", local.date(), local.date() - timedelta(days=1)
        if self.begin < self.until:
            return self._begins(today) and self.begin <= clock < self.until
        after_midnight = self._begins(yesterday) and clock < self.until
        return after_midnight or (self._begins(today) and self.begin <= clock)

    def _begins(self, day: date) -> bool:
        return _DAYS[day.weekday()] in self.days


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until before `end`, in the town's zone. `end` None: there is no end within a year."""

    begin: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Hours:
    """`closed`: first and last day of periods in which it is never open."""

    zone: ZoneInfo
    regular: tuple[Regular, ...]
    closed: tuple[tuple[date, date], ...] = ()

    @classmethod
    def of(cls, zone: str, regular: Sequence[Mapping[str, Any]], closed: Sequence[Mapping[str, Any]] = ()) -> Hours:
        """Those of plain data as in an inventory file: `{days, from, until}` and `{from, until}`."""
        return cls(
            zone_of(zone),
            tuple(Regular(frozenset(each["days"]), each["from"], each["until"]) for each in regular),
            tuple((date.fromisoformat(each["from"]), date.fromisoformat(each["until"])) for each in closed),
        )

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open at `moment` (aware)."""
        local = moment.astimezone(self.zone)
        if any(first <= local.date() <= last for first, last in self.closed):
            return False
        return any(each.covers(local) for each in self.regular)

    def now_or_next(self, moment: datetime) -> Span | None:
        """The time that is open at `moment`, with `moment` as its begin, else the next one; None if there is none."""
        begin = moment if self.open_at(moment) else None
        for turn in self._turns(moment.astimezone(UTC)):  # in UTC: within one zone a repeated hour compares wrongly
            if begin is None and self.open_at(turn):
                begin = turn
            elif begin is not None and not self.open_at(turn):
                return Span(begin.astimezone(self.zone), turn.astimezone(self.zone))
        return None if begin is None else Span(begin.astimezone(self.zone), None)

    def _turns(self, after: datetime) -> Iterator[datetime]:
        """Every moment after `after` at which it may open or close, in order (UTC)."""
        first = after.astimezone(self.zone).date() - timedelta(days=1)
        for number in range(_FARTHEST_D):
            yield from (turn for turn in self._turns_of(first + timedelta(days=number)) if turn > after)

    def _turns_of(self, day: date) -> Sequence[datetime]:
        words = {word for each in self.regular for word in (each.begin, each.until)} | {"00:00"}
        clocks = [time.fromisoformat(word) for word in words if word != "24:00"]
        midnight = datetime.combine(day, time(), self.zone).astimezone(UTC)
        following = datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)
        found = {
            datetime.combine(day, clock, self.zone).replace(fold=fold).astimezone(UTC)
            for clock in clocks
            for fold in (0, 1)
        }
        if following - midnight != timedelta(days=1):  # the clocks change: that moment is one, too
            quarters = int((following - midnight) / timedelta(minutes=15))
            found |= {midnight + timedelta(minutes=15) * number for number in range(quarters)}
        return sorted(turn for turn in found if midnight <= turn < following)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name."""
    return ZoneInfo(name)
