"""The passwords of a town of the lab, made once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from eakte_ops.lab.places import Places

NAMES = ("database-password", "elastic-password", "osrest-password")


def passwords_of(places: Places, town: str) -> Mapping[str, str]:
    """Give the town's passwords by name."""
    file = places.operations / "keys" / f"{town}.json"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps({name: secrets.token_urlsafe(18) for name in NAMES}), encoding="ascii")
    found: dict[str, str] = json.loads(file.read_text(encoding="ascii"))
    return found
