"""Rendered files, and how those on servers differ from them, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eakte_ops.cli.config_text import rank
from eakte_ops.config.wording import commands
from eakte_ops.remote import cleaning

if TYPE_CHECKING:
    from eakte_ops.cli.config_diff import Difference
    from eakte_ops.config.compare import Compared, Row
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.config.strays import Stray
    from eakte_ops.inventory.model import Town


def rendered(town: Town, files: Iterable[Rendered], written: Iterable[Path]) -> dict[str, Any]:
    """The files of a town; `written`: those that were written here."""
    return {
        "town": town.id,
        "product": town.said.product,
        "release": town.said.release,
        "tried": town.profile.tried.model_dump(),
        "files": [_rendered(town, each) for each in files],
        "written": [str(each) for each in written],
    }


def _rendered(town: Town, file: Rendered) -> dict[str, Any]:
    head = file.template.head
    by, check = commands(file, town)
    return {
        "server": file.server,
        "id": file.template.id,
        "path": file.path,
        "template": file.template.file,
        "title": head.title.model_dump(),
        "owner": "local-it" if file.proposal else "centre",
        "account": file.account,
        "group": file.group,
        "mode": f"{file.mode:04o}",
        "effect": {"how": head.effect.how, "of": head.effect.of, "service": head.service, "by": list(by)},
        "validation": list(check),
        "secrets": list(file.secrets),
        "partial": file.partial,
        "confidential": file.confidential,
        "source": head.source,
        "fingerprint": file.fingerprint,
        "text": None if file.confidential else file.masked(),
    }


def difference(town: Town, seen: Difference) -> dict[str, Any]:
    """What was found in a town; lines that may not be shown are null here, too."""
    return {
        "town": town.id,
        "tried": town.profile.tried.model_dump(),
        "asked": seen.asked,
        "failed": [
            {"server": server, "said": problem.said, "way_out": problem.way_out, "status": int(problem.status)}
            for server, problem in seen.failed.items()
        ],
        "files": [_file_data(each) for each in sorted(seen.compared, key=rank)],
        "wrong": [
            {"server": file.server, "path": file.path, "said": problem.said, "way_out": problem.way_out}
            for file, problem in seen.wrong
        ],
        "strays": [_stray_data(stray) for stray in seen.strays],
        "unseen": [{"server": server, "folder": folder} for server, folder in seen.unseen],
    }


def _stray_data(stray: Stray) -> dict[str, Any]:
    return {"server": stray.server, "path": stray.path, "kind": stray.kind, "component": stray.component}


def _file_data(each: Compared) -> dict[str, Any]:
    file, placed = each.rendered, each.placed
    return {
        "server": file.server,
        "id": file.template.id,
        "path": file.path,
        "template": file.template.file,
        "owner": "local-it" if file.proposal else "centre",
        "state": "asked for" if each.asked_for else each.state,
        "differs": [{"what": one.what, "server": one.server, "template": one.template} for one in each.stat],
        "notes": [{"note": note, "said": said} for note, said in each.notes],
        "changed": list(each.changed),
        "not_compared": list(each.closed),
        "since": each.since,
        "placed": placed and {"at": _iso(placed.when), "by": cleaning.line(placed.by, 40)},
        "lines": [_row_data(row) for row in each.rows if row.differs or row.told],
    }


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "side": row.side,
        "server_line": row.server or None,
        "template_line": row.template or None,
        "text": None if row.withheld else row.text,
        "withheld": row.withheld,
        "secret": row.told,
        "secrets": list(row.names),
    }


def _iso(at: int) -> str | None:
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None
