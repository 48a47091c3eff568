"""The program with a mistake in it: `python failing.py raise|abort MODULE:FUNCTION WORD...`.

WORD... is typed at a program in which that function, when it is called, raises an error that tells everything it was
given, as errors of libraries often do; or ends the program at once, as a mistake in a library in C does.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NoReturn

from eakte_ops.cli.main import run


def _raise(*given: Any, **more: Any) -> NoReturn:
    raise RuntimeError(f"could not be done with {given!r} {more!r}")


def _abort(*_given: Any, **_more: Any) -> NoReturn:
    os.abort()


if __name__ == "__main__":
    how = {"raise": _raise, "abort": _abort}[sys.argv.pop(1)]
    module, _, name = sys.argv.pop(1).partition(":")
    *way, last = name.split(".")
    place = import_module(module)
    for step in way:
        place = getattr(place, step)
    assert callable(getattr(place, last))
    setattr(place, last, how)
    run()
