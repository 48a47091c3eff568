"""Whether security updates wait, and whether anybody looks for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte_ops.health.facts.patches import PATCHES, Patches
from eakte_ops.health.limits import limit
from eakte_ops.health.types import Cause, Check, Look, NotKnown, NotYet, Result, Text, Values, unknown

LISTS = "package lists"


@dataclass(frozen=True, slots=True)
class SecurityLimits:
    """Days."""

    days: int = limit(
        7,
        "days for which security updates may wait; 0: none may wait",
        "Tage, die Sicherheitsupdates warten dürfen; 0: keines darf warten",
        least=0,
        most=60,
    )
    critical_days: int = limit(30, "days until critical", "Tage bis kritisch", least=1, most=60)
    lists_days: int = limit(
        7,
        "age of the package lists in days until a warning",
        "Alter der Paketlisten in Tagen bis zur Warnung",
        least=1,
        most=365,
    )


def _security(look: Look, limits: SecurityLimits) -> Iterable[Result]:
    patches = look[PATCHES]
    if patches.manager != "apt":
        raise NotYet("not-built", what=f"updates by {patches.manager}")
    yield _lists(patches, limits)
    if not patches.security and _stale(patches, limits):
        # Lists that are old, or not there at all, know of no update: that is no proof that there is none.
        yield unknown(NotKnown("old-lists"), because=(Cause(SECURITY.name, LISTS),))
    else:
        yield _waiting(look, patches, limits)


def _stale(patches: Patches, limits: SecurityLimits) -> bool:
    return patches.lists_s is None or patches.lists_s >= limits.lists_days * 86400


def _lists(patches: Patches, limits: SecurityLimits) -> Result:
    if patches.lists_s is None:
        return Result("warning", LISTS, "no-lists", todo="lists")
    values: Values = {"age": patches.lists_s}
    if _stale(patches, limits):
        return Result("warning", LISTS, "old", values, todo="lists")
    return Result("ok", LISTS, "fresh", values)


def _waiting(look: Look, patches: Patches, limits: SecurityLimits) -> Result:
    count = len(patches.security)
    values: Values = {"waiting": count, "others": patches.others, "names": patches.security[:5], "days": 0}
    if not count:
        return Result("ok", said="none", values=values)
    known = look.past.days(SECURITY.name, "", "waiting", limits.critical_days)
    bad = 0
    for day in reversed(known):
        if not day.low:
            break
        bad += 1
    days = (known[-1].day - known[-bad].day).days + 1 if bad else 0
    values = {**values, "days": days}
    if days >= limits.critical_days:
        return Result("critical", said="long", values=values)
    if days >= limits.days:
        return Result("warning", said="long" if days else "waits", values=values)
    if bad == len(known):  # as far back as anybody remembers: it may be longer
        return unknown(NotYet("too-new", have=days, wanted=limits.days, **values))
    return Result("ok", said="new", values=values)


SECURITY = Check(
    name="updates.security",
    owner="local-it",
    facts=(PATCHES,),
    limits=SecurityLimits(),
    judge=_security,
    trends=("waiting",),
    text={
        "en": Text(
            title="Security updates are installed",
            means="By the package lists that lie on the server, updates from the distribution's security archive have "
            "been waiting on each of these days (not always the same ones). When the lists themselves are old, nobody "
            "looks for updates any more, and that there are none means nothing.",
            todo="install the updates in a window (apt-get upgrade) or let unattended-upgrades do it; of the software "
            "of the e-file nothing is among them",
            said={
                "none": "no security update waits (other updates: {others:number})",
                "new": "security updates wait ({waiting:number}; days so far: {days:number}): {names}",
                "waits": "security updates wait ({waiting:number}): {names}",
                "long": "security updates wait for {days:number} days (today {waiting:number}): {names}",
                "fresh": "the package lists are {age:span} old",
                "old": "the package lists are {age:span} old: nobody looks for updates",
                "no-lists": "there are no package lists: nobody looks for updates",
            },
            todos={"lists": "apt-get update, and see why it does not run by itself: systemctl status apt-daily.timer"},
            incident="unattended-upgrades had stopped over a question of a package and said so in a log that nobody "
            "read; the server answered to the internet with a hole that was closed a year ago.",
        ),
        "de": Text(
            title="Sicherheitsupdates sind eingespielt",
            means="Nach den Paketlisten, die auf dem Server liegen, warteten an jedem dieser Tage Updates aus dem "
            "Sicherheitsarchiv der Distribution (nicht immer dieselben). Sind die Listen selbst alt, sucht niemand "
            "mehr nach Updates, und dass es keine gibt, bedeutet nichts.",
            todo="die Updates in einem Wartungsfenster einspielen (apt-get upgrade) oder unattended-upgrades das tun "
            "lassen; von der eAkte-Software ist nichts darunter",
            said={
                "none": "kein Sicherheitsupdate wartet (andere Updates: {others:number})",
                "new": "Sicherheitsupdates warten ({waiting:number}; Tage bisher: {days:number}): {names}",
                "waits": "Sicherheitsupdates warten ({waiting:number}): {names}",
                "long": "Sicherheitsupdates warten seit {days:number} Tagen (heute {waiting:number}): {names}",
                "fresh": "die Paketlisten sind {age:span} alt",
                "old": "die Paketlisten sind {age:span} alt: niemand sucht nach Updates",
                "no-lists": "es gibt keine Paketlisten: niemand sucht nach Updates",
            },
            todos={
                "lists": "apt-get update, und nachsehen, warum es nicht von selbst läuft: systemctl status "
                "apt-daily.timer"
            },
            incident="unattended-upgrades war an der Rückfrage eines Pakets hängen geblieben und sagte das in einem "
            "Protokoll, das niemand las; der Server stand mit einer Lücke im Netz, die seit einem Jahr geschlossen "
            "war.",
        ),
    },
)

CHECKS = (SECURITY,)
