"""Is every secret there, made for exactly those on record, and changed since somebody left?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eakte_ops.errors import EakteError, Refused, UsageError
from eakte_ops.secret import age, record
from eakte_ops.secret.recipients import Recipients
from eakte_ops.secret.recipients import read as read_recipients
from eakte_ops.secret.record import Record
from eakte_ops.secret.vault import Vault


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `subject`: a secret, a file or a person; `way_out`: what to do."""

    town: str
    subject: str
    sentence: str
    way_out: str


def examine(vault: Vault, listed: Sequence[str]) -> list[Finding]:
    """All findings of one town. `listed`: the names that its inventory file gives.

    With identities, what they should open is opened. Raises InvalidFile where recipients or a record can not be read.
    """
    folder, town = vault.folder, vault.town
    found = [
        Finding(town, name, "is listed in the inventory and has no value", f"eakte-ops secret set {town} {name}")
        for name in listed
        if name not in vault.names()
    ]
    found += [
        Finding(town, name, "has a value and is not listed in the inventory", f"list it, or remove {name}.age")
        for name in vault.names()
        if name not in listed
    ]
    found += [
        Finding(town, folder.shown(path), "does not belong here", "remove it; an interrupted write may have left it")
        for path in folder.strays()
    ]
    if not vault.names() and not listed:
        return found
    try:
        present = read_recipients(folder)
    except UsageError as problem:
        if problem.place and not folder.recipients.exists():
            return [*found, Finding(town, problem.place, problem.said, problem.way_out)]
        raise
    found += _recovery(vault, present)
    for name in vault.names():
        found += _one(vault, name, present)
    return found


def _recovery(vault: Vault, present: Recipients) -> Iterator[Finding]:
    ours = vault.identities.public if vault.identities else ()
    for recipient in present.recovery:
        if recipient.key in ours:
            yield Finding(
                vault.town,
                recipient.who,
                "the identity used here is a recovery identity, which belongs offline",
                "work with your own identity; take the other one off this machine",
            )


def _one(vault: Vault, name: str, present: Recipients) -> Iterator[Finding]:
    folder, town = vault.folder, vault.town
    again = f"eakte-ops secret rekey {town}"
    sealed, made = folder.sealed(name).read_bytes(), record.read(folder, name)
    problem = _mismatch(sealed, made, present)
    if problem:
        yield Finding(town, name, problem, again)
    for leaver in made.must_change if made else ():
        sentence = f"is known to {leaver.known_to}, removed on {leaver.since.isoformat()}, and must be changed"
        yield Finding(town, name, sentence, f"change it where it is used, then: eakte-ops secret set {town} {name}")
    broken = _does_not_open(vault, name, made)
    if broken is not None:
        other = f"take {folder.shown(folder.sealed(name))} from git, or set it anew"
        yield Finding(town, name, f"does not open: {broken.said}", broken.way_out or other)


def _mismatch(sealed: bytes, made: Record | None, present: Recipients) -> str:
    """How age file, record and recipients differ; "" if they agree."""
    if made is None:
        return "has no record of whom it was made for"
    if made.sha256 != record.fingerprint(sealed):
        return "was changed without its record"
    old, new = set(made.recipients), set(record.openers(present.everyone))
    too_many = sorted({opener.who for opener in old - new})
    missing = sorted({opener.who for opener in new - old})
    if too_many or missing:
        said = [f"can still be opened with the key of {', '.join(too_many)}"] if too_many else []
        said += [f"can not be opened yet by {', '.join(missing)}"] if missing else []
        return " and ".join(said)
    try:
        seen = age.stanzas(sealed)
    except ValueError as error:
        return f"can not be opened by anybody: {error}"
    wanted = [age.stanza_of(key) for key in present.keys]
    if sorted(map(str, seen)) != sorted(map(str, wanted)):
        return f"is made for other keys than its record says ({len(seen)} in the file, {len(wanted)} on record)"
    return ""


def _does_not_open(vault: Vault, name: str, made: Record | None) -> Refused | None:
    """Why our identity does not open the file although it should; also where it was made for another town or name."""
    ours = vault.identities
    if ours is None or made is None or not {opener.key for opener in made.recipients} & set(ours.public):
        return None
    try:
        vault.reveal(name)
    except Refused as problem:
        return problem
    return None


def opened_here(vault: Vault) -> bool:
    """Whether our identity is, by the records, one for which all of the town's secrets were made."""
    ours = set(vault.identities.public) if vault.identities else set()
    try:
        made = [record.read(vault.folder, name) for name in vault.names()]
    except EakteError:
        return False
    return bool(made) and all(one is not None and {opener.key for opener in one.recipients} & ours for one in made)
