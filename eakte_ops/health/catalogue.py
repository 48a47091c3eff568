"""All checks by name, and what is asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from eakte_ops.errors import UsageError
from eakte_ops.health.checks import (
    access,
    algorithms,
    backups,
    database,
    documents,
    drift,
    forecast,
    gateway,
    handover,
    index,
    licence,
    logs,
    machine,
    memory,
    network,
    nights,
    patches,
    reach,
    releases,
    restarts,
    roundtrip,
    runs,
    services,
    sessions,
    storage,
    temporary,
    units,
    watch,
    work,
)
from eakte_ops.health.facts.handover import HANDOVER
from eakte_ops.health.limits import about
from eakte_ops.health.muted import needs_software
from eakte_ops.health.types import AnyCheck, Check, Fact, OwnCheck, Site, TownCheck
from eakte_ops.remote.types import Question

if TYPE_CHECKING:
    from eakte_ops.inventory.vocabulary import Vocabulary

CHECKS: Mapping[str, AnyCheck] = {
    check.name: check
    for room in (
        *(reach, handover, algorithms, storage, forecast, memory, machine, units),
        *(services, restarts, licence, gateway, index),
        *(database, sessions, work, documents, releases, logs, temporary, drift, roundtrip, backups),
        *(network, patches, access),
        watch,  # the last question of all: it leaves the mark that there was a look
        nights,  # of the centre itself: asks nothing
        runs,
    )
    for check in room.CHECKS
}


def chosen(names: Sequence[str]) -> tuple[AnyCheck, ...]:
    """The checks to look with: those of these names, all without names, of the centre itself none.

    Raises UsageError with a suggestion for an unknown one, and for one that is no question to a server.
    """
    named = explained(names)
    for check in named:
        if names and isinstance(check, OwnCheck):
            raise UsageError(
                f"{check.name} is about the centre itself, so no server can be looked at for it",
                way_out="eakte-ops findings list shows what the sweeps found; eakte-ops checks explains it",
            )
    return tuple(check for check in named if not isinstance(check, OwnCheck))


def explained(names: Sequence[str]) -> tuple[AnyCheck, ...]:
    """The checks of these names, all without names. Raises UsageError with a suggestion for an unknown one."""
    for name in names:
        if name not in CHECKS:
            near = get_close_matches(name, CHECKS, n=1)
            meant = f'; did you mean "{near[0]}"?' if near else ""
            raise UsageError(f'there is no check "{name}"{meant}', way_out="eakte-ops checks lists them all")
    return tuple(check for check in CHECKS.values() if not names or check.name in names)


def light() -> tuple[AnyCheck, ...]:
    """The checks that are looked at every few minutes."""
    return tuple(check for check in CHECKS.values() if check.light)


def questions(checks: Iterable[AnyCheck], site: Site) -> tuple[Question, ...]:
    """What has to be asked on a server for those of `checks` that concern it, each question once.

    What a check over a whole town needs is asked on every server on which it exists. In whose hands the machine is, is
    asked first wherever something may be down on purpose.
    """
    asking = tuple(checks)
    asked = tuple(_asked(asking, site))
    hands = HANDOVER.ask(site) if any(map(needs_software, asking)) else None
    if not asked or hands is None:
        return asked
    return (hands, *(question for question in asked if question.name != HANDOVER.name))


def asks(checks: Iterable[AnyCheck], site: Site) -> bool:
    """Whether there is anything to ask on a server for `checks`."""
    return next(_asked(checks, site), None) is not None


def _asked(checks: Iterable[AnyCheck], site: Site) -> Iterator[Question]:
    asking = (
        check for check in checks if isinstance(check, TownCheck) or (isinstance(check, Check) and check.concerns(site))
    )
    known: set[str] = set()
    for fact in (fact for check in asking for fact in check.facts):
        if isinstance(fact, Fact) and fact.name not in known:
            known.add(fact.name)
            question = fact.ask(site)
            if question is not None:
                yield question


def vocabulary() -> Vocabulary:
    """The thresholds of all checks that towns may set some for: check -> field -> what it may be."""
    from eakte_ops.inventory.vocabulary import KINDS, Limit

    return {
        check.name: {
            name: Limit(KINDS[type(default)], default, said.least, said.most, description=said.en)
            for name, (default, said) in about(check.limits).items()
        }
        for check in chosen([])
    }
