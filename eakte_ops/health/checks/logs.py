"""How fast the components' own logs grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.product import PRODUCT
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NotKnown, NotYet, Result, Text, Values, Verdict, unknown

_SHORTEST_S = 600.0  # what came in a shorter time is not taken for a whole hour's share


@dataclass(frozen=True, slots=True)
class GrowthLimits:
    """Megabytes an hour, between two full looks."""

    warning_mb_per_hour: float = limit(
        50.0, "MB an hour until a warning", "MB je Stunde bis zur Warnung", least=0.1, most=1000000
    )
    critical_mb_per_hour: float = limit(
        1000.0, "MB an hour until critical", "MB je Stunde bis kritisch", least=0.1, most=1000000
    )


def _growth(look: Look, limits: GrowthLimits) -> Iterable[Result]:
    logs = look[PRODUCT].logs
    for part in look.site.components:
        size = logs.get(part.name)
        if size is None:
            yield unknown(NotKnown("left-out"), part.name)
            continue
        last = look.past.last(GROWTH.name, part.name, "bytes")
        if last is None:
            yield unknown(NotYet("too-new", have=0, wanted=1, bytes=size), part.name)
            continue
        seconds = max(_SHORTEST_S, look.when.timestamp() - last.at)
        # A log that became smaller was rotated: what was written since then is all that is known.
        grown = size - last.value if size >= last.value else 0.0
        values: Values = {"bytes": size, "per_hour": grown * 3600 / seconds, "limit": limits.warning_mb_per_hour * 1e6}
        yield _judged(part.name, f"{look.site.layout.logs}/{part.name}", values, grown * 3600 / seconds, limits)


def _judged(subject: str, folder: str, values: Values, rate: float, limits: GrowthLimits) -> Result:
    verdict: Verdict = "critical" if rate >= limits.critical_mb_per_hour * 1e6 else "warning"
    if rate < limits.warning_mb_per_hour * 1e6:
        verdict = "ok"
    return Result(verdict, subject, "slow" if verdict == "ok" else "fast", {**values, "logs": folder})


GROWTH = Check(
    name="log.growth",
    owner="centre",
    facts=(PRODUCT,),
    limits=GrowthLimits(),
    judge=_growth,
    concerns=lambda site: bool(site.components),
    trends=("bytes",),
    text={
        "en": Text(
            title="Logs grow at their usual pace",
            means="A program that suddenly writes much has met an error that comes back, thousands of times an hour. "
            "Its log says which, long before people notice, and fills the disk if nobody reads it. Rotation is no "
            "growth.",
            todo="read the end of the newest file in {logs} on {server}: which line comes again and again?",
            said={
                "slow": "the log of {subject} grows by {per_hour:bytes} an hour",
                "fast": "the log of {subject} grows by {per_hour:bytes} an hour (limit {limit:bytes})",
            },
            incident="After a password was changed at one end, a service tried the old one forty times a second. Its "
            "log took 60 GB in four days and, with the disk, the database.",
        ),
        "de": Text(
            title="Protokolle wachsen wie gewohnt",
            means="Ein Programm, das plötzlich viel schreibt, stößt auf einen Fehler, der wiederkommt, tausendfach in "
            "der Stunde. Welchen, sagt sein Protokoll, lange bevor es jemand merkt, und es füllt die Platte, wenn es "
            "niemand liest. Rotation ist kein Wachstum.",
            todo="das Ende der neuesten Datei in {logs} auf {server} lesen: welche Zeile kommt immer wieder?",
            said={
                "slow": "das Protokoll von {subject} wächst um {per_hour:bytes} je Stunde",
                "fast": "das Protokoll von {subject} wächst um {per_hour:bytes} je Stunde (Grenze {limit:bytes})",
            },
            incident="Ein Kennwort wurde nur an einer Stelle geändert, und ein Dienst versuchte vierzigmal je Sekunde "
            "das alte. Sein Protokoll nahm in vier Tagen 60 GB und mit der Platte auch die Datenbank.",
        ),
    },
)

CHECKS = (GROWTH,)
