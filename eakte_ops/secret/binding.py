"""What stands inside an age file: a first line that names town and secret, then the value. Pure.

Who can write to git can put the age file of one town in the place of another's, and the same people can open both: the
password of one would be sent to the servers of the other. The line inside is sealed with the value and stays with it.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "eakte-ops secret 1 "
"""How the first line begins; behind it stands TOWN/NAME, or centre/NAME."""

_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class Content:
    """`bound_to`: the TOWN/NAME for which it was made, None where it does not say so; then all of it is the value."""

    bound_to: str | None
    value: str


def bound(name: str, value: str) -> str:
    """The text to be sealed: `value` of the secret `name` (TOWN/NAME)."""
    return f"{MARK}{name}\n{value}"


def read(text: str) -> Content:
    """What a text that was opened holds."""
    first, line_end, value = text.partition("\n")
    named = first.removeprefix(MARK)
    if not line_end or named == first or not 0 < len(named) <= _LONGEST_NAME or not named.isprintable():
        return Content(None, text)
    return Content(named, value)
