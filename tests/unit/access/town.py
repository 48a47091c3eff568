"""A town and its access rules, made of plain values; keys are real in form and nobody's in fact."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from eakte_ops.access.load import read_access
from eakte_ops.access.rules import Access
from eakte_ops.inventory.model import Town, TownFile
from eakte_ops.product.load import profile

TOWNS = ("witten", "herdecke")


def key(number: int) -> str:
    """The public key number N."""
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes([number]) * 32
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def rsa_key() -> str:
    """A public key of a type that hosts may have and people may not."""
    fields = (b"ssh-rsa", b"\1\0\1", b"\0" + b"\xc1" * 256)
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return f"ssh-rsa {base64.b64encode(blob).decode()}"


ACCESS = f"""\
# Our own file: comments stay.
issue: 3
operations_hosts:
  - {{name: ops-1, role: norm, addresses: ["192.0.2.30"]}}
  - {{name: ops-2, role: emergency, addresses: [203.0.113.20, "2001:db8::20"]}}
holders:
  - id: admin-1
    keys:
      - machine: desk-1 # the one upstairs
        account: work
        key: {key(1)}
        expires: "2027-11-30" # a year
        towns: all
      - {{machine: ops-2, account: work, key: {key(2)}, expires: "2027-11-30"}}
  - id: admin-2
    keys:
      - {{machine: desk-2, account: work, key: "{key(3)}", expires: "2027-05-31", towns: [herdecke]}}
  - id: night
    keys:
      - machine: ops-1
        account: look
        key: {key(4)}
        towns:
          - witten
          - herdecke
        expires: "2027-12-31"
signers:
  - {{name: releases, key: {key(9)}, expires: "2028-11-30"}}
"""


def access(text: str = ACCESS) -> Access:
    return read_access(text, TOWNS)


def town(**changed: Any) -> Town:
    """Witten: a jump host, two servers behind it, one in front; `changed` replaces keys of the town's file."""
    said: dict[str, Any] = {
        "municipality": {"key": "05954036", "name": "Witten"},
        "ring": 0,
        "language": "de",
        "product": "musterakte",
        "release": "11.0",
        "database_operator": "centre",
        "contacts": {
            "centre": {"mail": "betrieb@centre.example", "phone": "+49 221 4710 100"},
            "local-it": {"mail": "edv@witten.example"},
        },
        "windows": {"zone": "Europe/Berlin", "open": [{"days": ["tue"], "from": "18:00", "until": "22:00"}]},
        "availability": {"percent": 98.5, "hours": [{"days": ["mon"], "from": "07:00", "until": "18:00"}]},
        "jump_hosts": [{"name": "witten-jump", "address": "198.51.100.5", "inside": "198.51.100.33"}],
        "servers": [
            {
                "name": "witten-db",
                "address": "198.51.100.42",
                "port": 2222,
                "jump": "witten-jump",
                "components": {"database": {}, "index": {}},
            },
            {
                "name": "witten-app",
                "address": "198.51.100.43",
                "jump": "witten-jump",
                "components": {"application-server": {}, "service-manager": {}},
            },
            {"name": "witten-gw", "address": "192.0.2.13", "components": {"gateway": {}}},
        ],
    }
    model = TownFile.model_validate_json(json.dumps({**said, **changed}), strict=True)
    return Town("witten", Path("witten.yml"), model, profile(model.product))


def placed(component: str, **places: str) -> list[dict[str, Any]]:
    """One server with one component whose places were changed."""
    return [{"name": "witten-gw", "address": "192.0.2.13", "components": {component: {"places": places}}}]
