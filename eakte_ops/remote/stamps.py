"""The time with which lines of logs begin, and the newest lines of a text by it. Pure."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_CLOCK = r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,][0-9]{1,9})?"
_ZONE = r"(?: ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}|UTC|GMT|CEST|CET|MESZ|MEZ)(?![A-Za-z0-9]))?"
_FORMS = (
    re.compile(rf"\W{{0,2}}(?P<year>[0-9]{{4}})[-/](?P<month>[0-9]{{2}})[-/](?P<day>[0-9]{{2}})[T ]{_CLOCK}{_ZONE}"),
    re.compile(rf"\W{{0,2}}(?P<day>[0-9]{{2}})\.(?P<month>[0-9]{{2}})\.(?P<year>[0-9]{{4}}),?[T ]{_CLOCK}{_ZONE}"),
)
_NAMED = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2}
_BEGINS = 48
"""Characters of a line in which its time stands."""

LONGEST_LINE = 4_000


@dataclass(frozen=True, slots=True)
class Newest:
    """Lines, oldest first. `began`: the time of the first that has one; `left_out`: newer than asked for, and too many;
    `reached`: everything asked for is here, as far as times tell; `dated`: whether any line has a time.
    """

    lines: tuple[str, ...]
    began: datetime | None
    left_out: int
    reached: bool
    dated: bool


def stamp(line: str, zone: tzinfo) -> datetime | None:
    """The time with which `line` begins, None if with none. `zone`: for times that name none."""
    head = line[:_BEGINS]
    found = next((match for form in _FORMS if (match := form.match(head))), None)
    if found is None:
        return None
    try:
        naive = datetime.fromisoformat(f"{found['year']}-{found['month']}-{found['day']}T{found['clock']}")
        return naive.replace(tzinfo=_said(found["zone"], zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _said(word: str | None, zone: tzinfo) -> tzinfo:
    if word is None:
        return zone
    if word in _NAMED:
        return timezone(timedelta(hours=_NAMED[word]))
    ahead = timedelta(hours=int(word[1:3]), minutes=int(word[-2:]))
    return timezone(-ahead if word[0] == "-" else ahead)


def newest(text: str, *, whole: bool, since: datetime | None, most: int, zone: tzinfo) -> Newest:
    """The newest `most` lines of `text`, from the first on that is not older than `since`.

    A line without a time belongs to the one before it. Where no line has one nothing can be compared, and all count.
    Not `whole`: the text begins somewhere in a line, which is left out.
    """
    lines = text.splitlines()
    if not whole and lines:
        lines = lines[1:]
    kept: deque[tuple[str, datetime | None]] = deque(maxlen=max(1, most))
    begun, dated, older, count = since is None, False, False, 0
    for line in lines:
        at = stamp(line, zone)
        if at is not None:
            dated = True
            if since is not None and not begun:
                begun = at >= since
                older = older or not begun
        if begun:
            kept.append((line, at))
            count += 1
    if not dated and since is not None:
        kept.extend((line, None) for line in lines)
        count = len(lines)
    began = next((at for _line, at in kept if at is not None), None)
    left_out = max(0, count - len(kept))
    shown = tuple(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line, _at in kept)
    return Newest(shown, began, left_out, not left_out and (whole or older), dated)
