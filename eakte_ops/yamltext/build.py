"""Takes the parser's events one by one and stacks up data and places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.characters import hidden_in
from eakte_ops.yamltext.document import Data, Path, Place, Spot, dotted
from eakte_ops.yamltext.scalars import resolve


class Enough(Exception):
    """A limit is reached; the rest of the file is not looked at."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


class _Frame:
    """A list or mapping that is still open. `key`: of the value to come; None drops that value."""

    __slots__ = ("data", "key", "spot", "waits_for_key")

    def __init__(self, data: dict[str, Data] | list[Data], spot: Spot) -> None:
        self.data = data
        self.spot = spot
        self.key: str | None = None
        self.waits_for_key = isinstance(data, dict)


class Builder:
    """`take` each event until it says False; then `data`, `spot`, `mistakes` and `doubtful` hold the document.

    `end`: the place behind the last character of the text; libyaml puts an empty value at the end a line further.
    """

    def __init__(self, file: str, end: Place, *, depth: int, nodes: int, mistakes: int) -> None:
        self.data: Data = None
        self.spot: Spot | None = None
        self.mistakes: list[Mistake] = []
        self.doubtful: set[Path] = set()
        self._file, self._last = file, end
        self._depth, self._nodes, self._most = depth, nodes, mistakes
        self._stack: list[_Frame] = []
        self._documents = 0
        self._handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> bool:
        """Use one event; False after the last. Raises Enough at a limit."""
        kind = type(event)
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(event)
        return kind is not yaml.StreamEndEvent

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Enough(self._mistake(event, "a second document begins here; one file holds one document"))
        if event.version or event.tags:
            self._complain(event, 'directives ("%...") are not used here; leave the line out')

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        if event.implicit[0] and event.tag is None:
            raw: str | None = event.value
            value: Data = resolve(event.value)
        else:
            raw, value = None, event.value
            if event.style == '"' or event.tag is not None:
                self._check_quoted(event)
        if event.anchor is not None:
            self._complain_anchor(event)
        self._put(value, Spot(*min((mark.line + 1, mark.column + 1), self._last), raw), event)

    def _check_quoted(self, event: Any) -> None:
        if event.tag is not None:
            self._complain_tag(event)
        hidden = hidden_in(event.value)
        if hidden:
            self._complain(event, hidden)

    def _mapping(self, event: Any) -> None:
        mark = event.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        spot.keys, spot.entries = {}, {}
        self._open({}, spot, event)

    def _sequence(self, event: Any) -> None:
        mark = event.start_mark
        spot = Spot(mark.line + 1, mark.column + 1)
        spot.items = []
        self._open([], spot, event)

    def _open(self, data: dict[str, Data] | list[Data], spot: Spot, event: Any) -> None:
        if len(self._stack) >= self._depth:
            raise Enough(self._mistake(event, f"nested more than {self._depth} levels deep"))
        if event.anchor is not None:
            self._complain_anchor(event)
        if event.tag is not None:
            self._complain_tag(event)
        self._put(data, spot, event)
        self._stack.append(_Frame(data, spot))

    def _end(self, _event: Any) -> None:
        self._stack.pop()

    def _alias(self, event: Any) -> None:
        mark = event.start_mark
        self._complain(event, "references (*name) are not used here; write the value out")
        self._put(None, Spot(mark.line + 1, mark.column + 1), event)

    def _put(self, value: Data, spot: Spot, event: Any) -> None:
        self._nodes -= 1
        if self._nodes < 0:
            raise Enough(self._mistake(event, "too many values in one file"))
        if not self._stack:
            self.data, self.spot = value, spot
            return
        frame = self._stack[-1]
        if isinstance(frame.data, list):
            frame.data.append(value)
            if frame.spot.items is not None:
                frame.spot.items.append(spot)
        elif frame.waits_for_key:
            self._key(frame, frame.data, value, spot, event)
        else:
            frame.waits_for_key = True
            if frame.key is not None and frame.spot.entries is not None:
                frame.data[frame.key] = value
                frame.spot.entries[frame.key] = spot

    def _key(self, frame: _Frame, data: dict[str, Data], key: Data, spot: Spot, event: Any) -> None:
        frame.waits_for_key, frame.key = False, None
        places = frame.spot.keys
        if places is None:
            return
        if not isinstance(key, str):
            if spot.raw:
                self._complain(event, f'a key is text; write "{spot.raw[:40]}"', spot.raw)
            else:
                self._complain(event, "a key is one word of text")
            # A number as key is kept as the text it was meant to be, so that what is below it is checked too.
            key = spot.raw or None
        if not isinstance(key, str):
            return
        if key in places:
            # The first value counts and is checked; what stands here is dropped.
            self._complain(event, f"double key; it stands in line {places[key][0]} already", key, doubt=False)
            return
        places[key] = (spot.line, spot.column)
        frame.key = key

    def _complain_anchor(self, event: Any) -> None:
        self._complain(event, "anchors (&name) are not used here; write the value out each time it is needed")

    def _complain_tag(self, event: Any) -> None:
        self._complain(event, "tags (!name) are not used here; put text in quotes, leave the tag out")

    def _complain(self, event: Any, sentence: str, key: str | None = None, doubt: bool = True) -> None:
        path = self._path(key)
        if doubt:
            self.doubtful.add(path)
        self.mistakes.append(self._mistake(event, sentence, path))
        if len(self.mistakes) >= self._most:
            raise Enough(self._mistake(event, "too many mistakes; the rest of the file was not looked at"))

    def _mistake(self, event: Any, sentence: str, path: Path | None = None) -> Mistake:
        mark = event.start_mark
        shown = dotted(self._path() if path is None else path)
        return Mistake(self._file, mark.line + 1, mark.column + 1, shown, sentence)

    def _path(self, key: str | None = None) -> Path:
        """The path of the value that comes next; `key`: of the key just read in the innermost mapping."""
        steps: list[str | int] = []
        for frame in self._stack:
            last = frame is self._stack[-1]
            if isinstance(frame.data, list):
                steps.append(len(frame.data) - (not last))
            elif not last or not frame.waits_for_key:
                step = key if last and key is not None else frame.key
                if step is None:
                    break
                steps.append(step)
        return tuple(steps)
