"""Numbers and times as servers and strangers write them: only what everything behind can count with."""

from __future__ import annotations

import math

LATEST_S = 250_000_000_000.0
"""Unix seconds, in the year 9892: later ones can not be shown as a date in every zone."""
MOST_DIGITS = 15
"""Of a whole number, so that it stays below 2**53: every JSON reader has the same one."""


def is_time(seconds: float) -> bool:
    """Whether these Unix seconds are a moment that can be shown; no infinity, nothing before 1970."""
    return math.isfinite(seconds) and 0 <= seconds <= LATEST_S


def time(word: object) -> float | None:
    """Unix seconds; None for anything else, however long. Never raises."""
    if isinstance(word, bool) or not isinstance(word, str | int | float):
        return None
    try:
        seconds = float(word)
    except (ValueError, OverflowError):
        return None
    return seconds if is_time(seconds) else None


def whole(word: str) -> int | None:
    """A whole number of plain digits, at most MOST_DIGITS of them; None for anything else. Never raises."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS else None
