"""A letter as one HTML page that needs nothing else: no script, no picture, nothing from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

    from eakte_ops.report.letter import Letter

_APART = re.compile(r"(?<=[0-9]) (?=(?:%|[kMGT]?B|h|min|s|d|Tage?)(?![A-Za-z0-9]))|(?<=[0-9]\.) (?=[0-9]{2}:)")
"""Between a number and its unit, a day and its time."""


def as_page(letter: Letter) -> str:
    """The page. Everything in `letter` is text and is escaped, whatever it looks like."""
    return _template().render(letter=letter)


def tied(text: str) -> str:
    """`text` with a space that no line ends at wherever a number would be parted from its unit."""
    return _APART.sub("\u00a0", text)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("eakte_ops.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tied"] = tied
    return environment.get_template("letter.html")
