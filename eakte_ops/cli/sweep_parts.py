"""What a sweep is put together from: which towns, with which secrets, what is said at the end."""

from __future__ import annotations

import platform
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.errors import EakteError, Status, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from eakte_ops.cli.sweep_alarm import Alarm
    from eakte_ops.health.engine import Stop
    from eakte_ops.health.memory.keep import Needs
    from eakte_ops.health.memory.known import Kind, Missed
    from eakte_ops.health.sweep import Order
    from eakte_ops.health.types import AnyCheck, Judged, Language
    from eakte_ops.inventory.load import Survey
    from eakte_ops.inventory.model import Inventory, Settings, Town
    from eakte_ops.remote.types import Reveal
    from eakte_ops.secret.value import Secret
    from eakte_ops.store import Store

_NAMED = 12


def wanted(names: Sequence[str], ring: int | None) -> tuple[Inventory, list[Town], Mapping[str, int]]:
    """The towns to look at, and those left out because their file is wrong, with the number of mistakes.

    A town that was named must be right. Raises InvalidFile, UsageError where nothing is left.
    """
    broken: Mapping[str, int] = {}
    if names:
        inventory = CONTEXT.inventory(*names)
    else:
        survey = CONTEXT.survey()
        broken = _broken(survey)
        inventory = survey.inventory([town for town in survey.known if town not in broken])
    found = [inventory.towns[name] for name in dict.fromkeys(names or inventory.towns) if name not in broken]
    found = [town for town in found if ring is None or town.said.ring == ring]
    if not found:
        of = f" in ring {ring}" if ring is not None else ""
        raise UsageError(f"there is no town to look at{of}", way_out="eakte-ops inventory list shows towns and rings")
    return inventory, found, broken


def _broken(survey: Survey) -> Mapping[str, int]:
    """Towns, and files that are no town's, with the number of mistakes in them.

    What only two towns make wrong together stands in the file of one: that one is left out, and the other looked at.
    """
    found = {name: len(own) for name, own in survey.findings.own.items() if name not in survey.known}
    for town in survey.known:
        own = survey.findings.own.get(town, set())
        between = {mistake for one, other, mistake in survey.findings.between if one == town and other not in found}
        if own or between:
            found[town] = len(own | between)
    return found


def left_out(store: Store, broken: Mapping[str, int]) -> tuple[Missed, ...]:
    """The servers of the towns whose file is wrong, as far as they are remembered; "" stands for all of them."""
    from eakte_ops.health.memory import towns
    from eakte_ops.health.memory.known import WRONG_FILE, Missed

    with store.reading() as rows:
        known = {town.id: town.servers for town in towns.known(rows)}
    return tuple(Missed(town, server, WRONG_FILE) for town in broken for server in known.get(town, ("",)))


def order(
    inventory: Inventory,
    kind: Kind,
    stops: Sequence[Stop],
    checks: Sequence[AnyCheck],
    *,
    whole: bool,
    commit: str,
    left_out: Sequence[Missed],
) -> Order:
    """What the sweep is to do, with the limits of eakte-ops.yml."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.sweep import Order

    said = inventory.settings
    minutes = said.sweep.full_minutes if kind == "full" else said.sweep.light_minutes
    return Order(
        kind=kind,
        whole=whole,
        stops=stops,
        checks=checks,
        needs=needs_of(said),
        until=SYSTEM.monotonic() + 60 * minutes,
        server_seconds=said.limits.server_seconds,
        threads=said.limits.threads,
        host=platform.node(),
        commit=commit,
        left_out=left_out,
    )


def needs_of(settings: Settings) -> Needs:
    """How many looks open and close a finding."""
    from eakte_ops.health.memory.keep import Needs

    said = settings.findings
    return Needs(said.open_after, said.close_after, said.nightly_open_after, said.nightly_close_after)


def reveals(towns: Sequence[Town]) -> Callable[[Town], Reveal]:
    """The secrets that a look may need (the round trip's), read before the look. Where one can not be had that is said;
    what needs it gets an empty value and says that it can not tell, and everything else goes on."""
    known = {town.id: _secrets(town) for town in towns if town.said.round_trip}

    def of(town: Town) -> Reveal:
        def reveal(name: str) -> str:
            secret = known.get(town.id, {}).get(name)
            return secret.reveal() if secret is not None else ""

        return reveal

    return of


def _secrets(town: Town) -> dict[str, Secret]:
    from eakte_ops.cli.secret import vault_of

    parts = town.profile.components_of(town.said.release).values()
    found: dict[str, Secret] = {}
    for name in {probe.secret for part in parts for probe in part.probes if probe.secret}:
        try:
            found[name] = vault_of(town).reveal(name)
        except EakteError as problem:
            say(f"{town.id}: {name} can not be read, so there is no round trip: {problem}")
    return found


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C and a service manager's TERM are heard behind this block: what is remembered in it is so as a whole."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
    if came:
        signal.raise_signal(came[0])


def own_findings(store: Store, settings: Settings, alarm: Alarm) -> tuple[Judged, ...]:
    """Judge whether sweeps came when they were due and runs came to their ends, and remember it."""
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health import night
    from eakte_ops.health.memory import keep
    from eakte_ops.playbook.memory import leftovers, locks
    from eakte_ops.playbook.unfinished import judged

    now = SYSTEM.now().timestamp()
    with store.writing() as rows:
        unfinished = judged(now, locks.all_of_them(rows), leftovers.there(rows))
        said = (*night.nights(now, night.due(settings), night.seen(rows)), *unfinished)
        alarm.heard(rows, now, None, keep.raise_own(rows, now, said, needs_of(settings)))
    return said


def say_missed(
    missed: Sequence[Missed], broken: Mapping[str, int], stumbled: Mapping[str, str], language: Language
) -> None:
    """Name what was not looked at, or not remembered."""
    from eakte_ops.health.memory.known import WRONG_FILE

    words = _WORDS[language]
    for why in dict.fromkeys(each.why for each in missed if each.why != WRONG_FILE):
        names = [each.server for each in missed if each.why == why]
        more = f" ... ({len(names)})" if len(names) > _NAMED else ""
        say(f"{words['missed']} ({words.get(why, why)}): {', '.join(names[:_NAMED])}{more}")
    for town, count in broken.items():
        say(words["broken" if count > 1 else "broken-once"].format(town=town, count=count))
    for town, what in stumbled.items():
        say(words["stumbled"].format(town=town, what=what))


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "missed": "Not looked at",
        "broken": "{town} was not looked at: its file has {count} mistakes (eakte-ops inventory check)",
        "broken-once": "{town} was not looked at: its file has a mistake (eakte-ops inventory check)",
        "stumbled": "{town}: what was seen could not be remembered, by a mistake in eakte-ops ({what})",
    },
    "de": {
        "missed": "Nicht angesehen",
        "the time of the sweep was up": "die Zeit des Durchgangs war um",
        "the sweep was stopped": "der Durchgang wurde abgebrochen",
        "a mistake in eakte-ops": "ein Fehler in eakte-ops",
        "broken": "{town} wurde nicht angesehen: die Datei hat {count} Fehler (eakte-ops inventory check)",
        "broken-once": "{town} wurde nicht angesehen: die Datei hat einen Fehler (eakte-ops inventory check)",
        "stumbled": "{town}: was zu sehen war, ließ sich nicht merken, durch einen Fehler in eakte-ops ({what})",
    },
}


def status(missed: Sequence[Missed], broken: Mapping[str, int], stumbled: Mapping[str, str]) -> Status:
    """What the sweep adds to the status of what it found."""
    if stumbled:
        return Status.FAULT
    if broken:
        return Status.USAGE
    return Status.FINDINGS if missed else Status.OK
