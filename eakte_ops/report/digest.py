"""The mail of the morning, pure: from what is remembered of a night to what the centre, or one town's IT, reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eakte_ops.report.letter import Letter, Section, Table, Tone
from eakte_ops.report.moments import Reader
from eakte_ops.report.opening import lead, not_looked, trouble
from eakte_ops.report.parts import Audience, Centre, bounded, item, names, place, reader_of, worst_first
from eakte_ops.report.plain import plain

if TYPE_CHECKING:
    from eakte_ops.health.memory.known import Known, State, TownKnown
    from eakte_ops.health.types import Language
    from eakte_ops.report.night import Night
    from eakte_ops.report.queue import Message

_MOST = {"new": 25, "worse": 25, "still": 25, "taken": 12, "over": 15}
"""Findings of each kind that a mail holds: it stays below the size at which mail programs cut it off."""
_ROWS = 12
_IN_SUBJECT = 3
_LETTERS = 8
_CHECKS = 6
_LIST = "eakte-ops findings list"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The findings that concern a reader, each once, worst first. `better`: those that were critical before."""

    new: tuple[Known, ...]
    worse: tuple[Known, ...]
    still: tuple[Known, ...]
    taken: tuple[Known, ...]
    over: tuple[Known, ...]
    better: frozenset[int]

    def kinds(self) -> Iterator[tuple[str, tuple[Known, ...]]]:
        """In the order in which they are told."""
        for kind in _MOST:
            yield kind, getattr(self, kind)


def to_centre(night: Night, centre: Centre, language: Language | None = None) -> Letter:
    """All towns, for the centre; `language`: another one than the centre's own."""
    reader = Reader(language or centre.language, centre.zone, night.until)
    return _letter(night, Audience(reader, centre, {town.id: town for town in night.towns}))


def to_town(night: Night, centre: Centre, town: TownKnown, language: Language | None = None) -> Letter:
    """What one town's own IT has to do; it holds no other town's name and no person's."""
    known = reader_of(town, night.until)
    reader = Reader(language or known.language, known.zone, known.now)
    return _letter(night, Audience(reader, centre, {town.id: town}, town))


def _letter(night: Night, to: Audience) -> Letter:
    found = sort(night, to)
    news = _news(night, found, to)
    town = f" {to.name(to.town.id)}" if to.town is not None else ""
    lab = to.centre.lab
    return Letter(
        language=to.reader.language,
        subject=to.say(
            "subject",
            lab=to.say("subject-lab") if lab else "",
            town=town,
            news=", ".join(news[:_IN_SUBJECT]),
            day=to.reader.day(night.until),
        ),
        headline=f"{', '.join(news)}.",
        tone=_tone(night, found, to),
        lead=(*lead(night, to), _covers(night, to)),
        sections=_contacts_once(_sections(night, found, to)),
        foot=tuple(_foot(to)),
        table=_table(found, to),
        lab=to.say("lab") if lab else "",
    )


def sort(night: Night, to: Audience) -> Sorted:
    """What is new, worse, still open, in hand and over, for that reader."""
    happened: dict[int, set[str]] = {}
    ended: dict[int, Known] = {}
    for change in night.changes:
        if to.concerns(change.finding):
            happened.setdefault(change.finding.id, set()).add(change.kind)
            if change.kind == "closed":
                ended[change.finding.id] = change.finding
    kinds: dict[str, list[Known]] = {kind: [] for kind in _MOST}
    for known in night.current:
        if to.concerns(known) and known.id not in ended:
            kinds[_kind(known, happened.get(known.id, set()), night.until)].append(known)
    kinds["over"] = list(ended.values())
    better = frozenset(id_ for id_, seen in happened.items() if "better" in seen)
    new, worse, still, taken, over = (tuple(worst_first(kinds[kind])) for kind in _MOST)
    return Sorted(new, worse, still, taken, over, better)


def _kind(known: Known, happened: set[str], at: float) -> str:
    if known.acknowledged(at):
        return "taken"
    if "opened" in happened:
        return "new"
    return "worse" if "worse" in happened and known.verdict == "critical" else "still"


def _news(night: Night, found: Sorted, to: Audience) -> list[str]:
    """The night in a few words, what matters most first."""
    unseen, missed = trouble(night, to), not_looked(night, to)
    parts = [to.say(unseen)] if unseen else []
    if found.new:
        critical = sum(known.verdict == "critical" for known in found.new)
        key = "new" if not critical else "all-critical" if critical == len(found.new) else "some-critical"
        parts.append(to.say(key, count=to.reader.number(len(found.new)), critical=to.reader.number(critical)))
    if found.worse:
        parts.append(_count("worse", found.worse, to))
    if missed:
        parts.append(to.say("not-looked" if len(missed) > 1 else "not-looked-one", count=to.reader.number(len(missed))))
    if not parts:
        parts.append(to.say("nothing-new" if found.still or found.taken else "well"))
    rest = (("still", found.still), ("taken", found.taken), ("over", found.over))
    return parts + [_count(kind, every, to) for kind, every in rest if every]


def _count(kind: str, found: Sequence[Known], to: Audience) -> str:
    return to.say(kind, count=to.reader.number(len(found)))


def _tone(night: Night, found: Sorted, to: Audience) -> Tone:
    """The worst of what nobody has in hand; a night that nobody looked at is unknown at best."""
    tones: list[Tone] = [known.verdict for known in worst_first((*found.new, *found.worse, *found.still))[:1]]
    if trouble(night, to) or not_looked(night, to):
        tones.append("unknown")
    order: tuple[Tone, ...] = ("critical", "warning", "unknown")
    return next((tone for tone in order if tone in tones), "ok")


def _covers(night: Night, to: Audience) -> str:
    return to.say("covers", since=to.reader.moment(night.since), until=to.reader.moment(night.until))


def _sections(night: Night, found: Sorted, to: Audience) -> Iterator[Section]:
    if to.town is None and night.letters:
        yield Section(to.say("section-letters"), lines=tuple(_letters(night.letters, to)))
    for kind, every in found.kinds():
        if every:
            items = [(known, item(known, to, tuple(_notes(known, found, night, to)))) for known in every]
            yield bounded(to.say(f"section-{kind}"), items, _MOST[kind], _LIST, to)
    if to.town is None and night.dropped:
        told = [f"{to.name(known.town)} {place(known, to)} {known.check}" for known in night.dropped]
        yield Section("", lines=(to.say("dropped", names=names(told, to)),))
    waits = _waits(night.waiting, to)
    if waits:
        yield Section(to.say("section-waits"), lines=(waits,))


def _contacts_once(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Whom to ask in a town is said where the town is named first."""
    told: set[str] = set()
    kept = []
    for section in sections:
        groups = tuple(replace(group, contact="") if group.contact in told else group for group in section.groups)
        told.update(group.contact for group in groups)
        kept.append(replace(section, groups=groups))
    return tuple(kept)


def _notes(known: Known, found: Sorted, night: Night, to: Audience) -> Iterator[str]:
    """What is to be said of a finding's time."""
    moment = to.reader.moment
    if known.ended is not None:
        yield to.say(
            "lasted",
            began=moment(known.began),
            ended=moment(known.ended),
            span=to.reader.span(known.ended - known.began),
        )
        if known.how == "gone":
            yield to.say("gone")
        return
    yield to.say("since", at=moment(known.began))
    if known.id in found.better and known.verdict == "warning":
        yield to.say("was-critical")
    if known.unsure is not None:
        yield to.say("unsure", seen=moment(known.seen))
    ack = known.ack
    if ack is not None and known.acknowledged(night.until):
        named = ack.who if to.town is None else ""
        why = plain(ack.why) or to.say("bullet-none")
        key = "ack-who" if named else "ack-until"
        yield to.say(key, until=moment(ack.until), who=plain(named, 80), why=why)
    elif ack is not None and known not in found.worse:
        yield to.say("ack-ended", until=moment(ack.until))


def _letters(letters: Sequence[Message], to: Audience) -> Iterator[str]:
    for letter in letters[:_LETTERS]:
        yield to.say(
            "given-up" if letter.state == "given up" else "waiting",
            subject=plain(letter.subject, 120),
            to=plain(letter.address, 120),
            tries=to.reader.number(letter.tries),
            made=to.reader.moment(letter.made),
            why=plain(letter.why, 200),
        )
    if len(letters) > _LETTERS:
        count = to.reader.number(len(letters) - _LETTERS)
        yield to.say("more-command", count=count, command="eakte-ops digests list")


def _waits(waiting: Iterable[State], to: Audience) -> str:
    """One line: which checks can not judge yet, and how often."""
    ours = [state for state in waiting if to.town is None or (state.town == to.town.id and state.owner == "local-it")]
    if not ours:
        return ""
    counted = Counter(state.check for state in ours).most_common()
    shown = [
        to.say("waits-one", check=plain(check, 80), count=to.reader.number(count)) if count > 1 else plain(check, 80)
        for check, count in counted
    ]
    left = len(shown) - _CHECKS
    text = ", ".join(shown[:_CHECKS])
    if left > 0:
        text = to.say("and-more", names=text, count=to.reader.number(left))
    return to.say("waits", checks=text)


def _table(found: Sorted, to: Audience) -> Table | None:
    """How many of what in which town, where more than one town is concerned."""
    counts: dict[str, Counter[str]] = {}
    critical: Counter[str] = Counter()
    for kind, every in found.kinds():
        for known in every:
            counts.setdefault(known.town, Counter())[kind] += 1
            critical[known.town] += known.verdict == "critical" and known.ended is None
    if to.town is not None or len(counts) < 2:
        return None
    order = sorted(counts, key=lambda town: (-critical[town], *(-counts[town][kind] for kind in _MOST), to.name(town)))
    rows = tuple(
        (to.name(town), *(to.reader.number(counts[town][kind]) if counts[town][kind] else "–" for kind in _MOST))
        for town in order[:_ROWS]
    )
    left = len(order) - _ROWS
    return Table(
        to.say("table"),
        tuple(to.say("table-columns").split("|")),
        rows,
        to.say("more-command", count=to.reader.number(left), command="eakte-ops status") if left > 0 else "",
    )


def _foot(to: Audience) -> Iterator[str]:
    if to.town is None:
        yield to.say("foot-centre")
    else:
        yield to.say("foot-town", centre=plain(to.centre.name, 200), contact=plain(to.centre.contact, 200))
    yield to.say("foot-sent")
