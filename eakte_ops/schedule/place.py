"""Where systemd reads units: what lies there is ours, or not, and is never overwritten then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from eakte_ops.access.hostkeys import write_atomically
from eakte_ops.errors import MachineFailed, Refused
from eakte_ops.schedule.units import MARK, Unit

SYSTEM = Path("/etc/systemd/system")
There: TypeAlias = Literal["as it should be", "older", "missing", "not ours"]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of units, as one operations folder sees it."""

    where: Path
    folder: Path

    def there(self, unit: Unit) -> There:
        """What lies in the place of a unit. A link, or what can not be read, is not ours."""
        file = self.where / unit.name
        if not file.is_symlink() and not file.exists():
            return "missing"
        text = self._own_text(file)
        if text is None:
            return "not ours"
        return "as it should be" if text == unit.text else "older"

    def ours(self) -> tuple[str, ...]:
        """The names of all units there that belong to this operations folder, sorted; older ones, too."""
        return tuple(sorted(file.name for file in self._units() if self._own_text(file) is not None))

    def drop_ins(self, names: Iterable[str]) -> tuple[Path, ...]:
        """Folders of drop-ins of these units; they are the machine's administrator's."""
        return tuple(path for name in names if (path := self.where / f"{name}.d").is_dir())

    def must_be_free(self, units: Iterable[Unit]) -> None:
        """Raises Refused if another's file lies in the place of one of ours."""
        foreign = [unit.name for unit in units if self.there(unit) == "not ours"]
        if foreign:
            raise Refused(
                f"{', '.join(foreign)} in {self.where} {'is' if len(foreign) == 1 else 'are'} not from this operations "
                f"folder ({self.folder}); nothing was written",
                way_out=f"see whose it is (head -1 {self.where / foreign[0]}); `schedule remove` in another operations "
                "folder takes that one's away",
            )

    def write(self, units: Iterable[Unit]) -> tuple[str, ...]:
        """Write what is missing or older, each file whole or not at all; gives the names of what changed.

        Raises Refused, before anything is written, as must_be_free; MachineFailed.
        """
        wanted = tuple(units)
        self.must_be_free(wanted)
        changed = [unit for unit in wanted if self.there(unit) != "as it should be"]
        try:
            for unit in changed:
                write_atomically(self.where / unit.name, unit.text)
        except OSError as problem:
            raise MachineFailed(f"{self.where} can not be written: {problem.strerror}") from None
        return tuple(unit.name for unit in changed)

    def remove(self, names: Iterable[str]) -> None:
        """Take these files away. Raises MachineFailed."""
        try:
            for name in names:
                (self.where / name).unlink(missing_ok=True)
        except OSError as problem:
            raise MachineFailed(f"{self.where} can not be written: {problem.strerror}") from None

    def _units(self) -> Iterator[Path]:
        for kind in ("service", "timer"):
            yield from self.where.glob(f"eakte-ops-*.{kind}")

    def _own_text(self, file: Path) -> str | None:
        """The text of a unit of this operations folder, None for any other file."""
        if file.is_symlink() or not file.is_file():
            return None
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return text if text.partition("\n")[0] == f"{MARK}{self.folder}" else None
