"""Start the program that was called by name."""

from __future__ import annotations

import importlib
import os
import sys

from . import common

MODULES = {  # program -> module, and the folder below /var/lib/eakte that it fills
    "database": ("cluster", "database"),
    "application-server": ("application", "documents"),
    "index": ("index", "index"),
    "service-manager": ("manager", "rendition"),
    "gateway": ("gateway", ""),
    "musterakte-admin": ("admin", ""),
}


def start(name: str) -> None:
    """Run a program; what it can not do is one sentence on stderr and status 1."""
    os.umask(0o027)
    module, folder = MODULES[name]
    try:
        (common.VAR / folder).mkdir(exist_ok=True)
        importlib.import_module(f".{module}", __package__).main()
    except common.StartError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(1) from error
    except OSError as error:
        sys.stderr.write(f"{name}: {error.filename}: {error.strerror}. Does it run as the account eakte?\n")
        raise SystemExit(1) from error
