"""What `eakte-ops logs` shows: lines under a heading for each file, and what was cut, left out or not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.output import say, show, show_json
from eakte_ops.errors import EakteError, Status

if TYPE_CHECKING:
    from datetime import tzinfo

    from eakte_ops.remote.stamps import Newest
    from eakte_ops.remote.tails import Tail, Tails

MOST = 20_000
"""Lines of a file that can be asked for."""

_LINE = 256
"""Bytes of a line, with room to spare; a file is read that much for each line that is wanted."""
_LEAST_BYTES, _MOST_BYTES = 65_536, 2_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One server: its files with what is shown of them, or why there are none."""

    server: str
    tails: Tails | None = None
    files: tuple[tuple[Tail, Newest], ...] = ()
    error: EakteError | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `since` None: whenever; `lines`: of each file."""

    component: str
    since: datetime | None
    lines: int

    @property
    def bytes_each(self) -> int:
        """Bytes that are read of each file."""
        return min(_MOST_BYTES, max(_LEAST_BYTES, self.lines * _LINE))


def unread(seen: Sequence[Seen]) -> set[Status]:
    """Something that is there and could not be read is no success."""
    closed = any(each.tails is not None and each.tails.folder == "closed" for each in seen)
    broken = any(file.kind in ("closed", "broken") for each in seen for file, _lines in each.files)
    return {Status.UNREACHABLE} if closed or broken else set()


def show_lines(seen: Sequence[Seen], wanted: Wanted, zone: tzinfo) -> None:
    """For people; times of headings in `zone`."""
    for each in seen:
        for file, lines in each.files:
            if file.kind == "read" and lines.lines:
                show(f"══ {each.server}  {file.name}  {_when(file.changed, zone)}  {_size(file.size)}", style="bold")
                for line in lines.lines:
                    show(line)
        for said in _said(each, wanted, zone):
            say(f"{each.server}: {said}")


def _said(seen: Seen, wanted: Wanted, zone: tzinfo) -> list[str]:
    """What was cut, left out or could not be read on one server."""
    if seen.error is not None:
        told = str(seen.error).removeprefix(f"{seen.server}: ")
        return [f"NOT READ, {told}", *([f"  → {seen.error.way_out}"] if seen.error.way_out else [])]
    assert seen.tails is not None
    if seen.tails.folder != "open":
        return [
            "NOT READ, our account may not read the folder of its logs" if seen.tails.folder == "closed" else "no logs"
        ]
    said = [each for file, lines in seen.files for each in _of_file(file, lines, wanted, zone)]
    if seen.tails.odd:
        said.append(f"{seen.tails.odd} files left out: their names hold control characters")
    left = sum(file.kind == "left" for file, _lines in seen.files)
    if left:
        said.append(f"{left} older files not read: enough was")
    shown = sum(len(lines.lines) for _file, lines in seen.files)
    if not shown:
        said.append(
            "no lines" if wanted.since is None else f"nothing since {wanted.since.astimezone(zone):%Y-%m-%d %H:%M}"
        )
    return said


def _of_file(file: Tail, lines: Newest, wanted: Wanted, zone: tzinfo) -> list[str]:
    if file.kind in ("closed", "broken"):
        why = "our account may not read it" if file.kind == "closed" else "it is damaged"
        return [f"{file.name} NOT READ, {why}"]
    if file.kind == "left" or not lines.lines:
        return []
    said = []
    if wanted.since is not None and not lines.dated:
        said.append(f"{file.name}: no line begins with a time, so all of its newest part is shown")
    if wanted.since is not None and not lines.reached:
        back = f" to {lines.began.astimezone(zone):%Y-%m-%d %H:%M:%S}" if lines.began else ""
        said.append(f"{file.name}: reaches back{back} only, more was written since (--lines {MOST} shows more)")
    elif wanted.since is None and (lines.left_out or not file.whole):
        said.append(f"{file.name}: its newest {len(lines.lines)} lines (--lines N shows more)")
    return said


def _when(at: float, zone: tzinfo) -> str:
    from eakte_ops.cli.times import moment
    from eakte_ops.clock import SYSTEM

    return moment(at, SYSTEM.now(), zone, "en")


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def show_data(town: str, wanted: Wanted, seen: Sequence[Seen]) -> None:
    """For programs."""
    content = {
        "town": town,
        "component": wanted.component,
        "since": wanted.since.isoformat() if wanted.since else None,
        "lines": wanted.lines,
        "servers": [_as_data(each) for each in seen],
    }
    show_json("logs", 1, content)


def _as_data(seen: Seen) -> Mapping[str, Any]:
    from eakte_ops.cli.times import iso

    files = [
        {
            "file": file.name,
            "size": file.size,
            "changed": iso(file.changed),
            "read": file.kind == "read",
            "why": {"read": "", "closed": "may not be read", "broken": "damaged", "left": "enough was read"}[file.kind],
            "complete": lines.reached,
            "dated": lines.dated,
            "reaches_back_to": lines.began.isoformat() if lines.began else None,
            "lines": list(lines.lines),
        }
        for file, lines in seen.files
    ]
    return {
        "server": seen.server,
        "error": str(seen.error) if seen.error else "",
        "folder": seen.tails.folder if seen.tails else None,
        "zone": str(seen.tails.zone) if seen.tails else None,
        "left_out": seen.tails.odd if seen.tails else 0,
        "files": files,
    }
