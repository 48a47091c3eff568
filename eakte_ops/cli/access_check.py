"""`eakte-ops access check`: is exactly that granted which the pack says, and is every revoked key refused?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.access_parts import access_rules
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import EakteError, NotSupported, Status, worst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eakte_ops.access.compare import Comparison, Difference
    from eakte_ops.access.granted import Expected
    from eakte_ops.access.rules import Access
    from eakte_ops.cli.context import Account
    from eakte_ops.inventory.model import Inventory, JumpHost, Server, Town
    from eakte_ops.remote.fleet import Errand, Outcome


@dataclass
class Report:
    """What was found at one machine. `unseen`: what was not looked at, and why; `steps`: the way out of that;
    `statuses`: what it means.
    """

    compared: Comparison | None = None
    more: list[Difference] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    statuses: set[Status] = field(default_factory=set)

    @property
    def differences(self) -> list[Difference]:
        """All of them."""
        return [*(self.compared.differences if self.compared else ()), *self.more]

    @property
    def not_looked_at(self) -> list[str]:
        """All of it, in sentences."""
        return [*(self.compared.not_looked_at if self.compared else ()), *self.unseen]


def check(
    town: Annotated[str, typer.Argument(metavar="TOWN")],
    night: Annotated[bool, typer.Option("--night", help="With the night account alone: sudo is not asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> int:
    """Compare what a town grants with its pack: not less, not more, the right version; revoked keys are tried.

    Status 0: exactly as granted, 1: differences (all of them are for local IT), 3: something could not be asked.
    """
    from eakte_ops.cli.banner import banner

    inventory = CONTEXT.inventory(town)
    access = access_rules()
    banner(inventory.folder, inventory.settings.lab)
    place = inventory.towns[town]
    reports = {host.name: Report() for host in (*place.said.jump_hosts, *place.said.servers)}
    _look(inventory, place, access, reports, ("look",) if night else ("look", "work"))
    _try_revoked(inventory, place, access, reports)
    for jump in place.said.jump_hosts:
        reports[jump.name].unseen.append(
            "files: a jump host gives us no shell; local IT: sh /etc/eakte-ops/pack.sh check"
        )
    if as_json:
        _show_json(town, reports)
    else:
        _show(reports)
    statuses = {status for report in reports.values() for status in report.statuses}
    if any(report.differences for report in reports.values()):
        statuses.add(Status.FINDINGS)
    return worst(statuses)


def _look(
    inventory: Inventory, town: Town, access: Access, reports: dict[str, Report], accounts: Iterable[Account]
) -> None:
    """Ask every server once per account, and lay what the accounts saw together."""
    from eakte_ops.access.granted import expected
    from eakte_ops.remote.fleet import visit_all

    limits = inventory.settings.limits
    wanted: dict[str, Expected] = {}
    for server in town.said.servers:
        try:
            wanted[server.name] = expected(town, server, access)
        except NotSupported as problem:
            reports[server.name].unseen.append(problem.said)
            reports[server.name].statuses.add(problem.status)
    errands = [
        _errand(town, server, account, wanted[server.name], limits.server_seconds)
        for server in town.said.servers
        if server.name in wanted
        for account in accounts
    ]
    connect = CONTEXT.connector(limits, lambda _target, _phase: None)
    for outcome in visit_all(errands, connect, threads=limits.threads):
        _note(reports[outcome.target.name], wanted[outcome.target.name], outcome)


def _errand(town: Town, server: Server, account: Account, wanted: Expected, seconds: float) -> Errand:
    from eakte_ops.access.granted import granted_question
    from eakte_ops.remote.fleet import Errand

    question = granted_question(wanted, sudo=account == "work")
    return Errand(CONTEXT.target(town, server, account), (question,), deadline_s=seconds)


def _note(report: Report, wanted: Expected, outcome: Outcome) -> None:
    from eakte_ops.access.compare import compare, merged
    from eakte_ops.access.granted import read_granted

    try:
        if outcome.error is not None:
            raise outcome.error
        compared = compare(wanted, read_granted(outcome.answers[0].out))
    except EakteError as problem:
        said = str(problem).removeprefix(f"{outcome.target.name}: ")
        report.unseen.append(f"with the account {outcome.target.user}: {said}")
        if problem.way_out and problem.way_out not in report.steps:
            report.steps.append(problem.way_out)
        report.statuses.add(problem.status)
    except ValueError as problem:
        report.unseen.append(f"with the account {outcome.target.user}: {outcome.answers[0].why or problem}")
        report.statuses.add(Status.UNREACHABLE)
    else:
        report.compared = compared if report.compared is None else merged(report.compared, compared)


def _try_revoked(inventory: Inventory, town: Town, access: Access, reports: dict[str, Report]) -> None:
    """Ask each machine whether it would let revoked keys in: with their public halves, which prove nothing to it."""
    from eakte_ops.access.revoke import still_let_in

    keys = access.revoked(town.id)
    hosts: tuple[JumpHost | Server, ...] = (*town.said.jump_hosts, *town.said.servers)
    for host in hosts if keys else ():
        answers = [(held, _accepted(inventory, town, host, held.key.account, held.key.key)) for held in keys]
        reports[host.name].more += still_let_in(answers)


def _accepted(inventory: Inventory, town: Town, host: Server | JumpHost, account: Account, key: str) -> bool | None:
    from eakte_ops.remote.offer import accepts

    try:
        deadline = time.monotonic() + inventory.settings.limits.server_seconds
        return accepts(CONTEXT.target(town, host, account), key, deadline)
    except EakteError:
        return None


def _show(reports: dict[str, Report]) -> None:
    for host, report in reports.items():
        for difference in report.differences:
            show(f"{host}  {difference.subject}  {difference.said}  (local-it)")
    for host, report in reports.items():
        for each in report.not_looked_at:
            say(f"NOT LOOKED AT  {host}: {each}")
        for step in report.steps:
            say(f"  → {step}")
    count = sum(len(report.differences) for report in reports.values())
    say(f"{count} difference{'s' * (count != 1)} on {len(reports)} machines." if count else _well(reports))


def _well(reports: dict[str, Report]) -> str:
    asked = sum(report.compared is not None for report in reports.values())
    said = "these grant exactly what the pack says" if asked else "nothing is known about what is granted"
    return f"{asked} of {len(reports)} machines were compared; {said}."


def _show_json(town: str, reports: dict[str, Report]) -> None:
    found = [
        {"host": host, "subject": each.subject, "said": each.said, "owner": "local-it"}
        for host, report in reports.items()
        for each in report.differences
    ]
    unseen = [{"host": host, "said": each} for host, report in reports.items() for each in report.not_looked_at]
    show_json("access-check", 1, {"town": town, "differences": found, "not_looked_at": unseen})
