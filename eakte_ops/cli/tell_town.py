"""Tells a town at once that a rule of its own is broken: work outside its window, or without a second person's word."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import say
from eakte_ops.cli.plan_rows import purpose_of
from eakte_ops.errors import EakteError

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from eakte_ops.inventory.model import Settings, Town
    from eakte_ops.playbook.permit import Permit
    from eakte_ops.playbook.plan import Plan
    from eakte_ops.report.notice import Notice
    from eakte_ops.store import Rows

Language: TypeAlias = Literal["de", "en"]
_MAIL_S = 120.0
_WAIT_S = 5.0
"""Seconds that the end of a run waits for the mail."""

_WORDS: dict[Language, dict[str, str]] = {
    "de": {
        "subject": "eAkte {town}: Arbeiten {rules}, {purpose}",
        "headline": "Das Zentrum arbeitet jetzt an Ihren Servern, {rules}: {purpose}.",
        "outside_window": "außerhalb des vereinbarten Fensters",
        "without_approval": "ohne Freigabe durch eine zweite Person",
        "and": " und ",
        "agreed": "Vereinbart mit: {role}.",
        "why": "Grund: {why}",
        "what": "Auf: {servers}. Beginn {at}, Dauer etwa {span}.{down}",
        "down": " Der Dienst steht währenddessen.",
        "stop": "Wenn das nicht sein soll: Der Stoppschalter (/etc/eakte-ops/stop, mit einem Satz darin) hält jede"
        " weitere Änderung auf; Begonnenes wird zu Ende gebracht oder zurückgenommen. Und rufen Sie uns an.",
        "journal": "Dasselbe steht im Systemjournal der Server: journalctl -t eakte-ops. Plan {plan}.",
        "local-it": "örtliche IT",
        "management": "Verwaltungsleitung",
        "data-protection": "Datenschutz",
        "centre": "Zentrum",
    },
    "en": {
        "subject": "eAkte {town}: work {rules}, {purpose}",
        "headline": "The centre is at work on your servers now, {rules}: {purpose}.",
        "outside_window": "outside the agreed window",
        "without_approval": "without the approval of a second person",
        "and": " and ",
        "agreed": "Agreed with: {role}.",
        "why": "Reason: {why}",
        "what": "On: {servers}. Begins {at}, takes about {span}.{down}",
        "down": " The service is down meanwhile.",
        "stop": "If that shall not be: the stop switch (/etc/eakte-ops/stop, with a sentence in it) keeps every further"
        " change from beginning; what has begun is finished or taken back. And phone us.",
        "journal": "The same stands in the system journal of the servers: journalctl -t eakte-ops. Plan {plan}.",
        "local-it": "local IT",
        "management": "management",
        "data-protection": "data protection",
        "centre": "the centre",
    },
}


def tell_town(rows: Rows, settings: Settings, town: Town, plan: Plan, permit: Permit, *, now: datetime) -> bool:
    """Queue the mail about the rules that `permit` breaks, in the transaction of `rows`; nothing if it breaks none.

    Gives whether there is a mail to be sent. Where none is set up it says whom to phone: a town always hears of it.
    """
    if not permit.town_is_told:
        return False
    from eakte_ops.report import notice

    address = notice.put(rows, settings, town, notices(town, plan, permit, now), now.timestamp())
    if address:
        say(f"{town.name} is told at once: mail to {address}")
        return True
    contact = town.said.contacts["local-it"]
    reach = ", ".join(part for part in (contact.phone, contact.mail) if part)
    say(f"NO MAIL is set up, so this program does not tell {town.name}: phone local IT NOW ({reach})")
    return False


class Postman:
    """Sends what waits beside the work that made it. A context manager.

    A mail server that is dead delays nobody: what it does not take is tried again by every sweep.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Postman:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.join(_WAIT_S)

    def call(self) -> None:
        """There is something to send. May be called within the transaction that queues it: sending waits for its end.
        Never raises, never waits itself."""
        self._thread = threading.Thread(target=self._deliver, name="postman", daemon=True)
        self._thread.start()

    def _deliver(self) -> None:
        from eakte_ops.cli.digests import deliver_waiting

        why: object = ""
        try:
            with closing(CONTEXT.store()) as store:
                why = "; ".join(deliver_waiting(store, CONTEXT.settings(), seconds=_MAIL_S).trouble)
        except Exception as problem:  # what could not be sent waits in the queue
            why = problem if isinstance(problem, EakteError) else f"a mistake in eakte-ops ({type(problem).__name__})"
        if why:
            with suppress(OSError):  # nobody may read what is said
                say(f"The mail to the town was not sent yet and is tried again ({why}); phone local IT meanwhile.")


def notices(town: Town, plan: Plan, permit: Permit, now: datetime) -> dict[Language, Notice]:
    """What the town is told, in both languages. Pure."""
    return {"de": _notice("de", town, plan, permit, now), "en": _notice("en", town, plan, permit, now)}


def _notice(language: Language, town: Town, plan: Plan, permit: Permit, now: datetime) -> Notice:
    from eakte_ops.health.wording import span
    from eakte_ops.playbook.windows import first_stop
    from eakte_ops.report.moments import Reader
    from eakte_ops.report.notice import Notice

    words = _WORDS[language]
    rules = words["and"].join(words[rule] for rule in ("outside_window", "without_approval") if getattr(permit, rule))
    purpose = purpose_of(plan, language)
    at = Reader(language, town.said.windows.zone, now.timestamp()).moment(now.timestamp())
    down = words["down"] if first_stop(plan) is not None else ""
    lines = [words["why"].format(why=permit.why)]
    if permit.outside_window:
        lines.insert(0, words["agreed"].format(role=words[permit.agreed_with]))
    lines += [
        words["what"].format(
            servers=", ".join(plan.servers) or town.name, at=at, span=span(plan.forth_s, language), down=down
        ),
        words["stop"],
        words["journal"].format(plan=plan.hash[:12]),
    ]
    return Notice(
        words["subject"].format(town=town.name, rules=rules, purpose=purpose),
        words["headline"].format(rules=rules, purpose=purpose),
        tuple(lines),
    )
