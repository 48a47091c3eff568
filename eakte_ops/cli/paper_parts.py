"""Gathers what a plan on paper needs beside the plan: host keys, titles of checks, how jobs are queued by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eakte_ops.cli.context import CONTEXT

if TYPE_CHECKING:
    from pathlib import Path

    from eakte_ops.cli.plan_rows import Language
    from eakte_ops.inventory.model import Host
    from eakte_ops.playbook.plan import Plan


def paper_of(plan: Plan, language: Language) -> str:
    """`plan` as a manual. Raises UsageError for a file of host keys that can not be read."""
    from eakte_ops.cli.plan_paper import Paper
    from eakte_ops.clock import SYSTEM
    from eakte_ops.health.catalogue import CHECKS

    inventory = CONTEXT.inventory(plan.town)
    town = inventory.towns[plan.town]
    hosts: list[Host] = [*town.said.servers, *town.said.jump_hosts]
    return Paper(
        plan,
        town,
        language,
        SYSTEM.now(),
        {host.name: _prints(inventory.known_hosts(plan.town), host) for host in hosts},
        {name: check.text[language].title for name, check in CHECKS.items()},
    ).text()


def _prints(file: Path, host: Host) -> tuple[str, ...]:
    from eakte_ops.remote import known_hosts

    keys = known_hosts.load(file).keys(known_hosts.name_of(host.address, host.port))
    return tuple(f"{kind} {known_hosts.fingerprint(blob)}" for kind, blob in keys)
