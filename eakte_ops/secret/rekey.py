"""Encrypt a town's secrets anew for those on record, and remember what those who left still know."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from eakte_ops.errors import Refused
from eakte_ops.secret import age, binding, record
from eakte_ops.secret.files import write
from eakte_ops.secret.recipients import Recipients, understand, without
from eakte_ops.secret.recipients import read as read_recipients
from eakte_ops.secret.record import Leaver, Record
from eakte_ops.secret.vault import Vault


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What was done. `leavers`: who was removed -> secrets they know; `replaced`: whose key is new -> secrets."""

    town: str
    done: tuple[str, ...]
    already: tuple[str, ...]
    leavers: dict[str, tuple[str, ...]]
    replaced: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Work:
    """One secret on its way: the record as it is, and the record and age file as they will be."""

    name: str
    before: Record | None
    after: Record
    sealed: bytes
    done: bool


def rekey(vault: Vault, remove: str = "", bind: Collection[str] = ()) -> Rekeyed:
    """Every secret for the present recipients, without `remove`, whose entry is taken out of the recipients file.

    `bind`: names whose files do not say inside for which town and name they were made; whoever names them vouches that
    they are what they should be. One that was made for another is refused all the same.
    All are opened before anything is written. The open points are written first and the age files last: whatever
    interrupts this, nobody who left is forgotten. Raises Refused if one can not be opened, UsageError, InvalidFile.
    """
    folder = vault.folder
    with folder.writing(vault.clock):
        text = without(folder, remove) if remove else None
        present = understand(text, folder.shown(folder.recipients)) if text is not None else read_recipients(folder)
        work = [_work(vault, name, present, remove, bind=name in bind) for name in vault.names()]
        for each in work:
            if each.before is not None and each.before.must_change != each.after.must_change:
                points = each.before.model_copy(update={"must_change": each.after.must_change})
                record.store(folder, each.name, points)
        if text is not None:
            write(folder.recipients, text)
        for each in work:
            if not each.done:
                write(folder.sealed(each.name), each.sealed)
                record.store(folder, each.name, each.after)
    return Rekeyed(
        vault.town,
        tuple(each.name for each in work if not each.done),
        tuple(each.name for each in work if each.done),
        _by_person(
            (leaver.known_to, each.name)
            for each in work
            for leaver in each.after.must_change
            if each.before is None or leaver not in each.before.must_change
        ),
        _by_person((who, each.name) for each in work for who in _replaced(each, present)),
    )


def is_made_for(sealed: bytes, made: Record | None, present: Recipients) -> bool:
    """Whether age file and record fit each other and those on record."""
    if made is None or made.sha256 != record.fingerprint(sealed) or made.recipients != record.openers(present.everyone):
        return False
    try:
        return sorted(map(str, age.stanzas(sealed))) == sorted(str(age.stanza_of(key)) for key in present.keys)
    except ValueError:
        return False


def _work(vault: Vault, name: str, present: Recipients, remove: str, *, bind: bool) -> _Work:
    folder = vault.folder
    sealed, before = folder.sealed(name).read_bytes(), record.read(folder, name)
    points = _open_points(vault, before, present, remove)
    right = before is not None and is_made_for(sealed, before, present) and points == before.must_change
    if before is not None and right and not (bind and _says_not_for_whom(vault, name)):
        return _Work(name, before, before, sealed, done=True)
    anew = age.encrypt(binding.bound(vault.bound_name(name), _value(vault, name, bind=bind)), present.keys)
    after = Record(
        changed=before.changed if before else vault.clock.now(),
        sha256=record.fingerprint(anew),
        recipients=record.openers(present.everyone),
        must_change=points,
    )
    return _Work(name, before, after, anew, done=False)


def _value(vault: Vault, name: str, *, bind: bool) -> str:
    try:
        if bind and _says_not_for_whom(vault, name):
            return vault.opened(name).value
        return vault.reveal(name).reveal()
    except Refused as problem:
        raise Refused(
            f"nothing was changed: {problem.said}",
            place=problem.place,
            way_out=problem.way_out or "somebody who can open all of the town's secrets has to do this",
        ) from None


def _says_not_for_whom(vault: Vault, name: str) -> bool:
    return vault.opened(name).bound_to is None


def _open_points(vault: Vault, before: Record | None, present: Recipients, remove: str) -> tuple[Leaver, ...]:
    """Who knows the value although no longer on record. Without a record the one who is removed is taken to know it."""
    here = {recipient.who for recipient in present.everyone}
    knew = {opener.who for opener in before.recipients} if before else {remove} - {""}
    old = before.must_change if before else ()
    today = vault.clock.now().date()
    new = [Leaver(known_to=who, since=today) for who in sorted(knew - here - {leaver.known_to for leaver in old})]
    return (*(leaver for leaver in old if leaver.known_to not in here), *new)


def _replaced(work: _Work, present: Recipients) -> list[str]:
    old = {opener.who: opener.key for opener in work.before.recipients} if work.before else {}
    return [one.who for one in present.everyone if old.get(one.who, one.key) != one.key]


def _by_person(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for who, name in pairs:
        found[who] = (*found.get(who, ()), name)
    return found
