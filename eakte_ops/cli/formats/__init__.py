"""What a look found, in the format that was asked for. One file per format; all of them get the same `Overview`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from eakte_ops.errors import Status

if TYPE_CHECKING:
    from pathlib import Path

    from eakte_ops.health.findings import Overview
    from eakte_ops.health.types import Language


class Format(StrEnum):
    """The formats there are."""

    TABLE = "table"
    JSON = "json"
    NAGIOS = "nagios"
    PROMETHEUS = "prometheus"

    @property
    def own_status(self) -> bool:
        """Whether the format has rules of its own for the exit status, which go before all others."""
        return self is Format.NAGIOS


@dataclass(frozen=True, slots=True)
class About:
    """What a format may say beside the look itself. `folder`: the operations folder."""

    folder: Path
    lab: bool
    language: Language


def write(chosen: Format, seen: Overview, folder: Path, lab: bool, language: Language, *, out: Path | None) -> Status:
    """Write `seen` on stdout, or into the file `out`, which then changes from the old to the new content at once.

    Returns the exit status by the rules of the format. Raises OSError where `out` can not be written.
    """
    from eakte_ops.cli.formats import json, nagios, prometheus, table
    from eakte_ops.cli.output import replaced
    from eakte_ops.health.findings import status

    writers = {
        Format.TABLE: table.write,
        Format.JSON: json.write,
        Format.NAGIOS: nagios.write,
        Format.PROMETHEUS: prometheus.write,
    }
    about = About(folder, lab, language)
    if out is None:
        writers[chosen](seen, about, None)
    else:
        with replaced(out) as stream:
            writers[chosen](seen, about, stream)
    return nagios.status(seen) if chosen.own_status else status(seen)


def write_failure(chosen: Format, said: str, out: Path | None) -> Status:
    """Write that nothing could be looked at, for a format with rules of its own. Returns its exit status."""
    from eakte_ops.cli.formats import nagios
    from eakte_ops.cli.output import replaced

    assert chosen.own_status
    if out is None:
        return nagios.write_failure(said, None)
    with replaced(out) as stream:
        return nagios.write_failure(said, stream)
