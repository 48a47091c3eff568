"""access.yml: from where the centre comes, which keys it holds, who signs releases. It is read by load.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from eakte_ops.access.keys import PublicKey, read_key
from eakte_ops.inventory.files import Day, Line, Name
from eakte_ops.product.model import Strict

Account: TypeAlias = Literal["work", "look"]
KeyText: TypeAlias = Annotated[str, Field(min_length=1, max_length=1024)]


class OperationsHost(Strict):
    """A machine from which the centre reaches the towns, as they see it. `emergency` may take over from `norm`."""

    name: Name
    role: Literal["norm", "emergency"]
    addresses: tuple[str, ...] = Field(min_length=1, max_length=16)


class Key(Strict):
    """One key of one holder on one machine. `expires`: last day. `towns`: all, or ids of towns.

    `revoked`: the day from which it is in no pack any more; the key stays in the file, so that every server can be
    asked whether it still lets it in.
    """

    machine: Name
    account: Account
    key: KeyText
    expires: Day
    towns: Literal["all"] | tuple[Name, ...] = "all"
    revoked: Day | None = None
    why: Line = ""

    @property
    def public(self) -> PublicKey:
        """The key itself."""
        return read_key(self.key)

    @property
    def last_day(self) -> date:
        """`expires` as a day."""
        return date.fromisoformat(self.expires)

    def serves(self, town: str) -> bool:
        """Whether the key was ever meant for `town`, revoked or not."""
        return self.towns == "all" or town in self.towns


class Holder(Strict):
    """Who holds keys: a role (admin-1, night), never a person's name."""

    id: Name
    keys: tuple[Key, ...] = Field(min_length=1)


class Signer(Strict):
    """Whose signature under a release counts. `expires`: last day on which it may have been made."""

    name: Name
    key: KeyText
    expires: Day


class AccessFile(Strict):
    """access.yml. `issue` is counted up at every change and is the version number of the packs made from it."""

    issue: int = Field(ge=1, le=999_999)
    operations_hosts: tuple[OperationsHost, ...] = Field(min_length=1)
    holders: tuple[Holder, ...]
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A key together with its holder."""

    holder: str
    key: Key


@dataclass(frozen=True, slots=True)
class Access:
    """access.yml, read and found right."""

    said: AccessFile

    @property
    def version(self) -> int:
        """Version number of the packs."""
        return self.said.issue

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of all operations hosts, in the order of the file."""
        return tuple(address for host in self.said.operations_hosts for address in host.addresses)

    def all(self) -> Iterator[Held]:
        """Every key of the file."""
        return (Held(holder.id, key) for holder in self.said.holders for key in holder.keys)

    def granted(self, town: str, account: Account | None = None) -> tuple[Held, ...]:
        """The keys that belong into the packs of `town`, in the order of the file.

        An expired key stays in: the server refuses it by its own end, and the same file gives the same pack every day.
        """
        return tuple(
            held
            for held in self.all()
            if held.key.revoked is None and held.key.serves(town) and account in (None, held.key.account)
        )

    def revoked(self, town: str) -> tuple[Held, ...]:
        """The keys that no server of `town` may let in any more."""
        return tuple(held for held in self.all() if held.key.revoked is not None and held.key.serves(town))
