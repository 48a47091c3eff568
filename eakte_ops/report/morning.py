"""The digests of one morning: built from the store, queued at most once for each reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eakte_ops.health.memory import towns
from eakte_ops.inventory.hours import zone_of
from eakte_ops.report import digest, night, queue
from eakte_ops.report.deliver import addresses, centre_of, ident, sender_of
from eakte_ops.report.mail import compose
from eakte_ops.report.queue import Draft

if TYPE_CHECKING:
    from eakte_ops.health.types import Language
    from eakte_ops.inventory.settings import Settings
    from eakte_ops.report.letter import Letter
    from eakte_ops.report.night import Night
    from eakte_ops.store import Rows, Store


@dataclass(frozen=True, slots=True)
class Made:
    """One digest. `recipient`: a town, "" for the centre; `to`: its addresses; `since`, `until`: what it covers."""

    recipient: str
    to: tuple[str, ...]
    since: float
    until: float
    letter: Letter


def build(store: Store, settings: Settings, now: float) -> tuple[Made, ...]:
    """The digests of this morning that were not made yet: the centre's, then the towns'."""
    name = name_of(settings, now)
    with store.reading() as rows:
        return tuple(_build(rows, settings, name, now))


def put(store: Store, settings: Settings, made: tuple[Made, ...], now: float) -> tuple[Made, ...]:
    """Queue them in one transaction; gives those that nobody had queued before."""
    name = name_of(settings, now)
    drafts = [(each, tuple(_drafts(each, settings, now))) for each in made]
    kept = []
    with store.writing() as rows:
        for each, mails in drafts:
            if night.begun(rows, each.recipient, name, each.since, each.until):
                kept.append(each)
                for mail in mails:
                    queue.put(rows, now, mail)
    return tuple(kept)


def preview(
    store: Store | None, settings: Settings, town: str, now: float, language: Language | None = None
) -> Letter | None:
    """What the digest of this morning says, for the centre or a town; None where that town is not known.

    Without a store nothing is known yet, and it says so.
    """
    centre = centre_of(settings)
    if store is None:
        nothing = night.Night(now - 86400.0, now)
        return None if town else digest.to_centre(nothing, centre, language)
    with store.reading() as rows:
        seen = night.gather(rows, *night.covered(rows, town, name_of(settings, now), now, settled=-1.0))
    return _letter(seen, settings, town, language)


def name_of(settings: Settings, now: float) -> str:
    """The day on the centre's calendar: 2026-11-24."""
    return datetime.fromtimestamp(now, UTC).astimezone(zone_of(settings.centre.zone)).date().isoformat()


def _build(rows: Rows, settings: Settings, name: str, now: float) -> Iterator[Made]:
    seen: dict[tuple[float, float], Night] = {}
    for recipient in ("", *(town.id for town in towns.known(rows))):
        to = addresses(rows, settings, recipient)
        if not to or night.is_made(rows, recipient, name):
            continue
        span = night.covered(rows, recipient, name, now)
        if span not in seen:
            seen[span] = night.gather(rows, *span)
        letter = _letter(seen[span], settings, recipient, None)
        if letter is not None:
            yield Made(recipient, to, *span, letter)


def _letter(seen: Night, settings: Settings, town: str, language: Language | None) -> Letter | None:
    centre = centre_of(settings)
    if not town:
        return digest.to_centre(seen, centre, language)
    found = next((each for each in seen.towns if each.id == town), None)
    return None if found is None else digest.to_town(seen, centre, found, language)


def _drafts(made: Made, settings: Settings, now: float) -> Iterator[Draft]:
    for address in made.to:
        content = compose(made.letter, sender_of(settings), made.to, now, ident("digest"))
        yield Draft("digest", "mail", made.recipient, address, made.letter.subject, content)
