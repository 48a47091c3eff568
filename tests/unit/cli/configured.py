"""What tests of the commands about configuration share: the town Witten on paper, with templates, secrets and disks."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.clock import Clock
from eakte_ops.config.library import load_library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.secret.identity import create, load
from eakte_ops.secret.vault import Vault
from tests.unit.cli.lying import Disk, File

ROOT = Path(__file__).parents[3]
TOWNS = ("witten", "herdecke", "hattingen", "gevelsberg")
VALUES = {
    "database-password": 'D4tenb4nk-"Ge\\heim',
    "elastic-password": "El4stic-Geheim-Wort",
    "osrest-password": "0srest-Geheim-Wort",
}
NOW = datetime(2025, 11, 25, 9, 0, tzinfo=UTC)


def operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operations folder with towns, templates and the secrets of Witten, spoken to in English."""
    where = tmp_path / "operations"
    (where / "inventories").mkdir(parents=True)
    for name in ("eakte-ops.yml", "access.yml", "inventories/_defaults.yml", *(f"inventories/{t}.yml" for t in TOWNS)):
        shutil.copy(ROOT / name, where / name)
    shutil.copytree(ROOT / "templates", where / "templates")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: NOW))
    identity = tmp_path / "identity"
    public = create(identity)
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", str(identity))
    town = where / "inventories" / "witten.secrets"
    town.mkdir()
    (town / "recipients.yml").write_text(
        f"recovery:\n  - {{who: recovery, key: {create(tmp_path / 'recovery')}, since: 2026-01-01}}\n"
        f"recipients:\n  - {{who: admin-1, key: {public}, since: 2026-01-01}}\n"
    )
    vault = Vault(where / "inventories", "witten", load(identity))
    for name, value in VALUES.items():
        vault.put(name, value)
    return where


def well_disks(folder: Path) -> dict[str, Disk]:
    """The servers of Witten as they should be."""
    disks: dict[str, Disk] = {}
    vault = Vault(folder / "inventories", "witten", load(Path(os.environ["EAKTE_OPS_IDENTITY"])))
    for file in files(folder):
        data = file.content(vault.reveal).data
        disk = disks.setdefault(file.server, Disk())
        disk.files[file.path] = File(data, f"{file.mode:o}", file.account, file.group, data)
    disks["witten-gw"].more += ["/etc/eakte/gateway/tls.crt", "/etc/eakte/gateway/tls.key"]
    return disks


def files(folder: Path, town: str = "witten") -> tuple[Rendered, ...]:
    CONTEXT.begin(folder, False)
    return render([CONTEXT.inventory(town).towns[town]], load_library(folder))


def typed(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Types a command; gives its status, stdout and stderr, which hold no secret."""
    status = main(["--project", str(folder), *words])
    said = capsys.readouterr()
    assert not any(value in said.out + said.err for value in VALUES.values())
    assert "Geheim" not in (said.out + said.err).replace("Geheimn", "")
    return status, said.out, said.err


def change(disks: dict[str, Disk], path: str, old: str, new: str) -> None:
    """Somebody changes a file by hand."""
    (file,) = (disk.files[path] for disk in disks.values() if path in disk.files)
    assert old.encode() in file.data
    file.data = file.data.replace(old.encode(), new.encode(), 1)
