"""Sends what waits. Several senders may be at work: each message belongs to one at a time, by a lease in the store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.health.memory import towns
from eakte_ops.report import alarm, queue
from eakte_ops.report.hook import ByHook
from eakte_ops.report.mail import Sender, compose
from eakte_ops.report.parts import Centre
from eakte_ops.report.queue import Claimed, Draft, Message, Way
from eakte_ops.report.smtp import ByMail
from eakte_ops.report.ways import NotSent, Send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eakte_ops.inventory.settings import Settings
    from eakte_ops.secret.value import Secret
    from eakte_ops.store import Rows, Store

Ways: TypeAlias = Mapping[Way, Send]
_MARGIN_S = 60.0
"""A lease outlasts the sending by this: who was stopped for longer may find that another one sent it again."""
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one round. `sent`: messages taken; `waiting`: all that still wait; `given_up`: in this round.

    `trouble`: why something was not taken, each reason once.
    """

    sent: int
    waiting: int
    given_up: int
    trouble: tuple[str, ...]


def deliver(
    store: Store,
    settings: Settings,
    ways: Ways,
    *,
    all_now: bool = False,
    seconds: float = 600.0,
    clock: Clock = SYSTEM,
) -> Delivered:
    """Send alarms whose time has come and whatever else waits, until nothing is left to try or `seconds` are over.

    `all_now`: also what failed before and whose pause is not over. A way that is down is tried once and ends for this
    round. Nothing is held open in the store while something is sent.
    """
    until = clock.monotonic() + seconds
    give_up_s = (settings.mail.give_up_days if settings.mail is not None else 5.0) * _DAY_S
    with store.writing() as rows:
        _write_alarms(rows, settings, ways, clock.now().timestamp())
    up, sent, given_up = dict(ways), 0, 0
    after: Message | None = None
    trouble: dict[str, None] = {}
    while up and clock.monotonic() < until:
        claimed = _claimed(store, up, after, all_now, clock)
        if claimed is None:
            break
        after = claimed.message
        problem = _send(store, claimed, up[claimed.message.way], clock)
        if problem is None:
            sent += 1
            continue
        trouble[problem.why] = None
        given_up += _not_sent(store, claimed, problem, give_up_s, clock)
        if problem.way_down:
            del up[claimed.message.way]
    with store.writing() as rows:
        given_up += queue.give_up_old(rows, clock.now().timestamp(), give_up_s)
        left = len(queue.waiting(rows))
    return Delivered(sent, left, given_up, tuple(trouble))


def ways_of(settings: Settings, folder: Path, password: Callable[[str], Secret]) -> Ways:
    """The ways that the settings name. `folder`: the operations folder; `password`: opens one of the centre's secrets,
    asked for when a mail server wants it and not before."""
    ways: dict[Way, Send] = {}
    if settings.mail is not None:
        ways["mail"] = ByMail(settings.mail, folder, password)
    if settings.alarm.hook:
        program = folder / Path(settings.alarm.hook).expanduser()
        ways["hook"] = ByHook(program, folder, settings.alarm.hook_seconds)
    return ways


def _claimed(store: Store, up: Ways, after: Message | None, all_now: bool, clock: Clock) -> Claimed | None:
    """The next message to be tried; alarms of which nothing holds any more are dropped on the way."""
    lease = max(way.seconds for way in up.values()) + _MARGIN_S
    with store.writing() as rows:
        while True:
            now = clock.now().timestamp()
            claimed = queue.claim(rows, now, lease, tuple(up), after, all_now=all_now)
            if claimed is None or claimed.message.kind != "alarm" or not alarm.is_stale(rows, claimed.message.id, now):
                return claimed
            queue.drop(rows, claimed.message.id, now, "what it says does not hold any more")
            after = claimed.message


def _send(store: Store, claimed: Claimed, way: Send, clock: Clock) -> NotSent | None:
    """Hand it over and note that; gives why it was not taken."""
    try:
        way(claimed)
    except NotSent as problem:
        return problem
    with store.writing() as rows:
        queue.sent(rows, claimed.message.id, clock.now().timestamp())
    return None


def _not_sent(store: Store, claimed: Claimed, problem: NotSent, give_up_s: float, clock: Clock) -> int:
    """Note it for the next try; gives 1 where there is none."""
    with store.writing() as rows:
        now = clock.now().timestamp()
        state = queue.failed(rows, claimed.message, now, problem.why, give_up_s)
        if problem.way_down:
            queue.postpone(rows, claimed.message.way, now, claimed.message.tries, problem.why)
    return int(state == "given up")


def _write_alarms(rows: Rows, settings: Settings, ways: Ways, at: float) -> None:
    """Make messages of what has to be told now: all that one reader gets is one message."""
    for due in alarm.take_due(rows, at):
        drafts = tuple(_drafts(rows, due, settings, ways, at))
        if not drafts:
            alarm.drop(rows, due, at)
        for draft in drafts:
            alarm.belongs_to(rows, due, queue.put(rows, at, draft))


def _drafts(rows: Rows, due: alarm.Due, settings: Settings, ways: Ways, at: float) -> Iterator[Draft]:
    centre = centre_of(settings)
    if due.whom == "hook":
        if "hook" in ways:
            yield Draft("alarm", "hook", "", settings.alarm.hook, _called(due), alarm.for_hook(rows, due, centre))
        return
    to = addresses(rows, settings, due.town)
    letter = alarm.letter(rows, due, centre, at)
    for address in to if settings.mail is not None else ():
        content = compose(letter, sender_of(settings), to, at, ident("alarm"))
        yield Draft("alarm", "mail", due.town, address, letter.subject, content)


def _called(due: alarm.Due) -> str:
    return f"{len(due.findings)} critical: {', '.join(sorted({known.place for known in due.findings})[:5])}"[:160]


def addresses(rows: Rows, settings: Settings, town: str) -> tuple[str, ...]:
    """Who gets the mails of the centre (town "") or of a town's local IT."""
    if not town:
        named = settings.mail.centre if settings.mail is not None else ()
        return tuple(dict.fromkeys(named)) or (settings.centre.contact.mail,)
    return tuple(mail for each in towns.known(rows, town) if (mail := each.contacts.get("local-it", {}).get("mail")))


def centre_of(settings: Settings) -> Centre:
    """The centre as its mails show it."""
    contact = settings.centre.contact
    said = " · ".join(part for part in (contact.phone, contact.mail) if part)
    return Centre(settings.centre.name, said, settings.centre.language, settings.centre.zone, settings.lab)


def sender_of(settings: Settings) -> Sender:
    """Who the mails come from. Raises AssertionError without mail settings."""
    assert settings.mail is not None
    centre = settings.centre
    return Sender(centre.name, settings.mail.sender, centre.contact.mail, centre.zone)


def ident(kind: str) -> str:
    """The part of a Message-ID before the @: never the same twice."""
    return f"{kind}.{int(time.time())}.{secrets.token_hex(12)}"
