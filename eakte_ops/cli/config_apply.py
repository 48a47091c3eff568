"""`eakte-ops config apply`: what a town's servers should hold and do not is put in place, by a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.changing import AgreedWith, OutsideWindow, PlanOnly, WithoutApproval
from eakte_ops.cli.config_parts import Asked, FileOption, OneTown, ServerOption, asked
from eakte_ops.cli.language import spoken
from eakte_ops.cli.output import say
from eakte_ops.errors import EakteError, Refused, Status, UsageError
from eakte_ops.product.model import Language

if TYPE_CHECKING:
    from eakte_ops.cli.config_diff import Difference
    from eakte_ops.config.due import Due
    from eakte_ops.playbook.change import Change

PLAYBOOK = "config-apply"

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "nothing": "{town}: {count} files are as the templates say and as the servers noted them; "
        "there is nothing to do",
        "frame": "Hold what they should; owner, mode or the server's note are set right: {files}",
        "theirs": "Not put in place here, local IT does that (eakte-ops config render {town} --out DIR writes the "
        "request): {files}",
        "partial": "Left as they are, their templates hold only a part of them: {files}",
    },
    "de": {
        "nothing": "{town}: {count} Dateien sind, wie die Vorlagen sagen und die Server notiert haben; "
        "nichts ist zu tun",
        "frame": "Enthalten, was sie sollen; Besitzer, Rechte oder die Notiz des Servers werden richtig gesetzt: "
        "{files}",
        "theirs": "Hier nicht eingesetzt, das tut die örtliche IT (eakte-ops config render {town} --out DIR schreibt "
        "die Bitte): {files}",
        "partial": "Bleiben, wie sie sind, denn ihre Vorlagen enthalten nur einen Teil davon: {files}",
    },
}


def apply(
    town: OneTown,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason; it goes on record.")],
    server: ServerOption = None,
    file: FileOption = None,
    *,
    plan: PlanOnly = False,
    outside_window: OutsideWindow = False,
    agreed_with: AgreedWith = "",
    without_approval: WithoutApproval = False,
) -> int:
    """Put the files in place that differ from what the templates say now, and let exactly them take effect.

    Shows what differs and the plan; at a terminal it is carried out once the town's name was typed. Each file is tried
    on its server before, what was there is kept, and what does not become well goes back to it.
    """
    from eakte_ops.cli import config_text
    from eakte_ops.cli.banner import banner
    from eakte_ops.cli.changing import make, propose
    from eakte_ops.cli.config_diff import compare
    from eakte_ops.playbook.permit import Asked as Wanted

    if not why.strip():
        raise UsageError("a change needs a reason", place="--why", way_out='say it: --why "..."')
    tongue, found = spoken(None), asked(town, server, file)
    banner(found.inventory.folder, found.inventory.settings.lab)
    seen = compare(found, names=False)
    _must_be_known(seen)
    dues = list(_dues(seen))
    if refused := [each for each in dues if each.what == "refused"]:
        raise _refused(refused, seen)
    for line in _named(found, dues, tongue):
        say(line)
    changes = tuple(_changes(dues, seen))
    if not changes:
        count = sum(each.what == "nothing" for each in dues)
        say(_WORDS[tongue]["nothing"].format(town=found.town.id, count=count))
        return Status.OK
    for text, _style in config_text.differing(found.town, seen, tongue):
        say(text)
    arguments = {"server": server} if server else {}
    made = make(town, PLAYBOOK, arguments, why=why, changes=changes)
    return propose(made, Wanted(outside_window, agreed_with, without_approval, why), plan_only=plan)


def _must_be_known(seen: Difference) -> None:
    """Raises the first error of a server or file of which nothing is known: half a look gives no plan."""
    for problem in (*seen.failed.values(), *(problem for _file, problem in seen.wrong)):
        if not problem.way_out and seen.failed:
            problem.way_out = "a plan needs a look at every server; leave it out with --server and the name of another"
        raise problem


def _dues(seen: Difference) -> Iterator[Due]:
    from eakte_ops.config.due import due

    for each in seen.compared:
        yield due(each, seen.lying[each.rendered.server, each.rendered.path])


def _refused(refused: Sequence[Due], seen: Difference) -> EakteError:
    """What stands in the way, of all files; first of all a secret that can not be opened here."""
    for name in (name for each in refused for name in each.compared.closed):
        if name in seen.closed:
            return seen.closed[name]
    said = [f"{each.compared.rendered.server}: {each.compared.rendered.path}: {each.why}" for each in refused]
    return Refused(
        f"nothing can be put in place before somebody has looked: {'; '.join(said)}",
        way_out="look at it on the server, and take away what does not belong there",
    )


def _named(found: Asked, dues: Sequence[Due], language: Language) -> Iterator[str]:
    """What is not put in place by us, and what changes without anybody having to hear of it."""
    for what in ("frame", "theirs", "partial"):
        servers: dict[str, list[str]] = {}
        for file in (each.compared.rendered for each in dues if each.what == what):
            servers.setdefault(file.path, []).append(file.server)
        if servers:
            files = ", ".join(f"{path} ({', '.join(on)})" for path, on in servers.items())
            yield _WORDS[language][what].format(town=found.town.id, files=files)


def _changes(dues: Sequence[Due], seen: Difference) -> Iterator[Change]:
    from eakte_ops.config.replace import seen_of
    from eakte_ops.playbook.change import Change

    for each in dues:
        if each.what in ("text", "frame"):
            file = each.compared.rendered
            yield Change(file, seen_of(seen.lying[file.server, file.path]), each.what == "text")
