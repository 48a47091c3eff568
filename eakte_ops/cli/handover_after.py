"""What follows a run that began or ended a handover: local IT is told, the town is looked at, what is new is said."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.clock import SYSTEM
from eakte_ops.errors import EakteError, Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from eakte_ops.health.findings import Overview
    from eakte_ops.health.types import Identity, Language
    from eakte_ops.inventory.model import Town
    from eakte_ops.playbook.handover.protocol import Compared
    from eakte_ops.playbook.handover.signs import Difference
    from eakte_ops.playbook.memory.runs import Run
    from eakte_ops.playbook.plan import Plan
    from eakte_ops.report.notice import Notice
    from eakte_ops.store import Rows


def after(run: Run, plan: Plan) -> Status:
    """Called once a run of any plan came to its new state. Gives what it adds to the exit status; raises nothing that
    would hide that the run itself ended well."""
    from eakte_ops.playbook.memory.handovers import BEGIN, END

    if plan.playbook not in (BEGIN, END):
        return Status.OK
    try:
        town = CONTEXT.inventory(plan.town).towns[plan.town]
        return _begun(run, plan, town) if plan.playbook == BEGIN else _ended(run, plan, town)
    except EakteError as problem:
        say(f"The run ended well, but what follows it did not: {problem}")
        return Status.FINDINGS


def _begun(run: Run, plan: Plan, town: Town) -> Status:
    """The machines are theirs: said here, and by mail."""
    from eakte_ops.playbook.handover.sentences import yours
    from eakte_ops.playbook.wall import parsed
    from eakte_ops.report.notice import Notice

    servers = plan.arguments.get("servers", "").split() or [server.name for server in town.said.servers]
    until = parsed(plan.arguments["until"])

    def notice(language: Language) -> Notice:
        subject, text = yours(town, servers, until, run.id, language)
        first, *rest = [line for line in text.splitlines() if line]
        return Notice(subject, first, tuple(rest), "ok")

    _tell(town, {"de": notice("de"), "en": notice("en")})
    return Status.OK


def _ended(run: Run, plan: Plan, town: Town) -> Status:
    """What changed, what is new and whose: said here, and by mail to local IT."""
    from eakte_ops.playbook.handover import protocol
    from eakte_ops.report.notice import Notice

    differences, before = _before(plan, town)
    seen = _look(town)
    found = protocol.compared(before, seen)

    def notice(language: Language) -> Notice:
        said = protocol.lines(found, differences, language)
        bad = bool(found.new or found.unknown)
        headline = protocol.headline(town.name, run.id, language)
        return Notice(protocol.subject(town.name, language), headline, tuple(said), "warning" if bad else "ok")

    _tell(town, {"de": notice("de"), "en": notice("en")})
    return _status(found)


def _status(found: Compared) -> Status:
    if found.unknown:
        return Status.UNREACHABLE
    return Status.FINDINGS if found.new else Status.OK


def _before(plan: Plan, town: Town) -> tuple[tuple[Difference, ...], Collection[Identity]]:
    """What has changed on the machines since they were handed over, and the findings that were told then."""
    from eakte_ops.cli.handover import look_at_machines
    from eakte_ops.playbook.handover.opened import remembered_of

    with closing(CONTEXT.store()) as store, store.reading() as rows:
        opened = remembered_of(rows, plan.arguments["handover"])
        before = _told_at(rows, town, opened.at)
    return look_at_machines(opened, town).changed, before


def _told_at(rows: Rows, town: Town, at: float) -> frozenset[Identity]:
    """The findings of the town that were open at that moment."""
    from eakte_ops.health.memory import findings

    days = (SYSTEM.now().timestamp() - at) / 86400 + 1
    known = findings.recent(rows, town.id, days)
    return frozenset(
        (each.town, each.server, each.check, each.subject)
        for each in known
        if each.began <= at and (each.ended is None or each.ended > at)
    )


def _look(town: Town) -> Overview:
    """All checks on all servers of the town, now."""
    from eakte_ops.cli.health import seen_now
    from eakte_ops.cli.language import spoken
    from eakte_ops.health import catalogue

    return seen_now(town, catalogue.chosen([]), spoken(None))


def _tell(town: Town, said: dict[Language, Notice]) -> None:
    """On the screen in the language of the terminal, by mail in the town's."""
    from eakte_ops.cli.language import spoken
    from eakte_ops.report import notice

    here = said[spoken(None)]
    say(here.headline)
    for line in here.lines:
        say(f"  {line}")
    now = SYSTEM.now().timestamp()
    with closing(CONTEXT.store()) as store, store.writing() as rows:
        address = notice.put(rows, CONTEXT.inventory(town.id).settings, town, said, now)
    contact = town.said.contacts["local-it"]
    if address:
        say(f"{town.name} is told by mail to {address}")
    else:
        say(f"NO MAIL is set up: phone local IT now ({contact.phone}, {contact.mail})")
