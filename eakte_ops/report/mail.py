"""A letter as a mail: text and HTML in one message, ready to be handed to a mail server as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from eakte_ops.inventory.hours import zone_of
from eakte_ops.report.as_page import as_page
from eakte_ops.report.as_text import as_text
from eakte_ops.report.plain import plain

if TYPE_CHECKING:
    from eakte_ops.report.letter import Letter


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mails come from. `reply_to`: where answers belong; `zone`: on whose clock they are dated."""

    name: str
    address: str
    reply_to: str
    zone: str


def compose(letter: Letter, sender: Sender, to: Sequence[str], at: float, ident: str) -> bytes:
    """The mail, in ASCII with CRLF. `to`: who is named as receiver; `ident`: makes its Message-ID, so that a mail that
    is sent twice is seen to be the same one."""
    mail = EmailMessage(policy=SMTP)
    domain = sender.address.rpartition("@")[2]
    mail["From"] = Address(plain(sender.name, 78), addr_spec=sender.address)
    mail["To"] = [Address(addr_spec=each) for each in to]
    mail["Reply-To"] = Address(addr_spec=sender.reply_to)
    mail["Subject"] = plain(letter.subject, 160)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC).astimezone(zone_of(sender.zone)))
    mail["Message-ID"] = f"<{ident}@{domain}>"
    # No machine shall answer this one (RFC 3834; the second is Exchange's own word for it).
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(as_text(letter), cte="quoted-printable")
    mail.add_alternative(as_page(letter), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = letter.language
    return mail.as_bytes()
