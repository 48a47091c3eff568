"""One strict way to read YAML: plain data, the place of every value, and all mistakes at once.

`load` or `read` a file into a `Document`, `validate` it against a pydantic model, and add what the model can not see
with a `Mistakes` collector. Only plain YAML 1.2 is read: text, numbers, true/false, null, lists, mappings.
"""

from eakte_ops.yamltext.collect import Mistakes
from eakte_ops.yamltext.document import Document, Path, dotted
from eakte_ops.yamltext.fields import digits, form
from eakte_ops.yamltext.parse import MAX_BYTES, MAX_DEPTH, MAX_MISTAKES, MAX_NODES, load, read
from eakte_ops.yamltext.suggest import did_you_mean
from eakte_ops.yamltext.validate import Problem, inspect, validate

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
