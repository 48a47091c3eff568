"""Approvals: who signed which plan for which town until when, and whether that counts.

What is signed is a text of four lines, the same for author and approver; the signature is OpenSSH's. It counts for a
holder of access.yml whose key is a key for work at that town, neither revoked nor expired: looked at anew whenever an
approval is used. Several keys of one holder are one person.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from eakte_ops.access.rules import Access, Held
from eakte_ops.errors import Refused
from eakte_ops.playbook.plan import Plan
from eakte_ops.playbook.wall import parsed
from eakte_ops.signature.verify import verify

NAMESPACE = "eakte-ops-approval"
PERSONS = 2
"""How many different people have to sign: the one who made the plan, and a second one."""

_LONGEST = 40_000
_TEXT = re.compile(
    r"eakte-ops approval (?P<format>[0-9]{1,4})\n"
    r"town (?P<town>[a-z0-9-]{1,63})\nplan (?P<plan>[0-9a-f]{64})\nvalid-until (?P<until>[0-9T:+-]{10,40})\n"
)
_SIGNATURE = re.compile(r"-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]{1,20000}-----END SSH SIGNATURE-----\n")
_FORMAT = "1"
_MAGIC = b"SSHSIG\x00\x00\x00\x01"


class NotCounted(Refused):
    """A signature does not count as an approval; says why."""

    message = "this approval does not count: {said}"


@dataclass(frozen=True, slots=True)
class Approval:
    """As it travels in a file or a mail. `signature`: armoured."""

    town: str
    plan: str
    valid_until: str
    signature: str

    @property
    def signed(self) -> str:
        """The text under which the signature stands."""
        return _signed(self.town, self.plan, self.valid_until)

    def text(self) -> str:
        """The file."""
        return self.signed + self.signature


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature counts: the holder of access.yml, and the fingerprint of the key."""

    holder: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Approved:
    """`by`: different people whose signature counts, in the order in which they signed; `not_counted`: why others do
    not."""

    by: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ()

    def missing(self, plan: Plan) -> tuple[str, ...]:
        """What is still needed before the plan may be carried out, as sentences; () if nothing."""
        if not plan.needs.second_person:
            return ()
        if plan.author and plan.author not in self.by:
            others = f", as {' and '.join(self.by)} did" if self.by else ""
            return (f"{plan.author}, who made the plan, has not signed it{others}",)
        if len(self.by) >= PERSONS:
            return ()
        signed = f"only {self.by[0]} has signed it" if self.by else "nobody has signed it yet"
        return (f"it needs the approval of a second person: {signed}",)


def text_of(plan: Plan) -> str:
    """What is signed for `plan`."""
    return _signed(plan.town, plan.hash, plan.valid_until)


def of(plan: Plan, signature: str) -> Approval:
    """The approval of `plan` with that signature, to be sent."""
    return Approval(plan.town, plan.hash, plan.valid_until, signature)


def read(text: str) -> Approval:
    """An approval out of a file or a mail, whatever stands around it. Raises NotCounted."""
    if len(text) > _LONGEST:
        raise NotCounted("the file is far too long for one")
    plain = text.replace("\r\n", "\n")
    if not plain.endswith("\n"):
        plain += "\n"
    said, signature = _TEXT.search(plain), _SIGNATURE.search(plain)
    if said is None or signature is None:
        raise NotCounted(
            "there is none in it, or its text was altered",
            way_out="send it as a file: eakte-ops plans approve HASH --out FILE",
        )
    if said["format"] != _FORMAT:
        raise NotCounted(f"it has the format {said['format']}, and this version reads {_FORMAT}")
    return Approval(said["town"], said["plan"], said["until"], signature[0])


def judge(plan: Plan, approval: Approval, access: Access, now: datetime) -> Signer:
    """Whose approval of `plan` it is. Raises NotCounted with the reason, MachineFailed."""
    if approval.plan != plan.hash:
        raise NotCounted(f"it is for the plan {approval.plan[:12]}, not for {plan.hash[:12]}")
    if approval.town != plan.town:
        raise NotCounted(f"it is for {approval.town}, and the plan is for {plan.town}")
    if approval.valid_until != plan.valid_until:
        raise NotCounted(f"it is valid until {approval.valid_until}, and the plan until {plan.valid_until}")
    if parsed(approval.valid_until) <= now:
        raise NotCounted(
            f"it was valid until {approval.valid_until}", way_out="make the plan anew and have it approved"
        )
    held = _held(plan.town, _fingerprint(approval.signature), access, now)
    signers = f'{held.holder} namespaces="{NAMESPACE}" {held.key.public}\n'
    try:
        signed = verify(approval.signed.encode(), approval.signature, NAMESPACE, signers, now)
    except Refused as wrong:
        raise NotCounted(
            f"its signature by a key of {held.holder} was not made over this text",
            way_out="was the text altered, or is it the signature of another plan? have it signed again",
        ) from wrong
    return Signer(signed.who, signed.fingerprint)


def approved(plan: Plan, signatures: Iterable[str], access: Access, now: datetime) -> Approved:
    """Who has approved `plan`, by what holds now. `signatures`: as they were kept, in their order."""
    by: dict[str, None] = {}
    not_counted = []
    for signature in signatures:
        try:
            by[judge(plan, of(plan, signature), access, now).holder] = None
        except NotCounted as reason:
            not_counted.append(reason.said)
    return Approved(tuple(by), tuple(not_counted))


def _held(town: str, fingerprint: str, access: Access, now: datetime) -> Held:
    """The key of access.yml, if it counts at `town` now. Raises NotCounted."""
    held = next((each for each in access.all() if each.key.public.fingerprint == fingerprint), None)
    if held is None:
        raise NotCounted(f"access.yml holds no key {fingerprint}")
    key, whose = held.key, f"the key of {held.holder} at {held.key.machine}"
    if key.account != "work":
        raise NotCounted(f"{whose} is for looking only, and nobody approves with it")
    if key.revoked is not None:
        raise NotCounted(f"{whose} is revoked since {key.revoked} ({key.why})")
    if key.last_day < now.date():
        raise NotCounted(f"{whose} has expired: its last day was {key.expires}")
    if not key.serves(town):
        raise NotCounted(f"{whose} is not for {town}")
    return held


def _fingerprint(signature: str) -> str:
    """The fingerprint of the key that a signature names (PROTOCOL.sshsig); nothing is proven by it yet."""
    body = "".join(line for line in signature.splitlines() if not line.startswith("-----"))
    try:
        blob = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    at = len(_MAGIC) + 4
    size = int.from_bytes(blob[len(_MAGIC) : at], "big")
    if not blob.startswith(_MAGIC) or not 0 < size <= len(blob) - at:
        raise NotCounted("its signature is none, or was cut off")
    digest = hashlib.sha256(blob[at : at + size]).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def _signed(town: str, plan: str, valid_until: str) -> str:
    return f"eakte-ops approval {_FORMAT}\ntown {town}\nplan {plan}\nvalid-until {valid_until}\n"
