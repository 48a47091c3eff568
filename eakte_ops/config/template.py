"""One template: a file of the operations folder, `NAME.j2`, that begins with its head in a comment."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from eakte_ops.config.head import Head
from eakte_ops.config.sandbox import Stumbled, Text
from eakte_ops.config.syntax import SEEN
from eakte_ops.config.values import limit_of
from eakte_ops.errors import Mistake
from eakte_ops.yamltext import Document, Path, read, validate
from eakte_ops.yamltext.characters import decode, unwanted

SUFFIX = ".j2"
_BEGIN, _END = "{#", "#}"
MOST_BYTES = 200_000
_NO_HEAD = (
    "a template begins with its head: a line `{#`, then YAML (title, components, destination, effect ...), then `#}`"
)


STUMBLES = (Stumbled,)
"""What rendering raises."""


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
    def seen(self) -> tuple[str, ...]:
        """The names of all that it is given."""
        return SEEN if len(self.head.components) > 1 else (*SEEN, "own")

    @cached_property
    def body(self) -> Text:
        """The text, to be rendered. Raises Stumbled; not for a template that was read."""
        return Text(self.text, self.file, self.seen)

    @cached_property
    def destination(self) -> Text:
        """Where the file goes, to be rendered."""
        return self.short(self.head.destination)

    def words(self, words: tuple[str, ...], seen: Mapping[str, Any]) -> tuple[str, ...]:
        """A command of the head (effect.by, validation) for a server. `seen`: as rendering sees it.

        Raises Stumbled; not where the file itself could be rendered.
        """
        return tuple(self.short(word).render(seen) for word in words)

    def short(self, word: str) -> Text:
        """A text of the head, to be rendered. Raises Stumbled; not for a template that was read."""
        if word not in self._shorts:
            self._shorts[word] = Text(word, f"{self.file}#{word}", self.seen, secrets=False)
        return self._shorts[word]

    @cached_property
    def _shorts(self) -> dict[str, Text]:
        return {}


def read_template(path: FilePath, shown: str, *, template: str, product: str, release: str, town: str = "") -> Template:
    """The template in a file. Raises InvalidTemplate with all its mistakes."""
    try:
        kind = path.lstat().st_mode
        if not stat.S_ISREG(kind):  # looked at before opening: opening a pipe would wait for ever
            said = "a link" if stat.S_ISLNK(kind) else "no regular file"
            raise _wrong(shown, f"this is {said}; only files that lie here themselves are read")
        with path.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise _wrong(shown, f"can not be read: {error.strerror or 'unknown reason'}") from error
    if len(raw) > MOST_BYTES:
        raise _wrong(shown, f"has more than {MOST_BYTES:,} bytes; this is no template for people")
    text = decode(raw, shown)
    if isinstance(text, Mistake):
        raise InvalidTemplate([text])
    return template_of(text, shown, template=template, product=product, release=release, town=town)


def template_of(text: str, shown: str, *, template: str, product: str, release: str, town: str = "") -> Template:
    """The template in a text. Raises InvalidTemplate with all its mistakes."""
    if mistakes := list(_unseen(text, shown)):
        raise InvalidTemplate(mistakes)
    document = read(_head_of(text, shown), shown)
    head, more = validate(document, Head)
    if head is None:
        raise InvalidTemplate([*more, *_in_body(shown, lambda: Text(text, shown, (*SEEN, "own")))])
    made = Template(template, product, release, shown, head, text, document, town)
    if mistakes := [*more, *_in_body(shown, lambda: made.body), *_in_head(made)]:
        raise InvalidTemplate(mistakes)
    return made


class InvalidTemplate(Exception):
    """A file is no template."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes")


def _wrong(shown: str, said: str) -> InvalidTemplate:
    return InvalidTemplate([Mistake(shown, 1, 1, "", said)])


def _head_of(text: str, shown: str) -> str:
    """The YAML of the head, on the lines on which it stands."""
    lines = text.split("\n")
    if lines[0] != _BEGIN:
        raise InvalidTemplate([Mistake(shown, 1, 1, "", _NO_HEAD)])
    for at, line in enumerate(lines):
        if line == _END:
            return "\n".join(["", *lines[1:at]]) + "\n"
        if _END in line:
            said = f"`{_END}` ends the head: it stands in a line of its own, without blanks, and nowhere before"
            raise InvalidTemplate([Mistake(shown, at + 1, line.index(_END) + 1, "", said)])
    raise InvalidTemplate([Mistake(shown, 1, 1, "", f"the head is not ended by a line `{_END}`")])


def _unseen(text: str, shown: str) -> Iterator[Mistake]:
    """Characters that nobody sees, ends of lines of other systems; tabs are needed in some files."""
    lines = text.split("\n")
    yield from unwanted(text.replace("\t", " "), shown)
    if any(line.endswith("\r") for line in lines):
        at = next(at for at, line in enumerate(lines) if line.endswith("\r"))
        yield Mistake(shown, at + 1, len(lines[at]), "", "the lines end as on Windows (CR LF); save the file with LF")


def _in_body(shown: str, make: Callable[[], Text]) -> list[Mistake]:
    try:
        make()
    except Stumbled as problem:
        return [Mistake(shown, line, 1, "", sentence) for line, sentence in problem.places]
    return []


def _in_head(template: Template) -> Iterator[Mistake]:
    head, document = template.head, template.document
    for path, word in short_texts(head):
        try:
            template.short(word)
        except Stumbled as problem:
            yield from (document.mistake(path, sentence) for _line, sentence in problem.places)
    for name, value in head.values.items():
        if said := limit_of(value).objection(value.default):
            yield document.mistake(("values", name, "default"), said)
        number = isinstance(value.default, int | float) and not isinstance(value.default, bool)
        for limit in ("least", "most"):
            if getattr(value, limit) is not None and not number:
                said = f"only a number has limits, and the default is {value.default!r:.60}"
                yield document.mistake(("values", name, limit), said)


def short_texts(head: Head) -> list[tuple[Path, str]]:
    """Where texts stand in a head that are templates themselves, and the texts."""
    return [
        (("destination",), head.destination),
        *((("effect", "by", at), word) for at, word in enumerate(head.effect.by)),
        *((("validation", at), word) for at, word in enumerate(head.validation)),
    ]
