"""Tells a town at once that a rule of its own is broken: work outside its window, or without a second person's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from eakte_ops.cli.output import say
from eakte_ops.cli.plan_rows import purpose_of

if TYPE_CHECKING:
    from datetime import datetime

    from eakte_ops.inventory.model import Settings, Town
    from eakte_ops.playbook.permit import Permit
    from eakte_ops.playbook.plan import Plan
    from eakte_ops.report.notice import Notice
    from eakte_ops.store import Rows

Language: TypeAlias = Literal["de", "en"]

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


def tell_town(rows: Rows, settings: Settings, town: Town, plan: Plan, permit: Permit, *, now: datetime) -> None:
    """Queue the mail about the rules that `permit` breaks, in the transaction of `rows`; nothing if it breaks none.

    Says who is to be phoned where no mail can be sent, since a town always hears of it.
    """
    if not permit.town_is_told:
        return
    from eakte_ops.report import notice

    address = notice.put(rows, settings, town, notices(town, plan, permit, now), now.timestamp())
    if address:
        say(f"{town.name} is told at once: mail to {address}")
        return
    contact = town.said.contacts["local-it"]
    say(f"NO MAIL is set up, so {town.name} is not told by this program: phone local IT NOW ({_reach(contact)})")


def _reach(contact: object) -> str:
    phone, mail = getattr(contact, "phone", ""), getattr(contact, "mail", "")
    return ", ".join(part for part in (phone, mail) if part)


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
