"""One plain sentence for each kind of error that pydantic knows; none of its own words get through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic_core import core_schema

from eakte_ops.yamltext.suggest import did_you_mean, listed

KNOWN_TYPES = frozenset(get_args(core_schema.ErrorType))

_DATE = "a date such as 2026-11-24"
_TIME = "a time such as 22:30"
_MOMENT = "a moment such as 2026-11-24T22:30:00+01:00"
_KEYS = 'a mapping ("key: value")'
_WANTED_BY_PREFIX = (
    ("string_type", "text"), ("string_unicode", "text"), ("string_not_ascii", "text without umlauts"),
    ("int_", "a whole number"), ("float_", "a number"), ("decimal_", "a number"), ("fraction_", "a number"),
    ("complex_", "a number"), ("finite_number", "a number"), ("bool_", "true or false"), ("none_required", "nothing"),
    ("missing_sentinel", "nothing"), ("ellipsis", "nothing"),
    ("list_", "a list"), ("tuple_", "a list"), ("set_", "a list"), ("frozen_set_", "a list"), ("deque_", "a list"),
    ("iterable_", "a list"), ("named_tuple_", "a list"), ("arguments_", "a list"),
    ("dict_", _KEYS), ("mapping_", _KEYS), ("model_", _KEYS), ("dataclass_", _KEYS), ("ordered_dict_", _KEYS),
    ("frozen_dict_", _KEYS), ("counter_", _KEYS),
    ("datetime_past", "a moment in the past"), ("datetime_future", "a moment in the future"), ("datetime_", _MOMENT),
    ("timezone_naive", "a moment without time zone"), ("timezone_", "a moment with a time zone"),
    ("date_past", "a date in the past"), ("date_future", "a date in the future"), ("date_", _DATE),
    ("time_delta_", "a duration such as PT2H30M"), ("time_", _TIME),
    ("url_", "a web address such as https://host.example/path"), ("uuid_", "a UUID"), ("bytes_", "text"),
)  # fmt: skip
_BOUNDS = {
    "greater_than": ("more than {gt}", ""),
    "greater_than_equal": ("at least {ge}", ""),
    "less_than": ("less than {lt}", ""),
    "less_than_equal": ("at most {le}", ""),
    "multiple_of": ("a multiple of {multiple_of}", ""),
    "string_too_short": ("at least {min_length} characters", ""),
    "string_too_long": ("at most {max_length} characters", ""),
    "bytes_too_short": ("at least {min_length} characters", ""),
    "bytes_too_long": ("at most {max_length} characters", ""),
    "string_pattern_mismatch": ("text of the form {pattern}", ""),
    "too_short": ("at least {min_length} entries", "{actual_length}"),
    "too_long": ("at most {max_length} entries", "{actual_length}"),
}
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


def wanted(kind: str) -> str:
    """What was expected, in words; "" where the error is not about the type of a value."""
    return next((words for prefix, words in _WANTED_BY_PREFIX if kind.startswith(prefix)), "")


def is_type_error(kind: str) -> bool:
    """True where another kind of value altogether was expected, so that other branches of a union may fit."""
    return kind == "int_from_float" or (bool(wanted(kind)) and kind.endswith(("_type", "none_required")))


def found(value: Any, raw: str | None) -> str:
    """What stands in the file, in words. `raw`: the word as written, where there is one."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return raw or str(value).lower()
    if isinstance(value, int | float):
        return f"the number {raw or value}"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list"


def quoted(text: str) -> str:
    """`the text "..."`, cut to what fits a line."""
    if not text:
        return "an empty text"
    short = text if len(text) <= 60 else f"{text[:57]}..."
    one_line = re.sub(r"\s", " ", short)
    return f'the text "{one_line}"'


def sentence(kind: str, message: str, context: Mapping[str, Any], value: Any, raw: str | None) -> str:
    """The sentence for one error. `kind`, `message`, `context`, `value`: as pydantic reports them."""
    if kind not in KNOWN_TYPES:
        return message  # raised by a validator of ours, in our words
    if kind == "missing":
        return "missing"
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return choice(str(context.get("expected_tags") or context.get("expected", "")), value, raw)
    if kind in _BOUNDS:
        return _bound(kind, context, value, raw)
    words = wanted(kind)
    if not words:  # an error raised by a plain validator, or a kind that no file can cause
        return str(context.get("error", "")) or "this value does not fit here"
    return f"{words} expected, found {found(value, raw)}{_write(words, value, raw)}"


def choice(expected: str, value: Any, raw: str | None) -> str:
    """`one of linux, windows expected, found the text "linus"; did you mean "linux"?`"""
    names = _QUOTED.findall(expected) or [part for part in re.split(r", | or ", expected) if part]
    said = f"one of {listed(names)} expected" if len(names) > 1 else f"{listed(names)} expected"
    word = raw if raw is not None else value
    if not isinstance(value, str) and raw in names:
        return f'{said}, found {found(value, raw)}; write "{raw}"'
    return f"{said}, found {found(value, raw)}{did_you_mean(word, names) if isinstance(word, str) and word else ''}"


def _bound(kind: str, context: Mapping[str, Any], value: Any, raw: str | None) -> str:
    if kind == "string_too_short" and not value:
        return "text expected, found an empty text"
    want, have = _BOUNDS[kind]
    said = want.format(**context).replace(" 1 entries", " 1 entry").replace(" 1 characters", " 1 character")
    return f"{said} expected, found {have.format(**context) if have else found(value, raw)}"


def _write(words: str, value: Any, raw: str | None) -> str:
    """What to write instead, where the value is right and only its spelling is not."""
    if words == "text" and isinstance(value, bool | int | float):
        return f'; write "{raw or value}"'
    if words == "true or false" and isinstance(value, str):
        switch = {"yes": "true", "on": "true", "ja": "true", "true": "true"}
        switch |= {"no": "false", "off": "false", "nein": "false", "false": "false"}
        return f"; write {switch[value.lower()]}" if value.lower() in switch else ""
    if words in ("a whole number", "a number") and isinstance(value, str):
        plain = r"-?(0|[1-9][0-9]*)" if words == "a whole number" else r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"
        return f"; write {value} without quotes" if re.fullmatch(plain, value) else ""
    if words == "a list" and isinstance(value, str) and value:
        return f"; write [{value}]" if re.fullmatch(r"[\w.-]{1,60}", value) else ""
    return ""
