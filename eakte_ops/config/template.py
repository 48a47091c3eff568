"""One template: a file of the operations folder, `NAME.j2`, that begins with its head in a comment."""

from __future__ import annotations

import hashlib
import linecache
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError
from jinja2.environment import Template as Compiled

from eakte_ops.config.head import Head, Value
from eakte_ops.config.known import Misused
from eakte_ops.config.sandbox import Sandbox, forbidden
from eakte_ops.errors import Mistake, UsageError
from eakte_ops.yamltext import Document, read, validate

SUFFIX = ".j2"
_BEGIN, _END = "{#", "#}"
_MOST_BYTES = 200_000
_NO_HEAD = (
    "a template begins with its head: a line `{#`, then YAML (title, components, destination, effect ...), then `#}`"
)


@cache
def sandbox() -> Sandbox:
    """The environment of this process."""
    return Sandbox()


@dataclass(frozen=True, eq=False, slots=False)
class Template:
    """`id`: COMPONENT/FILE as overrides name it; `release`: the first that gets it; `file`: as people are shown it.

    `town`: whose own it is, "" for the centre's. `text`: the whole file, `head` included.
    """

    id: str
    product: str
    release: str
    file: str
    head: Head
    text: str = field(repr=False)
    document: Document = field(repr=False)
    town: str = ""

    @cached_property
    def sum(self) -> str:
        """SHA-256 of the file, hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def body(self) -> Compiled:
        """The text, compiled."""
        return _compiled(self.text, self.file)

    @cached_property
    def destination(self) -> Compiled:
        """Where the file goes, compiled."""
        return _compiled(self.head.destination, f"{self.file}#destination")

    def words(self, words: tuple[str, ...], seen: dict[str, Any]) -> tuple[str, ...]:
        """A command of the head (effect.by, validation) for a server. `seen`: as rendering sees it."""
        return tuple(_compiled(word, f"{self.file}#command").render(seen) for word in words)


def read_template(path: Path, shown: str, *, template: str, product: str, release: str, town: str = "") -> Template:
    """The template in a file. Raises InvalidTemplate with all its mistakes."""
    try:
        raw = path.read_bytes() if not path.is_symlink() else b""
    except OSError as error:
        raise InvalidTemplate([Mistake(shown, 1, 1, "", f"can not be read: {error.strerror}")]) from error
    if path.is_symlink() or len(raw) > _MOST_BYTES:
        said = "this is a link; only files that lie here themselves are read" if path.is_symlink() else "is too long"
        raise InvalidTemplate([Mistake(shown, 1, 1, "", said)])
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidTemplate([Mistake(shown, 1, 1, "", "is no UTF-8 text")]) from error
    return template_of(text, shown, template=template, product=product, release=release, town=town)


def template_of(text: str, shown: str, *, template: str, product: str, release: str, town: str = "") -> Template:
    """The template in a text. Raises InvalidTemplate with all its mistakes."""
    document = read(_head_of(text, shown), shown)
    head, mistakes = validate(document, Head)
    mistakes = [*mistakes, *_in_body(text, shown)]
    if head is not None:
        mistakes += [*_in_head(head, document)]
    if head is None or mistakes:
        raise InvalidTemplate(mistakes)
    return Template(template, product, release, shown, head, text, document, town)


class InvalidTemplate(Exception):
    """A file is no template."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes")


def _head_of(text: str, shown: str) -> str:
    """The YAML of the head, on the lines on which it stands."""
    lines = text.split("\n")
    if lines[0].strip() != _BEGIN:
        raise InvalidTemplate([Mistake(shown, 1, 1, "", _NO_HEAD)])
    for at, line in enumerate(lines):
        if line.strip() == _END:
            return "\n".join(["", *lines[1:at]]) + "\n"
        if _END in line:
            said = f"`{_END}` ends the head and can not stand in it"
            raise InvalidTemplate([Mistake(shown, at + 1, line.index(_END) + 1, "", said)])
    raise InvalidTemplate([Mistake(shown, 1, 1, "", f"the head is not ended by a line `{_END}`")])


def _in_body(text: str, shown: str) -> list[Mistake]:
    try:
        tree = sandbox().parse(text)
        sandbox().compile(text)
    except TemplateSyntaxError as error:
        return [Mistake(shown, error.lineno, 1, "", f"{error.message}")]
    return [Mistake(shown, line, 1, "", sentence) for line, sentence in forbidden(tree)]


def _in_head(head: Head, document: Document) -> list[Mistake]:
    found = []
    for path, word in _short_templates(head):
        try:
            tree = sandbox().parse(word)
            sandbox().compile(word)
        except TemplateSyntaxError as error:
            found.append(document.mistake(path, f"{error.message}"))
            continue
        found += [document.mistake(path, sentence) for _line, sentence in forbidden(tree)]
    for name, value in head.values.items():
        if said := _wrong_default(value):
            found.append(document.mistake(("values", name, "default"), said))
    return found


def _short_templates(head: Head) -> list[tuple[tuple[str | int, ...], str]]:
    return [
        (("destination",), head.destination),
        *((("effect", "by", at), word) for at, word in enumerate(head.effect.by)),
        *((("validation", at), word) for at, word in enumerate(head.validation)),
    ]


def _wrong_default(value: Value) -> str | None:
    from eakte_ops.config.values import limit_of

    return limit_of(value).objection(value.default)


def _compiled(text: str, file: str) -> Compiled:
    """Lines of errors are those of `text`; Jinja shows them under the name `file`."""
    code = sandbox().compile(text, name=file, filename=file)
    linecache.cache.pop(file, None)
    return Compiled.from_code(sandbox(), code, {})


def line_of(problem: BaseException, file: str) -> int:
    """The line of a template on which rendering stumbled, 1 where that is not known."""
    line, trace = 1, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


STUMBLES = (Misused, UsageError)
"""What a filter raises, beside Jinja's own errors."""
