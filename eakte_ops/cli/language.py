"""In which language a terminal is spoken to: the option, else the locale, else English."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Literal


class Language(StrEnum):
    """The languages there are."""

    DE = "de"
    EN = "en"


def spoken(option: Language | None) -> Literal["de", "en"]:
    """The language to speak: `option`, else German for a German locale, else English."""
    if option is not None:
        return "de" if option is Language.DE else "en"
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "de" if locale.lower().startswith("de") else "en"
