"""The parser's complaints in plain words. Both parsers, C and pure Python, are covered."""

from __future__ import annotations

import re

import yaml

from eakte_ops.errors import Mistake

_INDENT = "the indentation does not fit the lines above, or something follows a value that was already complete"
# Part of the parser's problem -> our sentence; {line}: where the thing that is not finished begins.
_SENTENCES = (
    ("mapping values are not allowed", 'a second ": " in one entry; put the text in quotes or correct the indentation'),
    ("cannot start any token", "unquoted text can not begin with this character; put it in quotes"),
    ("',' or ']'", 'the list that "[" opens in line {line} is not closed; "," or "]" expected'),
    ("',' or '}'", 'the mapping that "{{" opens in line {line} is not closed; "," or "}}" expected'),
    ("end of stream", "the quoted text that begins in line {line} is not closed"),
    ("unexpected document indicator", "the quoted text that begins in line {line} is not closed"),
    ("expected ':'", 'this is neither "key: value" nor a list entry "- value"; is the colon missing?'),
    ("unknown escape", "unknown escape after the backslash; double the backslash or use single quotes"),
    ("escape c", "this escape names no character"),
    ("expected escape sequence", "this escape names no character"),
    ("not in range", "this escape names no character"),
    ("'-' indicator", 'the indentation does not fit: a list entry ("- ") expected'),
    ("expected node content", "a value expected"),
    ("expected the node content", "a value expected"),
    ("<document start>", "text after the end of the document; is the indentation right?"),
    ("mapping keys are not allowed", '"? " is not used here; write "key: value"'),
    ("sequence entries are not allowed", 'a list entry ("- ") can not stand here; begin it on a line of its own'),
    ("block sequence entries", 'a list entry ("- ") can not stand here; begin it on a line of its own'),
    ("alphabetic or numeric", '"*" and "&" begin references, which are not used here; put the text in quotes'),
    ("directive", 'directives ("%...") are not used here; leave the line out'),
    ("incompatible YAML", 'directives ("%...") are not used here; leave the line out'),
    ("tag", "tags (!name) are not used here; put the text in quotes"),
    ("expected key", _INDENT),
    ("<block end>", _INDENT),
)


def syntax_mistake(error: Exception, text: str, file: str) -> Mistake:
    """One mistake for an error of the YAML parser, at a place inside `text`."""
    problem = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    begun = getattr(error, "context_mark", None)
    if "expected ':'" in problem and begun is not None:
        # The parser notices a missing colon only in the line after it.
        mark = begun
    template = next((say for part, say in _SENTENCES if part in problem), "")
    sentence = (
        template.format(line=_inside(begun or mark, text)[0]) if template else f"this is no YAML: {_clean(problem)}"
    )
    line, column = _inside(mark, text)
    return Mistake(file, line, column, "", sentence)


def _inside(mark: yaml.Mark | None, text: str) -> tuple[int, int]:
    """The place of a mark, moved to the end of the last line where the parser points behind it."""
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if mark is None:
        return 1, 1
    if mark.line >= len(lines):
        return len(lines), len(lines[-1]) + 1
    return mark.line + 1, min(mark.column, len(lines[mark.line])) + 1


def _clean(problem: str) -> str:
    return re.sub(r"[^ -~]+", " ", problem)[:120]
