"""Who can open a town's secrets: `inventories/TOWN.secrets/recipients.yml`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from eakte_ops import yamltext
from eakte_ops.errors import InvalidFile, UsageError
from eakte_ops.secret import age
from eakte_ops.secret.files import TownFolder


def _usable(key: str) -> str:
    age.stanza_of(key)
    # The comment behind an SSH key says nothing and often names a person.
    return " ".join(key.split()[:2])


Who = Annotated[
    str, yamltext.form(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a role of small letters, digits and hyphens")
]
Key = Annotated[str, AfterValidator(_usable)]


class Recipient(BaseModel):
    """One who can open the secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Who = Field(description="Role or machine, for example admin-1 or operations-host; never a person's name.")
    key: Key = Field(description="age recipient (age1...) or ssh-ed25519 public key.")
    since: date = Field(description="Day from which on.")


class Recipients(BaseModel):
    """All who can open the secrets of one town."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recovery: tuple[Recipient, ...] = Field(
        min_length=1, description="At least one whose identity lies offline, for the day on which all others are lost."
    )
    recipients: tuple[Recipient, ...] = Field(min_length=1, description="People at work and the operations host.")

    @property
    def everyone(self) -> tuple[Recipient, ...]:
        """Recovery first."""
        return self.recovery + self.recipients

    @property
    def keys(self) -> tuple[str, ...]:
        """All public keys."""
        return tuple(recipient.key for recipient in self.everyone)


def read(folder: TownFolder) -> Recipients:
    """The recipients on record. Raises UsageError without the file, InvalidFile with all its mistakes."""
    file = folder.shown(folder.recipients)
    if not folder.recipients.exists():
        raise UsageError(
            f"nobody is named yet who may open the secrets of {folder.town}",
            place=file,
            way_out="write this file; docs/how-to/secrets.md shows one",
        )
    return _understood(yamltext.load(folder.recipients, file))


def understand(text: bytes, file: str) -> Recipients:
    """The recipients in a text that is still to be written. Raises InvalidFile."""
    return _understood(yamltext.read(text, file))


def without(folder: TownFolder, who: str) -> bytes:
    """The text of the recipients file without `who`, everything else untouched, comments too.

    Raises UsageError where `who` is not on it, is the last one, or stands so that no line can be taken out.
    """
    file = folder.shown(folder.recipients)
    present = read(folder)
    if who not in {recipient.who for recipient in present.everyone}:
        known = [recipient.who for recipient in present.everyone]
        raise UsageError(f'no recipient "{who}"{yamltext.did_you_mean(who, known)}', place=file)
    part = "recovery" if who in {recipient.who for recipient in present.recovery} else "recipients"
    if len(getattr(present, part)) == 1:
        raise UsageError(
            f'"{who}" is the last entry of `{part}`', place=file, way_out="enter a successor first, then remove"
        )
    text = folder.recipients.read_text(encoding="utf-8")
    index = next(at for at, recipient in enumerate(getattr(present, part)) if recipient.who == who)
    shorter = _without_entry(text, yamltext.read(text, file), (part, index))
    wanted = [recipient for recipient in present.everyone if recipient.who != who]
    left, mistakes = yamltext.validate(yamltext.read(shorter, file), Recipients)
    if mistakes or left is None or list(left.everyone) != wanted:
        raise UsageError(
            f'the entry of "{who}" can not be taken out by itself', place=file, way_out="take it out by hand"
        )
    return shorter.encode()


def _without_entry(text: str, document: yamltext.Document, entry: tuple[str, int]) -> str:
    """The lines of one list entry taken out: from its `-` to the last line that is deeper than it."""
    lines = text.splitlines(keepends=True)
    line, column = document.place(entry)
    end = line
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip(" ")) >= column - 1:
        end += 1
    return "".join(lines[: line - 1] + lines[end:])


def _understood(document: yamltext.Document) -> Recipients:
    found, mistakes = yamltext.validate(document, Recipients)
    if found is None:
        raise InvalidFile(mistakes)
    double = yamltext.Mistakes(document)
    seen: dict[str, str] = {}
    for part in ("recovery", "recipients"):
        for index, recipient in enumerate(getattr(found, part)):
            for field, value in (("who", recipient.who), ("key", recipient.key)):
                if f"{field} {value}" in seen:
                    double.add((part, index, field), f"stands in {seen[f'{field} {value}']} already")
                seen.setdefault(f"{field} {value}", f"{part}.{index}")
    if double:
        raise InvalidFile(double.found)
    return found
