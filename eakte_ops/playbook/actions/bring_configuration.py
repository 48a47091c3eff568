"""`bring-configuration`: configuration files come to their servers, into a folder that no component reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from eakte_ops.config import replace
from eakte_ops.inventory.model import Server, Town
from eakte_ops.playbook.change import Change
from eakte_ops.playbook.configuration import Nothing, changes_on, replacements
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import Assumption, OnServer, Send
from eakte_ops.playbook.posix import only_here
from eakte_ops.product.model import Language, Layout


class BringConfiguration:
    """See draft.Action."""

    name = "bring-configuration"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": "Brings the configuration files that differ to a folder of the run, where no component reads them. "
        "The way back takes them away.",
        "de": "Bringt die Konfigurationsdateien, die anders sind, in einen Ordner des Laufs, in dem keine Komponente "
        "liest. Der Rückweg nimmt sie wieder weg.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """Folders on each server, then the files. What lies there is taken for granted. Raises NotSupported."""
        steps: list[Draft] = []
        assumed: list[Assumption] = []
        for server, changes in changes_on(where, ground):
            only_here(server, "placing configuration")
            steps += _brought(server, changes, ground.layout(server))
            assumed += [_as_seen(change, ground.town) for change in changes]
        return Drafted(tuple(steps), tuple(assumed))


def _brought(server: Server, changes: Sequence[Change], layout: Layout) -> Iterator[Draft]:
    files = replacements(changes)
    yield Draft(
        server.name,
        "folders for what comes and for what is there now",
        OnServer(replace.prepare(files, layout)),
        undo=OnServer(replace.unprepare(layout)),
        repeatable=True,
        limit=30,
        title_de="Ordner für das, was kommt, und für das, was jetzt da ist",
    )
    for change, file in zip(changes, files, strict=True):
        yield Draft(
            server.name,
            f"bring {file.name}",
            Send(
                artefact(change),
                change.file.fingerprint,
                replace.brought(file.name, layout),
                "0640" if file.shared else "0600",
                "" if change.file.confidential else change.file.masked(),
            ),
            turn=1,
            undo=OnServer(replace.unbring(file.name, layout)),
            repeatable=True,
            limit=60,
            title_de=f"{file.name} bringen",
        )


def artefact(change: Change) -> str:
    """What is sent, as artefacts.py knows it again."""
    return f"config:{change.file.server}:{change.file.template.id}"


def _as_seen(change: Change, town: Town) -> Assumption:
    path, there = change.file.path, change.seen
    return Assumption(
        change.file.server,
        f"{path} untouched since" if there else f"{path} is not there",
        replace.question(path),
        there,
        seen=_on_the_wall(there, town),
        title_de=f"{path} unberührt seit" if there else f"{path} ist nicht da",
    )


def _on_the_wall(seen: str, town: Town) -> str:
    """When that was, by the town's clock; "" for a file that is not there. `seen`: as `replace.question` says it."""
    if not seen:
        return ""
    at, zone = datetime.fromisoformat(seen.partition(".")[0]).replace(tzinfo=UTC), ZoneInfo(town.said.windows.zone)
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


ACTION = BringConfiguration()
