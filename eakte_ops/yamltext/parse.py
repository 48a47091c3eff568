"""From text to a `Document`: the parser's event stream and a stack of our own, never its recursive composer."""

from __future__ import annotations

import stat
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import yaml

from eakte_ops.errors import Mistake
from eakte_ops.yamltext.build import Builder, Enough
from eakte_ops.yamltext.characters import decode, unwanted
from eakte_ops.yamltext.document import Document, Spot
from eakte_ops.yamltext.syntax import syntax_mistake

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
MAX_NODES = 200_000
MAX_MISTAKES = 200

Loader: TypeAlias = "type[yaml.CSafeLoader] | type[yaml.SafeLoader]"
# The C parser is about twenty times faster; PyYAML without libyaml gives the same events.
_LOADER: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: FilePath, file: str = "") -> Document:
    """Read a file of the operations folder. `file`: its name in messages, the path itself if left out.

    Never raises for what the file is or holds: a missing, unreadable or irregular file is a mistake at 1:1.
    """
    shown = file or str(path)
    try:
        # Looked at before opening: opening a pipe would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return _refused(Mistake(shown, 1, 1, "", "this is no regular file"))
        with path.open("rb") as opened:
            return read(opened.read(MAX_BYTES + 1), shown)
    except OSError as error:
        return _refused(Mistake(shown, 1, 1, "", f"can not be read: {error.strerror or 'unknown reason'}"))


def read(text: str | bytes, file: str, loader: Loader = _LOADER) -> Document:
    """Read one YAML document. All mistakes are in the result; nothing is raised for any input.

    Refused: more than one document, anchors, aliases, tags, directives, double or non-text keys, tabs, unseen
    characters, anything not UTF-8, and what exceeds the limits of this module.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return _refused(Mistake(file, 1, 1, "", f"more than {MAX_BYTES:,} bytes; this is no file for people"))
    if isinstance(text, bytes):
        decoded = decode(text, file)
        if isinstance(decoded, Mistake):
            return _refused(decoded)
        text = decoded
    mistakes = tuple(islice(unwanted(text, file), MAX_MISTAKES))
    if mistakes:
        return _refused(*mistakes)
    return _events(text, file, loader)


def _refused(*mistakes: Mistake) -> Document:
    return Document(mistakes[0].file, None, mistakes, readable=False)


def _events(text: str, file: str, loader: Loader) -> Document:
    lines = text.split("\n")
    end = (len(lines), len(lines[-1]) + 1)
    builder = Builder(file, end, depth=MAX_DEPTH, nodes=MAX_NODES, mistakes=MAX_MISTAKES)
    readable = True
    parser: Any = loader(text)
    try:
        while builder.take(parser.get_event()):
            pass
    except Enough as limit:
        builder.mistakes.append(limit.mistake)
        readable = False
    except (yaml.YAMLError, ValueError) as error:
        # The pure parser lets a ValueError through for escapes such as "\U00110000".
        builder.mistakes.append(syntax_mistake(error, text, file))
        readable = False
    finally:
        parser.dispose()
    if not readable:
        return Document(file, None, tuple(builder.mistakes), readable=False)
    root = builder.spot or Spot(1, 1)
    return Document(file, builder.data, tuple(builder.mistakes), True, root, frozenset(builder.doubtful))
