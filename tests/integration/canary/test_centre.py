"""Every command that needs no server, as it is typed, well and with faults: no secret shows anywhere (invariant 8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.lab.operations import write_operations
from eakte_ops.lab.places import Places
from eakte_ops.lab.towns import TOWNS
from tests.canary import drive
from tests.canary.desk import Desk, at_desk
from tests.canary.faults_centre import FAULTS
from tests.canary.folder import SERVER, TOWN, canaries, furnish, town_canaries
from tests.canary.table import ROWS

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The operations folder of a lab that was never booted, with secrets that are canaries."""
    folder = write_operations(Places(state=tmp_path / "lab"), TOWNS, [town for town in TOWNS if town.key == TOWN])
    furnish(folder, tmp_path / "desk/out", mail_port=9)
    known = {"town": TOWN, "server": SERVER, "mail": "9"}
    with at_desk(folder, tmp_path / "desk", {**town_canaries(), **canaries(folder)}, **known) as made:
        yield made


def test_no_secret_shows(desk: Desk) -> None:
    drive.well(desk, [row for row in ROWS if row.needs == "folder"], whole=False)
    drive.faulty(desk, FAULTS, whole=False)
    desk.everything()
    assert not desk.unexpected, "\n\n".join(desk.unexpected)
    assert not desk.leaks, "\n".join(desk.leaks)
