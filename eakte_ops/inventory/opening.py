"""Whether a town's window is open at a moment: its own time of day decides, also when the clocks change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from eakte_ops.inventory.files import Opening, Weekday, Windows

_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def open_at(windows: Windows, moment: datetime) -> bool:
    """Whether work is allowed at `moment` (aware). A closed day closes also the part of a window after its midnight.

    The hour that the clocks repeat belongs to a window both times; of the hour they leave out nothing can be in one.
    """
    local = moment.astimezone(_zone(windows.zone))
    if any(closed.covers(local.date()) for closed in windows.closed):
        return False
    return any(_covers(opening, local) for opening in windows.open)


def _covers(opening: Opening, local: datetime) -> bool:
    """Whether it is open by the clock on the wall: text of the form HH:MM sorts as times do, up to "24:00"."""
    clock, today, yesterday = f"{local:%H:%M}", local.date(), local.date() - timedelta(days=1)
    if opening.from_ < opening.until:
        return _begins(opening, today) and opening.from_ <= clock < opening.until
    after_midnight = _begins(opening, yesterday) and clock < opening.until
    return after_midnight or (_begins(opening, today) and opening.from_ <= clock)


def _begins(opening: Opening, day: date) -> bool:
    return _DAYS[day.weekday()] in opening.days
