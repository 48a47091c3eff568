"""Breaking and mending. What is broken is written down before it is broken, so a killed `break` can still be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eakte_ops.errors import CommandFailed, EakteError, Unreachable, UsageError
from eakte_ops.inventory.model import Town
from eakte_ops.lab.local_it import LocalIT
from eakte_ops.lab.places import Places
from eakte_ops.lab.scenarios.catalogue import SCENARIOS, Scenario, read
from eakte_ops.lab.told import Tell
from eakte_ops.lab.towns import Host, host_named

_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A scenario that is in force, or may be, on a host."""

    scenario: Scenario
    host: Host


def _note(places: Places, trouble: Trouble) -> Path:
    return places.broken / f"{trouble.scenario.name}@{trouble.host.name}"


def troubles(places: Places) -> tuple[Trouble, ...]:
    """What is broken now, as written down."""
    if not places.broken.is_dir():
        return ()
    named = (file.name.partition("@") for file in sorted(places.broken.iterdir()))
    return tuple(Trouble(SCENARIOS[scenario], host_named(host)) for scenario, _, host in named)


def break_it(places: Places, trouble: Trouble) -> None:
    """Cause the fault; may be repeated. Raises: Unreachable if the host is not up, CommandFailed with what it said."""
    local_it = LocalIT(places, trouble.host)
    local_it.script("true", limit=_LIMIT_S)  # nothing is noted as broken on a host that is not there
    note = _note(places, trouble)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()
    for path, file in trouble.scenario.carries.items():
        local_it.put(path, read(file))
    local_it.script(trouble.scenario.text(), "break", *trouble.scenario.words, limit=_LIMIT_S)


def mend_it(places: Places, trouble: Trouble) -> None:
    """Undo the fault, also a half caused one; may be repeated. Raises: CommandFailed with what the host said."""
    LocalIT(places, trouble.host).script(trouble.scenario.text(), "mend", *trouble.scenario.words, limit=_LIMIT_S)
    _note(places, trouble).unlink(missing_ok=True)


def forget(places: Places, host: Host) -> None:
    """What was broken on a host that is gone is not broken any more."""
    for trouble in troubles(places):
        if trouble.host == host:
            _note(places, trouble).unlink(missing_ok=True)


def mend_all(places: Places, found: Iterable[Trouble], tell: Tell) -> None:
    """Undo all of them; what can not be undone yet (a database on a full disk) is tried again after the others.

    Raises: CommandFailed or Unreachable of the first that stays broken.
    """
    left = list(found)
    while left:
        failed: list[tuple[Trouble, EakteError]] = []
        for trouble in left:
            try:
                mend_it(places, trouble)
                tell(trouble.host.name, f"{trouble.scenario.name} is mended")
            except (CommandFailed, Unreachable) as error:
                failed.append((trouble, error))
        if len(failed) == len(left):
            raise failed[0][1]
        left = [trouble for trouble, _ in failed]


def planned(scenario: Scenario, town: Town) -> Trouble:
    """The scenario on the server of `town` that has its component. Raises: UsageError where none has."""
    for server in town.said.servers:
        if scenario.component in server.components:
            return Trouble(scenario, host_named(server.name))
    raise UsageError(f"{town.id} has no server with the component {scenario.component}", way_out="name a --server")


def chosen(found: Iterable[Trouble], scenario: str | None, town: str | None, server: str | None) -> tuple[Trouble, ...]:
    """Those that fit what was named; None fits everything."""
    return tuple(
        trouble
        for trouble in found
        if scenario in {None, trouble.scenario.name}
        and town in {None, trouble.host.town}
        and server in {None, trouble.host.name}
    )
