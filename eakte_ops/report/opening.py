"""How the night was: when the sweep ran, how long, whom it did not reach, or that there was none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from eakte_ops.report.parts import Audience, names

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import TownKnown
    from eakte_ops.report.night import Night


def trouble(night: Night, to: Audience) -> Literal["", "no-sweep", "open-sweep"]:
    """Whether nobody looked, or not to the end, so that what is said may be out of date."""
    sweep = night.sweep
    if sweep is None or (to.town is not None and not _looked_since(to.town, sweep.began)):
        return "no-sweep"
    return "open-sweep" if sweep.ended is None else ""


def not_looked(night: Night, to: Audience) -> list[str]:
    """The reader's servers that the sweep did not get to; the town where its servers are not known."""
    if night.sweep is None or trouble(night, to) == "no-sweep":
        return []
    here = [missed for missed in night.sweep.missed if to.town is None or missed.town == to.town.id]
    return [missed.server or missed.town for missed in here]


def lead(night: Night, to: Audience) -> Iterator[str]:
    """The first sentences of the mail."""
    yield _of_town(night, to.town, to) if to.town is not None else _of_centre(night, to)
    missed = not_looked(night, to)
    if missed:
        yield to.say("missed", names=names(missed, to))


def _of_centre(night: Night, to: Audience) -> str:
    sweep, reader = night.sweep, to.reader
    if sweep is None:
        return _none(night, to)
    counts = {"looked": reader.number(sweep.looked), "servers": reader.number(sweep.servers)}
    began = reader.moment(sweep.began)
    if sweep.ended is None:
        return to.say("sweep-open", began=began, until=reader.moment(night.until), **counts)
    key = "sweep-one" if sweep.servers == 1 else "sweep"
    return to.say(key, began=began, span=reader.span(sweep.ended - sweep.began), **counts)


def _of_town(night: Night, town: TownKnown, to: Audience) -> str:
    if town.looked is None:
        return to.say("town-never")
    looked, found = to.reader.moment(town.looked), trouble(night, to)
    if night.sweep is None or found == "no-sweep":
        return to.say("town-late", looked=looked)
    began = to.reader.moment(night.sweep.began)
    if found == "open-sweep":
        return to.say("town-open", began=began, looked=looked)
    if len(town.servers) == 1:
        return to.say("town-sweep-one", began=began)
    return to.say("town-sweep", servers=to.reader.number(len(town.servers)), began=began)


def _none(night: Night, to: Audience) -> str:
    if night.before is None:
        return to.say("sweep-never")
    return to.say("sweep-none", since=to.reader.moment(night.before.began))


def _looked_since(town: TownKnown, at: float) -> bool:
    """A town whose file was wrong is in no sweep."""
    return town.looked is not None and town.looked >= at
