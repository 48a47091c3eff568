"""What `config render --out` writes: the files, a page that says what goes where, and the one for local IT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from eakte_ops.cli import config_table
from eakte_ops.cli.config_out import SUMS
from eakte_ops.config.proposal import proposal, proposal_filename
from eakte_ops.product.model import Language

if TYPE_CHECKING:
    from eakte_ops.config.rendered import Rendered
    from eakte_ops.inventory.model import Town

ENDS = ".rendered"
"""Ends the name of every file that is written: none of them is taken for configuration where it is copied to."""

README = "README.md"
_HEAD: Mapping[Language, str] = {
    "en": """\
# Configuration of {town} ({product} {release})

Made by `eakte-ops config render {id} --out`; operations folder: {commit}. {tried}

These files are to be read and compared, not to be copied to a server: where a secret belongs stands its name
(`‹secret NAME›`). All names end in `{ends}`, because the gateway takes every file that ends in `.yml`, in its folder or
below, as configuration. `eakte-ops config diff {id}` compares with the servers; `sha256sum -c {sums}` says whether
somebody changed something here.
{proposal}
""",
    "de": """\
# Konfiguration von {town} ({product} {release})

Erzeugt mit `eakte-ops config render {id} --out`; Betriebsordner: {commit}. {tried}

Diese Dateien sind zum Lesen und Vergleichen da, nicht zum Kopieren auf einen Server: Wo ein Geheimnis hingehört, steht
sein Name (`‹secret NAME›`). Alle Namen enden auf `{ends}`, denn das Gateway nimmt jede Datei auf `.yml`, in seinem
Ordner und darunter, als Konfiguration. `eakte-ops config diff {id}` vergleicht mit den Servern; `sha256sum -c {sums}`
sagt, ob hier jemand etwas geändert hat.
{proposal}
""",
}
_PROPOSAL: Mapping[Language, str] = {
    "en": "\n`{file}` asks the town's local IT for what belongs to root.\n",
    "de": "\n`{file}` bittet die örtliche IT der Kommune um das, was root gehört.\n",
}
_HERE: Mapping[Language, tuple[str, str]] = {
    "en": ("file here", "not written: its content is never shown"),
    "de": ("Datei hier", "nicht geschrieben: ihr Inhalt wird nie gezeigt"),
}


def content(town: Town, files: Sequence[Rendered], commit: str, language: Language) -> dict[str, str]:
    """Name below the folder -> text. The page for local IT is in the town's language, the other one in `language`."""
    written = {place_of(each, town): each.masked() for each in files if not each.confidential}
    if page := proposal(town, files):
        written[proposal_filename(town)] = page
    written[README] = _readme(town, files, commit, language, asks=bool(page))
    return written


def place_of(file: Rendered, town: Town) -> str:
    """Where a file is written below the folder: SERVER, then its path there."""
    if town.server(file.server).platform == "windows":
        path = PureWindowsPath(file.path)
        drive = path.drive.replace(":", "").replace("\\", "/").strip("/")
        return "/".join([file.server, drive, *path.parts[1:]]) + ENDS
    return f"{file.server}/{file.path.strip('/')}{ENDS}"


def _readme(town: Town, files: Sequence[Rendered], commit: str, language: Language, *, asks: bool) -> str:
    column, never = _HERE[language]
    head = _HEAD[language].format(
        town=town.name,
        product=town.said.product,
        release=town.said.release,
        id=town.id,
        commit=commit,
        tried=config_table.tried(town, language),
        ends=ENDS,
        sums=SUMS,
        proposal=_PROPOSAL[language].format(file=proposal_filename(town)) if asks else "",
    )
    heading = [*config_table.columns(language), column]
    rows = [heading, ["---"] * len(heading)]
    for file in files:
        here = never if file.confidential else place_of(file, town)
        rows.append([cell.replace("|", "\\|") for cell in (*config_table.row(town, file, language), here)])
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)
