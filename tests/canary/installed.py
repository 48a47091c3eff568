"""Installs the town whose secrets are canaries, as ever by `lab up`."""

from __future__ import annotations

from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import towns_named
from tests.canary.desk import Desk
from tests.canary.folder import TOWN


def forget() -> None:
    """The next `lab up` installs the town although nothing but secrets changed."""
    (town,) = towns_named([TOWN])
    for host in town.hosts:
        (Places().host(host.name) / "ready").unlink(missing_ok=True)


def install(desk: Desk) -> None:
    """Put everything in place, and note it there."""
    forget()
    desk.type("lab up {town}", ends=(0,))
