"""Start the program that was called by name."""

from __future__ import annotations

import importlib
import os
import sys

from . import common

MODULES = {
    "database": "cluster",
    "application-server": "application",
    "index": "index",
    "service-manager": "manager",
    "gateway": "gateway",
    "musterakte-admin": "admin",
}


def start(name: str) -> None:
    """Run a program; what it can not do is one sentence on stderr and status 1."""
    os.umask(0o027)
    try:
        importlib.import_module(f".{MODULES[name]}", __package__).main()
    except common.StartError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(1) from error
    except PermissionError as error:
        sys.stderr.write(f"{name}: {error.filename}: {error.strerror}: run it as the account eakte\n")
        raise SystemExit(1) from error
