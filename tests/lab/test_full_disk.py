"""The operations host's own disk is full. Here because a small file system can be mounted by root alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.night.nights import Night
from tests.integration.remote.sshd import Sshd, running

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running(tmp_path / "sshd", address="0.0.0.0") as server:
        yield server


def test_a_full_disk_of_the_operations_host_is_said_and_loses_nothing(sshd: Sshd, tmp_path: Path) -> None:
    night = Night(tmp_path, sshd)
    night.well(3)
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", str(place)], check=True)
    try:
        night.store = place / "store.db"
        night.job["store"] = str(night.store)
        assert night.run()[0] == 0
        with night.rows() as rows:
            before = rows.all("SELECT town, server, check_, subject, verdict, looks FROM state ORDER BY 1, 2, 3, 4")
        filler = place / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        status, _out, err = night.run()
        assert status == 70
        assert "disk" in err
        assert "Traceback" not in err
        filler.unlink()
        with night.rows() as rows:
            after = rows.all("SELECT town, server, check_, subject, verdict, looks FROM state ORDER BY 1, 2, 3, 4")
        assert [tuple(row)[:5] for row in after] == [tuple(row)[:5] for row in before]
        assert night.run()[0] == 0
    finally:
        subprocess.run(["umount", str(place)], check=True)
