"""Signatures under plans: made with one's own key, judged at once, kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from eakte_ops.cli.access_parts import access_rules, trail
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say

if TYPE_CHECKING:
    from eakte_ops.playbook.approval import Approval
    from eakte_ops.playbook.plan import Plan


def signed(plan: Plan, key: Path | None) -> Approval:
    """The approval of `plan` by who sits here. `key`: a private key, or a public one whose other half the agent has;
    None: the one of the settings or of the agent. OpenSSH itself asks for a passphrase.

    Raises Refused where there is no key, or where it does not count.
    """
    from eakte_ops.cli.changing import work_identity
    from eakte_ops.cli.own_key import must_have, own_key, to_sign_with
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook import approval
    from eakte_ops.signature.sign import sign

    text = approval.text_of(plan).encode()
    if key is not None:
        signature = sign(text, approval.NAMESPACE, key)
    else:
        own = must_have(own_key(access_rules(), plan.town, work_identity()), plan.town)
        with to_sign_with(own) as file:
            signature = sign(text, approval.NAMESPACE, file)
    made = approval.of(plan, signature)
    approval.judge(plan, made, access_rules(), SYSTEM.now())
    return made


def keep(plan: Plan, made: Approval) -> None:
    """Keep an approval beside its plan, on record; says whose it is and what is still missing. Raises NotCounted."""
    from eakte_ops.cli.permit_parts import approved_by
    from eakte_ops.clock import SYSTEM
    from eakte_ops.playbook import approval
    from eakte_ops.playbook.memory import approvals

    signer = approval.judge(plan, made, access_rules(), SYSTEM.now())
    trail(CONTEXT.inventory(plan.town)).record(
        "plan.approve",
        town=plan.town,
        why=plan.why,
        details={"plan": plan.hash, "holder": signer.holder, "key": signer.fingerprint},
    )
    with closing(CONTEXT.store()) as store, store.writing() as rows:
        approvals.keep(rows, plan.hash, signer.holder, made.signature, SYSTEM.now().timestamp())
        approved = approved_by(rows, plan)
    say(f"Signed by {signer.holder} ({signer.fingerprint}).")
    for missing in approved.missing(plan):
        say(f"Not enough yet: {missing}")
    if plan.needs.second_person and not approved.missing(plan):
        say(f"Approved by {' and '.join(approved.by)}. To carry it out: eakte-ops plans run {plan.hash[:12]}")
