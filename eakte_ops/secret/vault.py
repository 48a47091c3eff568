"""The secrets of one town: read at the last moment, written for everybody on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from eakte_ops.clock import SYSTEM, Clock
from eakte_ops.errors import Refused, UsageError
from eakte_ops.secret import age, binding, record
from eakte_ops.secret.files import TownFolder, write
from eakte_ops.secret.identity import Identities
from eakte_ops.secret.recipients import read as read_recipients
from eakte_ops.secret.scrub import SCRUBBER
from eakte_ops.secret.value import Secret
from eakte_ops.yamltext import did_you_mean

LONGEST = 65_536
"""Characters of a value: room for a key or certificate, not for a file."""


@dataclass(frozen=True, slots=True)
class Vault:
    """`inventories`: the folder of the town files. Values are opened anew each time and kept nowhere."""

    inventories: Path
    town: str
    identities: Identities | None = None
    clock: Clock = SYSTEM

    @property
    def folder(self) -> TownFolder:
        """Where the files lie."""
        return TownFolder(self.inventories, self.town)

    def names(self) -> tuple[str, ...]:
        """Secrets that have a value, sorted."""
        return self.folder.names()

    def fingerprint(self, name: str) -> str:
        """SHA-256 of the age file: says in a plan which value was meant, without knowing it. Raises UsageError."""
        return record.fingerprint(self._sealed(name))

    def reveal(self, name: str) -> Secret:
        """The secret `name` of this town and of no other. Raises UsageError (unknown), Refused (can not be opened, was
        made for another town or name, or does not say for which)."""
        found = self.opened(name)
        if found.bound_to != self.bound_name(name):
            raise self._made_for_another(name, found.bound_to)
        return Secret(self.bound_name(name), found.value)

    def opened(self, name: str) -> binding.Content:
        """What the age file holds, for whichever town and name it was made. Raises UsageError, Refused."""
        sealed = self._sealed(name)
        place = self.folder.shown(self.folder.sealed(name))
        if self.identities is None:
            raise Refused(
                "there is no identity to open this file with",
                place=place,
                way_out="name one: EAKTE_OPS_IDENTITY=FILE, or `secrets: {identity: FILE}` in eakte-ops.yml",
            )
        return binding.read(age.decrypt(sealed, self.identities.keys, place))

    def bound_name(self, name: str) -> str:
        """TOWN/NAME, as it stands inside the age file."""
        return f"{self.town}/{name}"

    def _made_for_another(self, name: str, bound_to: str | None) -> Refused:
        place = self.folder.shown(self.folder.sealed(name))
        if bound_to is None:
            return Refused(
                "this file does not say inside for which town and name it was made, so it is not used",
                place=place,
                way_out=f"git log {place} shows where it came from; is it right: eakte-ops secret rekey {self.town} "
                f"--bind {name}, else: eakte-ops secret set {self.town} {name}",
            )
        return Refused(
            f"this file was made for {bound_to} and not for {self.bound_name(name)}: somebody put it here",
            place=place,
            way_out=f"git log {place} shows who did; take the right one from git, or: "
            f"eakte-ops secret set {self.town} {name}",
        )

    def put(self, name: str, value: str) -> bool:
        """Store a value for everybody on record; False if it is the value already. Raises UsageError.

        What had to be changed because somebody left is settled by a new value, and only by that.
        """
        SCRUBBER.add(self.bound_name(name), value)
        check_value(value)
        folder = self.folder
        folder.sealed(name)
        present = read_recipients(folder)
        if self._is_value(name, value):
            return False
        sealed = age.encrypt(binding.bound(self.bound_name(name), value), present.keys)
        made = record.Record(
            changed=self.clock.now(),
            sha256=record.fingerprint(sealed),
            recipients=record.openers(present.everyone),
        )
        with folder.writing(self.clock):
            # Age file first: a record without its file would claim what is not there. Torn apart, `check` sees it.
            write(folder.sealed(name), sealed)
            record.store(folder, name, made)
        return True

    def _is_value(self, name: str, value: str) -> bool:
        """Whether it is the present value, as far as our identity can tell."""
        if self.identities is None or not self.folder.sealed(name).exists():
            return False
        try:
            return self.reveal(name).reveal() == value
        except Refused:
            return False

    def _sealed(self, name: str) -> bytes:
        try:
            return self.folder.sealed(name).read_bytes()
        except FileNotFoundError:
            pass
        raise UsageError(
            f'{self.town} has no value for the secret "{name}"{did_you_mean(name, self.names())}',
            way_out=f"eakte-ops secret set {self.town} {name}",
        )

    def opened_by(self, identities: Identities | None) -> Vault:
        """The same vault with other identities."""
        return replace(self, identities=identities)


def check_value(value: str) -> None:
    """Raises UsageError for what can not be a secret; the sentence never holds any of it."""
    if not value:
        raise UsageError("the value is empty; nothing was stored")
    if len(value) > LONGEST:
        raise UsageError(f"the value has more than {LONGEST:,} characters; nothing was stored")
    if "\0" in value:
        raise UsageError("the value holds a NUL character, which no program takes; nothing was stored")
