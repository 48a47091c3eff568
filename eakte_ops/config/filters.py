"""The filters of templates. All are given what the template may still spend, and refuse what is not meant for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from jinja2 import pass_context
from jinja2.runtime import Undefined

from eakte_ops.config.effort import Sight, kind
from eakte_ops.config.forms import FORMS
from eakte_ops.config.known import Held, Misused, Part, network, url_host

Filter: TypeAlias = Callable[..., Any]


def text(value: Any) -> str:
    """The value if it is a text. Raises Misused."""
    if isinstance(value, str):
        return value
    raise wrong(value, "a text")


def plain(value: Any) -> str:
    """How a text, a number, yes or no stands in a file. Raises Misused."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str | int):
        return str(value)
    raise wrong(value, "a text or a number")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise Misused("the number is too large to be written")
    digits, e, exponent = repr(value).partition("e")
    return f"{digits if '.' in digits or not e else f'{digits}.0'}{e}{exponent}"  # YAML 1.1 knows no 1e+22


def listed(value: Any) -> tuple[Any, ...]:
    """The entries of a list, the keys of a part. Raises Misused."""
    if isinstance(value, list | tuple | Part):
        return tuple(value)
    raise wrong(value, "a list")


def wrong(value: Any, wanted: str) -> Misused:
    """That something else was wanted. Raises UndefinedError for what is missing."""
    if isinstance(value, Undefined):
        str(value)  # raises, and names it
    if isinstance(value, Held):
        return Misused(f"the secret {value.name} can only stand alone: {{{{ secret[{value.name!r}] | FORM }}}}")
    return Misused(f"{wanted} is needed here, not {kind(value)}")


def _paid(change: Callable[..., Any]) -> Filter:
    """A filter that pays for what it makes."""

    @pass_context
    def run(sight: Sight, *given: Any) -> Any:
        return sight.paid(change(*given))

    return run


def _writer(form: str) -> Filter:
    """The filter that writes a value in a form; of a secret it gives the place where that is to be done."""

    @pass_context
    def write(sight: Sight, value: Any) -> Any:
        if isinstance(value, Held):
            if value.form:
                raise Misused(f"the secret {value.name} is written in one form, not as {value.form} and {form}")
            return Held(value.name, form)
        if isinstance(value, str):
            return sight.paid(FORMS[form](value, "the value"))
        return plain(value) if isinstance(value, int | float) else text(value)

    return write


@pass_context
def _replace(sight: Sight, value: Any, old: Any, new: Any) -> str:
    whole, search, instead = text(value), text(old), text(new)
    if not search:
        raise Misused("an empty text can not be replaced")
    sight.pay(len(whole) + whole.count(search) * len(instead))
    return whole.replace(search, instead)


@pass_context
def _join(sight: Sight, value: Any, between: Any = "") -> str:
    parts, mark = [plain(each) for each in listed(value)], text(between)
    sight.pay(sum(map(len, parts)) + len(mark) * len(parts))
    return mark.join(parts)


def _first(value: Any, at: int = 0) -> Any:
    entries = listed(value)
    if not entries:
        raise Misused("the list is empty, so it has no first and no last entry")
    return entries[at]


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(listed(value))


def _items(value: Any) -> tuple[tuple[str, Any], ...]:
    if isinstance(value, Part):
        return tuple(value.items())
    raise wrong(value, "a part with named values")


def _sorted(value: Any) -> tuple[Any, ...]:
    entries = listed(value)
    if all(isinstance(each, str) for each in entries):
        return tuple(sorted(entries, key=lambda each: (each.casefold(), each)))
    return tuple(sorted(map(_number_of, entries)))


def _number_of(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise wrong(value, "a list of texts or of numbers")


def _unique(value: Any) -> tuple[Any, ...]:
    entries = listed(value)
    for each in entries:
        plain(each)
    return tuple(dict.fromkeys(entries))


@pass_context
def _walked(sight: Sight, value: Any, cost: int) -> tuple[Any, ...]:
    """What a loop goes over; all its steps are paid before the first."""
    entries = listed(value)
    sight.pay(cost * len(entries))
    return entries


@pass_context
def _made(sight: Sight, value: Any) -> Any:
    return sight.paid(value)


@pass_context
def _compared(sight: Sight, value: Any) -> Any:
    for each in value if isinstance(value, list | tuple) else (value,):
        if isinstance(each, Held):
            raise wrong(each, "")
    return sight.paid(value)


WALKED, MADE, COMPARED = " walked", " made", " compared"
"""Filters that no template can name: they are put into its tree (syntax.py)."""

FILTERS: Mapping[str, Filter] = {
    "first": _paid(_first),
    "items": _paid(_items),
    "join": _join,
    "last": _paid(lambda value: _first(value, -1)),
    "length": _paid(_length),
    "list": _paid(listed),
    "lower": _paid(lambda value: text(value).lower()),
    "network": _paid(lambda value: network(text(value))),
    "replace": _replace,
    "sort": _paid(_sorted),
    "unique": _paid(_unique),
    "upper": _paid(lambda value: text(value).upper()),
    "url_host": _paid(lambda value: url_host(text(value))),
    **{name: _writer(name) for name in FORMS},
    WALKED: _walked,
    MADE: _made,
    COMPARED: _compared,
}
