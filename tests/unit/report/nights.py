"""Nights made by hand: towns, findings, sweeps of November 2026 in Witten and around."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from eakte_ops.health.memory.known import Ack, Change, Known, Missed, Sweep, TownKnown, Wording
from eakte_ops.health.types import Owner, Verdict
from eakte_ops.report.night import Night
from eakte_ops.report.parts import Centre

BERLIN = ZoneInfo("Europe/Berlin")
CENTRE = Centre("Kompetenzzentrum eBehördenakte", "+49 221 4710 100 · betrieb@centre.example", "de", "Europe/Berlin")
HOURS = [
    {"days": ["mon", "tue", "wed", "thu"], "from": "07:00", "until": "18:00"},
    {"days": ["fri"], "from": "07:00", "until": "14:00"},
]


def at(text: str, fold: Literal[0, 1] = 0) -> float:
    """`2026-11-24 02:14` on the clock of Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).timestamp()


MORNING = at("2026-11-24 06:30")
EVENING = at("2026-11-23 06:30")


def town(id_: str = "witten", name: str = "", **said: Any) -> TownKnown:
    given: dict[str, Any] = {
        "language": "de",
        "release": "11.0",
        "ring": 0,
        "windows": {"zone": "Europe/Berlin"},
        "availability": {"percent": 99.0, "hours": HOURS},
        "contacts": {"local-it": {"mail": f"it@{id_}.example", "phone": "+49 221 4710 236"}},
        "servers": (f"{id_}-app", f"{id_}-index"),
        "looked": at("2026-11-24 02:01"),
        **said,
    }
    return TownKnown(id_, name or id_.capitalize(), **given)


def sweep(**said: Any) -> Sweep:
    given: dict[str, Any] = {
        "began": at("2026-11-24 02:00"),
        "ended": at("2026-11-24 02:00") + 220,
        "servers": 4,
        "looked": 4,
        **said,
    }
    return Sweep(7, "full", True, host="ops-1", commit="commit 1234567890", **given)


def finding(
    id_: int,
    *,
    on: str = "witten",
    server: str | None = None,
    verdict: Verdict = "warning",
    owner: Owner = "local-it",
    text: Mapping[str, Wording] | None = None,
    **said: Any,
) -> Known:
    given: dict[str, Any] = {
        "check": "disk.space",
        "subject": "/var/lib/eakte/index",
        "began": at("2026-11-24 02:01"),
        "opened": at("2026-11-24 02:01"),
        "seen": at("2026-11-24 02:01"),
        "unsure": None,
        "ended": None,
        "how": None,
        "cause": None,
        **said,
    }
    words = text or {
        "de": Wording(
            "Platz auf Datenträgern",
            f"/var/lib/eakte/index auf {on} ist zu 87 % voll",
            "40 GB mehr; vorher nachsehen, was dort gewachsen ist",
        ),
        "en": Wording(
            "Room on disks",
            f"/var/lib/eakte/index of {on} is 87 % full",
            "needs 40 GB more; look first at what has grown there",
        ),
    }
    return Known(
        id_,
        on,
        f"{on}-index" if server is None else server,
        owner=owner,
        verdict=verdict,
        text=words,
        **given,  # type: ignore[arg-type]
    )


def change(known: Known, kind: Literal["opened", "worse", "better", "closed"] = "opened") -> Change:
    return Change(kind, known.opened, known)


def night(**said: Any) -> Night:
    given: dict[str, Any] = {
        "sweep": sweep(),
        "before": sweep(),
        "towns": (town(), town("herdecke")),
        **said,
    }
    return Night(EVENING, MORNING, **given)


def full_night() -> Night:
    """One of everything."""
    blocked = finding(
        12,
        verdict="critical",
        check="index.blocks",
        subject="",
        text={
            "de": Wording(
                "Schreibsperren des Index",
                "der Index ist nur lesbar (fts:read_only_allow_delete), Platte 96 % voll",
                "40 GB mehr auf /var/lib/eakte/index; das Zentrum hebt die Sperre auf, sobald Platz ist",
                "neue Dokumente sind nicht auffindbar",
            ),
            "en": Wording(
                "Write blocks of the index",
                "the index is read-only (fts:read_only_allow_delete), disk 96 % full",
                "40 GB more on /var/lib/eakte/index; the centre lifts the block once there is room",
                "new documents can not be found",
            ),
        },
    )
    queue = finding(
        13,
        server="witten-app",
        owner="centre",
        check="queue.age",
        subject="RENDITION",
        text={
            "de": Wording(
                "Alter der Warteschlangen",
                "der älteste Auftrag RENDITION wartet 3 h 12 min (Grenze 1 h), 4 warten",
                "läuft der Dienst hinter RENDITION? hält ein toter Bearbeiter die Zeile, den Dienst neu starten",
            ),
            "en": Wording(
                "Age of queues",
                "the oldest RENDITION job waits 3 h 12 min (limit 1 h), 4 waiting",
                "is the service behind RENDITION up? if a dead worker holds the row, restart that service",
            ),
        },
    )
    worse = finding(9, on="herdecke", verdict="critical", began=at("2026-11-20 02:03"), opened=at("2026-11-20 02:03"))
    still = finding(
        4, server="", began=at("2026-11-02 02:01"), opened=at("2026-11-02 02:01"), check="security.updates", subject=""
    )
    taken = finding(
        5,
        on="herdecke",
        began=at("2026-11-18 02:01"),
        opened=at("2026-11-18 02:01"),
        ack=Ack("admin-1", "Platte ist bestellt", at("2026-11-19 09:00"), at("2026-12-01 12:00")),
    )
    over = finding(
        3,
        on="herdecke",
        began=at("2026-11-22 02:01"),
        opened=at("2026-11-22 02:01"),
        ended=at("2026-11-24 02:02"),
        how="well",
    )
    return night(
        sweep=sweep(servers=5, looked=3, missed=(Missed("herdecke", "herdecke-app", "the time of the sweep was up"),)),
        current=(blocked, queue, worse, still, taken),
        changes=(change(blocked), change(queue), change(worse, "worse"), change(over, "closed")),
    )
