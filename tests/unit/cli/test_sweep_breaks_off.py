"""A mistake of the program in the middle of a sweep costs no more than it must."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from eakte_ops.cli.context import CONTEXT
from eakte_ops.health import engine
from eakte_ops.health.engine import ServerLook, Stop
from eakte_ops.health.memory import sweeps
from tests.unit.cli.conftest import Run


def test_what_was_seen_is_kept_the_rest_is_named_and_the_sweep_comes_to_its_end(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = engine.judged

    def stumbling(stop: Stop, *given: object) -> ServerLook:
        if stop.server.name == "witten-app":
            raise IndexError("in the middle of it")
        return usual(stop, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "judged", stumbling)
    assert run("sweep", "witten", "herdecke")[0] == 70
    CONTEXT.begin(folder, False)
    with closing(CONTEXT.store()) as store, store.reading() as rows:
        made = sweeps.last(rows)
    assert made is not None
    assert made.ended is not None
    assert "witten-app" in {each.server for each in made.missed}
    assert made.looked + len(made.missed) == 5
