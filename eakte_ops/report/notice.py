"""A sentence to local IT of a town, at once and at any hour: what is done on its servers against the usual rules, or
what it has to know now. Queued in the transaction that makes it true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eakte_ops.report import queue
from eakte_ops.report.deliver import centre_of, ident, sender_of
from eakte_ops.report.letter import Letter, Section, Tone
from eakte_ops.report.mail import compose
from eakte_ops.report.plain import plain
from eakte_ops.report.words import WORDS

if TYPE_CHECKING:
    from eakte_ops.health.types import Language
    from eakte_ops.inventory.model import Settings, Town
    from eakte_ops.store import Rows

_SUBJECT, _LINE, _MOST = 120, 600, 30


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told, in one language. `headline`: in one sentence; `lines`: what else has to be known."""

    subject: str
    headline: str
    lines: tuple[str, ...] = ()
    tone: Tone = "warning"


def put(rows: Rows, settings: Settings, town: Town, said: Mapping[Language, Notice], at: float) -> str:
    """Queue the notice for local IT of `town`, in its language; it may be sent from `at` on.

    Gives the address it goes to, "" where no mail server is set up: then somebody has to phone.
    """
    contact = town.said.contacts.get("local-it")
    if settings.mail is None or contact is None:
        return ""
    letter = letter_of(said[town.said.language], settings, town)
    content = compose(letter, sender_of(settings), (contact.mail,), at, ident("notice"))
    queue.put(rows, at, queue.Draft("notice", "mail", town.id, contact.mail, letter.subject, content))
    return contact.mail


def letter_of(notice: Notice, settings: Settings, town: Town) -> Letter:
    """The mail. Whatever came from elsewhere is made plain here."""
    language, centre = town.said.language, centre_of(settings)
    words = WORDS[language]
    foot = words["foot-town"].format(centre=plain(centre.name, 200), contact=plain(centre.contact, 200))
    lines = tuple(plain(line, _LINE) for line in notice.lines[:_MOST])
    return Letter(
        language=language,
        subject=f"{words['subject-lab'] if centre.lab else ''}{plain(notice.subject, _SUBJECT)}",
        headline=plain(notice.headline, _LINE),
        tone=notice.tone,
        lead=(),
        sections=(Section("", lines=lines),) if lines else (),
        foot=(foot,),
        lab=words["lab"] if centre.lab else "",
    )
