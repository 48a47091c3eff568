"""When a disk will be full, if it goes on as in the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eakte_ops.health.facts.storage import STORAGE
from eakte_ops.health.limits import limit
from eakte_ops.health.past import Day
from eakte_ops.health.types import Cause, Check, Look, NotYet, Result, Text, Values, unknown

_SPACE = "disk.space"
_DAYS = 30
_NEEDED = 7
_FAR = 3650.0
_NOISE = 1.0
"""Per cent points by which a disk has to have grown over all days: less is the coming and going of logs."""


@dataclass(frozen=True, slots=True)
class ForecastLimits:
    """Days until a disk is full."""

    warning_days: int = limit(30, "days left until a warning", "Tage bis zur Warnung", least=1, most=365)
    critical_days: int = limit(7, "days left until critical", "Tage bis kritisch", least=1, most=365)


def growth(days: Sequence[Day]) -> float:
    """Per cent points a day: the slope of the line through the daily means with the least squares."""
    at = [float(day.day.toordinal()) for day in days]
    middle, mean = sum(at) / len(at), sum(day.mean for day in days) / len(days)
    spread = sum((each - middle) ** 2 for each in at)
    return sum((each - middle) * (day.mean - mean) for each, day in zip(at, days, strict=True)) / spread


def _forecast(look: Look, limits: ForecastLimits) -> Iterable[Result]:
    mounts = [mount for mount in look[STORAGE] if mount.known and mount.writable]
    if not mounts:
        yield Result("ok", said="none")
    for mount in mounts:
        days = look.past.days(_SPACE, mount.path, "used_percent", _DAYS)
        if len(days) < _NEEDED:
            yield unknown(NotYet("too-new", have=len(days), wanted=_NEEDED), mount.path)
        else:
            yield _judged(mount.path, mount.used_percent, days, limits)


def _judged(path: str, used: float, days: Sequence[Day], limits: ForecastLimits) -> Result:
    slope = growth(days)
    span = (days[-1].day - days[0].day).days
    values: Values = {"growth": round(slope, 3), "days": span, "used_percent": used}
    if slope * span < _NOISE:
        return Result("ok", path, "steady", values)
    left = round(max(0.0, min(_FAR, (100 - used) / slope)), 1)
    values = {**values, "days_left": left, "left": left * 86400}
    if left <= limits.critical_days:
        return Result("critical", path, "soon", values, because=(Cause(_SPACE, path),))
    if left <= limits.warning_days:
        return Result("warning", path, "soon", values, because=(Cause(_SPACE, path),))
    return Result("ok", path, "later", values)


FORECAST = Check(
    name="disk.forecast",
    owner="local-it",
    facts=(STORAGE,),
    limits=ForecastLimits(),
    judge=_forecast,
    trends=("days_left",),
    text={
        "en": Text(
            title="No disk is full soon",
            means="A straight line through the daily figures of up to thirty days says when the file system is full "
            "if it goes on like this. It does not know of a clean-up that is planned, nor of a large import.",
            todo="what grows on {subject}? (du -x --max-depth=2) agree with the centre whether to clean up or to make "
            "the disk larger, while there is time",
            said={
                "none": "there is no file system that can fill",
                "steady": "{subject} has not grown in {days} days",
                "later": "{subject} is full in about {left:span} if it goes on like this",
                "soon": "{subject} is full in about {left:span}: {used_percent:percent} used, {growth:number} per cent "
                "points more each day",
            },
            incident="The document area grew evenly for months and was full on a Friday afternoon; the new disk had a "
            "delivery time of three weeks.",
        ),
        "de": Text(
            title="Keine Platte ist bald voll",
            means="Eine gerade Linie durch die Tageswerte von bis zu dreißig Tagen sagt, wann das Dateisystem voll "
            "ist, wenn es so weitergeht. Von einer geplanten Bereinigung oder einem großen Import weiß sie nichts.",
            todo="Was wächst auf {subject}? (du -x --max-depth=2) Mit dem Zentrum absprechen, ob aufgeräumt oder die "
            "Platte vergrößert wird, solange Zeit ist",
            said={
                "none": "es gibt kein Dateisystem, das sich füllen kann",
                "steady": "{subject} ist in {days} Tagen nicht gewachsen",
                "later": "{subject} ist in etwa {left:span} voll, wenn es so weitergeht",
                "soon": "{subject} ist in etwa {left:span} voll: {used_percent:percent} belegt, täglich "
                "{growth:number} Prozentpunkte mehr",
            },
            incident="Der Dokumentenbereich wuchs monatelang gleichmäßig und war an einem Freitagnachmittag voll; die "
            "neue Platte hatte drei Wochen Lieferzeit.",
        ),
    },
)

CHECKS = (FORECAST,)
