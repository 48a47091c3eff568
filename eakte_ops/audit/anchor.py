"""Anchors: one line per entry in the system journal of each server that the entry concerns.

A town sees and keeps there what was done on it, and a record of the centre that was altered or cut off no longer fits.
Pure: `line` makes the text, `read` finds it again, also behind other words. What is written down is lossy (ASCII,
shortened), so two lines are compared, never their meaning.

    audit 1 HEAD record="5d41402abc4b" who="admin" host="ops-1" what="step" run="..." step="..." plan="..." why="..."
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from eakte_ops.audit.trail import Entry

LONGEST = 400
"""Characters of an anchor, all of them printable ASCII."""

PLAN = 12
"""Digits of a plan's hash that are told."""

_VERSION = "1"
_LIMITS = {"record": 12, "who": 32, "host": 32, "what": 28, "run": 40, "step": 48, "plan": PLAN, "approval": 20}
_FOUND = re.compile(rf'audit {_VERSION} (?P<head>[0-9a-f]{{64}})(?P<fields>(?: [a-z]+="[ !#-~]*")+)')
_FIELD = re.compile(r' ([a-z]+)="([ !#-~]*)"')
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", '"': "'"})


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an anchor says. `text`: the anchor itself, without the words around it; `head`: the hash of its entry."""

    text: str
    head: str
    record: str
    fields: Mapping[str, str]


def line(entry: Entry, record: str) -> str:
    """The anchor of `entry`, for `Order.note` and `logger -t eakte-ops`: at most LONGEST characters of printable ASCII.

    `record`: `Trail.name`. Of the details run, step, plan and approval are told; the reason takes what room is left.
    """
    told = {"record": record, "who": entry.who, "host": entry.host, "what": _what(entry)}
    told |= {name: str(entry.details[name]) for name in ("run", "step", "plan", "approval") if entry.details.get(name)}
    told |= {"plan": told["plan"][:PLAN]} if "plan" in told else {}
    text = f"audit {_VERSION} {entry.hash}"
    for name, value in told.items():
        text += f' {name}="{_shortened(value, _LIMITS[name])}"'
    room = LONGEST - len(text) - len(' why=""')
    return f'{text} why="{_shortened(entry.why, room)}"' if entry.why else text


def read(said: str) -> Anchor | None:
    """The anchor in a line of a journal; None where there is none."""
    found = _FOUND.search(said)
    if found is None:
        return None
    fields = dict(_FIELD.findall(found["fields"]))
    return Anchor(found[0], found["head"], fields.get("record", ""), fields)


def _what(entry: Entry) -> str:
    component = entry.details.get("component")
    return f"{entry.what} {component}" if component else entry.what


def _shortened(said: str, most: int) -> str:
    """`said` in printable ASCII on one line, `...` at the end where it was longer than `most` characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", said).translate(_GERMAN))
    signs = "".join(sign if sign.isascii() else "?" for sign in plain if not unicodedata.combining(sign))
    folded = "".join(sign if sign.isprintable() else " " for sign in signs)
    words = " ".join(folded.split())
    return words if len(words) <= most else words[: most - 3].rstrip() + "..."
