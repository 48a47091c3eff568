"""Who has access, until when, and what was accepted last: rows for people. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from eakte_ops.access.rules import Access, Key
from eakte_ops.audit import Entry

_SOON_DAYS = 30


COLUMNS = ("holder", "machine", "account", "towns", "until", "state", "fingerprint")


def rows(access: Access, town: str, today: date) -> list[tuple[str, ...]]:
    """COLUMNS of every key that was ever meant for `town`; "" stands for any town."""
    return [
        (
            held.holder,
            held.key.machine,
            held.key.account,
            "all" if held.key.towns == "all" else " ".join(held.key.towns),
            held.key.expires,
            _state(held.key, today),
            held.key.public.fingerprint,
        )
        for held in access.all()
        if not town or held.key.serves(town)
    ]


def accepted_packs(entries: Iterable[Entry], hosts: Collection[str]) -> list[tuple[str, str, str]]:
    """Host, version of the pack that was installed when its keys were accepted last, and the day; "-" for never."""
    last = dict.fromkeys(hosts, ("-", "-"))
    for entry in entries:
        if entry.what == "access accept":
            for host, version in (entry.details.get("installed") or {}).items():
                if host in last:
                    last[host] = (str(version), entry.at[:10])
    return [(host, *seen) for host, seen in last.items()]


def _state(key: Key, today: date) -> str:
    if key.revoked is not None:
        return f"revoked {key.revoked}"
    left = (key.last_day - today).days
    if left < 0:
        return "expired"
    return f"expires in {left} days" if left <= _SOON_DAYS else "valid"
