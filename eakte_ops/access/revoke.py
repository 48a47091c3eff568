"""Taking keys back: what changes in access.yml, and which towns and servers it concerns. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import cast

import yaml

from eakte_ops.access.compare import Difference
from eakte_ops.access.rules import Access, Held
from eakte_ops.errors import UsageError
from eakte_ops.yamltext import did_you_mean


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to put at `start` of a file instead of what stands there until `end` (both in characters)."""

    start: int
    end: int
    text: str


def keys_to_revoke(access: Access, holder: str, machine: str | None) -> tuple[Held, ...]:
    """The keys of `holder`, of one machine or of all, that are not revoked yet.

    Raises UsageError where there is no such holder or nothing left to take back.
    """
    holders = [each.id for each in access.said.holders]
    if holder not in holders:
        raise UsageError(
            f'nobody is called "{holder}" in access.yml{did_you_mean(holder, holders)}',
            way_out=f"there are: {', '.join(holders)}",
        )
    mine = [held for held in access.all() if held.holder == holder]
    if machine is not None and machine not in {held.key.machine for held in mine}:
        raise UsageError(
            f"{holder} has no key at {machine}",
            way_out=f"there are keys at: {', '.join(held.key.machine for held in mine)}",
        )
    found = tuple(held for held in mine if held.key.revoked is None and machine in (None, held.key.machine))
    if not found:
        raise UsageError(
            f"the keys of {holder} are revoked already", way_out="eakte-ops access who TOWN shows since when"
        )
    return found


def towns_of(keys: Collection[Held], towns: Collection[str]) -> tuple[str, ...]:
    """The towns whose packs hold one of `keys`, in the order of `towns`."""
    return tuple(town for town in towns if any(held.key.serves(town) for held in keys))


def revoked_text(text: str, keys: Collection[Held], day: str, why: str) -> str:
    """access.yml with `keys` marked as revoked since `day` and `issue` counted up; everything else as it was.

    `text` has been read and found right by load.py.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    wanted = {held.key.key for held in keys}
    issue = _value(root, "issue")
    entries = [entry for holder in _value(root, "holders").value for entry in _value(holder, "keys").value]
    edits = [
        Edit(issue.start_mark.index, issue.end_mark.index, str(int(issue.value) + 1)),
        *(_mark(text, entry, day, why) for entry in entries if _value(entry, "key").value in wanted),
    ]
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _mark(text: str, entry: yaml.MappingNode, day: str, why: str) -> Edit:
    """The words that mark one key, behind its `expires`: on lines of their own, or in the same braces."""
    name, value = next((name, value) for name, value in entry.value if name.value == "expires")
    words = [f'revoked: "{day}"', f"why: {json.dumps(why, ensure_ascii=False)}"]
    if entry.flow_style:
        return Edit(value.end_mark.index, value.end_mark.index, "".join(f", {word}" for word in words))
    end = text.find("\n", value.end_mark.index)
    at = len(text) if end < 0 else end
    return Edit(at, at, "".join(f"\n{' ' * name.start_mark.column}{word}" for word in words))


def _value(node: yaml.Node | None, name: str) -> yaml.Node:
    """The value of a key that is known to be there."""
    assert isinstance(node, yaml.MappingNode)
    return next(cast("yaml.Node", value) for key, value in node.value if key.value == name)


def still_let_in(answers: Collection[tuple[Held, bool | None]]) -> Iterator[Difference]:
    """The finding until a server refuses every revoked key. `answers`: key, and whether the server would let it in now
    (None: it could not be asked)."""
    for held, accepted in answers:
        who = f"{held.holder} at {held.key.machine}"
        subject = f"revoked {held.key.public.fingerprint}"
        if accepted:
            yield Difference(
                subject, f"still lets in the key of {who}, revoked on {held.key.revoked}; install the new pack"
            )
        elif accepted is None:
            yield Difference(
                subject, f"could not be asked whether it refuses the key of {who}, revoked on {held.key.revoked}"
            )
