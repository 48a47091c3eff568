"""Time zones, windows, closed periods and service hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from eakte_ops.inventory.plain import Plain, Problem, entries, mapping, text, texts
from eakte_ops.inventory.suggest import shown, suggestion
from eakte_ops.yamltext import Path

LONGEST_CLOSED = 366  # days without a break after which a window counts as never open


def check(town: Plain) -> Iterator[Problem]:
    """Problems of `windows` and `availability` of a town, or of the defaults."""
    windows = mapping(town, "windows")
    zone = text(windows, "zone")
    if zone is not None and (sentence := wrong_zone(zone)):
        yield Problem(("windows", "zone"), sentence)
    yield from _openings(windows, "open", ("windows", "open"))
    yield from _openings(mapping(town, "availability"), "hours", ("availability", "hours"))
    yield from _closed(windows)


@cache
def wrong_zone(zone: str) -> str:
    """The sentence about a zone that does not exist; "" for one that does."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        pass
    else:
        if zone.partition("/")[0] not in {"posix", "right", "localtime", "posixrules", "Factory"}:
            return ""
    known = available_timezones()
    if not known:
        return "this machine has no time zone data, so no zone can be checked; install the package tzdata"
    if zone.strip().casefold() in {"cet", "cest", "mez", "mesz", "berlin", "germany"}:
        return f'no time zone {shown(zone)}; did you mean "Europe/Berlin"?'
    return f"no time zone {shown(zone)}{suggestion(zone, known)}"


def _openings(node: Plain, key: str, path: Path) -> Iterator[Problem]:
    for at, opening in entries(node, key):
        begin, end = text(opening, "from"), text(opening, "until")
        if begin == "24:00":
            yield Problem((*path, at, "from"), 'a day begins at "00:00"; "24:00" is only an end')
        elif begin is not None and begin == end:
            yield Problem((*path, at, "until"), 'never open: it ends when it begins; a whole day is "00:00" to "24:00"')
        seen: set[str] = set()
        for index, day in texts(opening, "days"):
            if day in seen:
                yield Problem((*path, at, "days", index), f"{day} stands here twice")
            seen.add(day)


def _closed(windows: Plain) -> Iterator[Problem]:
    spans: list[tuple[date, date, int]] = []
    for at, period in entries(windows, "closed"):
        ends = []
        for key in ("from", "until"):
            said = text(period, key)
            day = _day(said) if said is not None else None
            if said is not None and len(said) == len("2026-12-24") and day is None:
                yield Problem(("windows", "closed", at, key), f"there is no day {said}")
            ends.append(day)
        first, last = ends
        if first and last and last < first:
            yield Problem(("windows", "closed", at, "until"), f"ends on {last}, before it begins on {first}")
        elif first and last:
            spans.append((first, last, at))
    yield from _too_long(spans)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _too_long(spans: list[tuple[date, date, int]]) -> Iterator[Problem]:
    begin = end = None
    for first, last, at in sorted(spans):
        if begin is None or end is None or first > end + timedelta(days=1):
            begin, end = first, last
        end = max(end, last)
        if (end - begin).days >= LONGEST_CLOSED:
            path = ("windows", "closed", at, "until")
            yield Problem(path, f"closed from {begin} to {end} without a break: the windows never open")
            return
