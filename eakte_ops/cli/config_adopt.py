"""`eakte-ops config adopt`: what a server holds becomes a town's own word, in the operations folder alone."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte_ops.cli.config_diff import opened_secrets
from eakte_ops.cli.config_parts import OneTown, asked
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.output import replaced, say, show
from eakte_ops.errors import MachineFailed, NotSupported, Refused, Status, Unreachable, UsageError

if TYPE_CHECKING:
    from eakte_ops.cli.config_parts import Asked
    from eakte_ops.config.adopt import NewTemplate, NewValues, Present, Secrets
    from eakte_ops.config.fetch import Lying
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.inventory.model import Town
    from eakte_ops.yamltext import Path as Place


def adopt(
    town: OneTown,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A template, such as gateway/application-prod.yml, or a path on servers."),
    ],
    server: Annotated[
        str | None, typer.Option("--server", metavar="S", help="From this server, where several have the file.")
    ] = None,
) -> int:
    """Take over what a server holds: as values in the town's inventory file, else as a template of the town's own.

    Only files of the operations folder are changed, and nothing is committed. Secrets stay names; where a line may
    hold one, nothing is written (status 7).
    """
    from eakte_ops.audit import Trail
    from eakte_ops.cli.banner import banner
    from eakte_ops.config.adopt import NewTemplate, NewValues
    from eakte_ops.config.adopt import adopt as adopted

    found = asked(town, server, None)
    banner(found.inventory.folder, found.inventory.settings.lab)
    chosen, others = _chosen(found, file, server)
    names = ", ".join(each.server for each in chosen)
    details = {"file": chosen[0].template.id, "servers": names}
    Trail(CONTEXT.state).record("config adopt", town=town, details=details)
    present = _fetched(found, chosen)
    made = adopted(found.town, present, others, opened_secrets(found.town).secrets, _mark(names))
    if isinstance(made, NewValues):
        status = _write_values(found, made, present)
    elif isinstance(made, NewTemplate):
        status = _write_template(found, made)
    else:
        say(f"{names}: {chosen[0].template.id} holds what the templates say; there is nothing to take over.")
        status = Status.OK
    _say_secrets(made if not isinstance(made, NewValues | NewTemplate) else made.secrets, names)
    if chosen[0].proposal:
        say("The file belongs to local IT: what was taken over is the proposal to them from now on.")
    return status


def _chosen(found: Asked, file: str, server: str | None) -> tuple[list[Rendered], list[Rendered]]:
    """The file on the servers that are asked for, and on the others. Raises UsageError, NotSupported."""
    from eakte_ops.inventory.suggest import shown, suggestion

    named = {each.template.id for each in found.every if file in (each.template.id, each.path)}
    if not named:
        known = {word for each in found.every for word in (each.template.id, each.path)}
        raise UsageError(
            f"no file of {found.town.id} is called {shown(file)}{suggestion(file, known)}",
            way_out=f"eakte-ops config render {found.town.id} lists them",
        )
    if len(named) > 1:
        raise UsageError(f"{file} is made from several templates: {', '.join(sorted(named))}", way_out="name one")
    every = [each for each in found.every if each.template.id in named]
    chosen = [each for each in every if server in (None, each.server)]
    if not chosen:
        there = ", ".join(each.server for each in every)
        raise UsageError(f"{file} belongs on {there}, not on {server}", place="--server")
    for each in chosen:
        if found.town.server(each.server).platform != "linux":
            raise NotSupported("taking over files of Windows servers", place=each.server)
    return chosen, [each for each in every if each not in chosen]


def _fetched(found: Asked, chosen: Sequence[Rendered]) -> list[Present]:
    """The files as they lie on the servers, asked for as the account of people at work. Raises EakteError."""
    from eakte_ops.config.adopt import Present
    from eakte_ops.config.fetch import question, read
    from eakte_ops.remote.fleet import Errand, visit_all

    limits = found.inventory.settings.limits
    errands = []
    for each in chosen:
        server = found.town.server(each.server)
        asks = question([each.path], (), found.town.profile.layout[server.platform].state)
        errands.append(Errand(CONTEXT.target(found.town, server, "work"), (asks,), deadline_s=limits.server_seconds))
    data: dict[str, bytes] = {}
    by_name = {each.server: each for each in chosen}
    for outcome in visit_all(errands, CONTEXT.connector(limits, lambda _who, _phase: None), threads=limits.threads):
        if outcome.error is not None:
            raise outcome.error
        one = by_name[outcome.target.name]
        data[one.server] = _data(found.town, one, read([one.path], (), outcome.answers[0]).files[one.path])
    return [Present(each, data[each.server]) for each in chosen]


def _data(town: Town, one: Rendered, lying: Lying) -> bytes:
    if lying.kind == "absent":
        raise UsageError(
            f"there is no such file on {one.server}, so there is nothing to take over",
            place=one.path,
            way_out=f"eakte-ops config diff {town.id} shows what is there",
        )
    if lying.kind == "other":
        raise Refused(f"on {one.server} this is no file ({lying.what}); nothing was written", place=one.path)
    if lying.kind == "unread" or (lying.kind == "file" and lying.data is None and lying.why):
        raise Unreachable(f"{one.path} was not read: {lying.why}", server=one.server)
    if lying.kind == "closed" or lying.data is None:
        account = town.profile.layout[town.server(one.server).platform].work_account
        raise Refused(
            f"the account {account} may not read it on {one.server}; nothing was written",
            place=one.path,
            way_out="ask local IT for its text, and compare by hand",
        )
    return lying.data


def _mark(servers: str) -> str:
    """When, by whom, from where: for the first lines of a template."""
    from eakte_ops.audit.who import who_is_it
    from eakte_ops.clock import SYSTEM

    who = re.sub(r"[^\w.@() -]", "?", who_is_it().login)
    return f"{SYSTEM.now():%Y-%m-%d %H:%M} UTC by {who} from {servers}"


def _write_values(found: Asked, made: NewValues, present: Sequence[Present]) -> Status:
    """Put the values into the town's inventory file, if it says exactly them afterwards; show them in any case."""
    town = found.town
    place = _place(town, made)
    for line in _lines(made):
        show(line)
    shown = f"inventories/{town.file.name}"
    where = shown if not made.server else f"{shown}, at the server {made.server}"
    text = town.file.read_bytes().decode()
    changed = _with_values(found, made, place, text, present)
    if changed is None:
        say(f"The file is written in a way that is not changed by itself: put the lines above into {where}.")
        return Status.REFUSED
    try:
        if not os.access(town.file, os.W_OK):
            raise PermissionError(13, "Permission denied")
        _put(town.file, changed, text)
    except OSError as problem:
        raise MachineFailed(
            f"{shown} can not be written ({problem.strerror}); nothing was changed",
            way_out=f"put the lines above into {where} yourself",
        ) from None
    say(f"Written into {where}; rendered with it, the file is the one on the server.")
    _say_next(found, made.template, shown)
    return Status.OK


def _place(town: Town, made: NewValues) -> Place:
    if not made.server:
        return "configuration", made.template
    at = next(at for at, each in enumerate(town.said.servers) if each.name == made.server)
    return "servers", at, "configuration", made.template


def _lines(made: NewValues) -> list[str]:
    from eakte_ops.inventory.insert import key, scalar

    values = ", ".join(f"{key(name)}: {scalar(value)}" for name, value in made.values.items())
    return ["configuration:", f"  {key(made.template)}: {{{values}}}"]


def _with_values(found: Asked, made: NewValues, place: Place, text: str, present: Sequence[Present]) -> str | None:
    """The inventory file with the values in it; None where it would not be right, or not give the servers' texts."""
    from eakte_ops.config.adopt import proved
    from eakte_ops.inventory.insert import with_values
    from eakte_ops.yamltext import read

    town = found.town.id
    changed = with_values(text, place, made.values)
    if changed is None:
        return None
    survey = CONTEXT.survey_with({town: read(changed, f"inventories/{found.town.file.name}")})
    if survey.mistakes([town]):
        return None
    new = survey.inventory([town]).towns[town]
    return changed if proved(new, CONTEXT.library(), present) else None


def _write_template(found: Asked, made: NewTemplate) -> Status:
    """Put a template of the town's own beside its inventory file."""
    file = found.inventory.folder / made.template.file
    try:
        if not file.resolve().is_relative_to(found.inventory.folder.resolve()):
            raise Refused("a link leads out of the operations folder; nothing was written", place=made.template.file)
        file.parent.mkdir(parents=True, exist_ok=True)
        _put(file, made.template.text)
    except OSError as problem:
        raise MachineFailed(
            f"{made.template.file} can not be written ({problem.strerror}); nothing was changed"
        ) from None
    show(made.template.file)
    lines = f"{made.lines} line{'s' * (made.lines != 1)}"
    say(f"The values of the template do not explain the difference, so this is a template of the town's own: {lines}")
    say("of it are the server's, the others the template's. It holds until somebody changes or removes it.")
    if made.odd:
        say(f"In {made.odd} of them stands what nobody sees (ends of lines as on Windows, for example), written out.")
    for name in made.lost:
        say(f"The value `{name}`, which the inventory says, has no effect on it any more.")
    _say_next(found, made.template.id, made.template.file)
    return Status.OK


def _put(file: Path, text: str, before: str | None = None) -> None:
    """The text into the file, from the old to the new at once; who may use it stays as it was.

    Raises UsageError, and writes nothing, where the file does not hold `before` any more.
    """
    mode = file.stat().st_mode & 0o777 if file.exists() else None
    with replaced(file) as stream:
        if mode is not None:
            os.fchmod(stream.fileno(), mode)
        stream.write(text)
        stream.flush()
        if before is not None and file.read_bytes() != before.encode():
            raise UsageError(
                "was changed by somebody else at the same time; nothing was written",
                place=f"inventories/{file.name}",
                way_out="save and close it in the editor, then type the command again",
            )


def _say_next(found: Asked, template: str, written: str) -> None:
    from eakte_ops.cli.banner import in_git

    town = found.town.id
    say(f"Next: eakte-ops inventory check; eakte-ops config diff {town} --file {template} shows no other text now.")
    if in_git(found.inventory.folder):
        say(f"Then: git diff {written}; git add {written} && git commit, with the reason.")
    else:
        say(f"Then: read {written}, and keep it where the operations folder is kept; it is not in git.")


def _say_secrets(secrets: Secrets, servers: str) -> None:
    for name in secrets.differ:
        say(f"{servers}: the secret {name} is another one there, or written otherwise; its name stays in the template.")
    if secrets.closed:
        say(
            f"Not compared, because not opened here: the secret{'s' * (len(secrets.closed) > 1)}"
            f" {', '.join(secrets.closed)}."
        )
