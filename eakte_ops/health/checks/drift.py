"""Configuration that is not what was placed: compared with the server's own note, so that the night needs no secret.

The same judgement for the night, which may not read files with secrets, and for people at work, who may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from eakte_ops.config.record import Identity, Placed
from eakte_ops.health.agreed import Agreed, AgreedFile
from eakte_ops.health.checks.drift_text import TEXT
from eakte_ops.health.facts.configuration import (
    CONFIGURATION,
    Configuration,
    Gone,
    Note,
    There,
    named,
    note_path,
)
from eakte_ops.health.types import (
    Cause,
    Check,
    Look,
    NoLimits,
    NotKnown,
    NotYet,
    Result,
    Site,
    Values,
    Verdict,
    unknown,
)

NAME = "config.drift"
NOTE = "note"
"""A subject beside the ids of templates, each of which has a slash in it."""

_NO_NOTE = Note("absent")
_UNBELIEVED = ("note-absent", "note-odd", "note-long", "note-foreign")
_BECAUSE = (Cause(NAME, NOTE),)
_READ, _WRITE = 0o4, 0o2
Holds: TypeAlias = Literal["same", "other", "touched"]
Rights: TypeAlias = Literal["same", "other", "opened"]


def _drift(look: Look, _limits: NoLimits) -> Iterable[Result]:
    agreed = look.site.agreed()
    if agreed is None:
        raise NotYet("no-templates")
    there = look[CONFIGURATION]
    yield _templates(agreed)
    note = _note(look.site, agreed, there)
    if agreed.files or note.said != "note-absent":
        yield note
    believed = note.said not in _UNBELIEVED and not note.reason
    for file in agreed.files:
        yield _one(file, there if believed else replace(there, note=_NO_NOTE), look.site)


def _templates(agreed: Agreed) -> Result:
    """Whether it is known which files belong here."""
    if not agreed.wrong:
        return Result("ok", said="agreed", values={"count": len(agreed.files)})
    return Result(
        "unknown", said="templates", values={"what": agreed.wrong[0], "count": len(agreed.wrong)}, todo="templates"
    )


def _note(site: Site, agreed: Agreed, there: Configuration) -> Result:
    """Whether the note can be believed, and whether it names nothing but what belongs here."""
    path, note = note_path(site), there.note
    values: Values = {"path": path, "count": len(note.placed)}
    if note.state == "denied":
        return unknown(NotKnown("denied", err=path), NOTE)
    if note.state != "ok":
        return Result("unknown", NOTE, f"note-{note.state}", values, todo="note")
    seen = there.files.get(named(path))
    if not isinstance(seen, There) or _may(seen.identity, _WRITE) - {f"account {site.layout.work_account}", *_ROOT}:
        now = _shown(seen.identity) if isinstance(seen, There) else "-"
        return Result("unknown", NOTE, "note-foreign", {**values, "now": now}, todo="note")
    if note.broken:
        return Result("unknown", NOTE, "note-broken", {**values, "count": note.broken}, todo="note")
    known = {named(file.path) for file in agreed.files}
    left = tuple(sorted(path for path in note.placed if path not in known))
    if left and not agreed.wrong:
        return Result("warning", NOTE, "leftover", {**values, "names": left[:5], "count": len(left)}, todo="leftover")
    return Result("ok", NOTE, "note-fine", values)


def _one(file: AgreedFile, there: Configuration, site: Site) -> Result:
    """One agreed file."""
    seen = there.files.get(named(file.path))
    placed = there.note.placed.get(named(file.path))
    if seen is None:
        return unknown(NotKnown("left-out"), file.template)
    if isinstance(seen, Gone) and seen.hidden:
        return unknown(NotKnown("denied", err=file.path), file.template)
    if placed is None:
        return _unnoted(file, seen, there)
    values: Values = {"path": file.path, "placed": placed.when, "run": placed.by or "-"}
    if isinstance(seen, Gone) or seen.kind != "file":
        return _missing(file, seen, there, values)
    return _compared(_Pair(file, seen, placed), there, site, values)


def _missing(file: AgreedFile, seen: There | Gone, there: Configuration, values: Values) -> Result:
    """Worse where a component takes the file at its start: it runs on, and nobody notices before that."""
    if isinstance(seen, There):
        said = f"is-{seen.kind}"
    elif seen.changed is None:
        said = "missing-folder"
    else:
        said = f"missing-{_who_was_there(there, seen.changed)}"
        values = {**values, "when": seen.changed, **_logins(there, seen.changed)}
    return Result("critical" if file.component else "warning", file.template, said, values, todo="missing")


def _unnoted(file: AgreedFile, seen: There | Gone, there: Configuration) -> Result:
    """Of a file that was never placed, as far as is known; mere consequence where the note says nothing at all."""
    because = () if there.note.state == "ok" and not there.note.broken else _BECAUSE
    said = "never" if isinstance(seen, Gone) else "unnoted"
    verdict: Verdict = "warning" if said == "never" and not because else "unknown"
    return Result(verdict, file.template, said, {"path": file.path}, todo="compare", because=because)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A plain file as it is and as it was placed."""

    file: AgreedFile
    seen: There
    placed: Placed

    @property
    def holds(self) -> Holds:
        """What it holds against what was placed; by what stat says where it could not be read."""
        hash_now = self.seen.plain if self.placed.kind == "plain" else self.seen.keyed
        if hash_now:
            return "same" if hash_now == self.placed.hash else "other"
        now, then = self.seen.identity, self.placed.identity
        # Another owner, group or mode moves `changed` by itself.
        changed = now.changed != then.changed and self.rights == "same"
        moved = (now.size, now.inode, now.modified) != (then.size, then.inode, then.modified)
        return "touched" if moved or changed else "same"

    @property
    def rights(self) -> Rights:
        """Whose it is and who may use it."""
        now, then = self.seen.identity, self.placed.identity
        if self.seen.more:
            return "opened"
        if (now.mode, now.owner, now.group) == (then.mode, then.owner, then.group):
            return "same"
        secret = self.file.secret or self.placed.kind == "keyed"
        opened = _gained(_WRITE, now, then) or (secret and _gained(_READ, now, then))
        return "opened" if opened else "other"

    @property
    def moment(self) -> int:
        """When it was written, if that is the matter and can be true; else when anything was done to it."""
        now = self.seen.identity
        written, changed = int(now.modified.split(".")[0]), int(now.changed.split(".")[0])
        believed = now.modified != self.placed.identity.modified and self.placed.when <= written <= changed
        return written if believed and self.holds != "same" else changed


def _compared(pair: _Pair, there: Configuration, site: Site, values: Values) -> Result:
    now, then = pair.seen.identity, pair.placed.identity
    holds, rights = pair.holds, pair.rights
    if (holds, rights) == ("same", "same"):
        return Result("ok", pair.file.template, "as-placed", values)
    foreign = now.owner != then.owner
    writers = (now.owner,) if foreign else tuple(dict.fromkeys((site.layout.work_account, "root")))
    values = {
        **values,
        "now": _shown(now, "+" if pair.seen.more else ""),
        "then": _shown(then),
        "when": pair.moment,
        "account": writers,
        **_logins(there, pair.moment),
    }
    who = "owner" if foreign else "writers"
    said = f"{holds}-{rights}-{who}-{_who_was_there(there, pair.moment)}"
    todo = "opened" if rights == "opened" else {"touched": "touched", "other": "", "same": "rights"}[holds]
    return Result("critical" if rights == "opened" else "warning", pair.file.template, said, values, todo=todo)


def _logins(there: Configuration, moment: int) -> Values:
    return {"logins": there.logins.get(moment) or ("-",)}


def _who_was_there(there: Configuration, moment: int) -> str:
    """Key of what is said about logins."""
    found = there.logins.get(moment)
    return "unknown" if found is None else "some" if found else "nobody"


_ROOT = frozenset({"account root", "group root"})


def _may(one: Identity, bit: int) -> frozenset[str]:
    mode = int(one.mode, 8)
    shares = {f"account {one.owner}": mode >> 6, f"group {one.group}": mode >> 3, "everybody": mode}
    return frozenset(who for who, share in shares.items() if share & bit)


def _gained(bit: int, now: Identity, then: Identity) -> bool:
    """Whether somebody may now what they might not. An account is taken to be in the group of its name."""
    before = _may(then, bit)
    members = {who.replace("group ", "account ", 1) for who in before if who.startswith("group ")}
    return "everybody" not in before and bool(_may(now, bit) - before - members - _ROOT)


def _shown(one: Identity, more: str = "") -> str:
    """As `ls` has it: a plus for an access list."""
    return f"{one.mode.zfill(4)}{more} {one.owner}:{one.group}"


DRIFT = Check(
    name=NAME,
    owner="centre",
    facts=(CONFIGURATION,),
    limits=NoLimits(),
    judge=_drift,
    concerns=lambda site: bool(site.components),
    text=TEXT,
)

CHECKS = (DRIFT,)
