"""The lab ring: real systemd hosts. Needs root; what the tests boot they also remove."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte_ops.cli.context import Context
from eakte_ops.lab.image import build_image
from eakte_ops.lab.lab import Lab
from eakte_ops.lab.missing import refuse_if_missing
from eakte_ops.lab.places import Places
from tests.lab.small_town import small_lab

_PATIENCE_S = 120.0


@pytest.fixture(scope="session")
def image() -> Path:
    """The image of the lab's hosts, made if need be (over a minute)."""
    places = Places()
    refuse_if_missing(places, image_exists=False)
    return build_image(places, lambda _subject, _said: None)


@pytest.fixture
def own_lab(image: Path, tmp_path: Path) -> Iterator[Lab]:
    """A lab of two hosts, not booted yet, beside the lab of this machine; removed afterwards."""
    assert image.is_dir()
    lab = small_lab(tmp_path)
    yield lab
    lab.down()


@pytest.fixture(scope="session")
def lab(image: Path) -> Iterator[Lab]:
    """The lab of this machine with all towns at work. Towns that were not up are removed afterwards."""
    assert image.is_dir()
    lab = Lab(patience=_PATIENCE_S)
    before = {state.host.town for state in lab.states() if state.state != "absent"}
    lab.up((), lambda folder: Context(project=folder))
    yield lab
    lab.down([town.key for town in lab.towns if town.key not in before] if before else None)


@pytest.fixture
def operations(lab: Lab) -> Path:
    """The operations folder of the lab with all towns at work."""
    return lab.places.operations
