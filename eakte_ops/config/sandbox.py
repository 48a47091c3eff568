"""Jinja2 with nothing in reach: no calls, no methods, no imports, a dozen filters, and places instead of secrets."""

from __future__ import annotations

import re
import secrets as random
from collections.abc import Collection, Mapping
from functools import cache, cached_property
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, pass_context
from jinja2.environment import Template as Compiled
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from eakte_ops.config.effort import Sight, kind
from eakte_ops.config.filters import FILTERS, plain, wrong
from eakte_ops.config.forms import FORMS
from eakte_ops.config.known import Held, Misused, Part
from eakte_ops.config.rendered import Pieces, Slot
from eakte_ops.config.syntax import TESTS as OUR_TESTS
from eakte_ops.config.syntax import bounded, mistakes
from eakte_ops.errors import UsageError
from eakte_ops.yamltext import did_you_mean

_LONGEST = 400
_SIGNS = ("{{", "{%", "{#")
_NEVER = re.compile("[\0\ud800-\udfff]")
_NONCE = random.token_hex(8)
_MARK = re.compile(rf"\ue000{_NONCE}\|([a-z0-9.-]+)\|([a-z]+)\ue001")
_LOOP = ("first", "index", "index0", "last", "length")


class Stumbled(Exception):
    """A text of a template that can not be read or rendered: lines, each with the sentence that says why."""

    def __init__(self, *places: tuple[int, str]) -> None:
        self.places = tuple((line, _clean(sentence)) for line, sentence in places)
        super().__init__("; ".join(f"{line}: {sentence}" for line, sentence in self.places))


class Missing(StrictUndefined):
    """A value that is not there; whatever is done with it but asking whether it is there names it."""

    @property
    def _undefined_message(self) -> str:
        name, of = str(self._undefined_name), self._undefined_obj
        if isinstance(of, Part):
            if of.of.endswith(" of the town"):
                said = f'the town has no {of.of.removesuffix(" of the town")} "{name:.80}"'
            else:
                said = f'{of.name} has no {of.of} "{name:.80}"'
            return f"{said}{did_you_mean(name, of)}"
        return f'there is no "{name:.80}" here'

    def _fail_with_undefined_error(self, *_args: Any, **_named: Any) -> NoReturn:
        raise UndefinedError(self._undefined_message)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates. Values are looked up in Parts and tuples alone, attributes do not exist."""

    context_class = Sight
    intercepted_binops = frozenset({"+"})

    def __init__(self) -> None:
        super().__init__(
            undefined=Missing,
            finalize=_finalize,
            autoescape=False,
            optimized=False,  # nothing is worked out before it is paid for
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.globals = {}
        self.filters = dict(FILTERS)
        self.tests = {name: TESTS[name] for name in OUR_TESTS}

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
            if argument in obj:
                return obj[argument]
            if not obj.may_lack(argument):
                str(self.undefined(obj=obj, name=argument))  # nobody has to ask for it: it never is there
        if isinstance(obj, tuple | list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`a + b`: two texts, two lists or two numbers."""
        context.paid(left)
        context.paid(right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, list | tuple) and isinstance(right, list | tuple):
            return (*left, *right)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return left + right
        raise Misused(f"{kind(left)} and {kind(right)} can not be added")

    def call(self, *_args: Any, **_named: Any) -> NoReturn:
        """Never: the tree was judged before."""
        raise SecurityError("nothing can be called in a template")


@cache
def sandbox() -> Sandbox:
    """The environment of this process."""
    return Sandbox()


class Text:
    """A text of a template, read and judged. It is compiled when it is first rendered."""

    def __init__(self, text: str, file: str, seen: Collection[str], secrets: bool = True) -> None:
        """`file`: for tracebacks; `seen`: the names of what it will be given; `secrets`: whether it may hold some.

        Raises Stumbled with all mistakes.
        """
        self._file, self._secrets = file, secrets
        self._plain = None if any(sign in text for sign in _SIGNS) else text
        self._python = _read(text, file, seen) if self._plain is None else ""

    @cached_property
    def _compiled(self) -> Compiled:
        return Compiled.from_code(sandbox(), compile(self._python, self._file, "exec"), {})

    def render(self, seen: Mapping[str, Any]) -> str:
        """The text with the values of `seen`, and marks for secrets (pieces_of). Raises Stumbled, and nothing else."""
        if self._plain is not None:
            return self._plain
        try:
            text = "".join(self._compiled.root_render_func(self._compiled.new_context(dict(seen))))
        except Exception as problem:
            raise Stumbled((self._line(problem), _sentence(problem))) from problem
        if not self._secrets and (mark := _MARK.search(text)):
            raise Stumbled((1, f"the secret {mark[1]} can only stand in the text of a file"))
        return text

    def _line(self, problem: BaseException) -> int:
        """The line of the template on which rendering stumbled, 1 where that is not known."""
        line, trace = 1, problem.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._file:
                line = self._compiled.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return line


def _read(text: str, file: str, seen: Collection[str]) -> str:
    """The text as a program in Python."""
    parser = None
    try:
        parser = Parser(sandbox(), text)
        tree = parser.parse()
        if wrong := mistakes(tree, seen):
            raise Stumbled(*wrong)
        return sandbox().compile(bounded(tree), file, file, raw=True)
    except TemplateSyntaxError as error:
        raise Stumbled((error.lineno, error.message or "this can not be read")) from error
    except (RecursionError, ValueError) as error:
        said = "this is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        raise Stumbled((parser.stream.current.lineno if parser else 1, said)) from error


def _sentence(problem: Exception) -> str:
    if isinstance(problem, TemplateError | Misused):
        return f"{problem}"
    if isinstance(problem, UsageError):
        return problem.said
    if isinstance(problem, ZeroDivisionError):
        return "nothing can be divided by zero"
    return f"this can not be worked out: {problem}"


def _clean(sentence: str) -> str:
    shown = "".join(char if char.isprintable() else "?" for char in sentence[:_LONGEST])
    return shown if len(sentence) <= _LONGEST else f"{shown}…"


@pass_context
def _finalize(sight: Sight, value: Any) -> str:
    """What an expression puts into the text."""
    if isinstance(value, Held):
        return _mark(value)
    if isinstance(value, str | int | float):
        said = plain(value)
        if _NEVER.search(said):
            raise Misused("this has a character that no file of text can hold")
        sight.pay(len(said))
        return said
    if isinstance(value, Undefined):
        raise wrong(value, "")
    raise Misused(f"{kind(value)} can not stand in a text: name one of its values, or join them")


def _mark(held: Held) -> str:
    """What stands for a secret in rendered text. No template knows its number, and none gets hold of a mark."""
    if not held.form:
        said = ", ".join(FORMS)
        raise Misused(f"say how the secret {held.name} is written, with one of the filters {said}")
    return f"\ue000{_NONCE}|{held.name}|{held.form}\ue001"


def pieces_of(text: str) -> Pieces:
    """Rendered text with the marks of secrets taken out as slots; neighbouring texts are one piece."""
    parts = _MARK.split(text)
    pieces: list[str | Slot] = [parts[0]]
    for at in range(1, len(parts), 3):
        pieces += [Slot(parts[at], parts[at + 1]), parts[at + 2]]
    return tuple(piece for piece in pieces if piece != "")
