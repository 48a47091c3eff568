"""One strict way to read YAML: plain data, the place of every value, and all mistakes at once.

`load` or `read` a file into a `Document`, `validate` it against a pydantic model, and add what the model can not see
with a `Mistakes` collector. Only plain YAML 1.2 is read: text, numbers, true/false, null, lists, mappings.

Each name is imported when it is first used: whoever only reads a file does not wait for pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eakte_ops.yamltext.collect import Mistakes
    from eakte_ops.yamltext.document import Document, Path, dotted
    from eakte_ops.yamltext.fields import digits, form
    from eakte_ops.yamltext.models import Problem, inspect, validate
    from eakte_ops.yamltext.parse import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, MAX_NODES, load, read
    from eakte_ops.yamltext.suggest import did_you_mean

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_MISTAKES",
    "MAX_NODES",
    "Document",
    "Mistakes",
    "Path",
    "Problem",
    "did_you_mean",
    "digits",
    "dotted",
    "form",
    "inspect",
    "load",
    "read",
    "validate",
]

_FILES = {
    "collect": ("Mistakes",),
    "document": ("Document", "Path", "dotted"),
    "fields": ("digits", "form"),
    "models": ("Problem", "inspect", "validate"),
    "parse": ("MAX_BYTES", "MAX_DEPTH", "MAX_MISTAKES", "MAX_NODES", "load", "read"),
    "suggest": ("did_you_mean",),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)
    globals()[name] = value
    return value
