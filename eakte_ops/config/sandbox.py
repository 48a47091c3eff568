"""Jinja2 with nothing in reach: no calls, no methods, no imports, a dozen filters, and places instead of secrets."""

from __future__ import annotations

import re
import secrets as random
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from eakte_ops.config.forms import FORMS
from eakte_ops.config.known import Held, Misused, Part, network, url_host
from eakte_ops.config.rendered import Pieces, Slot
from eakte_ops.yamltext import did_you_mean

_PLAIN_FILTERS = ("first", "items", "join", "last", "length", "list", "lower", "replace", "sort", "unique", "upper")
_LOOP = ("first", "index", "index0", "last", "length")
_FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Call: "nothing can be called in a template",
    nodes.CallBlock: "nothing can be called in a template",
    nodes.Macro: "a template has no macros",
    nodes.Include: "a template stands alone: no include",
    nodes.Import: "a template stands alone: no import",
    nodes.FromImport: "a template stands alone: no import",
    nodes.Extends: "a template stands alone: no extends",
    nodes.Block: "a template stands alone: no block",
    nodes.Mul: "no multiplication in a template",
    nodes.Pow: "no powers in a template",
    nodes.Mod: "no % in a template",
}
_NONCE = random.token_hex(8)
_MARK = re.compile(rf"\ue000{_NONCE}\|([a-z0-9.-]+)\|([a-z]+)\ue001")


class Missing(StrictUndefined):
    """A value that is not there; whatever is done with it but asking whether it is there names it."""

    @property
    def _undefined_message(self) -> str:
        name, of = str(self._undefined_name), self._undefined_obj
        if isinstance(of, Part):
            return f'{of.name} has no {of.of} "{name:.80}"{did_you_mean(name, of)}'
        return f'there is no "{name:.80}" here'

    def _fail_with_undefined_error(self, *_args: Any, **_named: Any) -> NoReturn:
        raise UndefinedError(self._undefined_message)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates. Values are looked up in Parts and tuples alone, attributes do not exist."""

    def __init__(self) -> None:
        super().__init__(
            undefined=Missing,
            finalize=_finalize,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.globals = {}
        self.filters = {name: FILTERS[name] for name in _PLAIN_FILTERS}
        self.filters |= {name: _writer(name) for name in FORMS}
        self.filters |= {"network": _on_text(network), "url_host": _on_text(url_host)}
        self.tests = {name: TESTS[name] for name in ("defined", "undefined", "in", "eq", "ne")}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`a.b`: the value b of the part a, or something about a loop."""
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`a["b"]`, and the n-th of a tuple."""
        if isinstance(obj, Undefined):
            str(obj)  # raises, and names what is missing first
        if isinstance(obj, Part) and isinstance(argument, str):
            return obj[argument] if argument in obj else self.undefined(obj=obj, name=argument)
        if isinstance(obj, tuple | list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def call(self, *_args: Any, **_named: Any) -> NoReturn:
        """Never: forbidden() has said so already."""
        raise SecurityError("nothing can be called in a template")


def forbidden(tree: nodes.Template) -> Iterable[tuple[int, str]]:
    """Line and sentence of everything in a parsed template that has no place there."""
    for kind, sentence in _FORBIDDEN.items():
        for node in tree.find_all(kind):
            yield node.lineno, sentence


def pieces_of(text: str) -> Pieces:
    """Rendered text with the marks of secrets taken out as slots; neighbouring texts are one piece."""
    parts = _MARK.split(text)
    pieces: list[str | Slot] = [parts[0]]
    for at in range(1, len(parts), 3):
        pieces += [Slot(parts[at], parts[at + 1]), parts[at + 2]]
    return tuple(piece for piece in pieces if piece != "")


def _finalize(value: Any) -> str:
    """What an expression puts into the text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Undefined):
        return str(value)  # of what is not there it raises, and names it
    if isinstance(value, Held):
        return _mark(value)
    raise Misused(f"{_kind(value)} can not stand in a text: name one of its values, or join them")


def _mark(held: Held) -> str:
    if not held.form:
        said = ", ".join(FORMS)
        raise Misused(f"say how the secret {held.name} is written, with one of the filters {said}")
    return f"\ue000{_NONCE}|{held.name}|{held.form}\ue001"


def _writer(form: str) -> Callable[[Any], Any]:
    """The filter that writes a value in a form; of a secret it gives the place where that is to be done."""

    def write(value: Any) -> Any:
        if isinstance(value, Held):
            return Held(value.name, form)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        return FORMS[form](_text(value), "the value")

    return write


def _on_text(change: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: change(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Undefined):
        return str(value)
    raise Misused(f"a text is needed here, not {_kind(value)}")


def _kind(value: Any) -> str:
    if isinstance(value, Part):
        return value.name
    kinds = {"tuple": "a list", "list": "a list", "NoneType": "nothing"}
    return kinds.get(type(value).__name__, "a value of this kind")
