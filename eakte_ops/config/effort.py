"""How much a template may do: all that it makes and every step of a loop is paid from one purse, so each one ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2.runtime import Context, Undefined

from eakte_ops.config.known import Held, Misused, Part

MOST = 1_000_000
"""Characters, list entries and steps of one rendering; the longest file of a real town has some thousand."""


class Sight(Context):
    """What a template sees while it is rendered, and what it may still spend."""

    left: int = MOST

    def pay(self, cost: int) -> None:
        """Raises Misused when the template did too much."""
        self.left -= cost
        if self.left < 0:
            raise Misused(f"the template does too much: {MOST:,} characters and steps are the most")

    def paid(self, value: Any) -> Any:
        """A value that was made, or is looked at as a whole. Raises Misused, and UndefinedError for what is missing."""
        self.pay(weight(value, self.left))
        return value


def weight(value: Any, most: int) -> int:
    """How many characters and entries a value has, those of lists within lists included; counted as far as `most`.

    Raises Misused for what is no value of templates, and UndefinedError for what is missing.
    """
    total = 0
    waiting = [value]
    while waiting and total <= most:
        each = waiting.pop()
        if isinstance(each, str):
            total += 1 + len(each)
        elif isinstance(each, list | tuple):
            total += 1 + len(each)
            waiting += each
        elif isinstance(each, Mapping):
            total += 1 + len(each)
        elif isinstance(each, Undefined):
            str(each)  # raises, and names what is missing
        elif each is None or isinstance(each, int | float | Held):
            total += 1
        else:
            raise Misused(f"{kind(each)} can not be used here")
    return total


def kind(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, Part):
        return value.name
    if isinstance(value, Held):
        return f"the secret {value.name}"
    if isinstance(value, bool):
        return "yes or no"
    kinds = {"str": "a text", "int": "a number", "float": "a number", "tuple": "a list", "list": "a list"}
    return kinds.get(type(value).__name__, "`none`" if value is None else "a thing of this kind")
